// What lies under the maps, in the browser: a PMTiles file that is made here, and tiles in GCJ-02. Each has a server of its own.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { shown } from "../../server/assets/shift.js";
import { Browser, SIZES, watch } from "./browser.mjs";
import { PICTURES } from "./demo.mjs";
import { ADMIN, Server } from "./server.mjs";

/** A PNG of four by four pixels, all of them blue (40, 90, 220): no colour of the desk's own. */
const TILE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR42mPQiLoDRwzEcQAt0hXhQUzv" +
    "HwAAAABJRU5ErkJggg==",
  "base64",
);

/** Where the tiles are that nobody serves, and a place in Shanghai. */
const TILES = "https://tiles.example.com";
const SHANGHAI = [121.47, 31.23];

let folder, server, browser;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "onbeat-base-"));
  const map = join(folder, "map.pmtiles");
  await mkdir(PICTURES, { recursive: true });
  await writeFile(map, archive(TILE));
  server = await Server.start({ ONBEAT_MAP_FILE: map, ONBEAT_MAP_ATTRIBUTION: "A map & <its> makers" });
  browser = await Browser.start({ address: server.address, logins: [ADMIN] });
});

after(async () => {
  await browser?.end();
  await server?.end();
  await rm(folder, { recursive: true });
});

test("a PMTiles file lies under the maps, read in ranges, with its makers' names", async () => {
  const context = await browser.context(ADMIN.user, { viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const [seen, ranges] = [watch(page), []];
  page.on("response", (answer) => {
    if (answer.url().endsWith("/map/base.pmtiles")) ranges.push([answer.status(), answer.request().headers().range]);
  });
  await page.goto("/admin/draw");
  assert.equal(await page.evaluate(() => globalThis.mapsDrawn()), 1);
  assert.ok(ranges.length >= 2, `header, then a tile: ${JSON.stringify(ranges)}`);
  assert.ok(ranges.every(([status, range]) => status === 206 && range), JSON.stringify(ranges));
  assert.match(await page.locator(".maplibregl-ctrl-attrib").textContent(), /A map & <its> makers/);
  const shot = await page.locator(".map canvas").screenshot({ path: join(PICTURES, "base-map.png") });
  const [red, , blue] = await middle(page, shot);
  assert.ok(blue > red + 40, `the map is as blue as its tiles: ${red}, ${blue}`);
  assert.deepEqual(seen, []);
});

test("on tiles in GCJ-02 customers and corners are shown shifted, and nothing is stored shifted", async () => {
  const own = await Server.start({ ONBEAT_MAP_TILES: `${TILES}/{z}/{x}/{y}.png`, ONBEAT_MAP_GCJ02: "true" });
  const chinese = await Browser.start({ address: own.address, logins: [ADMIN] });
  try {
    const context = await chinese.context(ADMIN.user, { viewport: SIZES.desk });
    const tiles = [];
    await context.route(`${TILES}/**`, (route) => {
      tiles.push(route.request().url());
      return route.fulfill({ body: TILE, contentType: "image/png", headers: { "access-control-allow-origin": "*" } });
    });
    const page = await context.newPage();
    await takeIn(page, `id,name,lat,lon\nx1,One,${SHANGHAI[1]},${SHANGHAI[0]}\n`);
    await page.goto("/customers/x1");
    const [customer] = await drawnIn(page, "features");
    assert.ok(metres(customer.geometry.coordinates, shown(SHANGHAI)) < 1, String(customer.geometry.coordinates));
    const clicked = await drawSquare(page);
    const [sent] = await Promise.all([page.waitForRequest("**/admin/draw"), page.getByRole("button", { name: "See what it changes" }).click()]);
    const { coordinates: [[ring]] } = JSON.parse(sent.postData().match(/\{"type":"MultiPolygon".*\}/)[0]);
    ring.slice(0, -1).forEach((corner, n) => {
      assert.ok(metres(shown(corner), clicked[n]) < 3, `${corner} is shown where the click was, ${clicked[n]}`);
      assert.ok(metres(corner, clicked[n]) > 300, `${corner} is in WGS-84`);
    });
    await page.getByRole("button", { name: "Apply" }).click();
    const { features: [stored] } = await (await page.request.get("/map/districts?detail=2")).json();
    for (const corner of stored.geometry.coordinates.flat(2)) {
      assert.ok(ring.some((drawn) => metres(drawn, corner) < 1), `${corner} is stored as it was sent`);
    }
    assert.ok(tiles.length > 0, "the tiles lie under it");
  } finally {
    await chinese.end();
    await own.end();
  }
});

/** Hands in a file of customers, and applies it. */
async function takeIn(page, text) {
  await page.goto("/admin/import?kind=customers");
  await page.locator("[name=file]").setInputFiles({ name: "customers.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
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
  await page.locator("[name=name]").fill("黄浦");
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

/** The colour in a picture's middle. */
function middle(page, picture) {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return [...canvas.getImageData(image.width / 2, image.height / 2, 1, 1).data];
  }, picture.toString("base64"));
}

/** A PMTiles file of version 3 with one tile, the world's (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md). */
function archive(tile) {
  const directory = Buffer.concat([1, 0, 1, tile.length, 1].map(varint));
  const metadata = Buffer.from("{}");
  const [at, end] = [127, 127 + directory.length];
  const header = Buffer.alloc(127);
  header.write("PMTiles");
  header.writeUInt8(3, 7);
  const places = [at, directory.length, end, metadata.length, end + metadata.length, 0, end + metadata.length, tile.length];
  places.concat([1, 1, 1]).forEach((value, n) => header.writeBigUInt64LE(BigInt(value), 8 + 8 * n));
  // Clustered, nothing compressed, PNG, zoom 0 alone, the whole world.
  header.set([1, 1, 1, 2, 0, 0], 96);
  [-180, -85, 180, 85].forEach((degrees, n) => header.writeInt32LE(degrees * 1e7, 102 + 4 * n));
  return Buffer.concat([header, directory, metadata, tile]);
}

function varint(value) {
  const bytes = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left & 127) | 128);
  }
}
