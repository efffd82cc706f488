/* The portal's only script: live times, keys, the list's refresh, the counter form.
   Everything here is a second way: each page and form works without it. */
(() => {
  "use strict";
  const $ = (css, root = document) => root.querySelector(css);
  const $$ = (css, root = document) => [...root.querySelectorAll(css)];
  const body = document.body;
  const seen = (el) => !!el && el.getClientRects().length > 0;

  /* --- live times: one timer for the page, text only ------------------------------------------------------------ */
  const words = JSON.parse(body.dataset.words || "{}");
  const ahead = Date.parse(body.dataset.now || "") - Date.now() || 0; // the server's clock rules
  const now = () => Date.now() + ahead;
  const two = (n) => String(n).padStart(2, "0");
  const put = (pattern, values) => (pattern || "").replace(/%\((\w+)\)s/g, (_, name) => values[name]);
  function span(seconds, side) {
    const hours = Math.floor(seconds / 3600), minutes = Math.floor((seconds % 3600) / 60), days = Math.floor(seconds / 86400);
    if (seconds < 3600) return put(words[side + "_clock"], { clock: two(minutes) + ":" + two(seconds % 60) });
    if (seconds < 86400) return put(words[side + "_hours"], { hours, minutes: two(minutes) });
    const rest = Math.floor((seconds % 86400) / 3600);
    return put(words[rest ? side + "_days" : side + "_full_days"], { days, hours: rest });
  }
  const title = document.title;
  function tick() {
    let crossed = 0;
    const at = now();
    for (const clock of $$("time[data-from]")) {
      const due = Date.parse(clock.dateTime), from = clock.dataset.from * 1000, soon = clock.dataset.soon * 1000;
      const state = at > due ? "late" : at >= soon ? "soon" : "ok";
      const text = state === "late" ? span(Math.floor((at - due) / 1000), "late") : span(Math.floor((due - at) / 1000), "left");
      const label = clock.lastElementChild, box = clock.closest(".is-ok, .is-soon, .is-late");
      if (label && label.textContent !== text) label.textContent = text;
      if (!box) continue;
      if (!box.classList.contains("is-" + state)) {
        box.classList.remove("is-ok", "is-soon", "is-late");
        box.classList.add("is-" + state);
        const row = box.closest("[data-row]");
        if (row) say(row.dataset.row + " " + text);
        if (state === "late") crossed += 1;
      }
      const bar = $("progress", box), used = state === "late" ? 100 : Math.round(((at - from) / Math.max(due - from, 1)) * 100);
      if (bar && bar.value !== used) bar.value = used;
    }
    if (crossed) {
      tick.late = (tick.late || 0) + crossed;
      document.title = "(" + tick.late + ") " + words.late + " " + title;
    }
  }
  function say(text) {
    const region = $("#say");
    if (region) region.textContent = text;
  }
  if ($("time[data-from]")) tick();
  setInterval(tick, 1000);

  /* --- the list: every 15 s and on focus, never under the pointer or the focus ------------------------------------ */
  const list = () => $("[data-list]");
  let hovered = null, waiting = null, chosen = "";
  document.addEventListener("pointerover", (e) => (hovered = e.pointerType === "mouse" ? e.target.closest("[data-row]") : null));
  document.documentElement.addEventListener("pointerleave", () => (hovered = null));
  const versions = (root) => new Map($$("[data-row]", root).map((row) => [row.dataset.row, row.dataset.v]));
  function changes(fresh) {
    const before = versions(list()), after = versions(fresh);
    let n = 0;
    for (const [row, v] of after) if (before.get(row) !== v) n += 1;
    for (const row of before.keys()) if (!after.has(row)) n += 1;
    return n;
  }
  const refresh = () => list() && !document.hidden && window.htmx && htmx.trigger(list(), "refresh");
  if (list()) {
    setInterval(refresh, 15000);
    addEventListener("focus", refresh);
  }
  document.addEventListener("htmx:configRequest", (e) => {
    if (e.detail.elt.matches("[data-list]")) e.detail.headers["If-None-Match"] = e.detail.elt.dataset.etag;
  });
  document.addEventListener("htmx:beforeSwap", (e) => {
    const target = e.detail.target;
    if (!target || !target.matches("[data-list]") || !e.detail.shouldSwap) return;
    const held = $("[name=ticket]:checked", target) || (hovered && target.contains(hovered)) || (target.contains(document.activeElement) && document.activeElement !== body);
    const html = e.detail.serverResponse, fresh = new DOMParser().parseFromString(html, "text/html");
    if (!$("[data-list]", fresh)) return (e.detail.shouldSwap = false);
    if (!held || waiting === "now") { waiting = null; return; }
    e.detail.shouldSwap = false;
    const n = changes(fresh), chip = $("[data-updates]", target);
    if (n && chip) { chip.textContent = put(n === 1 ? words.update : words.updates, { n }); chip.hidden = false; }
    if (!n) target.dataset.etag = $("[data-list]", fresh).dataset.etag;
  });
  document.addEventListener("click", (e) => {
    if (!e.target.closest("[data-updates]")) return;
    waiting = "now";
    e.target.blur();
    list().dataset.etag = "";
    refresh();
  });
  document.addEventListener("htmx:afterSwap", (e) => {
    const row = chosen && $('[data-row="' + CSS.escape(chosen) + '"]');
    if (row) mark(row);
    const problem = $("[data-focus]", e.detail.target);
    if (problem) problem.focus();
    tick();
  });
  document.addEventListener("list-changed", () => { if (list()) { waiting = "now"; list().dataset.etag = ""; refresh(); } });

  /* --- moving in the list ------------------------------------------------------------------------------------------ */
  const rows = () => $$("[data-row]");
  function mark(row) {
    rows().forEach((r) => r.classList.toggle("on", r === row));
    chosen = row.dataset.row;
  }
  let loading;
  function choose(row) {
    if (!row) return;
    mark(row);
    row.scrollIntoView({ block: "nearest" });
    if (!seen($("#preview")) || !window.htmx) return;
    clearTimeout(loading);
    loading = setTimeout(() => htmx.ajax("GET", "/tickets/" + encodeURIComponent(chosen) + "/preview/", { target: "#preview", swap: "innerHTML" }), 120);
  }
  const current = () => $("[data-row].on") || null;
  function step(by) {
    const all = rows(), at = all.indexOf(current());
    choose(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  }
  document.addEventListener("click", (e) => {
    const row = e.target.closest("[data-row]");
    if (!row || e.target.closest("a, button, input, label, select")) return;
    if (String(getSelection())) return;
    if (seen($("#preview"))) choose(row);
    else { const link = $("a.go", row); if (link) link.click(); }
  });

  /* --- keys -------------------------------------------------------------------------------------------------------- */
  const composing = (e) => e.isComposing || e.keyCode === 229;
  const typing = (el) => el && (el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) || (el.tagName === "INPUT" && !/^(radio|checkbox|button|submit|reset)$/.test(el.type)));
  let went = 0;
  function press(key) {
    const button = $$('[data-key="' + key + '"]').find(seen);
    if (button) button.click();
    return !!button;
  }
  document.addEventListener("keydown", (e) => {
    if (composing(e) || e.defaultPrevented) return;
    // A closed dialog's button keeps the focus until the next frame: what cannot be seen is not in focus.
    const el = document.activeElement && seen(document.activeElement) ? document.activeElement : body, key = e.key;
    if (key === "Enter" && e.ctrlKey && !e.altKey && !e.metaKey) {
      const form = el && el.form, button = form && $(e.shiftKey ? "[data-submit-print]" : "[data-submit]", form);
      if (form && form.method === "post" && (button || !e.shiftKey)) { e.preventDefault(); form.requestSubmit(button || undefined); }
      return;
    }
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    if (key === "Escape" && typing(el) && !$("dialog[open]")) { el.blur(); return; }
    if (typing(el) || $("dialog[open]")) return;
    if (/^[1-9]$/.test(key)) { if (digit(Number(key), el)) e.preventDefault(); return; }
    if (!("keys" in body.dataset)) return;
    const letter = key.length === 1 ? key.toLowerCase() : key;
    if (went && Date.now() - went < 1500) {
      went = 0;
      const place = { q: "/queue/", d: "/dashboard/", c: "/callbacks/", b: "/bar/" }[letter];
      if (place && $('a[href="' + place + '"]')) { e.preventDefault(); location.assign(place); }
      return;
    }
    let done = true;
    if (letter === "g") went = Date.now();
    else if (letter === "?") { const dialog = $("#keys"); if (dialog) { listKeys($("[data-here]", dialog)); dialog.showModal(); } else done = false; }
    else if (letter === "/") { const field = $("[data-filter]"); if (field) { field.focus(); field.select(); } else done = false; }
    else if (letter === "j" && rows().length) step(1);
    else if (letter === "k" && rows().length) step(-1);
    else if (letter === "Enter" && (!el || el === body) && current()) $("a.go", current()).click();
    else if (letter === " " && (!el || el === body) && $("#preview")) { const panel = $("#preview"); panel.hidden = !panel.hidden; panel.parentElement.classList.toggle("with-panel", !panel.hidden); }
    else if (/^[a-z]$/.test(letter) && !e.shiftKey) done = press(letter) || open(letter);
    else done = false;
    if (done) e.preventDefault();
  });
  function listKeys(list) { // what acts on this page: its own buttons, in their own words
    $$("[data-when]", list).forEach((row) => { row.hidden = !$$(row.dataset.when).some(seen); });
    $$("[data-own]", list).forEach((row) => row.remove());
    const rows = new Map($$("[data-key]").filter(seen).map((button) => [button.dataset.key.toUpperCase(), button]));
    for (const [key, button] of rows) {
      const row = document.createElement("div"), dt = document.createElement("dt"), kbd = document.createElement("kbd"), dd = document.createElement("dd");
      const words = button.cloneNode(true);
      $$("kbd", words).forEach((one) => one.remove());
      row.dataset.own = "";
      kbd.textContent = key;
      dd.textContent = words.textContent.trim();
      dt.append(kbd);
      row.append(dt, dd);
      list.append(row);
    }
  }
  function open(letter) { // a page without the button still knows the two keys that begin a registration
    const place = { c: "/tickets/new/", r: "/tickets/new/?kind=service_request" }[letter];
    if (place && $("#keys") && $("#keys").dataset.register !== undefined) { location.assign(place); return true; }
    return false;
  }
  /* Digits: the focused group of radio buttons; else the page's own digit buttons (callbacks). */
  function digit(n, el) {
    const group = el && el.type === "radio" ? el.closest("fieldset") : null;
    if (group) {
      const box = $$("input[type=radio]", group).filter(seen)[n - 1];
      if (!box) return false;
      box.focus();
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
      const next = group.dataset.next && $(group.dataset.next);
      if (next) (next.matches("fieldset") ? $("input:checked", next) || $("input", next) : next).focus();
      return true;
    }
    if (!("keys" in body.dataset)) return false;
    const button = $$('[data-digit="' + n + '"]').find(seen);
    if (button) { button.click(); return true; }
    const box = $$("form[data-digits] input[type=radio]").filter(seen)[n - 1];
    if (box) { box.checked = true; box.focus(); return true; }
    return false;
  }
  document.addEventListener("click", (e) => {
    const opener = e.target.closest("[data-open]");
    if (!opener) return;
    const box = $(opener.dataset.open);
    if (!box) return;
    e.preventDefault();
    if (box.tagName === "DETAILS") box.open = true;
    const field = $("textarea, input:not([type=hidden]), select", box);
    box.scrollIntoView({ block: "nearest" });
    if (field) field.focus();
  });

  /* --- one click, one request; the server keeps the same promise by the form's key ---------------------------------- */
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return e.preventDefault();
    if (!form.hasAttribute("hx-post")) form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => delete form.dataset.sent));
  const wrong = $("[data-focus]");
  if (wrong) wrong.focus();
  $$("[data-choose]").forEach((el) => el.addEventListener("change", () => el.form.requestSubmit()));

  /* --- the undo bar: ten seconds, as long as neither pointer nor focus is on it --------------------------------------- */
  const bar = $("[data-undo-bar]");
  if (bar) {
    let left = 10;
    const gone = setInterval(() => {
      if (bar.matches(":hover, :focus-within") || document.hidden || (left -= 1) > 0) return;
      clearInterval(gone);
      bar.hidden = true;
    }, 1000);
  }

  /* --- the counter form --------------------------------------------------------------------------------------------- */
  const form = $("form[data-register]");
  if (!form) return;
  const room = $("#id_room"), party = $("#id_party"), box = $("#room-list"), picked = $("#picked"), field = $("#room-field");
  let found = [], at = 0, asked = 0, later;
  const demand = $("#id_demand"), asks = $("[data-demand]", form), unasked = asks ? asks.textContent : "";
  const shows = () => { asks.textContent = demand.value.trim().slice(0, 40) || unasked; };
  if (demand && asks) { demand.addEventListener("input", shows); shows(); }
  $$("[data-hide]", form).forEach((el) => { el.hidden = true; }); // of another kind; without script it stands there
  const option = (hit, n) => {
    const li = document.createElement("li");
    li.id = "room-" + n;
    li.setAttribute("role", "option");
    const part = (text, css, lang) => { const s = document.createElement("span"); s.textContent = text; if (css) s.className = css; if (lang) s.lang = "zh"; li.append(s); };
    part(hit.room);
    part(hit.name, "strong", !hit.visitor);
    if (hit.relation) part(hit.relation, "chip");
    part(hit.phone, "second");
    return li;
  };
  function show(hits) {
    found = hits;
    at = 0;
    box.replaceChildren(...hits.map(option));
    paint();
    box.hidden = !hits.length;
    room.setAttribute("aria-expanded", String(!!hits.length));
  }
  function paint() {
    [...box.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === at)));
    if (found.length) room.setAttribute("aria-activedescendant", "room-" + at);
    else room.removeAttribute("aria-activedescendant");
  }
  async function ask() {
    const text = room.value.trim(), mine = ++asked;
    if (text.length < 2) return show([]);
    try {
      const answer = await fetch(form.dataset.residents + "?q=" + encodeURIComponent(text), { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok || mine !== asked) return null;
      show((await answer.json()).results);
    } catch { /* the line is down: the text itself is sent and looked up by the server */ }
  }
  function take(hit) {
    if (hit.visitor) {
      const more = $("#visitor");
      more.open = true;
      party.value = "";
      show([]);
      const name = $("#id_visitor_name");
      if (name && !/\d/.test(room.value)) name.value = room.value;
      return name && name.focus();
    }
    party.value = hit.party;
    room.value = hit.room + " " + hit.name;
    show([]);
    $$("[data-who]").forEach((el) => (el.textContent = hit.address || hit.name));
    party.dispatchEvent(new Event("change", { bubbles: true })); // what is known of this home appears beside the form
    first("category");
  }
  const first = (name) => { const group = $$('input[name="' + name + '"]', form).filter(seen); const el = group.find((x) => x.checked) || group[0]; if (el) el.focus(); };
  room.addEventListener("input", () => { party.value = ""; clearTimeout(later); later = setTimeout(ask, 60); });
  room.addEventListener("keydown", async (e) => {
    if (composing(e) || e.ctrlKey || e.altKey || e.metaKey) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      if (!found.length) return;
      e.preventDefault();
      at = (at + (e.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      paint();
    } else if (e.key === "Escape") { show([]); }
    else if (e.key === "Enter") {
      e.preventDefault();
      if (party.value && !found.length) return first("category");
      clearTimeout(later);
      if (!found.length) await ask();
      if (found.length) take(found[at]);
    }
  });
  box.addEventListener("mousedown", (e) => e.preventDefault());
  box.addEventListener("click", (e) => { const li = e.target.closest("li"); if (li) take(found[[...box.children].indexOf(li)]); });
  room.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== room) { box.hidden = true; room.setAttribute("aria-expanded", "false"); } }, 150));

  const finer = $("#id_subcategory"), groups = finer ? $$("optgroup", finer) : [], goes = $("#goes-to");
  const danger = $("#danger-field"), radio = (name) => ($('input[name="' + name + '"]:checked', form) || {}).value;
  const isRepair = () => ["service_request", "help"].includes(radio("kind"));  // urgent or not: the category says which
  const grade = (value) => { const s = $('input[name="severity"][value="' + value + '"]', form); if (s && !form.dataset.graded) s.checked = true; };
  const suggest = (el) => {
    if (el.dataset.severity) grade(isRepair() ? ("urgent" in el.dataset ? "important" : "minor") : el.dataset.severity);
    if (danger) danger.hidden = !("asks" in el.dataset);
    if (el.dataset.department && goes) goes.textContent = el.dataset.department;
    if (el.dataset.department) $$("[data-sorry]").forEach((x) => (x.textContent = el.dataset.department));
  };
  form.addEventListener("change", (e) => {
    if (e.target.name === "kind") $$("[data-for]", form).forEach((el) => { el.hidden = !el.dataset.for.split(" ").includes(e.target.value); });
    if (e.target.name === "category") {
      groups.forEach((g) => { g.hidden = g.disabled = g.dataset.of !== e.target.value; });
      if (finer) finer.value = "";
      suggest(e.target);
    } else if (e.target === finer && finer.selectedOptions[0]) suggest(finer.selectedOptions[0]);
    else if (e.target.name === "severity") form.dataset.graded = "1";
    else if (e.target.name === "danger" && e.target.value === "yes" && radio("severity") === "minor") grade("important");
  });
  const chosenNow = $('input[name="category"]:checked', form);
  if (chosenNow) groups.forEach((g) => { g.hidden = g.disabled = g.dataset.of !== chosenNow.value; });
  const idle = $("#id_idle"), opened = Date.now();  // how long the empty form lay there: the reception is when it is begun
  if (idle && !idle.value) form.addEventListener("input", () => { idle.value = Math.round((Date.now() - opened) / 1000); }, { once: true });
  if (danger) danger.hidden = !(chosenNow && "asks" in chosenNow.dataset && !(finer && finer.value));
  if (!wrong && room && !room.value) room.focus();
  void picked; void field;
})();
