/* @ and a letter in an internal note offers the colleagues who may see the ticket. Typed whole, a name needs no script. */
(() => {
  "use strict";
  const field = document.querySelector("[data-colleagues]"), list = document.querySelector("#note-list");
  if (!field || !list) return;
  let found = [], at = 0, asked = 0, later;
  const begun = () => /@([^\s@]{1,12})$/.exec(field.value.slice(0, field.selectionStart));
  function show(people) {
    found = people;
    at = 0;
    list.replaceChildren(...people.map((one, n) => {
      const li = document.createElement("li"), name = document.createElement("span"), post = document.createElement("span");
      li.id = "note-" + n;
      li.setAttribute("role", "option");
      name.className = "strong";
      name.lang = "zh";
      name.textContent = one.name;
      post.className = "second";
      post.textContent = one.post;
      li.append(name, post);
      return li;
    }));
    list.hidden = !people.length;
    paint();
  }
  function paint() {
    [...list.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === at)));
    if (found.length) field.setAttribute("aria-activedescendant", "note-" + at);
    else field.removeAttribute("aria-activedescendant");
  }
  async function ask() {
    const typed = begun(), mine = ++asked;
    if (!typed) return show([]);
    try {
      const answer = await fetch(field.dataset.colleagues + "?q=" + encodeURIComponent(typed[1]), { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok && mine === asked) show((await answer.json()).results);
    } catch { /* the line is down: the name can be typed whole */ }
  }
  function take(one) {
    const typed = begun(), caret = field.selectionStart;
    if (!typed) return show([]);
    field.setRangeText("@" + one.name + " ", caret - typed[0].length, caret, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    show([]);
  }
  field.addEventListener("input", () => { clearTimeout(later); later = setTimeout(ask, 120); });
  field.addEventListener("keydown", (e) => {
    if (e.isComposing || e.keyCode === 229 || !found.length || e.ctrlKey || e.altKey || e.metaKey) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") at = (at + (e.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    else if (e.key === "Enter" || e.key === "Tab") take(found[at]);
    else if (e.key === "Escape") { show([]); e.stopPropagation(); return; }
    else return;
    e.preventDefault();
    paint();
  });
  list.addEventListener("mousedown", (e) => e.preventDefault());
  list.addEventListener("click", (e) => { const li = e.target.closest("li"); if (li) take(found[[...list.children].indexOf(li)]); });
  field.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== field) show([]); }, 150));
})();
