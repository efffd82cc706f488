/* The half minute at the door: the ring runs down, and the button wakes when the wait is over. And a start that was
   pressed without a line: what follows it opens on this very page. */
(() => {
  "use strict";
  const after = document.querySelector("[data-after-start]"), start = document.querySelector("[data-start-form]");
  if (after && start && typeof unsent !== "undefined" && unsent) {
    const open = () => { after.hidden = false; };
    start.addEventListener("submit", () => setTimeout(() => { if (!navigator.onLine) open(); }, 0));
    addEventListener("offline", async () => { if (await waits()) open(); });
    const waits = async () => (await unsent.mine()).some((item) => item.url.endsWith(location.pathname + "start/"));
    waits().then((is) => is && open());
  }

  const box = document.querySelector("[data-door-until]"), again = document.querySelector("[data-door-again]");
  const form = document.querySelector("[data-door-form]");
  if (!again) return;
  const skew = Date.now() - Date.parse(document.body.dataset.now);
  let until = box ? Date.parse(box.dataset.doorUntil) + skew : 0;
  const wait = Number(form.dataset.doorWait) * 1000;
  function tick() {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    again.setAttribute("aria-disabled", String(left > 0));
    if (box) {
      box.querySelector("[data-door-left]").textContent = left;
      box.querySelector(".fill").setAttribute("stroke-dasharray", (100 * left * 1000 / wait) + " 100");
    }
    if (left) setTimeout(tick, 250);
  }
  // Too early is the same as not yet: nothing is sent, also without a line.
  addEventListener("submit", (e) => {
    if (e.target !== form) return;
    if (Date.now() < until) { e.preventDefault(); e.stopImmediatePropagation(); return; }
    until = Date.now() + wait;
    tick();
  }, true);
  tick();
})();
