/* Where the page of readings should be and no network is: what was typed there, and the way back. Syntax of 2019 only. */
(function () {
  "use strict";
  var PAUSE = 20000, found = /\/accounts\/([^/]+)\/readings$/.exec(window.location.pathname);

  /* Whoever's page this was before it was opened anew: the place in the tab's history remembers, and another's values are not shown. */
  function read() {
    var owner = (window.history.state || {}).owner, kept;
    try {
      kept = JSON.parse(window.localStorage.getItem("abonent.kept." + (found ? found[1] : "")));
    } catch (error) {
      return null;
    }
    return kept && owner && kept.owner === owner && Date.now() - kept.at < 3 * 24 * 3600 * 1000 ? kept : null;
  }

  function show(kept) {
    var place = document.getElementById(kept.send ? "waiting" : "typed");
    place.querySelector("b").textContent = Object.keys(kept.values).map(function (register) { return kept.values[register]; }).join("; ");
    place.hidden = false;
  }

  function again() {
    window.fetch(window.location.href, {credentials: "same-origin"}).then(function (answer) {
      if (answer.status < 500) {
        window.location.reload();
      }
    }).catch(function () { /* none yet */ });
  }

  if (read()) {
    show(read());
  }
  window.addEventListener("online", again);
  window.setInterval(again, PAUSE);
}());
