/* Stands before the page of readings alone: where no network is, the page that static/shelter.js has kept answers instead of the browser's. Syntax of 2019 only. */
(function () {
  "use strict";

  function kept(key) {
    return self.caches.open("abonent.away").then(function (cache) { return cache.match(key); }).then(function (found) { return found || Response.error(); });
  }

  self.addEventListener("fetch", function (event) {
    var request = event.request, path = new URL(request.url).pathname;
    if (request.mode === "navigate" && request.method === "GET" && path === new URL(self.registration.scope).pathname) {
      event.respondWith(self.fetch(request).catch(function () { return kept(path); }));
    } else if (path.indexOf("/static/") === 0) {
      event.respondWith(self.fetch(request).catch(function () { return kept(request); }));
    }
  });
}());
