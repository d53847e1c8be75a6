// What an admin sets up: a district drawn or corrected, a file looked at, leave entered.

import assert from "node:assert/strict";

import { accessible, faultsInBothSizes } from "../inspect.mjs";
import { alert, heading, path, tabTo } from "./common.mjs";

const drawn = (page) => page.locator(".drawn");
const canvas = (page) => page.locator(".draw .map canvas");

/** The map to draw on, once it shows all it has. */
async function toDraw(browser, where) {
  const page = await browser.page("admin", where);
  await page.evaluate(() => globalThis.mapsDrawn());
  await drawn(page).filter({ hasText: "corner" }).waitFor();
  return page;
}

export default {
  async "a district is drawn with the mouse, looked at, drawn on, and applied"(browser) {
    const page = await toDraw(browser, "/admin/draw");
    await page.locator("[name=name]").fill("Drawn by hand");
    await page.getByRole("button", { name: "New part" }).click();
    for (const [x, y] of [[300, 100], [420, 100], [420, 220], [300, 220]]) await canvas(page).click({ position: { x, y } });
    await drawn(page).filter({ hasText: "4 corners drawn" }).waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await drawn(page).filter({ hasText: "4 corners." }).waitFor();
    await page.getByRole("button", { name: "See what it changes" }).click();
    assert.equal(path(page), "/admin/import/preview");
    assert.match(await page.locator("#main").textContent(), /Drawn by hand.*km²/s);
    assert.deepEqual(await accessible(page), []);
    await page.getByRole("link", { name: "Draw on" }).click();
    await drawn(page).filter({ hasText: "4 corners." }).waitFor();
    assert.doesNotMatch(await page.locator("select[name=district]").textContent(), /Drawn by hand/);
    await page.getByRole("button", { name: "See what it changes" }).click();
    await page.getByRole("button", { name: "Apply" }).click();
    await page.goto("/admin/draw");
    assert.match(await page.locator("select[name=district]").textContent(), /Drawn by hand/);
  },

  async "a month that is over is frozen, once, and one that runs is not"(browser) {
    const running = await browser.page("admin", "/reports/months/2026-05");
    assert.match(await running.locator("form.card").textContent(), /The month is not over/);
    assert.equal(await running.locator("form.card button").count(), 0);
    const page = await browser.page("admin", "/reports/months/2026-04");
    const late = await browser.page("admin", "/reports/months/2026-04");
    assert.match(await page.locator(".heading p").textContent(), /not frozen/);
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.locator(".heading p", { hasText: "frozen by admin" }).waitFor();
    assert.equal(await page.locator("form.card").count(), 0);
    assert.deepEqual(await faultsInBothSizes(page, "month-frozen"), []);
    await late.getByRole("button", { name: "Freeze" }).click();
    await alert(late).waitFor();
    await late.locator(".heading p", { hasText: "frozen by admin" }).waitFor();
  },

  async "a district's corners are moved, put in and taken away by keyboard alone"(browser) {
    const page = await toDraw(browser, "/admin/draw?district=Manhattan");
    await tabTo(page, ".draw .map canvas");
    const lat = page.locator(".lat");
    const count = async () => Number((await drawn(page).textContent()).match(/of (\d+)/)[1]);
    await page.keyboard.press("n");
    await drawn(page).filter({ hasText: "Corner 1 of" }).waitFor();
    const [before, corners] = [Number(await lat.inputValue()), await count()];
    await page.keyboard.press("ArrowUp");
    assert.ok(Number(await lat.inputValue()) > before, "the corner went north");
    await page.keyboard.press("z");
    await page.keyboard.press("n");
    assert.equal(Number(await lat.inputValue()), before);
    await page.keyboard.press("i");
    await drawn(page).filter({ hasText: "Corner 2 of" }).waitFor();
    assert.equal(await count(), corners + 1);
    await page.keyboard.press("Delete");
    assert.equal(await count(), corners);
    await tabTo(page, ".lat");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("40.7");
    await page.keyboard.press("Tab");
    const geometry = JSON.parse(await page.locator("[name=geometry]").inputValue());
    assert.ok(geometry.coordinates.flat().some((ring) => ring.some(([, north]) => north === 40.7)));
  },

  async "a file's faults are told row by row, in the language of the page, and nothing changes"(browser) {
    const page = await browser.page("admin", "/admin/import?kind=customers", { locale: "zh-CN" });
    const text = "id,name,lat,lon\nx1,One,north,-74\nx2,,40.7,-74\n";
    const file = { name: "customers.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
    await page.locator("[name=file]").setInputFiles(file);
    await page.locator("button.main").click();
    await alert(page).waitFor();
    const rows = await page.locator("main table tbody tr").allTextContents();
    assert.equal(rows.length, 2);
    assert.match(rows[0], /2.*lat.*“north”不是度数/s);
    assert.match(rows[1], /3.*name.*此处为空/s);
    assert.deepEqual(await accessible(page), []);
    const customers = await browser.api("admin", "customers");
    assert.equal(customers.some(({ id }) => id === "x1"), false);
  },

  async "a file or a form that is too large says so on a page that leads back, and what was typed is kept"(browser) {
    const page = await browser.page("admin", "/admin/import?kind=customers");
    const file = { name: "customers.csv", mimeType: "text/csv", buffer: Buffer.alloc(17 * 1024 * 1024, "x") };
    await page.locator("[name=file]").setInputFiles(file);
    await page.locator("button.main").click();
    await alert(page).filter({ hasText: "16 MB" }).waitFor();
    assert.deepEqual(await accessible(page), []);
    await page.goto("/admin/notice");
    await page.locator("[name=en]").evaluate((field) => field.removeAttribute("maxlength"));
    await page.locator("[name=zh]").fill("我们只在工作时段记录位置");
    await page.locator("[name=en]").fill("x".repeat(1_200_000));
    await page.locator("form.card button.main").click();
    await alert(page).filter({ hasText: "1 MB" }).waitFor();
    await page.getByRole("link", { name: "Back to the form" }).click();
    assert.equal(path(page), "/admin/notice");
    assert.equal(await page.locator("[name=zh]").inputValue(), "我们只在工作时段记录位置");
  },

  async "the page on location stands beside its form as phones show it"(browser) {
    const page = await browser.page("admin", "/admin/notice");
    const shows = (lang) => page.locator(`.phone[lang|=${lang}] .text`);
    await page.locator("[name=en]").fill("");
    await page.locator("[name=zh]").fill("八点到十六点半。\n问王芳。");
    assert.equal(await shows("zh").textContent(), "八点到十六点半。\n问王芳。");
    assert.equal(await shows("en").textContent(), "八点到十六点半。\n问王芳。");
    await page.locator("[name=en]").fill("From eight to half past four.");
    assert.equal(await shows("en").textContent(), "From eight to half past four.");
    assert.deepEqual(await accessible(page), []);
  },

  async "leave is entered for a rep, and stands among the exceptions"(browser) {
    const page = await browser.page("nora", "/exceptions");
    await page.locator("select[name=rep]").selectOption({ label: "Hal Irwin" });
    await page.locator("select[name=reason]").selectOption("leave");
    await page.locator("[name=from]").fill("2026-05-14T08:00");
    await page.locator("[name=to]").fill("2026-05-14T16:30");
    await page.locator("form.card button.main").click();
    await page.locator("tr", { hasText: "Hal Irwin" }).filter({ hasText: "14 May" }).waitFor();
    assert.equal(await heading(page).count(), 1);
    // A time that ends before it begins is said, and what was typed stays.
    await page.locator("select[name=rep]").selectOption({ label: "Hal Irwin" });
    await page.locator("[name=from]").fill("2026-05-14T16:30");
    await page.locator("[name=to]").fill("2026-05-14T08:00");
    await page.locator("form.card button.main").click();
    await alert(page).waitFor();
    assert.equal(await page.locator("[name=to]").inputValue(), "2026-05-14T08:00");
  },
};
