// SPDX-License-Identifier: Apache-2.0
// The live session on the page: says what to do, sends what the camera sees, follows the server from phase to phase.
import { Camera, CameraProblem } from '../live/camera.js';
import { isCalm, show } from '../live/colours.js';
import { LiveSession, Refused } from '../live/session.js';

const ON = 1200;
const DARK = 50;
const MOST = 14; // frames sent at once
const FIRST = 5; // frames of the first look
const BATCH_MS = 700;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export function start(root) {
  root.hidden = false;
  const say = root.dataset;
  const one = (name) => root.querySelector(name);
  const [prompt, hint, view, ring, progress, button] = ['.prompt', '.hint', '.camera', '.ring', 'progress', '.open'].map(one);
  const [intent, sentence, confirm, skip] = ['.intent', '.sentence', '.confirm', '.skip'].map(one);
  const camera = new Camera(one('video'), (kind) => fail(say[kind]));
  let session = null;
  let running = 0; // changes when a session ends, so that what is under way knows

  const look = (on) => { view.hidden = progress.hidden = !on; button.hidden = on; };
  const tell = (words, under = '') => {
    if (prompt.textContent !== words) prompt.textContent = words;
    if (hint.textContent !== under) hint.textContent = under;
  };
  look(false);

  function close() {
    running += 1;
    camera.close();
    intent.hidden = skip.hidden = true;
  }

  function fail(words, last = false) {
    session?.abandon();
    session = null;
    close();
    look(false);
    tell(words ?? say.failed);
    button.disabled = false;
    button.hidden = last;
    button.textContent = say.retry;
    if (last) document.getElementById('other-ways').focus();
    else button.focus();
  }

  async function finish(told) {
    session = null;
    close();
    root.dataset.state = told.state;
    if (told.state === 'retry') return fail(told.message, told.sessions_left === 0 || told.attempts_left === 0);
    look(false);
    tell(told.message);
    const on = document.createElement('a');
    on.className = 'button';
    on.href = told.next;
    on.textContent = say.on;
    button.replaceWith(on);
    on.focus();
    await wait(ON);
    location.assign(on.href);
  }

  async function take() {
    const taken = session.now();
    return { taken, blob: await camera.frame(session.level) };
  }

  // Frames go out in batches while the camera goes on; the phase is over when the server names another one.
  async function act(mine) {
    const { token } = session.phase;
    let waiting = [];
    let sending = null;
    let told = null;
    let wrong = null;
    let last = session.now();
    let dark = '';
    while (running === mine && !told && !wrong) {
      const began = performance.now();
      if (waiting.length < MOST) waiting.push(await take());
      const enough = session.phase.kind === 'look' ? FIRST : 4;
      if (!sending && waiting.length >= enough && session.now() - last >= BATCH_MS) {
        const batch = waiting;
        waiting = [];
        last = session.now();
        dark = camera.light() < DARK ? say.dark : '';
        sending = session.send(batch, camera.told()).then((answer) => {
          tell(session.phase.say, answer.hint ?? dark);
          if (answer.state !== 'go_on' || answer.phase.token !== token) told = answer;
        }, (error) => { wrong = error; }).finally(() => { sending = null; });
      }
      await wait(Math.max(0, 1000 / session.level.rate - (performance.now() - began)));
    }
    if (wrong) throw wrong;
    return told;
  }

  // The sentence is read and confirmed within the session; colours only for whom they do not disturb.
  function ask(mine) {
    sentence.textContent = session.phase.sentence;
    intent.hidden = false;
    confirm.focus();
    intent.scrollIntoView({ block: 'nearest' });
    return new Promise((done, wrong) => {
      const limit = setInterval(() => running !== mine && (clearInterval(limit), done(null)), 300);
      confirm.onclick = () => {
        clearInterval(limit);
        intent.hidden = true;
        session.intent(isCalm() && !one('.calm').checked).then(done, wrong);
      };
    });
  }

  async function shine(mine) {
    let skipped = false;
    skip.hidden = false;
    skip.onclick = () => { skipped = true; };
    const { colours, colour_ms: each } = session.phase;
    const taken = await show(root, colours, each, take, () => skipped || running !== mine);
    skip.hidden = true;
    if (running !== mine) return null;
    tell(say.sending);
    return taken.length ? session.send(taken, camera.told()) : session.intent(false);
  }

  async function run() {
    const mine = running;
    let told = await session.start();
    while (running === mine && told?.state === 'go_on') {
      const { step, steps, kind } = told.phase;
      progress.max = steps;
      progress.value = step;
      ring.style.strokeDashoffset = String(100 - (100 * step) / steps);
      tell(told.phase.say, told.hint ?? '');
      navigator.vibrate?.(40);
      told = await (kind === 'intent' ? ask(mine) : kind === 'flash' ? shine(mine) : act(mine));
    }
    if (running === mine && told) await finish(told);
  }

  button.addEventListener('click', async () => {
    button.disabled = true; // one request for the camera at a time, while the browser asks
    try {
      await camera.open();
      session = new LiveSession(say.postUrl, say.csrf);
      look(true);
      root.scrollIntoView({ block: 'start' });
      await run();
    } catch (error) {
      if (error instanceof CameraProblem) fail(say[error.kind]);
      else if (error instanceof Refused) fail(error.message);
      else if (session || camera.stream) fail(say.failed);
    }
  });
  document.addEventListener('visibilitychange', () => { if (document.hidden && session) fail(say.hidden); });
  window.addEventListener('pagehide', () => { session?.abandon(); close(); });
}
