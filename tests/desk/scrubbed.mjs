// What a day's map, bar and words show of the fix that the slider is at.

import assert from "node:assert/strict";

import { filled } from "./words.mjs";

/** A degree of latitude on a sphere. */
const DEGREE_M = 111_195;

/** `1.2 km inside, ±12 m`, of a fix as the API has it. */
function ruling({ ruled: { place, edge_mm, radius_mm } }, words) {
  const distance = (mm) => {
    const m = Math.floor(Math.abs(mm) / 1000);
    const km = (Math.floor((m + 50) / 100) / 10).toFixed(1);
    return m < 1000 ? filled(words["unit.m"], { m }) : filled(words["unit.km"], { km });
  };
  const [key, side] = edge_mm < 0 ? ["chart.out", "outside"] : ["chart.in", "inside"];
  const edge = filled(words[key], { distance: distance(edge_mm) });
  const said = place === side ? [edge] : [words[`span.${place}`], edge];
  return [...said, `±${distance(radius_mm)}`].join(words["unit.join"]);
}

/** Runs in the page: what map, bar and words show of the moment that is chosen. */
function moment([lon, lat]) {
  const [map] = globalThis.maps;
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const [pin, canvas, bar, now] = [".maplibregl-marker:not(.map-name)", ".map canvas", ".tall .bar", ".tall .bar .now"].map(box);
  const { x, y } = map.project([lon, lat]);
  return {
    words: document.getElementById("scrubbed").textContent,
    spoken: document.getElementById("scrub").getAttribute("aria-valuetext"),
    ring: map.getStyle().sources.circle.data.geometry.coordinates[0],
    aside: Math.abs(pin.left + pin.width / 2 - canvas.left - x),
    points: pin.top < canvas.top + y && canvas.top + y <= pin.bottom,
    gone: (now.left + now.width / 2 - bar.left) / bar.width,
    window: ["from", "to"].map((end) => Number(document.querySelector(".tall .bar").dataset[end])),
  };
}

/** Where a fix is. */
export const placeOf = ({ taken: { fix: { lat_e9, lon_e9 } } }) => [lon_e9 / 1e9, lat_e9 / 1e9];

/** What is shown is the fix: its place (as it lies on the map), its circle, its time and its distance to the edge. */
export async function shows(page, fix, words, lies = (place) => place) {
  const [lon, lat] = lies(placeOf(fix));
  const { ring, gone, window: [from, to], ...shown } = await page.evaluate(moment, [lon, lat]);
  assert.match(shown.words, /^\d{1,2}:\d{2}/);
  assert.equal(shown.words.split(" · ").at(-1), ruling(fix, words));
  assert.equal(shown.spoken, shown.words);
  for (const [x, y] of ring) {
    const radius_m = Math.hypot((x - lon) * Math.cos((lat * Math.PI) / 180), y - lat) * DEGREE_M;
    assert.ok(Math.abs(radius_m - fix.ruled.radius_mm / 1000) < 0.1, `the circle is ${radius_m} m wide`);
  }
  assert.ok(shown.aside <= 1 && shown.points, `the pin is ${shown.aside} px beside the place`);
  assert.ok(Math.abs(gone - (fix.at_ms - from) / (to - from)) < 0.005, `the mark is at ${gone} of the bar`);
}
