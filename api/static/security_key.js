/* Script of pages that register or ask for a security key (WebAuthn). It turns the options of the
   page into a call of the browser, puts the answer into the form, and sends the form. */
"use strict";
(() => {
  const form = document.querySelector("form[data-key-options]");
  const problem = document.querySelector("[data-key-problem]");
  if (!form) return;

  const toBytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const toText = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const withBytes = (key) => ({ ...key, id: toBytes(key.id) });

  const options = JSON.parse(form.dataset.keyOptions);
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    if (options[name]) options[name] = options[name].map(withBytes);
  }

  const describe = (credential) => {
    const response = {};
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    for (const name of parts) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    const { id, type } = credential;
    return JSON.stringify({ id, type, rawId: toText(credential.rawId), response,
      clientExtensionResults: credential.getClientExtensionResults() });
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential) {
      problem.textContent = "This browser knows no security keys, or the page is not served over HTTPS.";
      problem.hidden = false;
      return;
    }
    problem.hidden = true;
    try {
      const call = { publicKey: options };
      const isNew = form.dataset.keyAct === "create";
      const credential = await (isNew ? navigator.credentials.create(call) : navigator.credentials.get(call));
      form.elements.answer.value = describe(credential);
      form.submit();
    } catch (error) {
      problem.textContent = error.name === "InvalidStateError"
        ? "This security key is registered already."
        : "The security key gave no answer. Try again.";
      problem.hidden = false;
    }
  });
})();
