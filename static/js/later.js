/* A department's notes and photos on a phone with a bad line: kept here, each under a key of its own, sent in order, once.
   Without it the same forms are sent as they are. */
(() => {
  "use strict";
  const box = document.querySelector("[data-later]");
  if (!box || !("indexedDB" in window)) return;
  const words = box.dataset, writer = Number(words.later), number = words.number;
  const SLUGS = /\/(progress|note)\/$/, PIXELS = 2e6, PREVIEW = 160, SOONEST = 2000, LATEST = 120000, MOST = 9;
  let pause = SOONEST, timer = 0, busy = false, session = false;

  /* --- the store ----------------------------------------------------------------------------------------------------- */
  const opened = new Promise((good, bad) => {
    const asked = indexedDB.open("later", 1);
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

  /* --- sending: the key goes along, so that an answer that got lost costs nothing ------------------------------------ */
  async function flush() {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    let sent = 0, waits = false;
    try {
      for (const item of await mine()) {
        if (item.refused) continue;
        const taken = await send(item);
        if (!taken) { waits = true; break; } // in order
        sent += item.number === number && !item.refused;
      }
    } finally { busy = false; }
    const left = await show();
    if (waits && !session) { timer = setTimeout(flush, pause); pause = Math.min(pause * 2, LATEST); }
    else pause = SOONEST;
    if (sent && number && !left && forms.every((one) => !one.elements.text.value && !one.later.length)) location.assign(location.pathname);
  }
  async function send(item) {
    const body = new FormData();
    for (const name of ["key", "slug", "writer", "text"]) body.append(name, item[name]);
    for (const file of item.files) body.append("files", file.blob, file.name);
    let answer, said;
    try {
      const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
      answer = await fetch("/tickets/" + item.number + "/later/", { method: "POST", body, redirect: "manual", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": token } });
      if (answer.type !== "opaqueredirect") said = await answer.json().catch(() => null);
    } catch { return false; } // no line
    if (answer.ok && said) { await drop(item.key); return true; }
    session = answer.type === "opaqueredirect" || [401, 403].includes(answer.status);
    if (session || answer.status >= 500 || [408, 429].includes(answer.status)) return false;
    item.refused = (said && said.words) || String(answer.status); // it will never be taken: its writer decides
    await put(item);
    return true;
  }

  /* --- what is not yet sent is said on the page ----------------------------------------------------------------------- */
  const make = (tag, text, css) => Object.assign(document.createElement(tag), { textContent: text, className: css || "" });
  async function show() {
    const items = await mine(), list = make("ul", "", "plain");
    for (const item of items) {
      const line = make("li", ""), photos = item.files.length ? " · " + words.photos + " " + item.files.length : "";
      line.append(make("span", item.number === number ? "" : item.number + " ", "second"), make("span", (item.text || "–") + photos, "said"));
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

  /* --- the forms ------------------------------------------------------------------------------------------------------ */
  const forms = number ? [...document.forms].filter((one) => SLUGS.test(one.action) && one.elements.text) : [];
  const ready = Promise.all(forms.map(keep));
  function keep(form) {
    const slug = SLUGS.exec(form.action)[1], id = writer + ":" + number + ":" + slug, attach = form.querySelector("[data-attach]");
    const list = attach && attach.querySelector("ul"), text = form.elements.text;
    form.later = [];
    if (attach) attach.removeAttribute("data-attach"); // photos wait here with their note, not one by one on the server
    let soon = 0;
    const typed = () => { clearTimeout(soon); soon = setTimeout(() => store("typed", (rows) => (text.value.trim() || form.later.length ? rows.put({ form: id, text: text.value, files: form.later }) : rows.delete(id))), 300); };
    const add = (file) => {
      if (form.later.length >= MOST) return;
      form.later.push(file);
      const line = make("li", ""), name = make("span", file.name, "cut");
      preview(file.blob, line).catch(() => {});
      const gone = button(words.remove, () => { form.later.splice(form.later.indexOf(file), 1); line.remove(); typed(); });
      gone.setAttribute("aria-label", words.remove + " " + file.name);
      line.append(name, gone);
      list.append(line);
      typed();
    };
    form.addEventListener("change", async (e) => {
      if (e.target.type !== "file") return;
      const chosen = [...e.target.files];
      e.target.value = "";
      for (const file of chosen) add({ name: file.name, blob: await smaller(file).catch(() => file) });
    });
    form.addEventListener("input", typed);
    form.addEventListener("submit", async (e) => {
      if (list && list.querySelector("[data-remove]")) return; // photos of an older draft lie on the server: with them
      e.preventDefault();
      e.stopImmediatePropagation(); // neither a draft nor the page's own sending
      const said = text.value.trim();
      if (!said && (slug === "progress" || !form.later.length)) { document.getElementById("say").textContent = words.missing; text.focus(); return; }
      const files = form.later;
      form.later = [];
      text.value = "";
      if (list) list.replaceChildren();
      clearTimeout(soon);
      await put({ key: uuid(), writer, number, slug, text: said, files, at: Date.now() });
      await store("typed", (rows) => rows.delete(id));
      await show();
      await Promise.allSettled([...(form.waiting || [])]);
      flush();
    });
    return restore(form, slug, id, add);
  }
  async function restore(form, slug, id, add) {
    const text = form.elements.text, found = await store("typed", (rows) => rows.get(id));
    // A draft of what waits here already is no other note.
    if ((await mine()).some((one) => one.number === number && one.slug === slug && one.text === text.value.trim())) text.value = "";
    if (found && !text.value) text.value = found.text;
    if (found) found.files.forEach(add);
  }
  async function smaller(file) {
    if (!file.type.startsWith("image/")) return file;
    const bitmap = await createImageBitmap(file), factor = Math.sqrt(PIXELS / (bitmap.width * bitmap.height));
    return factor >= 1 ? file : new Promise((made) => drawn(bitmap, factor).toBlob(made, "image/jpeg", 0.85));
  }
  async function preview(blob, line) {
    if (!blob.type.startsWith("image/")) return;
    const bitmap = await createImageBitmap(blob), image = make("img", "");
    image.alt = "";
    image.src = drawn(bitmap, PREVIEW / Math.max(bitmap.width, bitmap.height)).toDataURL("image/jpeg", 0.7);
    line.prepend(image);
  }
  function drawn(bitmap, factor) {
    const canvas = make("canvas", "");
    canvas.width = Math.max(1, Math.round(bitmap.width * factor));
    canvas.height = Math.max(1, Math.round(bitmap.height * factor));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  addEventListener("online", () => { pause = SOONEST; flush(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  ready.then(show).then(flush);
  if ("serviceWorker" in navigator && !("shared" in words)) {
    const worker = navigator.serviceWorker, first = !worker.controller; // what came before the worker did, it keeps now
    worker.register("/later-worker.js").then(() => worker.ready).then((found) => {
      const files = performance.getEntriesByType("resource").map((one) => one.name).filter((one) => one.includes("/static/"));
      if (first) found.active.postMessage({ page: location.href, files });
    }).catch(() => {});
  }
})();
