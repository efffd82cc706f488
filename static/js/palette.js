"use strict";
// Ctrl K: the find box over any page. The list comes from /find/, which is a page of its own without script.
(() => {
  const palette = document.getElementById("palette");
  if (!palette || !palette.showModal) return;
  const box = palette.querySelector("input");
  const list = palette.querySelector("[role=listbox]");
  const kinds = palette.querySelector("[data-kinds]");
  let asked = 0, timer = 0, only = "";

  const hits = () => [...list.querySelectorAll("[role=option]")].filter(hit => hit.offsetParent);
  const chosen = () => list.querySelector("[aria-selected=true]");
  const choose = hit => {
    chosen()?.setAttribute("aria-selected", "false");
    if (!hit) return box.removeAttribute("aria-activedescendant");
    hit.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", hit.id);
    hit.scrollIntoView({ block: "nearest" });
  };
  const narrow = kind => {
    only = kind;
    for (const group of list.querySelectorAll("[data-kind]")) group.hidden = only && group.dataset.kind !== only;
    for (const button of kinds.children) button.setAttribute("aria-pressed", String(button.value === only));
    choose(hits()[0]);
  };
  const offer = () => {
    const groups = [...list.querySelectorAll("[data-kind]")];
    const all = groups.reduce((sum, group) => sum + Number(group.dataset.n), 0);
    kinds.replaceChildren(...[["", kinds.dataset.all, all], ...groups.map(g => [g.dataset.kind, g.dataset.label, g.dataset.n])]
      .map(([value, label, n]) => Object.assign(document.createElement("button"), { type: "button", className: "pill", value, textContent: `${label} ${n}` })));
    narrow(groups.some(group => group.dataset.kind === only) ? only : "");
  };
  const ask = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(`/find/?q=${encodeURIComponent(box.value.trim())}`, { headers: { "HX-Request": "true" } });
      if (mine !== asked) return;
      if (answer.redirected || !answer.ok) return location.assign("/login/");
      list.innerHTML = await answer.text();
      offer();
    } catch { /* the network is gone: what stands there stays */ }
  };
  const open = () => { if (!palette.open) { palette.showModal(); box.select(); ask(); } };

  document.addEventListener("keydown", event => {
    if (event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  // A click, not the focus: whoever walks here by Tab types into the field itself.
  document.querySelector("[data-palette]")?.addEventListener("click", event => { event.target.blur(); open(); });
  box.addEventListener("input", event => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  box.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(ask, 60); });
  palette.addEventListener("keydown", event => {
    if (event.isComposing || event.keyCode === 229) return;
    const found = hits(), at = found.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(found[(at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      chosen()?.click();
    } else if (event.key === "Tab" && kinds.children.length > 2) {
      event.preventDefault();
      const values = [...kinds.children].map(button => button.value);
      narrow(values[(values.indexOf(only) + (event.shiftKey ? values.length - 1 : 1)) % values.length]);
    }
  });
  kinds.addEventListener("click", event => { if (event.target.value !== undefined) { narrow(event.target.value); box.focus(); } });
  palette.addEventListener("click", event => { if (event.target === palette) palette.close(); });
})();
