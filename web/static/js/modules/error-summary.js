// SPDX-License-Identifier: Apache-2.0
// The summary takes the focus, so that it is read first; its links lead into the field.
const CONTROL = 'input:not([type=hidden]):not(:disabled), select, textarea';

export function start(summary) {
  summary.focus();
  summary.addEventListener('click', (event) => {
    const target = event.target.hash && document.getElementById(event.target.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    (target.matches(CONTROL) ? target : target.querySelector(CONTROL) ?? target).focus();
    target.scrollIntoView({ block: 'center' });
  });
}
