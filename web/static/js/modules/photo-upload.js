// SPDX-License-Identifier: Apache-2.0
// Shows each chosen photograph and makes it smaller before it is sent; the plain form works as well.
const LONGEST = 1600;

async function smaller(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((done, wrong) => canvas.toBlob((blob) => (blob ? done(blob) : wrong()), 'image/jpeg', 0.9));
}

function show(label, photo) {
  const shown = label.querySelector('img') ?? document.createElement('img');
  URL.revokeObjectURL(shown.src);
  shown.src = URL.createObjectURL(photo);
  shown.alt = '';
  label.querySelector('svg')?.remove();
  label.prepend(shown);
}

function watch(input) {
  input.addEventListener('change', async () => {
    const file = input.files[0];
    const photo = file && await smaller(file).catch(() => null);
    if (!photo || input.files[0] !== file) return; // the server says what is wrong with it
    const transfer = new DataTransfer();
    transfer.items.add(new File([photo], 'card.jpg', { type: 'image/jpeg' }));
    input.files = transfer.files;
    show(input.closest('.drop'), photo);
  });
}

export function start(form) {
  const button = form.querySelector('button');
  const words = button.textContent;
  form.querySelectorAll('.drop input[type=file]').forEach(watch);
  form.addEventListener('submit', () => {
    button.textContent = form.dataset.reading;
    setTimeout(() => { button.disabled = true; });
  });
  window.addEventListener('pageshow', () => { button.disabled = false; button.textContent = words; });
}
