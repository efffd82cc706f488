"use strict";
// Confidential numbers: a digit picks the reason, and what was shown is hidden again after its minute.
(() => {
  document.addEventListener("keydown", event => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    const open = document.querySelector("details.reveal[open]");
    if (!open) return;
    if (event.key === "Escape") { open.open = false; open.querySelector("summary").focus(); return; }
    if (event.target.matches("input:not([type=hidden]), textarea, select") || !document.body.hasAttribute("data-keys")) return;
    if (!/^[0-9]$/.test(event.key)) return;
    event.preventDefault(); // while it is open, a digit is a reason and nothing else of the page
    event.stopPropagation();
    open.querySelector("form[data-digits]")?.querySelectorAll("button[name=reason]")[Number(event.key) - 1]?.click();
  }, true);
  document.addEventListener("htmx:beforeSwap", event => {
    const secret = event.detail.target.closest?.("[data-secret]");
    if (!secret) return;
    const { status, responseText } = event.detail.xhr;
    if (status < 400) { secret.masked ??= secret.innerHTML; return; }
    event.detail.shouldSwap = false;
    if (status !== 422 && status !== 429) return;
    const said = new DOMParser().parseFromString(responseText, "text/html").body.firstElementChild;
    secret.querySelector("[role=alert]")?.remove();
    if (said) secret.append(said); // the masked number and its button stay
  });
  document.addEventListener("htmx:afterSwap", event => {
    const shown = event.target.querySelector?.("[data-hide-after]");
    if (!shown) return;
    const secret = shown.closest("[data-secret]");
    shown.querySelector("[data-dial]")?.click();
    clearTimeout(secret.hiding);
    secret.hiding = setTimeout(() => {
      secret.innerHTML = secret.masked;
      delete secret.masked;
      window.htmx.process(secret);
    }, 1000 * Number(shown.dataset.hideAfter));
  });
})();
