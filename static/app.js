/* Nothing here is essential: every page works without it. Syntax of 2019 only, for phones that old. */
(function () {
  "use strict";
  var said = document.getElementById("said");

  function announce(text) {
    if (said) {
      said.textContent = "";
      window.setTimeout(function () { said.textContent = text; }, 50);
    }
  }

  function each(root, selector, act) {
    Array.prototype.forEach.call(root.querySelectorAll(selector), act);
  }

  function remove(old) { old.parentNode.removeChild(old); }

  /* What was refused, asked or done comes first, also for those who hear the page. */
  function focusNews(root) {
    var news = root.querySelector ? root.querySelector("[data-focus]") : null;
    if (news) {
      news.focus();
    }
    return Boolean(news);
  }

  function failed(event) {
    var answer = event.detail && event.detail.xhr;
    var text = document.body.getAttribute(answer && answer.status === 429 ? "data-wait" : "data-failed") || "";
    var old = document.getElementById("failed");
    if (!old) {
      old = document.createElement("p");
      old.id = "failed";
      old.className = "card notice bad";
      old.setAttribute("role", "alert");
      document.getElementById("main").insertBefore(old, document.getElementById("main").firstChild);
    }
    old.textContent = text;
    old.scrollIntoView({block: "nearest"});
  }

  /* Readings that static/cellar.js keeps: three days at most, and none after signing out. */
  function forgetKept(all) {
    try {
      Object.keys(window.localStorage).forEach(function (name) {
        if (name.indexOf("abonent.kept.") === 0 && (all || !(Date.now() - JSON.parse(window.localStorage.getItem(name)).at < 3 * 24 * 3600 * 1000))) {
          window.localStorage.removeItem(name);
        }
      });
    } catch (error) { /* without storage nothing is kept */ }
  }

  /* The script of human checks comes only where one is asked for. */
  function checkHumans() {
    var check = document.querySelector("[data-human]");
    var script;
    if (check && !document.getElementById("human-script")) {
      script = document.createElement("script");
      script.id = "human-script";
      script.src = check.getAttribute("data-human");
      document.head.appendChild(script);
    }
  }

  function offerPrinting() {
    each(document, "[data-print]", function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    checkHumans();
    offerPrinting();
    forgetKept(false);
    each(document, ".tabs [aria-current]", function (tab) { tab.parentNode.scrollLeft = tab.offsetLeft - 16; });
    focusNews(document);
  });

  document.addEventListener("htmx:afterSwap", function (event) {
    each(document, "#failed", remove);
    var target = document.getElementById(event.detail.target.id) || event.detail.target;
    checkHumans();
    if (!focusNews(target) && target.getAttribute("data-said")) {
      announce(target.getAttribute("data-said"));
    }
  });

  /* The links to other languages lead to what is shown now. */
  document.addEventListener("htmx:pushedIntoHistory", function () {
    each(document, ".langs a", function (link) {
      var address = new URL(window.location.href);
      address.searchParams.set("lang", link.lang);
      link.href = address.pathname + address.search;
    });
  });

  /* The answer did not come, or was an error: what was typed stays, and the same form can be sent again. */
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  document.addEventListener("htmx:responseError", failed);

  /* A second press while the first is on its way changes nothing on the server; it only looks odd. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.className === "out") {
      forgetKept(true);
    }
    if (form.hasAttribute("data-file")) { /* the page stays when the file comes: what was said of the time before is over, and more may be asked for */
      each(document, "#problems, .err", remove);
      each(form, "[aria-invalid]", function (field) { field.removeAttribute("aria-invalid"); });
    } else if (!form.getAttribute("hx-post") && !form.getAttribute("hx-get")) {
      window.setTimeout(function () { each(form, "button", function (button) { button.disabled = true; }); }, 0);
    }
  });
  window.addEventListener("pageshow", function () { each(document, "button[disabled]", function (button) { button.disabled = false; }); });
}());
