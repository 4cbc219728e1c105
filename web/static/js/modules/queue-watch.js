// SPDX-License-Identifier: Apache-2.0
// Tells that the queue has changed; never moves a row under the reader's eyes.
const EVERY = 10000;

export function start(root) {
  const bar = root.firstElementChild;
  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(root.dataset.url, { headers: { Accept: 'application/json' } });
      const { revision } = await answer.json();
      if (answer.ok) bar.hidden = revision === root.dataset.revision;
    } catch { /* offline or signed out: the next look, or the next click, tells */ }
  }
  setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look);
}
