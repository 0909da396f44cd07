/* Tries one key after another until one begins as asked: ALTCHA's proof of work, version 2, PBKDF2. Syntax of 2019 only. */
(function () {
  "use strict";

  function bytes(hex) {
    return Uint8Array.from(hex.match(/../g), function (pair) { return parseInt(pair, 16); });
  }

  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (value) { return (value < 16 ? "0" : "") + value.toString(16); }).join("");
  }

  self.onmessage = function (event) {
    var asked = JSON.parse(event.data).parameters;
    var nonce = bytes(asked.nonce);
    var password = new Uint8Array(nonce.length + 4);
    var rule = {name: "PBKDF2", hash: "SHA-256", salt: bytes(asked.salt), iterations: asked.cost};
    var begun = Date.now();
    password.set(nonce);

    function attempt(counter) {
      new DataView(password.buffer).setUint32(nonce.length, counter);
      self.crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]).then(function (key) {
        return self.crypto.subtle.deriveBits(rule, key, asked.keyLength * 8);
      }).then(function (derived) {
        var found = hex(derived);
        if (found.indexOf(asked.keyPrefix) === 0) {
          self.postMessage({counter: counter, derivedKey: found, time: Date.now() - begun});
        } else {
          attempt(counter + 1);
        }
      }).catch(function () { self.postMessage(null); });
    }

    attempt(0);
  };
}());
