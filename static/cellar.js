/* Readings that are typed where there is no network: kept on this device (dials and values only, for three days), sent once when it is back.
   Without it, or without storage, the form works as it stands. Syntax of 2019 only. */
(function () {
  "use strict";
  var box = document.getElementById("kept");
  var DAYS = 3 * 24 * 3600 * 1000, PAUSE = 20000;
  var busy = false, timer = null, name, owner;

  if (!box || !window.fetch || !window.URLSearchParams || !window.DOMParser) {
    return;
  }
  name = "abonent.kept." + box.getAttribute("data-account");
  owner = box.getAttribute("data-owner");

  /* What is kept of this account for whoever is signed in: another's is neither shown nor sent. */
  function read() {
    var kept;
    try {
      kept = JSON.parse(window.localStorage.getItem(name));
    } catch (error) {
      return null;
    }
    return kept && kept.owner === owner && Date.now() - kept.at < DAYS ? kept : null;
  }

  function write(kept) {
    try {
      window.localStorage.setItem(name, JSON.stringify(kept));
      return true;
    } catch (error) {
      return false;
    }
  }

  function drop() {
    try {
      if (read()) {
        window.localStorage.removeItem(name);
      }
    } catch (error) { /* nothing was kept then */ }
  }

  function form(root) {
    return (root || document).querySelector("#readings form");
  }

  function hidden(root, field) {
    var found = root && root.querySelector("input[name='" + field + "']");
    return found ? found.value : "";
  }

  /* The fields by the ids of their dials. */
  function fields(root) {
    var found = {};
    Array.prototype.forEach.call(root ? root.querySelectorAll("input[name$='.register']") : [], function (register) {
      var input = root.querySelector("input[name='" + register.name.replace(/register$/, "value") + "']");
      if (input) {
        found[register.value] = input;
      }
    });
    return found;
  }

  /* What differs from what stands already. */
  function collect() {
    var own = form(), all = fields(own), values = {}, any = false;
    Object.keys(all).forEach(function (register) {
      var value = all[register].value.trim();
      if (value && value !== all[register].getAttribute("data-stands")) {
        values[register] = value;
        any = true;
      }
    });
    return any ? {owner: owner, at: Date.now(), key: hidden(own, "idempotencyKey"), form: hidden(own, "formToken"), values: values} : null;
  }

  function clock(at) {
    var time = new Date(at);
    var day = time.toDateString() === new Date().toDateString() ? "" : ("0" + time.getDate()).slice(-2) + "." + ("0" + (time.getMonth() + 1)).slice(-2) + ", ";
    return day + ("0" + time.getHours()).slice(-2) + ":" + ("0" + time.getMinutes()).slice(-2);
  }

  /* Seen in its place and heard; `which` names a text of the page. What waits is said beside the button too. */
  function say(which, values, link) {
    var text = which ? box.getAttribute("data-" + which) : "", said = document.getElementById("said"), held = document.getElementById("held"), more;
    if (held) {
      held.hidden = which !== "waiting";
    }
    if (which === "typed" && box.getAttribute("data-state") === which) {
      return;
    }
    Object.keys(values || {}).forEach(function (key) { text = text.replace("{" + key + "}", values[key]); });
    box.textContent = text;
    box.hidden = !text;
    box.setAttribute("data-state", which || "");
    if (link) {
      more = document.createElement("a");
      more.href = link;
      more.className = "btn";
      more.textContent = box.getAttribute("data-sign-in");
      box.appendChild(document.createElement("br"));
      box.appendChild(more);
    }
    if (said && text) {
      window.setTimeout(function () { said.textContent = text; }, 60);
    }
  }

  function note() {
    var kept = collect(), was = read();
    if (!kept) {
      drop();
      say("");
    } else if (write(kept) && (navigator.onLine === false || (was && was.send))) {
      say("typed");
    } else if (box.getAttribute("data-state") !== "unsent") {
      say("");
    }
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(deliver, PAUSE);
  }

  /* Where a button was pressed nobody looks at the top of the page: what is said there takes the focus. What no dial can show does not wait, but is corrected here. */
  function queue() {
    var kept = collect(), bad = form().querySelector("input[aria-invalid]");
    if (!kept) {
      return false;
    }
    kept.send = !bad;
    if (!write(kept)) {
      return false;
    }
    if (bad) {
      bad.focus();
      return true;
    }
    say("waiting");
    box.focus();
    later();
    return true;
  }

  /* Put the server's block in the place of ours, as htmx does. */
  function swap(fresh) {
    var old = document.getElementById("readings");
    var made = document.importNode(fresh, true);
    old.parentNode.replaceChild(made, old);
    if (window.htmx) {
      window.htmx.process(made);
    }
    document.dispatchEvent(new CustomEvent("htmx:afterSwap", {detail: {target: made}}));
  }

  function body(page, kept) {
    var sent = new URLSearchParams(), all = fields(form(page)), spare = 900;
    ["csrf", "token"].forEach(function (key) {
      if (hidden(page, key)) {
        sent.append(key, hidden(page, key));
      }
    });
    sent.append("idempotencyKey", kept.key);
    sent.append("formToken", kept.form || hidden(form(page), "formToken"));
    Object.keys(kept.values).sort().forEach(function (register) {
      var field = all[register] ? all[register].name.replace(/value$/, "") : "readings." + (spare += 1) + ".";
      sent.append(field + "register", register);
      sent.append(field + "value", kept.values[register]);
    });
    return sent;
  }

  function parsed(text) {
    return new DOMParser().parseFromString(text, "text/html");
  }

  /* The session has ended, or somebody else has signed in: nothing is sent, and it stays until its owner is back. */
  function stop(which) {
    say(which, {}, which === "ended" ? box.getAttribute("data-door") : "");
    return null;
  }

  /* It is not tried again by itself, and stays in its fields. */
  function refused(kept) {
    kept.send = false;
    write(kept);
    say("unsent");
  }

  function ended(kept, answer, text) {
    var fresh = parsed(text).getElementById("readings"), now = read();
    var same = now && now.at === kept.at;
    if (answer.headers.get("hx-redirect")) {
      return stop("ended");
    }
    if (answer.status >= 500 || answer.status === 429 || !fresh) {
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
        return refused(kept);
      }
      return later();
    }
    if (fresh.querySelector("#sent")) {
      if (same) {
        drop();
        swap(fresh);
      }
      return say("sent", {time: clock(Date.now()), receipts: (fresh.querySelector("#sent").textContent.match(/\d\d-\d\d-[0-9A-Z]+/g) || []).join(", ")});
    }
    if (same) {
      kept.send = false;
      write(kept);
      swap(fresh);
    }
    return say("unsent");
  }

  /* The page is fetched anew first: the token of an old form may be over, and somebody else may have signed in. */
  function deliver() {
    var kept = read();
    if (busy || !kept || !kept.send) {
      return;
    }
    busy = true;
    window.fetch(box.getAttribute("data-path"), {credentials: "same-origin"}).then(function (answer) {
      return answer.text().then(function (text) {
        var page = parsed(text), theirs = page.getElementById("kept");
        if (!theirs || theirs.getAttribute("data-owner") !== kept.owner) {
          if (answer.ok && (theirs || page.getElementById("entry"))) {
            return stop("ended");
          }
          return answer.status === 404 || answer.status === 403 ? refused(kept) : later();
        }
        return window.fetch(box.getAttribute("data-path").split("?")[0], {
          method: "POST", credentials: "same-origin", body: body(page, kept), headers: {"HX-Request": "true", "HX-Target": "readings"}
        }).then(function (done) {
          return done.text().then(function (block) { return ended(kept, done, block); });
        });
      });
    }).catch(later).then(function () { busy = false; });
  }

  /* What was typed here before comes back into its fields. */
  function restore() {
    var kept = read(), own = form(), all = fields(own), lost = [];
    if (document.getElementById("sent")) {
      drop();
      return;
    }
    if (!kept) {
      return;
    }
    Object.keys(kept.values).forEach(function (register) {
      if (!all[register]) {
        lost.push(kept.values[register]);
      } else if (all[register].value !== kept.values[register]) {
        all[register].value = kept.values[register];
        all[register].dispatchEvent(new Event("change", {bubbles: true}));
      }
    });
    if (own && kept.send) {
      own.querySelector("input[name='idempotencyKey']").value = kept.key;
    }
    say(kept.send ? "waiting" : lost.length ? "lost" : "back", {time: clock(kept.at), values: lost.join("; ")});
    deliver();
  }

  function failed(event) {
    var config = event.detail.requestConfig || {}, asked = config.parameters || {};
    var status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (!config.elt || !document.getElementById("readings").contains(config.elt)) {
      return;
    }
    if (config.elt.tagName === "INPUT") {
      event.stopPropagation();
      note();
    } else if (!asked.cancel && (status === 0 || status > 501) && queue()) {
      event.stopPropagation();
    }
  }

  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(function (kind) { document.body.addEventListener(kind, failed); });

  document.addEventListener("input", function (event) {
    if (form() && form().contains(event.target)) {
      note();
    }
  });

  /* An answer below a field says whether the field is right; one for the whole form ends what was kept. */
  document.addEventListener("htmx:afterSwap", function (event) {
    var target = event.detail.target, input = document.querySelector("[aria-describedby='" + target.id + "']");
    if (input && target.classList.contains("said")) {
      if (target.querySelector(".err:not(.ask)")) {
        input.setAttribute("aria-invalid", "true");
      } else {
        input.removeAttribute("aria-invalid");
      }
    } else if (target.id === "readings" && document.getElementById("sent")) {
      drop();
      say("");
    }
  });

  /* Another tab has sent it, or signed out. */
  window.addEventListener("storage", function (event) {
    if (event.key === name && !event.newValue && box.getAttribute("data-state") === "waiting" && !busy) {
      window.location.reload();
    }
  });
  window.addEventListener("online", deliver);
  window.addEventListener("pageshow", deliver);
  document.addEventListener("visibilitychange", deliver);
  restore();
}());
