// SPDX-License-Identifier: Apache-2.0
// The camera before a face: opened, looked through, let go. Frames are as the camera sees them, cut to the shape of the
// preview; only the preview is mirrored, so "your left" is the right of a frame.
const WANTED = { video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } } };
const SHAPE = 3 / 4;
const KINDS = {
  NotAllowedError: 'denied', SecurityError: 'denied', NotFoundError: 'nocamera', OverconstrainedError: 'nocamera',
  NotReadableError: 'busy', AbortError: 'busy',
};

export class CameraProblem extends Error {
  constructor(kind) { super(kind); this.kind = kind; }
}

export class Camera {
  constructor(video, onLost) {
    this.video = video;
    this.onLost = onLost;
    this.canvas = document.createElement('canvas');
    this.dot = document.createElement('canvas');
    this.dot.width = this.dot.height = 24;
    this.stream = null;
  }

  async open() {
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraProblem('insecure');
    try {
      this.stream = await navigator.mediaDevices.getUserMedia(WANTED);
    } catch (error) {
      throw new CameraProblem(KINDS[error.name] ?? 'nocamera');
    }
    const [track] = this.stream.getVideoTracks();
    track.addEventListener('ended', () => this.stream && this.onLost('ended')); // a call came in, or the plug was pulled
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  close() {
    const stream = this.stream;
    this.stream = this.video.srcObject = null;
    stream?.getTracks().forEach((track) => track.stop());
  }

  // What the browser says of the camera; the server judges it.
  told() {
    const [track] = this.stream.getVideoTracks();
    const set = track.getSettings?.() ?? {};
    return {
      label: track.label, kind: track.constructor.name, width: set.width, height: set.height, rate: set.frameRate,
      facing: set.facingMode, muted: track.muted, modes: Object.keys(track.getCapabilities?.() ?? {}).length,
    };
  }

  draw(canvas, width, height) {
    const { videoWidth, videoHeight } = this.video;
    const cut = Math.min(videoWidth, videoHeight * SHAPE);
    const tall = cut / SHAPE;
    const from = [(videoWidth - cut) / 2, (videoHeight - tall) / 2, cut, tall];
    canvas.getContext('2d', { willReadFrequently: canvas === this.dot }).drawImage(this.video, ...from, 0, 0, width, height);
  }

  // A new picture of the lens: one that is sent twice would look like a recording.
  fresh() {
    return new Promise((done) => {
      setTimeout(done, 400);
      if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(done);
      else setTimeout(done, 60);
    });
  }

  async frame({ width, height, quality }) {
    await this.fresh();
    if (!this.stream?.active) throw new CameraProblem('ended');
    this.canvas.width = width;
    this.canvas.height = height;
    this.draw(this.canvas, width, height);
    return new Promise((done, wrong) => {
      this.canvas.toBlob((blob) => (blob ? done(blob) : wrong(new CameraProblem('failed'))), 'image/jpeg', quality);
    });
  }

  // Mean grey of the picture, 0 to 255.
  light() {
    this.draw(this.dot, 24, 24);
    const { data } = this.dot.getContext('2d').getImageData(0, 0, 24, 24);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) sum += 0.3 * data[at] + 0.6 * data[at + 1] + 0.1 * data[at + 2];
    return sum / 576;
  }
}
