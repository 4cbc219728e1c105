// SPDX-License-Identifier: Apache-2.0
// Shows the chosen photograph and makes it smaller before it is sent; the plain form works as well.
const LONGEST = 1600;

export function start(form) {
  const input = form.querySelector('input[type=file]');
  const label = form.querySelector('.drop');
  input.addEventListener('change', async () => {
    const file = input.files[0];
    if (!file?.type.startsWith('image/')) return;
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) return; // the server says what is wrong with it
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const smaller = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    const transfer = new DataTransfer();
    transfer.items.add(new File([smaller], 'card.jpg', { type: 'image/jpeg' }));
    input.files = transfer.files;
    const shown = label.querySelector('img') ?? document.createElement('img');
    shown.src = URL.createObjectURL(smaller);
    shown.alt = '';
    label.querySelector('svg')?.remove();
    label.prepend(shown);
  });
  form.addEventListener('submit', () => {
    const button = form.querySelector('button');
    button.textContent = form.dataset.reading;
    setTimeout(() => { button.disabled = true; });
  });
}
