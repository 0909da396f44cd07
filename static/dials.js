/* A reading's digits, looked at on the device where the server cannot be asked: as resolvers/typed.py reads them, and no more than that. Syntax of 2019 only. */
(function () {
  "use strict";
  var texts = document.getElementById("kept");

  var number = /^([0-9]+|[0-9]{1,3}(?:\s[0-9]{3})+)(?:[.,]([0-9]+))?$/;

  /* Which of the texts is to be said of it; none where the dial can show it. */
  function wrong(text, whole, fraction) {
    var found = number.exec(text);
    if (!text) {
      return "";
    }
    if (!found) {
      return /^[-\u2212\u2013]/.test(text) && number.test(text.slice(1).trim()) ? "negative" : "number";
    }
    return found[1].replace(/\s/g, "").replace(/^0+(?=.)/, "").length > whole || (found[2] || "").replace(/0+$/, "").length > fraction ? "digits" : "";
  }

  /* How the digits may stand on the dial: 217500 as 217,500 and 85901,27 as 85901,2. */
  function suggested(text, whole, fraction) {
    var found = number.exec(text), left = found ? found[1].replace(/\s/g, "").replace(/^0+(?=.)/, "") : "", right = found && found[2] || "";
    if (left.length > whole && !right && fraction) {
      right = left.slice(-fraction);
      left = left.slice(0, -fraction);
    }
    right = right.slice(0, fraction);
    return left && left.length <= whole ? left + (right && "," + right) : fraction ? "117,5" : "117";
  }

  /* What the server said before was about another value: it gives way. */
  function check(input) {
    var whole = Number(input.getAttribute("data-whole")), fraction = Number(input.getAttribute("data-fraction"));
    var text = input.value.trim().replace(/\s*(м3|м³|m3|m³|куб\S*|квт\S*|kwh|гкал)\.?$/i, "");
    var which = wrong(text, whole, fraction), below = document.getElementById(input.getAttribute("aria-describedby")), said;
    below.textContent = "";
    if (!which) {
      input.removeAttribute("aria-invalid");
      return;
    }
    said = document.createElement("p");
    said.className = "err";
    said.textContent = texts.getAttribute("data-" + which).replace("{integer}", whole).replace("{fraction}", fraction).replace("{example}", suggested(text, whole, fraction));
    below.appendChild(said);
    input.setAttribute("aria-invalid", "true");
  }

  function failed(event) {
    var input = (event.detail.requestConfig || {}).elt, status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (texts && input && input.hasAttribute("data-whole") && (status === 0 || status > 501)) {
      check(input);
    }
  }

  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(function (kind) { document.body.addEventListener(kind, failed); });

  /* What is said below a field pushes the button away from under a finger that is pressing it, and the press would be lost: it waits until the finger is up. */
  var pressed = false, waiting = [];

  function released() {
    pressed = false;
    window.setTimeout(function () { waiting.splice(0).forEach(function (say) { say(); }); }, 100);
  }

  document.addEventListener("pointerdown", function () { pressed = true; });
  document.addEventListener("pointerup", released);
  document.addEventListener("pointercancel", released);
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    var target = event.detail.target, text = event.detail.serverResponse;
    if (pressed && event.detail.shouldSwap && target.classList.contains("said")) {
      event.detail.shouldSwap = false;
      waiting.push(function () {
        if (document.contains(target)) {
          target.innerHTML = text;
          document.dispatchEvent(new CustomEvent("htmx:afterSwap", {detail: {target: target}}));
        }
      });
    }
  });
}());
