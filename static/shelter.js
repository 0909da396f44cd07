/* Keeps a page of ours that names nobody, in the reader's language, for when the page of readings is opened anew without network. Syntax of 2019 only. */
(function () {
  "use strict";
  var box = document.getElementById("kept"), page, path;

  if (!box || !navigator.serviceWorker || !window.caches) {
    return;
  }
  page = box.getAttribute("data-away");
  path = box.getAttribute("data-path").split("?")[0];

  function fetched(cache) {
    return window.fetch(page, {credentials: "omit"}).then(function (answer) {
      if (!answer.ok || answer.redirected) {
        throw new Error("there is no such page");
      }
      return answer.clone().text().then(function (text) {
        return cache.addAll(text.match(/\/static\/[^"]+/g) || []).then(function () { return cache.put(path, answer); });
      });
    });
  }

  function keep() {
    var state = window.history.state || {};
    state.owner = box.getAttribute("data-owner");
    window.history.replaceState(state, "");
    window.caches.open("abonent.away").then(function (cache) {
      return cache.match(path).then(function (found) {
        return found && found.url === new URL(page, window.location.href).href ? null : fetched(cache);
      });
    }).then(function () {
      return navigator.serviceWorker.register(box.getAttribute("data-worker"), {scope: path});
    }).catch(function () { /* it goes without */ });
  }

  window.addEventListener("load", keep);
}());
