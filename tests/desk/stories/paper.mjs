// What opens only for a reason, and what works on paper and without scripts.

import assert from "node:assert/strict";

import { SIZES, logIn } from "../browser.mjs";
import { faultsInBothSizes } from "../inspect.mjs";
import { DAY, findingOf, path } from "./common.mjs";

/** A4 between the margins that browsers leave. */
const SHEET = { width: 718, height: 1047 };

/** Runs in the page: what stands beside the sheet, or scrolls where paper can't. */
function cutOff() {
  const isCut = (element) => {
    const { overflowX } = getComputedStyle(element);
    const scrolls = overflowX !== "visible" && element.scrollWidth > element.clientWidth;
    return scrolls || element.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
  };
  // Words for those who listen take no room, and a map is a window.
  const seen = [...document.querySelectorAll("main, main :not(svg *, .aside, .map, .map *)")].filter((element) => element.checkVisibility());
  return seen.filter(isCut).map((element) => `${element.localName}.${element.getAttribute("class") ?? ""}`);
}

export default {
  async "positions open for a reason, and who looked stands there"(browser) {
    const page = await browser.page("nora", `/reps/hal/days/${DAY}`);
    assert.equal(await page.locator(".map").count(), 0);
    await page.locator("input[name=why]").fill("Hal asked what his phone saw");
    await page.getByRole("button", { name: "Open positions" }).click();
    await page.locator(".map canvas").waitFor();
    assert.match(await page.locator("main").textContent(), /nora.*Hal asked what his phone saw/s);
    await page.locator(".verify-run").click();
    await page.locator(".verified", { hasText: "✓" }).waitFor();
    // What it checked is taken along, to be checked anywhere.
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "log.ndjson" }).click()]);
    assert.equal(file.suggestedFilename(), "log.ndjson");
  },

  async "of a log that does not come the page says so, and not that it does not hold"(browser) {
    const page = await browser.page("nora", "/today");
    const said = page.locator(".verified");
    const refusals = [(route) => route.abort(), ...[401, 503].map((status) => (route) => route.fulfill({ status }))];
    for (const refuse of refusals) {
      await page.route("**/api/v1/reps/*/log?*", refuse);
      await page.goto(`/reps/hal/days/${DAY}?why=emergency`);
      await page.locator(".verify-run").click();
      await said.filter({ hasText: "could not be fetched" }).waitFor();
      assert.doesNotMatch(await said.textContent(), /✗|hold/);
      await page.unroute("**/api/v1/reps/*/log?*");
    }
    await page.locator(".verify-run").click();
    await said.filter({ hasText: "✓" }).waitFor();
  },

  async "a customer's visits stand on the map, where the reps were only once that is recorded"(browser) {
    const { items } = await browser.api("nora", "visits");
    const [{ rep, day, visit }] = items.filter(({ visit: { distance_mm } }) => distance_mm !== null);
    const page = await browser.page("nora", `/customers/${visit.customer}`, { viewport: SIZES.desk });
    const places = () => page.evaluate(async () => {
      await globalThis.mapsDrawn();
      const { features } = await globalThis.maps[0].getSource("features").getData();
      return features.map(({ properties: { kind, link } }) => link ?? kind).toSorted();
    });
    assert.deepEqual(await places(), ["customer"]);
    await page.getByRole("link", { name: "Show where the reps were" }).click();
    await page.waitForURL(/positions=true/);
    const shown = await places();
    assert.ok(["customer", "radius", `/visits/${visit.visit}`].every((place) => shown.includes(place)), String(shown));
    assert.deepEqual(await faultsInBothSizes(page, "customer-positions"), []);
    await page.goto(`/reps/${rep}/days/${day}`);
    const looks = page.locator("section", { has: page.locator("#looks") });
    assert.equal(await looks.locator(`li:has-text("nora") a[href="/visits/${visit.visit}"]`).count(), 1);
  },

  async "what is read on paper prints"(browser) {
    const sheets = [
      ["clara", `/register/print?day=${DAY}`], ["nora", "/today"], ["nora", `/reports?from=${DAY}&to=${DAY}`],
      ["nora", `/reports?by=day&from=2026-02-10&to=${DAY}`], ["admin", `/reports/months/${DAY.slice(0, 7)}`],
      ["nora", await findingOf(browser, "ben")],
      ["nora", `/reps/ben/days/${DAY}`], ["nora", `/reps/ben/days/${DAY}?why=for+the+file+on+paper`],
    ];
    for (const [user, where] of sheets) {
      const page = await browser.page(user, where, { viewport: SHEET });
      await page.evaluate(() => globalThis.mapsDrawn());
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator("header nav").isVisible(), false);
      const controls = "button:visible, input:visible, select:visible, textarea:visible";
      assert.equal(await page.locator(controls).count(), 0, where);
      assert.deepEqual(await page.evaluate(cutOff), [], where);
      const sheet = await page.pdf({ format: "A4" });
      assert.equal(sheet.subarray(0, 5).toString(), "%PDF-");
      assert.ok(sheet.length > 10_000, `${sheet.length} bytes`);
    }
  },

  async "forms work without scripts"(browser) {
    const page = await browser.page(null, "/login", { javaScriptEnabled: false });
    await logIn(page, browser.who("admin"));
    await page.goto("/today");
    await page.locator("[name=q]").fill("irwin");
    await page.getByRole("button", { name: "Show" }).click();
    assert.deepEqual(await page.locator(".board tbody .name").allTextContents(), ["Hal Irwin"]);
    await page.goto("/register");
    await page.locator("[name=number]").fill("+1 212 555 0100");
    await page.locator("[name=rep]").fill("gus");
    await page.getByRole("button", { name: "Enter", exact: true }).click();
    assert.equal(path(page), "/register");
    await page.goto(await findingOf(browser, "dan"));
    await page.locator("[name=reason]").fill("Road closed, he called at eight");
    await page.getByRole("button", { name: "Excuse" }).click();
    await page.goto(page.url());
    assert.match(await page.locator("article").textContent(), /Road closed/);
  },
};
