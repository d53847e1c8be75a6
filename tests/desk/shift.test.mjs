// What is shown on a GCJ-02 map, and where it is: the shift that the pages use.

import assert from "node:assert/strict";
import { test } from "node:test";

import { collectionShown, shown, stored } from "../../server/assets/shift.js";

const PLACES = 20_000;
const SEED = Number(process.env.ONBEAT_SEED ?? 20261126);

/** Numbers from 0 to 1 (Park and Miller's minimal standard generator). */
function* numbers(seed) {
  for (let state = seed % 2147483647; ; ) yield (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Metres between two places that are near, on a sphere. */
function metres([aLon, aLat], [bLon, bLat]) {
  const east = (bLon - aLon) * Math.cos((aLat * Math.PI) / 180);
  return Math.hypot(east, bLat - aLat) * 111_195;
}

test("a place is shown where the public collection has it", () => {
  // eviltransform's own test: as core/src/place/tests/datums.rs.
  const on = shown([116.404, 39.915]);
  assert.ok(metres(on, [116.41024449916938, 39.91640428150164]) < 0.001, String(on));
});

test(`what is shown leads back to the place within a metre, seed ${SEED}`, () => {
  const random = numbers(SEED);
  const within = (from, to) => from + (to - from) * random.next().value;
  for (let n = 0; n < PLACES; n += 1) {
    const place = [within(72.1, 137.7), within(0.9, 55.7)];
    const off = metres(place, stored(shown(place)));
    assert.ok(off < 1, `${place}: ${off} m`);
    assert.ok(metres(place, shown(place)) < 2_000, String(place));
  }
});

test("outside of China nothing is shifted", () => {
  for (const place of [[-73.98, 40.75], [0, 0], [139.7, 35.7], [121.5, -31.2], [71.9, 40], [-179.9, 89]]) {
    assert.deepEqual([shown(place), stored(place)], [place, place]);
  }
});

test("all places of a collection are shifted, and what is said of them stays", () => {
  const ring = [[121.4, 31.2], [121.5, 31.2], [121.5, 31.3], [121.4, 31.2]];
  const geometry = { type: "MultiPolygon", coordinates: [[ring]] };
  const data = { type: "FeatureCollection", features: [{ type: "Feature", properties: { name: "x" }, geometry }] };
  const [feature] = collectionShown(data).features;
  assert.deepEqual(feature.geometry.coordinates, [[ring.map(shown)]]);
  assert.deepEqual([feature.properties, feature.geometry.type], [{ name: "x" }, "MultiPolygon"]);
  assert.deepEqual(geometry.coordinates, [[ring]]);
});
