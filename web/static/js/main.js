// SPDX-License-Identifier: Apache-2.0
// Loads the behaviour that an element names: data-module="face-capture" → modules/face-capture.js.
for (const element of document.querySelectorAll('[data-module]')) {
  import(`./modules/${element.dataset.module}.js`).then((module) => module.start(element));
}
// A form is sent once: a second tap while the answer is on its way does nothing.
const AGAIN = 8000;
for (const form of document.querySelectorAll('form[data-once]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
    setTimeout(() => delete form.dataset.sent, AGAIN);
  });
}
window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent));
