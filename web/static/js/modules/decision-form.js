// SPDX-License-Identifier: Apache-2.0
// Shows what belongs to the chosen outcome, has what was typed kept by the service until the decision is made,
// and names the decision on the button. No decision is made by the Enter key alone.
const REST = 700; // ms without typing

export function start(form) {
  const button = form.querySelector('[data-submit]');
  if (!button) return; // somebody else's case: nothing to decide
  const words = button.textContent;
  const fields = [...form.querySelectorAll('textarea, select, input[type=text]')];
  const corrections = fields.filter((field) => field.name.startsWith('reason-'));
  const chosen = () => form.querySelector('[name=outcome]:checked');

  function show() {
    const outcome = chosen();
    for (const part of form.querySelectorAll('[data-for]')) {
      part.hidden = !part.dataset.for.split(' ').includes(outcome?.value);
    }
    const count = corrections.filter((field) => field.value.trim()).length;
    const many = outcome?.value === 'return' && count ? ` (${count})` : '';
    button.textContent = outcome ? `${words} · ${outcome.labels[0].textContent.trim()}${many}` : words;
  }

  let resting;
  let isKept = true;
  function keep() {
    clearTimeout(resting);
    if (isKept) return;
    isKept = true;
    fetch(form.dataset.keep, { method: 'POST', body: new URLSearchParams(new FormData(form)), keepalive: true }).catch(
      () => (isKept = false),
    );
  }
  form.addEventListener('input', () => {
    isKept = false;
    clearTimeout(resting);
    resting = setTimeout(keep, REST);
    show();
  });
  form.addEventListener('submit', () => {
    clearTimeout(resting);
    isKept = true;
  });
  window.addEventListener('pagehide', keep);
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) return form.requestSubmit(button);
    if (!event.target.matches('input')) return;
    event.preventDefault();
    corrections[corrections.indexOf(event.target) + 1]?.focus();
  });
  window.addEventListener('pageshow', show);
  show();
}
