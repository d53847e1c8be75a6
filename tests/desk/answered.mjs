// Pages that only follow what somebody sent, in both languages, on a desk's screen and on a phone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { LANGUAGES, SIZES } from "./browser.mjs";
import { lost } from "./forms.mjs";
import { faultsInBothSizes } from "./inspect.mjs";
import { DAY, path } from "./stories/common.mjs";

/** A sliver of Manhattan: most of what is in the district falls out of it. */
const SLIVER = JSON.stringify({
  type: "FeatureCollection",
  features: [{
    type: "Feature",
    properties: { name: "Manhattan" },
    geometry: { type: "Polygon", coordinates: [[[-74.01, 40.7], [-74, 40.7], [-74, 40.71], [-74.01, 40.71], [-74.01, 40.7]]] },
  }],
});

/** Name, what is done (as an admin) to come to it, and what stands there only then. */
const PAGES = [
  ["code", async (page) => {
    await page.goto("/admin/phones");
    await page.locator("form[action='/admin/codes'] select[name=rep]").first().selectOption({ index: 1 });
    await send(page);
  }, "svg.qr"],
  ["columns", (page) => handIn(page, "customers", "Kunde,Breite,Länge,Laden\nx1,40.7,-74,One\n"), "select[name=lat]"],
  ["preview-rows", (page) => handIn(page, "customers", "id,name,lat,lon\nx1,One,north,-74\nx2,,40.7,-74\n"), "[role=alert]"],
  ["preview-bereft", (page) => handIn(page, "districts", SLIVER), "#effects"],
  ["imported", async (page, spoken) => {
    await handIn(page, "users", `user,name,role,team,districts,customers,password\nx-${spoken},Ola Nord,auditor,,,,\n`);
    await send(page);
  }, "main code"],
  ["made", async (page, spoken) => {
    await page.goto("/admin/users");
    await page.locator("[name=user]").fill(`made-${spoken}`);
    await page.locator("[name=name]").first().fill("Ola Nord");
    await page.locator("select[name=role]").selectOption("auditor");
    await send(page);
  }, ".card[role=status] code"],
  ["policy-look", async (page) => {
    await page.goto("/admin/policy");
    const number = page.locator("input[inputmode=decimal]").first();
    await number.fill(String(Number(await number.inputValue()) + 1));
    await page.locator("[name=do][value=look]").click();
  }, ".card[role=status] table"],
  ["erase-report", async (page) => {
    await page.goto("/admin/erase");
    await page.locator("[name=before]").fill(DAY);
    await page.locator("[name=do][value=look]").click();
  }, ".card[role=status] dl"],
  ["too-large", (page) => handIn(page, "customers", "x".repeat(17 * 1024 * 1024)), ".top nav a"],
];

const send = (page) => page.locator("main form[method=post] button.main").first().click();

async function handIn(page, kind, text) {
  await page.goto(`/admin/import?kind=${kind}`);
  const file = { name: `${kind}.txt`, mimeType: "text/plain", buffer: Buffer.from(text) };
  await page.locator("[name=file]").setInputFiles(file);
  await send(page);
}

/** One test a page and language; `get` gives the browser once it runs. */
export function answered(get) {
  for (const [name, act, shown] of PAGES) {
    for (const { name: spoken, locale, lang } of LANGUAGES) {
      test(`${name} in ${spoken}`, async () => {
        const context = await get().context("admin", { locale, viewport: SIZES.desk });
        const page = await context.newPage();
        await act(page, spoken);
        await page.locator(shown).first().waitFor();
        assert.notEqual(path(page), "/login");
        await page.evaluate(() => globalThis.mapsDrawn());
        assert.deepEqual(await faultsInBothSizes(page, `${name}-${spoken}`, lang), []);
        // What is handed in waits at the server, and what is typed beside it in the browser.
        if (path(page) === "/admin/import/preview") assert.deepEqual((await lost(page, get().who("admin"))).faults, []);
        await context.close();
      });
    }
  }
}
