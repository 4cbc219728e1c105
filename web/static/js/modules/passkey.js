// SPDX-License-Identifier: Apache-2.0
// Asks the device for a passkey, or to make one, and goes on where the server says.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

async function post(url, csrf, body) {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': csrf };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const listed = (keys = []) => keys.map((key) => ({ ...key, id: bytes(key.id) }));

async function made(options) {
  const key = await navigator.credentials.create({ publicKey: {
    ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: listed(options.excludeCredentials),
  } });
  const { clientDataJSON, attestationObject } = key.response;
  return { id: key.id, rawId: text(key.rawId), type: key.type,
    response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) } };
}

async function signed(options) {
  const key = await navigator.credentials.get({ publicKey: {
    ...options, challenge: bytes(options.challenge), allowCredentials: listed(options.allowCredentials),
  } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = key.response;
  return { id: key.id, rawId: text(key.rawId), type: key.type, response: {
    clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  } };
}

export function start(root) {
  if (!window.PublicKeyCredential) return;
  root.hidden = false;
  const { kind, options, answer, csrf, next } = root.dataset;
  const [button, wrong] = root.children;
  button.addEventListener('click', async () => {
    button.disabled = true;
    wrong.hidden = true;
    try {
      const asked = await post(options, csrf, {});
      const key = kind === 'make' ? await made(asked) : await signed(asked);
      const told = await post(answer, csrf, { ...key, next });
      const form = root.closest('form');
      if (told.next) location.assign(told.next);
      else if (form) form.submit();
    } catch {
      wrong.hidden = false;
      button.disabled = false;
    }
  });
}
