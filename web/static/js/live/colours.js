// SPDX-License-Identifier: Apache-2.0
// The screen in a row of colours, two and a half a second at most, to see whether the face before it takes their tint.
const SLOWEST = 334; // three changes a second may harm (WCAG 2.2, 2.3.1)
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export const isCalm = () => !window.matchMedia('(prefers-reduced-motion: reduce)').matches;

// Shows each colour around the camera and takes frames meanwhile; gives them with the place of the colour shown.
export async function show(root, colours, ms, take, isOver) {
  const taken = [];
  const each = Math.max(ms, SLOWEST);
  root.classList.add('lit');
  try {
    for (const [place, colour] of colours.entries()) {
      root.style.setProperty('--light', colour);
      await wait(each * 0.55); // the camera follows the light a little late
      if (isOver()) return [];
      taken.push({ ...(await take()), colour: place });
      await wait(each * 0.2);
      taken.push({ ...(await take()), colour: place });
      await wait(each * 0.25);
    }
  } finally {
    root.classList.remove('lit');
    root.style.removeProperty('--light');
  }
  return taken;
}
