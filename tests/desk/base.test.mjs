// What lies under the maps, in the browser: a PMTiles file that is made here.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Browser, watch } from "./browser.mjs";
import { PICTURES } from "./demo.mjs";
import { ADMIN, Server } from "./server.mjs";
import { TILE } from "./tiles.mjs";

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
