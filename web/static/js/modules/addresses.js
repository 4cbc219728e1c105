// SPDX-License-Identifier: Apache-2.0
// Offers standard addresses of the chosen street while one is typed; whatever is typed stands.
const PAUSE = 250;
const LEAST = 2;

export function start(input) {
  const list = input.list;
  const form = input.form;
  let waiting;
  let asked = '';

  async function offer() {
    const street = new FormData(form).get('street') ?? input.dataset.street; // closed in a correction
    const typed = input.value.trim();
    if (!street || [...typed].length < LEAST) return list.replaceChildren();
    const query = new URLSearchParams({ street, q: typed }).toString();
    if (query === asked) return;
    asked = query;
    try {
      const answer = await fetch(`/addresses/suggest?${query}`, { headers: { Accept: 'application/json' } });
      const { addresses } = await answer.json();
      if (query !== asked) return; // typing went on
      list.replaceChildren(...addresses.map((text) => Object.assign(document.createElement('option'), { value: text })));
    } catch { /* offline or signed out: the field works without */ }
  }
  input.addEventListener('input', (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(offer, PAUSE);
  });
  input.addEventListener('compositionend', offer);
  form.addEventListener('change', (event) => event.target.name === 'street' && offer());
}
