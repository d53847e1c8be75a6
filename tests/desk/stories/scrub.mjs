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
};
