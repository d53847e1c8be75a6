// The evidence of a day on its map: timeline and map move together.

import assert from "node:assert/strict";

import { LANGUAGES } from "../browser.mjs";
import { shows } from "../scrubbed.mjs";
import { WORDS } from "../words.mjs";
import { DAY, WHY, positions } from "./common.mjs";

const REP = "ben";

export default {
  async "timeline and map move together: point, circle and distance to the edge follow the slider"(browser) {
    const trail = await browser.api("nora", `days/${REP}/${DAY}/trail?${WHY}`);
    const fixes = trail.filter(({ taken, ruled }) => taken && ruled);
    const last = fixes.length - 1;
    for (const language of LANGUAGES) {
      const page = await positions(browser, language, REP);
      await page.evaluate(() => globalThis.mapsDrawn());
      const slider = page.locator("#scrub");
      assert.equal(await slider.getAttribute("max"), String(last));
      await slider.focus();
      for (const [key, at] of [["Home", 0], ["ArrowRight", 1], ["ArrowRight", 2], ["End", last], ["ArrowLeft", last - 1]]) {
        await page.keyboard.press(key);
        assert.equal(await slider.inputValue(), String(at));
        await shows(page, fixes[at], WORDS[language.name]);
      }
    }
  },

  async "a tap on a fix of the map brings the slider there"(browser) {
    const page = await positions(browser, LANGUAGES[0], REP);
    await page.evaluate(() => globalThis.mapsDrawn());
    const places = await page.evaluate(() => {
      const { features } = JSON.parse(document.getElementById("trail-data").textContent);
      const fixes = features.filter(({ properties }) => properties.kind === "fix");
      return fixes.map(({ geometry }) => globalThis.maps[0].project(geometry.coordinates)).map(({ x, y }) => ({ x, y }));
    });
    const from = ({ x, y }) => (place) => Math.hypot(place.x - x, place.y - y);
    const away = places.map(from(places[0]));
    const far = places[away.indexOf(Math.max(...away))];
    await page.locator(".map canvas").click({ position: far });
    const chosen = places[Number(await page.locator("#scrub").inputValue())];
    assert.ok(from(far)(chosen) <= 6, `${JSON.stringify(chosen)} is not where the tap was: ${JSON.stringify(far)}`);
    assert.ok(Math.max(...away) > 12, "the way leads somewhere");
  },

  async "a click on the day's bar leads there, and a finding's link to its own time"(browser) {
    const page = await positions(browser, LANGUAGES[0], REP);
    await page.evaluate(() => globalThis.mapsDrawn());
    const times = await page.evaluate(() => {
      const { features } = JSON.parse(document.getElementById("trail-data").textContent);
      return features.filter(({ properties }) => properties.kind === "fix").map(({ properties }) => properties.at_ms);
    });
    const slider = page.locator("#scrub");
    const nearest = (at_ms) => times.reduce((best, at) => (Math.abs(at - at_ms) < Math.abs(best - at_ms) ? at : best));
    const bar = page.locator(".tall .bar");
    const { width, height } = await bar.boundingBox();
    const [from, to] = await bar.evaluate(({ dataset }) => [Number(dataset.from), Number(dataset.to)]);
    for (const part of [0.3, 0.7]) {
      await bar.click({ position: { x: width * part, y: height / 2 } });
      const away = Math.abs(times[Number(await slider.inputValue())] - nearest(from + (to - from) * part));
      assert.ok(away < (2 * (to - from)) / width + 60_000, `${away} ms beside the click`);
    }
    const asked = times[Math.floor(times.length / 2)];
    await page.goto(`${page.url()}#at=${asked + 1}`);
    await page.reload();
    await page.evaluate(() => globalThis.mapsDrawn());
    await page.waitForFunction((at) => Number(document.getElementById("scrub").value) === at, times.indexOf(asked));
  },
};
