// SPDX-License-Identifier: Apache-2.0
// Shows what belongs to the chosen outcome and keeps what was typed while the tab is open.
export function start(form) {
  const key = `decision-${form.dataset.case}`;
  const chosen = () => form.querySelector('[name=outcome]:checked')?.value ?? '';
  const fields = [...form.querySelectorAll('textarea, select, input[type=text]')];
  const kept = JSON.parse(sessionStorage.getItem(key) ?? '{}');
  for (const field of fields) if (!field.value && kept[field.name]) field.value = kept[field.name];
  const restored = form.querySelector(`[name=outcome][value="${kept.outcome}"]`);
  if (restored && !chosen()) restored.checked = true;
  function show() {
    for (const part of form.querySelectorAll('[data-for]')) part.hidden = !part.dataset.for.split(' ').includes(chosen());
  }
  form.addEventListener('input', () => {
    const now = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    sessionStorage.setItem(key, JSON.stringify({ ...now, outcome: chosen() }));
    show();
  });
  show();
}
