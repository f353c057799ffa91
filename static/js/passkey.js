// Asks the device for a passkey and sends its answer: form[data-passkey=login|get|create].
"use strict";

const options = async (form) => {
  if (form.dataset.passkey === "login") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()).request_options;
  }
  const data = JSON.parse(document.getElementById("passkey-options").textContent);
  if (form.dataset.passkey === "get") return data.request_options;
  // Always one to log in with: kept on the device, behind its finger or code.
  Object.assign(data.creation_options.publicKey.authenticatorSelection, {
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  });
  return data.creation_options;
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const problem = form.querySelector("[data-problem]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const ask = form.dataset.passkey === "create" ? "create" : "get";
      const credential = await window.webauthnJSON[ask](await options(form));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
}
