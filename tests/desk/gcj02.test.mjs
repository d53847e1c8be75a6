// On tiles in GCJ-02 every place is shown where it lies on them, and nothing is stored or taken out like that.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { parse } from "csv-parse/sync";

import { shown } from "../../server/assets/shift.js";
import { Browser, SIZES } from "./browser.mjs";
import { Phone } from "./phone.mjs";
import { placeOf, shows } from "./scrubbed.mjs";
import { ADMIN, Server } from "./server.mjs";
import { DAY, WHY, openUntil } from "./stories/common.mjs";
import { Tiles } from "./tiles.mjs";
import { WORDS } from "./words.mjs";

const SHANGHAI = [121.47, 31.23];
/** The district that is drawn, and the one that is handed in, with a rep's way through it. */
const DRAWN = "黄浦";
const PUDONG = [[121.55, 31.2], [121.57, 31.2], [121.57, 31.22], [121.55, 31.22], [121.55, 31.2]];
const WAY = [[121.555, 31.205], [121.558, 31.208], [121.561, 31.211]];
const MORNING = `${DAY}T10:00:00+08:00`;

/** The places of a file, by its format. */
const PLACES = {
  geojson: (text) => JSON.parse(text).features.filter(({ geometry: { type } }) => type === "Point").map(({ geometry }) => geometry.coordinates),
  gpx: (text) => [...text.matchAll(/<trkpt lat="(.+?)" lon="(.+?)"/g)].map(([, lat, lon]) => [Number(lon), Number(lat)]),
  csv: (text) => parse(text, { bom: true, columns: true }).map((row) => [Number(row.Longitude), Number(row.Latitude)]),
};

let tiles, server, browser;

before(async () => {
  tiles = await Tiles.start();
  const settings = { ONBEAT_MAP_TILES: tiles.address, ONBEAT_MAP_GCJ02: "true" };
  server = await Server.start(settings, ["--demo", "--demo-clock", MORNING]);
  browser = await Browser.start({ address: server.address, logins: [ADMIN] });
});

afterEach(() => browser.closeAll());

after(async () => {
  await browser?.end();
  await server?.end();
  tiles?.end();
});

test("a customer is shown and a district drawn shifted, and neither is stored shifted", async () => {
  const page = await browser.page(ADMIN.user, "/today", { viewport: SIZES.desk });
  await takeIn(page, "customers", `id,name,lat,lon\nx1,One,${SHANGHAI[1]},${SHANGHAI[0]}\n`);
  await page.goto("/customers/x1");
  const [customer] = await drawnIn(page, "features");
  isAt(customer.geometry.coordinates, shown(SHANGHAI));
  const clicked = await drawSquare(page);
  const [sent] = await Promise.all([page.waitForRequest("**/admin/draw"), page.getByRole("button", { name: "See what it changes" }).click()]);
  const { coordinates: [[ring]] } = JSON.parse(sent.postData().match(/\{"type":"MultiPolygon".*\}/)[0]);
  ring.slice(0, -1).forEach((corner, n) => {
    assert.ok(metres(shown(corner), clicked[n]) < 3, `${corner} is shown where the click was, ${clicked[n]}`);
    assert.ok(metres(corner, clicked[n]) > 300, `${corner} is in WGS-84`);
  });
  await page.getByRole("button", { name: "Apply" }).click();
  const { features } = await (await page.request.get("/map/districts?detail=2")).json();
  const stored = features.find(({ properties: { name } }) => name === DRAWN);
  for (const corner of stored.geometry.coordinates.flat(2)) {
    assert.ok(ring.some((drawn) => metres(drawn, corner) < 1), `${corner} is stored as it was sent`);
  }
  assert.ok(tiles.asked.length > 0, "the tiles lie under it");
});

test("a rep's way is shown shifted, point and circle too, and taken out as the phone saw it", async () => {
  const page = await browser.page(ADMIN.user, "/today", { viewport: SIZES.desk });
  await walked(page);
  await openUntil(page, `/reps/wei/days/${DAY}?${WHY}`, new RegExp(WORDS.en["day.take_out"].slice(0, 20)));
  const [line, ...points] = (await drawnIn(page, "features")).map(({ geometry }) => geometry.coordinates);
  for (const drawn of [line, points]) drawn.forEach((place, n) => isAt(place, shown(WAY[n])));
  const trail = await browser.api(ADMIN.user, `days/wei/${DAY}/trail?${WHY}`);
  assert.deepEqual(trail.map(placeOf), WAY);
  await page.locator("#scrub").focus();
  for (const [key, at] of [["Home", 0], ["End", WAY.length - 1]]) {
    await page.keyboard.press(key);
    await shows(page, trail[at], WORDS.en, shown);
  }
  for (const [format, places] of Object.entries(PLACES)) {
    const file = await page.request.get(await page.locator(`.exports a[href*="${format}"]`).getAttribute("href"));
    const taken = places(await file.text());
    assert.equal(taken.length, WAY.length, format);
    taken.forEach((place, n) => isAt(place, WAY[n]));
  }
});

/** A rep's morning: a phone takes a fix at each place of the way. */
async function walked(page) {
  const geometry = { type: "Polygon", coordinates: [PUDONG] };
  const district = { type: "Feature", properties: { name: "浦东" }, geometry };
  await takeIn(page, "districts", JSON.stringify({ type: "FeatureCollection", features: [district] }));
  await takeIn(page, "users", "user,name,role,team,districts,customers,password\nwei,Wei Li,rep,east,浦东,,\n");
  server.run(["duties", "record", "--demo"]);
  const phone = await Phone.enrolled(browser, "wei", Date.parse(MORNING));
  try {
    for (const [lon, lat] of WAY) {
      const [lon_e9, lat_e9] = [lon, lat].map((degrees) => Math.round(degrees * 1e9));
      await phone.do("fix", { fix: { lon_e9, lat_e9, accuracy_mm: 8_000 } });
    }
    await phone.do("sync");
  } finally {
    await phone.end();
  }
}

/** Hands in a file, and applies it. */
async function takeIn(page, kind, text) {
  await page.goto(`/admin/import?kind=${kind}`);
  await page.locator("[name=file]").setInputFiles({ name: `${kind}.txt`, mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.locator("button.main").click();
  await page.getByRole("button", { name: "Apply" }).click();
}

/** What a source of the page's map holds, as it is drawn. */
async function drawnIn(page, source) {
  return page.evaluate(async (source) => {
    await globalThis.mapsDrawn();
    return (await globalThis.maps[0].getSource(source).getData()).features;
  }, source);
}

/** Draws a district over Shanghai with four clicks: where on the map they were. */
async function drawSquare(page) {
  await page.goto("/admin/draw");
  await page.locator(".drawn").filter({ hasText: "corner" }).waitFor();
  await page.evaluate((center) => globalThis.maps[0].jumpTo({ center, zoom: 16 }), SHANGHAI);
  await page.locator("[name=name]").fill(DRAWN);
  await page.getByRole("button", { name: "New part" }).click();
  const places = [[300, 100], [420, 100], [420, 220], [300, 220]];
  for (const [x, y] of places) await page.locator(".map canvas").click({ position: { x, y } });
  await page.getByRole("button", { name: "Close" }).click();
  await page.locator(".drawn").filter({ hasText: "4 corners." }).waitFor();
  return page.evaluate((all) => all.map((place) => globalThis.maps[0].unproject(place).toArray()), places);
}

/** Metres between two places that are near, on a sphere. */
function metres([aLon, aLat], [bLon, bLat]) {
  return Math.hypot((bLon - aLon) * Math.cos((aLat * Math.PI) / 180), bLat - aLat) * 111_195;
}

/** As near as any file has it. */
function isAt(place, expected) {
  assert.ok(metres(place, expected) < 0.1, `${place} is not ${expected}`);
}
