/* Opens pages that were open before again without a line: the queue, tickets, the bar, home visits. Always the net first; at the way out, or once
   the session has ended, what was kept of the pages goes. */
"use strict";
const PAGES = "pages", FILES = "files", KEPT = /^\/(queue|tickets\/[A-Za-z0-9-]+|(bar|visits)(\/[A-Za-z0-9-]+)*)\/$/, OUT = /^\/(login|logout|switch|lock)\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (url.origin !== location.origin) return;
  if (OUT.test(url.pathname)) e.waitUntil(caches.delete(PAGES));
  else if (e.request.method === "GET" && url.pathname.startsWith("/static/")) e.respondWith(file(e.request));
  else if (e.request.mode === "navigate" && KEPT.test(url.pathname)) e.respondWith(page(e.request, url));
});
self.addEventListener("message", (e) => {
  const url = new URL(e.data.page);
  if (url.origin !== location.origin || !KEPT.test(url.pathname)) return;
  e.waitUntil(Promise.all([page(new Request(url), url), ...e.data.files.map((one) => file(new Request(one)))]));
});

async function page(request, url) {
  const kept = await caches.open(PAGES), where = url.pathname + url.search;
  try {
    const answer = await fetch(request);
    if (answer.type === "opaqueredirect" || answer.redirected) await caches.delete(PAGES);
    else if (answer.ok) await kept.put(where, answer.clone());
    return answer;
  } catch (gone) {
    const before = (await kept.match(where)) || (await kept.match(url.pathname, { ignoreSearch: true }));
    if (before) return before;
    throw gone;
  }
}

async function file(request) {
  const kept = await caches.open(FILES);
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  } catch (gone) {
    const before = await kept.match(request);
    if (before) return before;
    throw gone;
  }
}
