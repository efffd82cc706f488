/* The queue's rows, picked by X and Shift X. The boxes themselves and the bar below them need no script. */
(() => {
  "use strict";
  const $$ = (css) => [...document.querySelectorAll(css)];
  const boxes = () => $$("[data-row] [name=ticket]");
  let last = "";
  function count() {
    const picked = boxes().filter((box) => box.checked).length, all = document.querySelector("[data-pick-all]"), words = document.querySelector("[data-picked]");
    if (words) words.textContent = picked || "";
    if (all) { all.hidden = false; all.checked = picked > 0 && picked === boxes().length; }
  }
  const number = (box) => box.value.split(":")[0];
  function pick(box, range) {
    const all = boxes(), from = all.findIndex((one) => number(one) === last), at = all.indexOf(box);
    if (range && from >= 0) all.slice(Math.min(from, at), Math.max(from, at) + 1).forEach((one) => (one.checked = true));
    else box.checked = !box.checked;
    last = number(box);
    count();
  }
  document.addEventListener("keydown", (e) => {
    if (e.isComposing || e.keyCode === 229 || e.defaultPrevented || e.ctrlKey || e.altKey || e.metaKey) return;
    if (e.key.toLowerCase() !== "x" || !("keys" in document.body.dataset) || document.querySelector("dialog[open]")) return;
    if (e.target.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])")) return;
    const box = document.querySelector("[data-row].on [name=ticket]");
    if (!box) return;
    e.preventDefault();
    pick(box, e.shiftKey);
  });
  document.addEventListener("click", (e) => {
    if (!e.target.matches("[data-row] [name=ticket]")) return;
    if (e.shiftKey) { e.target.checked = !e.target.checked; pick(e.target, true); }
    else { last = number(e.target); count(); }
  });
  document.addEventListener("change", (e) => {
    if (!e.target.matches("[data-pick-all]")) return;
    boxes().forEach((box) => (box.checked = e.target.checked));
    count();
  });
  document.addEventListener("htmx:afterSwap", count);
  count();
})();
