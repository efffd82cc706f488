"use strict";
// Confidential numbers: a digit picks the reason, and what was shown is hidden again after its minute.
(() => {
  document.addEventListener("keydown", event => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    const open = document.querySelector("details.reveal[open]");
    if (!open) return;
    if (event.key === "Escape") { open.open = false; open.querySelector("summary").focus(); return; }
    if (event.target.matches("input:not([type=hidden]), textarea, select") || !document.body.hasAttribute("data-keys")) return;
    const button = open.querySelectorAll("button[name=reason]")[Number(event.key) - 1];
    if (/^[1-4]$/.test(event.key) && button) { event.preventDefault(); event.stopPropagation(); button.click(); }
  }, true);
  document.addEventListener("htmx:beforeSwap", event => {
    const secret = event.detail.target.closest?.("[data-secret]");
    if (secret && event.detail.xhr.status < 400) secret.masked = secret.innerHTML;
    if (secret && event.detail.xhr.status === 429) event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:afterSwap", event => {
    const shown = event.target.querySelector?.("[data-hide-after]");
    if (!shown) return;
    const secret = shown.closest("[data-secret]");
    shown.querySelector("[data-dial]")?.click();
    setTimeout(() => { secret.innerHTML = secret.masked; window.htmx.process(secret); }, 1000 * Number(shown.dataset.hideAfter));
  });
})();
