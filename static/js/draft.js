/* Drafts on the server: what is typed is saved after two seconds of silence and on leaving a field; who else is writing.
   Nothing stays in the browser. Loaded by pages whose forms have drafts; without it the forms work as they are. */
(() => {
  "use strict";
  const $ = (css, root = document) => root.querySelector(css);
  const SILENCE = 2000, ASK_EVERY = 15000;
  const own = new Set(["csrfmiddlewaretoken", "draft", "draft_version", "version", "seen", "request_key"]);
  const text = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const said = (form) => JSON.stringify([...text(form)].filter(([name]) => !own.has(name)));
  const written = (form) => [...form.elements].some((el) => (el.tagName === "TEXTAREA" || (el.tagName === "INPUT" && /^(text|tel|search)$/.test(el.type))) && el.value.trim());

  for (const form of [...document.forms].filter((one) => one.elements.draft)) keep(form);

  function keep(form) {
    const state = $("[data-draft-state]", form), version = form.elements.draft_version;
    let last = said(form), later = 0, stopped = false, line = Promise.resolve();
    form.waiting = form.waiting || new Set(); // what a submit has to wait for; attach.js adds its uploads
    const tell = (words, more) => { state.textContent = words; if (more) state.append(" ", more); };

    async function save(leaving) {
      clearTimeout(later);
      const now = said(form);
      if (stopped || now === last || (!written(form) && version.value === "0")) return;
      last = now;
      let answer;
      try {
        answer = await fetch("/me/drafts/save/", { method: "POST", body: text(form), redirect: "manual", keepalive: !!leaving, signal: AbortSignal.timeout(3000), headers: { Accept: "application/json" }, credentials: "same-origin" });
        const found = await answer.json();
        if (answer.ok) { version.value = found.version; tell(found.words); }
        else if (answer.status === 409) elsewhere(found);
        else tell(found.words || state.dataset.lost);
      } catch { // the line is down, or the session has ended: the next change tries again
        last = "";
        tell(state.dataset.lost);
      }
    }
    function elsewhere(found) {
      stopped = true;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-text";
      button.textContent = state.dataset.keep;
      button.addEventListener("click", () => { stopped = false; version.value = found.version; last = ""; soon(); });
      tell(found.words, button);
    }
    function soon(leaving) { // one after the other: each save builds on the version of the one before
      const mine = (line = line.then(() => save(leaving)));
      form.waiting.add(mine);
      mine.finally(() => form.waiting.delete(mine));
    }
    form.addEventListener("input", () => { clearTimeout(later); later = setTimeout(soon, SILENCE); });
    form.addEventListener("focusout", () => soon());
    addEventListener("visibilitychange", () => { if (document.hidden) soon(true); });
    addEventListener("pagehide", () => save(true));
    addEventListener("pageshow", (e) => { if (e.persisted) stopped = false; });
    form.addEventListener("submit", (e) => {
      clearTimeout(later);
      if (form.waiting.size) { // a save or an upload under way must not come after the form itself
        e.preventDefault();
        e.stopImmediatePropagation();
        const button = e.submitter;
        Promise.allSettled([...form.waiting]).then(() => { if (!form.dataset.sent) form.requestSubmit(button); });
        return;
      }
      stopped = true;
    });
  }

  const presence = $("[data-presence]");
  if (!presence) return;
  async function ask() {
    if (document.hidden) return;
    try {
      const answer = await fetch(presence.dataset.presence, { redirect: "manual", headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) return;
      const words = (await answer.json()).words;
      if (presence.textContent !== words) presence.textContent = words;
      presence.hidden = !words;
    } catch { /* the next time */ }
  }
  setInterval(ask, ASK_EVERY);
  addEventListener("focus", ask);
})();
