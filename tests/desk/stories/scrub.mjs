// The evidence of a day: timeline and map move together, and every record is proved in the page, down to its lines.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LANGUAGES, SIZES } from "../browser.mjs";
import { PROGRAMS } from "../demo.mjs";
import { accessible } from "../inspect.mjs";
import { DAY } from "./common.mjs";

const REP = "ben";
const WHY = new URLSearchParams({ why: "looking at the evidence" });
const LOG = `**/api/v1/reps/${REP}/log?*`;
/** A degree of latitude on a sphere. */
const DEGREE_M = 111_195;

const WORDS = Object.fromEntries(LANGUAGES.map(({ name }) => {
  const file = new URL(`../../../server/src/pages/words/${name}.json`, import.meta.url);
  return [name, JSON.parse(readFileSync(file, "utf8"))];
}));

const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const hashOf = (line) => createHash("sha256").update(line).digest("hex");

/** The day with its positions, as somebody reads it who speaks a language; `before` is done to the browser first. */
async function positions(browser, { locale }, before = () => {}) {
  const context = await browser.context("nora", { locale, viewport: SIZES.desk });
  await before(context);
  const page = await context.newPage();
  await page.goto(`/reps/${REP}/days/${DAY}?${WHY}`);
  return page;
}

/** Presses the button, and waits for what the page says. */
async function verified(page, said) {
  await page.locator(".verify-run").click();
  const status = page.locator(".verified");
  await status.filter({ hasText: said }).waitFor();
  return status.textContent();
}

/** `inside, 1.2 km inside, ±12 m`, of a fix as the API has it. */
function ruling({ ruled: { place, edge_mm, radius_mm } }, words) {
  const distance = (mm) => {
    const m = Math.floor(Math.abs(mm) / 1000);
    const km = (Math.floor((m + 50) / 100) / 10).toFixed(1);
    return m < 1000 ? filled(words["unit.m"], { m }) : filled(words["unit.km"], { km });
  };
  const edge = filled(words[edge_mm < 0 ? "chart.out" : "chart.in"], { distance: distance(edge_mm) });
  return [words[`span.${place}`], edge, `±${distance(radius_mm)}`].join(words["unit.join"]);
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

/** What is shown is the fix: its place, its circle, its time and its distance to the edge. */
async function shows(page, fix, words) {
  const { lat_e9, lon_e9 } = fix.taken.fix;
  const [lon, lat] = [lon_e9 / 1e9, lat_e9 / 1e9];
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

/** Records of a log: where the head stands, and what it says. */
const recordsOf = (lines) =>
  lines.flatMap((line, at) => (line.startsWith('{"v":1,') ? [{ at, head: JSON.parse(line) }] : []));

/** Where a line stands that holds an item: `seal`, `receipt`. */
const itemAt = (lines, what) => lines.findIndex((line) => line.startsWith(`{"${what}":`));

/** Another letter or digit in a value of a line: no more than this byte is changed. */
const altered = (line, name) =>
  line.replace(new RegExp(`("${name}":")(.)`), (_, before, first) => before + (first === "0" ? "1" : "0"));

/** From a record on all heads are hashed anew, as whoever changes the past would have them. */
function rehashed(lines, from) {
  let before = null;
  return lines.map((line, at) => {
    if (at < from || !line.startsWith('{"v":1,')) return line;
    const head = { ...JSON.parse(line), body: hashOf(lines[at + 1]) };
    const anew = JSON.stringify(before === null || head.seq === 1 ? head : { ...head, prev: before });
    before = hashOf(anew);
    return anew;
  });
}

/** Of what was done to a log the page says: the fault, and of which record; each is given the lines and a record amid them. */
const FORGERIES = {
  "a byte of a body": (lines, { at, head }) => [lines.with(at + 1, altered(lines[at + 1], "salt")), "body", head],
  "a byte of a head": (lines, { at, head }) => [lines.with(at, altered(lines[at], "prev")), "chain", head],
  "a record less": (lines, { at, head }) => [lines.toSpliced(at, 2), "chain", { ...head, seq: head.seq + 1 }],
  "a certificate": (lines) => [lines.with(0, altered(lines[0], "sig")), "certificate", { ...JSON.parse(lines[0]), seq: 0 }],
  "a seal": (lines) => {
    const at = itemAt(lines, "seal");
    return [lines.with(at, altered(lines[at], "sig")), "seal", JSON.parse(lines[at]).seal];
  },
  "a receipt": (lines) => {
    const at = itemAt(lines, "receipt");
    return [lines.with(at, altered(lines[at], "sig")), "receipt", JSON.parse(lines[at]).receipt];
  },
  "a body, and all hashed anew": (lines, { at }) => {
    const forged = rehashed(lines.with(at + 1, altered(lines[at + 1], "salt")), at);
    return [forged, "seal", JSON.parse(lines[itemAt(lines, "seal")]).seal];
  },
  "a body, all hashed anew, no seals": (lines, { at }) => {
    const forged = rehashed(lines.with(at + 1, altered(lines[at + 1], "salt")), at);
    const unsealed = forged.filter((line) => !line.startsWith('{"seal":'));
    return [unsealed, "receipt", JSON.parse(lines[itemAt(lines, "receipt")]).receipt];
  },
};

export default {
  async "timeline and map move together: point, circle and distance to the edge follow the slider"(browser) {
    const trail = await browser.api("nora", `days/${REP}/${DAY}/trail?${WHY}`);
    const fixes = trail.filter(({ taken, ruled }) => taken && ruled);
    const last = fixes.length - 1;
    for (const language of LANGUAGES) {
      const page = await positions(browser, language);
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
    const page = await positions(browser, LANGUAGES[0]);
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

  async "a log that does not hold is told by what was changed, and where"(browser) {
    for (const language of LANGUAGES) {
      const [page, words] = [await positions(browser, language), WORDS[language.name]];
      const log = await (await page.request.get(`/api/v1/reps/${REP}/log?${WHY}`)).text();
      const lines = log.split("\n");
      const records = recordsOf(lines);
      const meant = page.locator(".verify .meant");
      for (const [name, forge] of Object.entries(FORGERIES)) {
        const [forged, fault, { epoch, seq }] = forge(lines, records[Math.floor(records.length / 2)]);
        await page.route(LOG, (route) => route.fulfill({ body: forged.join("\n") }));
        const said = await verified(page, /[✓✗]/);
        const told = [said, ...(await meant.locator("li").allTextContents())];
        const where = filled(words["verify.fails"], { where: `${epoch}/${seq}` });
        assert.deepEqual(told, [`✗ ${where}`, words[`verify.fault.${fault}`]], name);
        assert.equal(await page.locator("tr[data-hash] button").count(), 0, "what does not hold is not shown as proved");
        await page.unroute(LOG);
      }
      assert.deepEqual(await accessible(page), []);
      await verified(page, "✓");
      assert.equal(await meant.isVisible(), false);
    }
  },

  async "a browser that can't check says so, and the command does with the files"(browser) {
    for (const language of LANGUAGES) {
      // As over plain HTTP.
      const page = await positions(browser, language, (context) => context.addInitScript(() => delete Crypto.prototype.subtle));
      const asked = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      assert.equal(await verified(page, /./), WORDS[language.name]["verify.old"]);
      assert.ok(!asked.some((address) => address.endsWith("/log")), "nobody's log is looked at for nothing");
      const folder = await mkdtemp(join(tmpdir(), "onbeat-verify-"));
      for (const name of ["log.ndjson", "keys.json"]) {
        const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
        await file.saveAs(join(folder, name));
      }
      const [program, ...options] = (await page.locator(".verify > pre").textContent()).split(" ");
      const { status, stdout, stderr } = spawnSync(join(PROGRAMS, program), options, { cwd: folder, encoding: "utf8" });
      await rm(folder, { recursive: true });
      assert.equal(status, 0, stdout + stderr);
    }
  },
};
