/* Paper: the print dialog, at once where the page was asked for to be printed. */
(() => {
  "use strict";
  const button = document.querySelector("[data-print-now]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => print());
  if (document.querySelector("[data-print]")) print();
})();
