// SPDX-License-Identifier: Apache-2.0
// Of many options shows those that contain what is typed, and those that are chosen; without it all are there to read.
export function start(box) {
  const field = box.querySelector('input');
  const told = box.querySelector('[role="status"]');
  const options = [...box.parentElement.querySelectorAll('label.choice')];
  const show = () => {
    const wanted = field.value.trim().toLowerCase();
    for (const one of options) {
      one.hidden = wanted !== '' && !one.querySelector('input').checked && !one.textContent.toLowerCase().includes(wanted);
    }
    told.textContent = wanted && `${options.filter((one) => !one.hidden).length} / ${options.length}`;
  };
  field.addEventListener('input', show);
  field.addEventListener('keydown', (event) => event.key === 'Enter' && event.preventDefault());
  box.hidden = false;
}
