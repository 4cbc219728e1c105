// SPDX-License-Identifier: Apache-2.0
// A camera that does what the page asks for: the films of one photograph, shaken and grained so that no picture of it
// comes twice. Put in the place of the real one before a page loads; __FILMS__ is how many frames each action has.
(() => {
  const FILMS = __FILMS__;
  const WORDS = [['左', 'left'], ['右', 'right'], ['抬头', 'up'], ['低头', 'down'], ['张大嘴', 'mouth']];
  const PAINTS = 24;
  const REST = 10; // frames of a film between one try and the next
  const EACH = 3; // paintings of one frame of a film: eight frames a second
  const load = async (url) => createImageBitmap(await (await fetch(url)).blob());
  const asked = () => {
    const words = document.querySelector('.prompt')?.textContent ?? '';
    return WORDS.find(([word]) => words.includes(word))?.[1] ?? 'look';
  };
  const canvasOf = (width, height) => Object.assign(document.createElement('canvas'), { width, height });

  function grained() {
    const grain = canvasOf(256, 256);
    const pen = grain.getContext('2d');
    const dots = pen.createImageData(256, 256);
    for (let at = 0; at < dots.data.length; at += 4) {
      dots.data.fill(Math.random() * 255, at, at + 3);
      dots.data[at + 3] = 9;
    }
    pen.putImageData(dots, 0, 0);
    return grain;
  }

  navigator.mediaDevices.getUserMedia = async () => {
    const films = {};
    await Promise.all(Object.entries(FILMS).map(async ([name, count]) => {
      const urls = Array.from({ length: count }, (_, place) => `/film-of-the-demonstration/${name}/${place}`);
      films[name] = await Promise.all(urls.map(load));
    }));
    const canvas = canvasOf(480, 640);
    const pen = canvas.getContext('2d');
    const grain = grained();
    let [left, frame, count, done, rested] = [[], films.look[0], 0, '', 0];
    const paint = () => {
      count += 1;
      if (count % EACH === 0) {
        const action = asked();
        rested = left.length ? 0 : rested + 1;
        // What was not seen is done again, as a person would.
        if (!left.length && (action !== done || (action !== 'look' && rested > REST))) left = [...films[done = action]];
        frame = left.shift() ?? films.look[(count / EACH) % films.look.length];
      }
      const [at, size] = [count / PAINTS, 1.03 + 0.012 * Math.sin(count / 31)];
      pen.drawImage(frame, 5 * Math.sin(at * 1.3) - 7, 5 * Math.cos(at * 0.9) - 9, 480 * size, 640 * size);
      pen.fillStyle = pen.createPattern(grain, 'repeat');
      pen.setTransform(1, 0, 0, 1, -Math.random() * 256, -Math.random() * 256);
      pen.fillRect(0, 0, 800, 960);
      pen.setTransform(1, 0, 0, 1, 0, 0);
    };
    setInterval(paint, 1000 / PAINTS);
    paint();
    const stream = canvas.captureStream(PAINTS);
    const [track] = stream.getVideoTracks();
    Object.defineProperty(track, 'label', { value: 'Front Camera' });
    return stream;
  };
})();
