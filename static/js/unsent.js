/* What is pressed without a line is kept on this device, each press under a key of its own, and sent in order, once.
   Any form with data-unsent goes this way; without this script it is sent as it is. */
const unsent = (() => {
  "use strict";
  const box = document.querySelector("[data-unsent-box]");
  if (!box || !("indexedDB" in window)) return null;
  const words = box.dataset, writer = Number(words.writer), here = location.pathname;
  const SOONEST = 2000, LATEST = 120000;
  const quiet = []; // what still is typed on this page: it is not left while anything is
  let pause = SOONEST, timer = 0, busy = false, session = false;

  /* --- the store ----------------------------------------------------------------------------------------------------- */
  const opened = new Promise((good, bad) => {
    const asked = indexedDB.open("unsent", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("items", { keyPath: "key" });
      asked.result.createObjectStore("typed", { keyPath: "form" });
    };
    asked.onsuccess = () => good(asked.result);
    asked.onerror = () => bad(asked.error);
  });
  const store = async (name, does) => {
    const base = await opened;
    return new Promise((good, bad) => {
      const turn = base.transaction(name, "readwrite"), asked = does(turn.objectStore(name));
      turn.oncomplete = () => good(asked && asked.result);
      turn.onabort = turn.onerror = () => bad(turn.error);
    });
  };
  const put = (item) => store("items", (rows) => rows.put(item));
  const drop = (key) => store("items", (rows) => rows.delete(key));
  const mine = async () => (await store("items", (rows) => rows.getAll())).filter((one) => one.writer === writer).sort((a, b) => a.at - b.at);
  const uuid = () => {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    return [...b].map((n, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + n.toString(16).padStart(2, "0")).join("");
  };
  /* item: {url, said, fields: [[name, value]], files: [{name, blob}]} */
  async function keep(item) {
    await put({ files: [], ...item, key: uuid(), writer, page: here, at: Date.now() });
    await show();
  }

  /* --- sending: the key goes along, so that an answer that got lost costs nothing ------------------------------------ */
  async function flush() {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    let then = "", waits = false;
    try {
      for (const item of await mine()) {
        if (item.refused) continue;
        const answer = await send(item);
        if (!answer) { waits = true; break; } // in order
        if (item.page === here && answer.then !== undefined) then = answer.then || location.pathname;
      }
    } finally { busy = false; }
    const left = await show();
    if (waits && !session) { timer = setTimeout(flush, pause); pause = Math.min(pause * 2, LATEST); }
    else pause = SOONEST;
    if (then && !left && quiet.every((is) => is())) location.assign(then);
  }
  async function send(item) {
    const body = new FormData();
    for (const [name, value] of item.fields) body.append(name, value);
    for (const file of item.files) body.append("files", file.blob, file.name);
    body.append("key", item.key);
    body.append("writer", item.writer);
    body.append("ago", Math.max(0, (Date.now() - item.at) / 1000));
    let answer, said;
    try {
      const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
      answer = await fetch(item.url, { method: "POST", body, redirect: "manual", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": token } });
      if (answer.type !== "opaqueredirect") said = await answer.json().catch(() => null);
    } catch { return null; } // no line
    if (answer.ok && said) { await drop(item.key); return said; }
    session = answer.type === "opaqueredirect" || (!said && [401, 403].includes(answer.status));
    if (session || answer.status >= 500 || [408, 429].includes(answer.status)) return null;
    item.refused = (said && said.words) || String(answer.status); // it will never be taken: its writer decides
    await put(item);
    return {};
  }

  /* --- what is not yet sent is said on the page ----------------------------------------------------------------------- */
  const make = (tag, text, css) => Object.assign(document.createElement(tag), { textContent: text, className: css || "" });
  async function show() {
    const items = await mine(), list = make("ul", "", "plain");
    for (const item of items) {
      const line = make("li", ""), photos = item.files.length ? " · " + words.photos + " " + item.files.length : "";
      const at = new Date(item.at), hour = [at.getHours(), at.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
      line.append(make("span", hour + " ", "second"), make("span", item.said + photos, "said"));
      if (item.refused) {
        line.append(" ", make("span", words.refused + ": " + item.refused, "chip late"), " ", button(words.again, async () => { delete item.refused; await put(item); flush(); }), button(words.drop, async () => { await drop(item.key); show(); }));
      }
      list.append(line);
    }
    box.replaceChildren(make("p", (session ? words.session : words.waiting) + " (" + items.length + ")", "strong"), list);
    box.hidden = !items.length;
    return items.length;
  }
  function button(text, does) {
    const made = make("button", text, "btn btn-text");
    made.type = "button";
    made.addEventListener("click", does);
    return made;
  }

  document.addEventListener("submit", async (e) => {
    const form = e.target, pressed = e.submitter;
    if (form.dataset.unsent === undefined || e.defaultPrevented) return;
    e.preventDefault();
    const fields = [...new FormData(form, pressed)].filter(([, value]) => typeof value === "string");
    const said = (pressed && pressed.dataset.unsent) || form.dataset.unsent || pressed.textContent.trim();
    await keep({ url: (pressed && pressed.getAttribute("formaction")) || form.getAttribute("action") || here, said, fields });
    flush();
  });
  addEventListener("online", () => { pause = SOONEST; flush(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  addEventListener("DOMContentLoaded", () => show().then(flush));
  if ("serviceWorker" in navigator && !("shared" in words)) {
    const worker = navigator.serviceWorker, first = !worker.controller; // what came before the worker did, it keeps now
    worker.register("/unsent-worker.js").then(() => worker.ready).then((found) => {
      const files = performance.getEntriesByType("resource").map((one) => one.name).filter((one) => one.includes("/static/"));
      if (first) found.active.postMessage({ page: location.href, files });
    }).catch(() => {});
  }
  return { keep, flush, mine, store, quiet, button, writer, words };
})();
