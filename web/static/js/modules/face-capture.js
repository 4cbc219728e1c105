// SPDX-License-Identifier: Apache-2.0
// Takes five frames from the camera and sends them. Frames are as the camera sees them; only the preview is mirrored.
const FRAMES = 5;
const APART = 400;
const HOLD = 1000;
const ON = 1200;
const LONGEST = 640;
const WANTED = { video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } } };
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
  const look = (on) => { camera.hidden = progress.hidden = !on; button.hidden = on; };
  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
  };
  look(false);
  window.addEventListener('pagehide', stop);

  function fail(message) {
    stop();
    look(false);
    prompt.textContent = message;
    button.disabled = false;
    button.textContent = say.retry;
    button.focus();
  }

  async function frame(canvas) {
    const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((done, wrong) => canvas.toBlob((blob) => (blob ? done(blob) : wrong()), 'image/jpeg', 0.85));
  }

  async function shoot() {
    const canvas = document.createElement('canvas');
    const frames = [];
    while (frames.length < FRAMES) {
      if (!stream?.active) throw new Error('the camera went away');
      frames.push(await frame(canvas));
      progress.value = frames.length;
      await wait(APART);
    }
    return frames;
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
    const on = document.createElement('a');
    on.className = 'button';
    on.href = told.next ?? say.next;
    on.textContent = say.on;
    look(false);
    button.replaceWith(on);
    on.focus();
    await wait(ON);
    location.assign(on.href);
  }

  button.addEventListener('click', async () => {
    if (!navigator.mediaDevices?.getUserMedia) return fail(say.insecure);
    button.disabled = true; // one request for the camera at a time, while the browser asks
    try {
      stream = await navigator.mediaDevices.getUserMedia(WANTED);
    } catch (error) {
      return fail(['NotAllowedError', 'SecurityError'].includes(error.name) ? say.denied : say.nocamera);
    }
    look(true);
    root.scrollIntoView({ block: 'start' });
    progress.value = 0;
    video.srcObject = stream;
    try {
      await video.play();
      prompt.textContent = say.look;
      await wait(HOLD);
      prompt.textContent = say.hold;
      const frames = await shoot();
      stop();
      camera.hidden = true;
      prompt.textContent = say.sending;
      await send(frames);
    } catch {
      fail(say.failed);
    }
  });
}
