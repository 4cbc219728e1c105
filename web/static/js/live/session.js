// SPDX-License-Identifier: Apache-2.0
// What is said to the server in a live session, and how large and how many the frames may be on this network.
const LEVELS = [
  { width: 300, height: 400, quality: 0.45, rate: 4.2 }, // 7 kB a frame: 3G
  { width: 360, height: 480, quality: 0.7, rate: 6 },
  { width: 480, height: 640, quality: 0.68, rate: 7 },
];
const SLOW = 70; // kB a second
const FAST = 220;
const AGAIN = [400, 1200, 2500];
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export class Refused extends Error {}

export class LiveSession {
  constructor(address, csrf) {
    this.address = address;
    this.csrf = csrf;
    this.phase = null;
    const kind = navigator.connection?.effectiveType;
    this.next = kind === 'slow-2g' || kind === '2g' || kind === '3g' ? 0 : 1;
    this.level = LEVELS[this.next];
    this.bytes = 0;
  }

  async post(path, body) {
    const headers = { 'X-CSRF-Token': this.csrf, Accept: 'application/json' };
    for (let turn = 0; ; turn += 1) {
      let answer;
      try {
        answer = await fetch(this.address + path, { method: 'POST', body, headers });
      } catch (error) { // the network is away for a moment: the same again, which the server knows
        if (turn === AGAIN.length) throw error;
        await wait(AGAIN[turn]);
        continue;
      }
      if (answer.status === 503 && turn < AGAIN.length) { // busy: what came is kept, and compared when asked again
        await wait(AGAIN[turn]);
        continue;
      }
      const told = await answer.json();
      if (!answer.ok) throw new Refused(told.detail);
      if (told.phase) this.enter(told.phase);
      return told;
    }
  }

  enter(phase) {
    if (phase.token !== this.phase?.token) {
      this.shown = performance.now();
      this.level = LEVELS[this.next]; // only between phases: every change shows in the frames
    }
    this.phase = phase;
  }

  start() { return this.post('', undefined); }

  // Milliseconds since this phase was learned of.
  now() { return Math.round(performance.now() - this.shown); }

  async send(frames, track) {
    const body = new FormData();
    body.append('token', this.phase.token);
    body.append('first', this.phase.first);
    body.append('taken', JSON.stringify(frames.map((frame) => frame.taken)));
    body.append('colours', JSON.stringify(frames.map((frame) => frame.colour ?? -1)));
    body.append('track', JSON.stringify(track));
    frames.forEach((frame, place) => body.append('frames', frame.blob, `${place}.jpg`));
    const size = frames.reduce((sum, frame) => sum + frame.blob.size, 0);
    this.bytes += size;
    const began = performance.now();
    const told = await this.post(`/${this.phase.session}/frames`, body);
    this.adapt(size, performance.now() - began);
    return told;
  }

  // The time of the server's work counts as well: whoever waits for it is better off with fewer frames.
  adapt(size, ms) {
    const speed = size / ms;
    if (speed < SLOW) this.next = 0;
    else if (speed > FAST) this.next = 2;
    else this.next = 1;
  }

  intent(colours) {
    const body = new FormData();
    body.append('token', this.phase.token);
    body.append('colours', colours ? 'yes' : 'no');
    return this.post(`/${this.phase.session}/intent`, body);
  }

  // The page is left: the server deletes the frames now. Nobody waits for the answer.
  abandon() {
    if (!this.phase) return;
    const body = new FormData();
    body.append('csrf_token', this.csrf);
    navigator.sendBeacon(`${this.address}/${this.phase.session}/abandon`, body);
    this.phase = null;
  }
}
