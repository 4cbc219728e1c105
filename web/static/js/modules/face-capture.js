// SPDX-License-Identifier: Apache-2.0
// Takes five frames from the camera and sends them. Frames are as the camera sees them; only the preview is mirrored.
const FRAMES = 5;
const APART = 400;
const HOLD = 1200;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export function start(root) {
  root.hidden = false;
  const say = root.dataset;
  const prompt = root.querySelector('.prompt');
  const camera = root.querySelector('.camera');
  const video = root.querySelector('video');
  const progress = root.querySelector('progress');
  const button = root.querySelector('button');
  let stream = null;
  camera.hidden = progress.hidden = true;
  const stop = () => { stream?.getTracks().forEach((track) => track.stop()); stream = null; };
  window.addEventListener('pagehide', stop);

  function fail(message) {
    stop();
    camera.hidden = progress.hidden = true;
    prompt.textContent = message;
    button.hidden = false;
    button.textContent = say.retry;
  }

  async function frame(canvas) {
    const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
  }

  async function send(frames) {
    const body = new FormData();
    frames.forEach((blob, index) => body.append('frames', blob, `${index}.jpg`));
    const headers = { 'X-CSRF-Token': say.csrf, Accept: 'application/json' };
    const answer = await fetch(say.postUrl, { method: 'POST', body, headers });
    const told = await answer.json();
    if (!answer.ok) return fail(told.detail ?? say.failed);
    if (told.state === 'retry') return fail(told.message);
    prompt.textContent = told.message;
    camera.hidden = progress.hidden = true;
    const on = document.createElement('a');
    on.className = 'button';
    on.href = told.next;
    on.textContent = say.on;
    button.replaceWith(on);
    on.focus();
    await wait(1200);
    location.assign(told.next);
  }

  button.addEventListener('click', async () => {
    if (!navigator.mediaDevices?.getUserMedia) return fail(say.insecure);
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } } });
    } catch (error) {
      return fail(error.name === 'NotAllowedError' ? say.denied : say.nocamera);
    }
    button.hidden = true;
    camera.hidden = progress.hidden = false;
    progress.value = 0;
    video.srcObject = stream;
    try {
      await video.play();
      prompt.textContent = say.look;
      await wait(HOLD);
      prompt.textContent = say.hold;
      const canvas = document.createElement('canvas');
      const frames = [];
      while (frames.length < FRAMES) {
        frames.push(await frame(canvas));
        progress.value = frames.length;
        await wait(APART);
      }
      stop();
      prompt.textContent = say.sending;
      await send(frames);
    } catch {
      fail(say.failed);
    }
  });
}
