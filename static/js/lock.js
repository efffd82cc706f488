/* The lock of a shared desk: five minutes without a key or a pointer cover the page until its owner's PIN or password.
   The server keeps its own count and gives a locked session no page; this script only keeps what stands on it. */
(() => {
  "use strict";
  const box = document.getElementById("lock");
  if (!box) return;
  const after = Number(box.dataset.after) * 1000, told = 60000;
  const form = box.querySelector("[data-unlock]"), secret = form.elements.secret, why = box.querySelector("#lock-why"), again = box.querySelector("[data-again]");
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const send = (url, fields) =>
    fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch" }, credentials: "same-origin", redirect: "manual", keepalive: true });
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("front-desk-lock") : null;
  const tell = (what) => tabs && tabs.postMessage(what);
  let last = Date.now(), reported = Date.now(), covered = false, typedIn = null, before = null, owed = false, telling = null, asked = 0;

  function cover() {
    if (covered) return;
    covered = true;
    before = document.activeElement;
    for (const open of document.querySelectorAll("dialog[open]")) open.close();
    document.body.classList.add("covered");
    why.textContent = secret.value = "";
    box.showModal();
    secret.focus();
  }
  function uncover() {
    covered = false;
    asked += 1; // what was asked before is out of date
    last = reported = Date.now();
    again.hidden = true;
    document.body.classList.remove("covered");
    box.close();
    if (before && before.isConnected) before.focus();
  }
  function renew(token) { // signing in changed the secret that every form carries
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  }
  async function ask() { // signed in anew in another tab, or unlocked there
    const turn = ++asked;
    try {
      await lockServer();
      const answer = await fetch("/lock/state/", { headers: { Accept: "application/json", "X-Requested-With": "fetch" }, credentials: "same-origin" });
      const found = await answer.json();
      if (turn !== asked) return;
      if (found.user === null) { why.textContent = box.dataset.ended; again.hidden = false; return; }
      if (String(found.user) !== box.dataset.user) return location.replace("/"); // somebody else's session by now
      renew(found.token);
      if (found.locked) cover(); else if (covered) uncover();
    } catch { /* the line is down: it stays as it is */ }
  }
  function present() {
    if (covered) return;
    const now = Date.now();
    if (now - last > after) return lock();
    last = now;
    if (now - reported > told) {
      reported = now;
      tell("present");
      send("/lock/alive/", {}).then((answer) => { if (answer.status !== 204) { cover(); ask(); } }, () => {});
    }
  }
  function lock() {
    cover();
    tell("lock");
    owed = true;
    lockServer().catch(() => {}); // the line is down: whoever asks the server next says it first
  }
  async function lockServer() { // or it would call a page open whose cover it has not heard of
    if (owed) await (telling ||= send("/lock/now/", {}).then(() => (owed = false)).finally(() => (telling = null)));
  }

  for (const event of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "input"]) document.addEventListener(event, present, { capture: true, passive: true });
  setInterval(() => { if (!covered && Date.now() - last > after) lock(); }, 2000);
  if (tabs) tabs.onmessage = (e) => { if (e.data === "present") last = Date.now(); else if (e.data === "lock") cover(); else ask(); };
  document.addEventListener("desk-locked", () => { cover(); ask(); }); // said to a request that the right PIN may have overtaken
  addEventListener("focus", () => covered && ask());
  addEventListener("pageshow", (e) => e.persisted && ask());
  box.addEventListener("cancel", (e) => e.preventDefault());
  box.addEventListener("keydown", (e) => e.key === "Escape" && e.preventDefault()); // pressed twice it closes any dialog
  box.addEventListener("close", () => covered && box.showModal()); // and so does a phone's way back

  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    e.stopImmediatePropagation();
    const typed = secret.value;
    secret.value = "";
    try {
      await lockServer(); // or it would lock again what this opens
      let answer = await send("/lock/", { secret: typed });
      if (answer.status === 403) { await ask(); if (!covered || !again.hidden) return; answer = await send("/lock/", { secret: typed }); }
      if (answer.status === 204) { uncover(); tell("open"); return; }
      if (answer.status === 422) why.textContent = (await answer.json()).problem;
      else await ask();
    } catch { why.textContent = box.dataset.line; }
    secret.focus();
  });

  /* --- the next user: what stands typed goes along, for whoever typed it ------------------------------------------- */
  document.addEventListener("input", (e) => { const of = e.target.form; if (of && of.method === "post" && !of.matches("[data-unlock], [data-switch]")) typedIn = of; }, true);
  let leaving = false;
  // What is still on its way for this page finds no session any more and would lead to the plain door.
  document.addEventListener("htmx:beforeOnLoad", (e) => { if (leaving) e.preventDefault(); });
  addEventListener("pageshow", () => (leaving = false));
  document.addEventListener("submit", (e) => {
    if (!e.target.matches("[data-switch]")) return;
    leaving = true;
    if (!typedIn || !typedIn.isConnected) return;
    const fields = [...new FormData(typedIn)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
    const field = document.createElement("textarea");
    field.name = "kept";
    field.hidden = true;
    field.value = JSON.stringify({ to: new URL(typedIn.action).pathname, fields });
    e.target.append(field);
  }, true);
})();
