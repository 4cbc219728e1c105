// SPDX-License-Identifier: Apache-2.0
// Shows what belongs to the chosen outcome, keeps what was typed until the decision is made,
// and names the decision on the button. No decision is made by the Enter key alone.
export function start(form) {
  const key = `decision-${form.dataset.case}`;
  if (form.dataset.decided) return sessionStorage.removeItem(key);
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

  const kept = JSON.parse(sessionStorage.getItem(key) ?? '{}');
  for (const field of fields) if (!field.value && kept[field.name]) field.value = kept[field.name];
  const before = form.querySelector(`[name=outcome][value="${kept.outcome}"]`);
  if (before && !chosen()) before.checked = true;

  form.addEventListener('input', () => {
    const now = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    sessionStorage.setItem(key, JSON.stringify({ ...now, outcome: chosen()?.value }));
    show();
  });
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
