// SPDX-License-Identifier: Apache-2.0
// Shows a question as soon as the answer it depends on is given: the same conditions as `forms.conditions`, in the same
// order. A hidden question is disabled, so that it is not sent and what was typed before stays on the server.
const SCALE = 10000;

const plain = (typed) =>
  typed
    .replace(/[\u200b-\u200d\u2060\ufeff\u00ad]/g, '')
    .replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .trim();

function scaled(typed) {
  const found = /^([0-9]{1,11})(?:\.([0-9]{1,4}))?$/.exec(plain(typed).replaceAll(',', '').replace(/%$/, '').trim());
  return found ? Number(found[1]) * SCALE + Number((found[2] ?? '').padEnd(4, '0')) : null;
}

function given(form, name) {
  const controls = [...form.elements].filter((one) => one.name === name && !one.matches(':disabled'));
  return controls.filter((one) => !['radio', 'checkbox'].includes(one.type) || one.checked).map((one) => one.value);
}

function holds(form, when) {
  if (when.all) return when.all.every((part) => holds(form, part));
  if (when.any) return when.any.some((part) => holds(form, part));
  const answers = given(form, when.field);
  if (when.among) return answers.some((answer) => when.among.includes(answer));
  const number = scaled(answers.at(-1) ?? '');
  return number !== null && number >= (when.least ?? 0) && number <= (when.most ?? Infinity);
}

export function start(form) {
  const parts = [...form.querySelectorAll('[data-when]')].map((part) => [part, JSON.parse(part.dataset.when)]);
  if (!parts.length) return;
  const show = () => {
    for (const [part, when] of parts) {
      const asked = holds(form, when);
      part.hidden = !asked;
      part.disabled = !asked;
    }
  };
  form.addEventListener('input', show);
  form.addEventListener('change', show);
  show();
}
