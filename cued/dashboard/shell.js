/* A service worker: the page's own files are kept, so that it opens without a network and can say
   so. The network goes first; nothing that was measured is ever kept. */
"use strict";

const KEPT = "cued-shell";
const MEASURED = /\/(config|history)\.json$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const own = new URL(request.url).origin === self.location.origin;
  if (request.method !== "GET" || !own || MEASURED.test(new URL(request.url).pathname)) return;
  event.respondWith(fetch(request).then(async (answer) => {
    if (answer.ok) (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  }, async () => (await caches.match(request)) ?? Response.error()));
});
