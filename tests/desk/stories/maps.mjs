// The map with all that the boroughs have: it stays smooth while it is moved.

import assert from "node:assert/strict";

import { SIZES } from "../browser.mjs";

/** Of 68,677 vertices so many are left at least where a street fills the map: no line strays by more than a metre. */
const VERTICES_LEAST = 25_000;
/** Frames of a map that follows the hand, on a machine with two cores, no graphics card and others at work beside it. */
const MIDDLE_MOST_MS = 150;
const SLOWEST_OF_TWENTY_MOST_MS = 400;

/** Runs in the page: moves the map as a person does, and says how long each frame took. */
async function moved() {
  const [map] = globalThis.maps;
  const frames = [];
  const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const ways = [
    () => map.easeTo({ zoom: 14, duration: 1_200 }),
    () => map.panBy([1_200, -700], { duration: 1_000 }),
    () => map.panBy([-1_600, 900], { duration: 1_000 }),
    () => map.easeTo({ zoom: 9, duration: 1_200 }),
    () => map.panBy([500, 300], { duration: 800 }),
  ];
  for (const way of ways) {
    way();
    let last = await next();
    while (map.isMoving()) {
      const now = await next();
      frames.push(now - last);
      last = now;
    }
    await new Promise((resolve) => (map.loaded() ? resolve() : map.once("idle", resolve)));
  }
  const { features } = await map.getSource("districts").getData();
  const corners = (coordinates) => (typeof coordinates[0] === "number" ? 1 : coordinates.reduce((sum, part) => sum + corners(part), 0));
  return { frames, vertices: features.reduce((sum, { geometry }) => sum + corners(geometry.coordinates), 0) };
}

export default {
  async "the map stays smooth with all vertices of the boroughs"(browser) {
    const page = await browser.page("admin", "/today", { viewport: SIZES.desk });
    await page.evaluate(() => globalThis.mapsDrawn());
    const { frames, vertices } = await page.evaluate(moved);
    frames.sort((a, b) => a - b);
    const at = (share) => frames[Math.min(frames.length - 1, Math.floor(frames.length * share))];
    const [middle, slow] = [at(0.5), at(0.95)];
    const said = `${frames.length} frames over ${vertices} vertices: ${[middle, slow, at(1)].map(Math.round).join(", ")} ms (middle, 95 %, longest)`;
    console.log(said);
    assert.ok(vertices >= VERTICES_LEAST, said);
    assert.ok(middle <= MIDDLE_MOST_MS && slow <= SLOWEST_OF_TWENTY_MOST_MS, said);
  },
};
