// Passkeys: asks the browser to make one (?make) or to prove one, and sends what it answers. Without a script, or in a
// browser that knows no passkeys, the buttons stay hidden and the page offers numbers.
const from64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const to64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const opened = (options) => {
  options.challenge = from64(options.challenge);
  if (options.user) options.user.id = from64(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials]) for (const each of list || []) each.id = from64(each.id);
  return options;
};

const closed = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = to64(credential.response[name]);
  }
  return { id: credential.id, rawId: to64(credential.rawId), type: credential.type, response };
};

const run = async (address, token) => {
  const asked = await fetch(address, { headers: { Accept: "application/json" } });
  const publicKey = opened(await asked.json());
  const credential = publicKey.user ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(closed(credential)),
  });
  return answer.json();
};

for (const place of window.PublicKeyCredential ? document.querySelectorAll("[data-passkey]") : []) {
  const button = place.querySelector("button"), card = place.parentElement;
  const said = card.querySelector("[data-passkey-said]"), codes = card.querySelector("[data-passkey-codes]");
  place.hidden = false;
  button.addEventListener("click", async () => {
    said.hidden = true;
    button.disabled = true;
    try {
      const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
      const answer = await run(place.dataset.passkey, token);
      if (answer.words) throw new Error(answer.words);
      if (!answer.codes.length) return location.assign("/");
      for (const code of answer.codes) {
        const line = document.createElement("li"), words = document.createElement("code");
        words.textContent = code;
        line.append(words);
        codes.querySelector("ul").append(line);
      }
      for (const other of card.querySelectorAll("form, [data-passkey]")) other.hidden = true;
      codes.hidden = false;
      codes.querySelector("a").focus();
    } catch (fault) {
      said.textContent = fault.name === "Error" ? fault.message : said.dataset.failed || fault.message;
      said.hidden = false;
      button.disabled = false;
    }
  });
}
