// What is taken out is read by others' readers: tables by `csv-parse`, tracks by the browser's XML.

import assert from "node:assert/strict";

import { parse } from "csv-parse/sync";

import { DAY } from "./common.mjs";

const TABLES = ["adherence", "days", "visits", "findings", "register", "customers", "exceptions", "looks", "month"];
const GPX = "http://www.topografix.com/GPX/1/1";

/** The file behind a link of a page, as it is saved. */
async function saved(page, address) {
  const answer = await page.context().request.get(address, { headers: { accept: "*/*" } });
  assert.equal(answer.status(), 200, address);
  return answer.text();
}

const period = `from=${DAY}&to=${DAY}`;

export default {
  async "tables are read back from CSV files, in the reader's words"(browser) {
    const page = await browser.page("admin", `/reports?${period}`);
    for (const what of TABLES) {
      const text = await saved(page, `/reports/export?what=${what}&format=csv&${period}`);
      // Strict: every row has as many cells as the head, and quotes stand where RFC 4180 has them.
      const rows = parse(text, { bom: true, columns: true, record_delimiter: "\r\n" });
      const heads = Object.keys(rows[0] ?? {});
      assert.ok(heads.every((head) => head && !head.includes("_")), `${what}: ${heads}`);
    }
    const visits = parse(await saved(page, `/reports/export?what=visits&format=csv&${period}`), { bom: true, columns: true });
    const { items } = await browser.api("admin", "visits?limit=500");
    const told = (all) => all.toSorted().join("\n");
    assert.equal(told(visits.map((row) => row.Visit)), told(items.map(({ visit }) => visit.visit)));
    const [{ visit }] = items.filter(({ visit: { report } }) => report);
    const row = visits.find((row) => row.Visit === visit.visit);
    assert.ok(Object.values(row).includes(visit.report.content), JSON.stringify(row));
  },

  async "places are read back from GPX and GeoJSON files"(browser) {
    const page = await browser.page("admin", `/reports?${period}`);
    const address = (format) => `/reports/export?what=customers&format=${format}&${period}`;
    const { features } = JSON.parse(await saved(page, address("geojson")));
    const places = features.map(({ geometry, properties }) => [properties.name, ...geometry.coordinates.map((n) => n.toFixed(5))]);
    const read = await page.evaluate(([text, namespace]) => {
      const gpx = new DOMParser().parseFromString(text, "application/xml");
      const wrong = gpx.querySelector("parsererror")?.textContent;
      const points = [...gpx.getElementsByTagNameNS(namespace, "wpt")].map((point) => {
        const [lon, lat] = ["lon", "lat"].map((name) => Number(point.getAttribute(name)).toFixed(5));
        return [point.getElementsByTagNameNS(namespace, "name")[0].textContent, lon, lat];
      });
      return { wrong, points };
    }, [await saved(page, address("gpx")), GPX]);
    assert.equal(read.wrong, undefined);
    assert.ok(places.length > 100, `${places.length} customers`);
    assert.deepEqual(read.points, places);
  },
};
