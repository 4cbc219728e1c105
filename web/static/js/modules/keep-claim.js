// SPDX-License-Identifier: Apache-2.0
// Keeps the claim alive while somebody reads, and says so at once when the case has gone to somebody else.
const EVERY = 240000;

export function start(root) {
  let timer = 0;
  async function beat() {
    if (document.hidden) return;
    try {
      const answer = await fetch(root.dataset.url, {
        method: 'POST',
        headers: { Accept: 'application/json', 'X-CSRF-Token': root.dataset.token },
      });
      if (answer.status !== 409) return;
      clearInterval(timer);
      const said = document.createElement('p');
      said.className = 'notice warn';
      said.textContent = root.dataset.lost;
      root.append(said);
    } catch { /* offline: the next beat, or the decision itself, tells */ }
  }
  timer = setInterval(beat, EVERY);
  document.addEventListener('visibilitychange', beat);
}
