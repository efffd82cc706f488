/* The bar's tablet: the same button is pressed again after ten minutes without a line, so a form that was kept may be
   sent again a moment later; two taps in the same moment stay one. */
(() => {
  "use strict";
  const SAME_TAP = 1200;
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.dataset.unsent !== undefined) setTimeout(() => { delete form.dataset.sent; }, SAME_TAP);
  });
})();
