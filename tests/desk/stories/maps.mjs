// The map with all that the boroughs have: it stays smooth while it is moved.

import assert from "node:assert/strict";

import { SIZES } from "../browser.mjs";
import { DAY } from "./common.mjs";

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

/** Runs in the page: how many features the map beside a list shows. */
const shown = async () => (await globalThis.maps[0].getSource("features").getData()).features.length;

export default {
  async "the map beside a list shows the places of what the list was filtered to"(browser) {
    for (const [where, words] of [["/customers", "ben"], ["/today", "Ben"]]) {
      const page = await browser.page("admin", where, { viewport: SIZES.desk });
      await page.evaluate(() => globalThis.mapsDrawn());
      const all = await page.evaluate(shown);
      const asked = page.waitForResponse((answer) => answer.url().includes("/map/"));
      await page.locator("[name=q]").fill(words);
      const { features } = await (await asked).json();
      await page.waitForFunction((few) => globalThis.maps[0].getSource("features").getData().then(({ features }) => features.length === few), features.length);
      assert.ok(features.length > 0 && features.length < all, `${where}: ${features.length} of ${all}`);
    }
  },

  async "the map follows the point where the slider takes it out of sight"(browser) {
    const page = await browser.page("nora", `/reps/ben/days/${DAY}?why=following+the+point`, { viewport: SIZES.desk });
    await page.evaluate(() => globalThis.mapsDrawn());
    const seen = () => page.evaluate(() => {
      const { features } = JSON.parse(document.getElementById("trail-data").textContent);
      const fixes = features.filter(({ properties }) => properties.kind === "fix");
      const bounds = globalThis.maps[0].getBounds();
      return [fixes[0], fixes.at(-1)].map(({ geometry }) => bounds.contains(geometry.coordinates));
    });
    await page.evaluate(() => {
      const { features } = JSON.parse(document.getElementById("trail-data").textContent);
      const first = features.find(({ properties }) => properties.kind === "fix");
      globalThis.maps[0].jumpTo({ center: first.geometry.coordinates, zoom: 18 });
    });
    assert.deepEqual(await seen(), [true, false], "the way leads out of what is seen");
    await page.locator("#scrub").focus();
    await page.keyboard.press("End");
    assert.deepEqual(await seen(), [false, true]);
  },

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
