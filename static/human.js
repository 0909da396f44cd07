/* A human check on the page: the device works it out by itself, and the form goes off when it has. Where that cannot be (an old browser, no
   https) the picture stays. Loaded by app.js only where a check is asked for. Syntax of 2019 only. */
(function () {
  "use strict";
  var PATIENCE = 30000;

  function show(element, shown) {
    if (element) {
      element.hidden = !shown;
    }
  }

  function begin(box) {
    var form = box.form || box.closest("form");
    var proof = box.querySelector("[data-proof]");
    var working = box.querySelector("[data-working]");
    var done = box.querySelector("[data-done]");
    var picture = box.querySelector("[data-picture]");
    var pressed = box.hasAttribute("data-pressed");
    var worker, timer;

    if (box.abonentBegun || !form || !window.Worker || !window.crypto || !window.crypto.subtle) {
      return;
    }
    box.abonentBegun = true;

    function waiting() {
      return Boolean(worker) && document.contains(box);
    }

    function end() {
      worker.terminate();
      worker = null;
      window.clearTimeout(timer);
      show(working, false);
    }

    function give_up() {
      end();
      show(picture, true);
      picture.querySelector("input:not([type=hidden])").focus();
    }

    /* Sent too early, it waits; what was pressed already when the check was asked for goes off by itself, if nothing is missing. */
    function send() {
      var button = form.querySelector("button[type=submit].main") || form.querySelector("button[type=submit]");
      if (form.checkValidity()) {
        button.disabled = false;
        button.click();
      }
    }

    document.addEventListener("submit", function (event) {
      if (event.target === form && waiting()) {
        event.preventDefault();
        event.stopImmediatePropagation();
        pressed = true;
      }
    }, true);

    show(picture, false);
    show(working, true);
    worker = new window.Worker(box.getAttribute("data-worker"));
    timer = window.setTimeout(give_up, PATIENCE);
    worker.onerror = give_up;
    worker.onmessage = function (event) {
      if (!event.data) {
        give_up();
        return;
      }
      end();
      proof.value = window.btoa(JSON.stringify({challenge: JSON.parse(box.getAttribute("data-challenge")), solution: event.data}));
      show(done, true);
      if (pressed) {
        send();
      }
    };
    worker.postMessage(box.getAttribute("data-challenge"));
  }

  function look() {
    Array.prototype.forEach.call(document.querySelectorAll("[data-human]"), begin);
  }

  document.addEventListener("htmx:afterSwap", look);
  look();
}());
