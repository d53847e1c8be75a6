// What a supervisor does with what was found. Each story decides findings of its own: none needs another.

import assert from "node:assert/strict";

import { logIn } from "../browser.mjs";
import { accessible } from "../inspect.mjs";
import { alert, findingOf, path, tabTo } from "./common.mjs";

export default {
  async "a supervisor finds who needs her, and excuses it with a reason"(browser) {
    const page = await browser.page("nora", "/today");
    const need = page.locator(".need", { hasText: "Ben Castle" });
    assert.match(await need.textContent(), /Left the area/);
    await need.locator("a").click();
    await page.locator(".chart").waitFor();
    await page.locator("[name=reason]").fill("Ferry to a customer in Newport");
    await page.getByRole("button", { name: "Excuse" }).click();
    await page.goto(page.url());
    assert.match(await page.locator(".heading p").textContent(), /excused/);
    const said = await page.locator("article", { hasText: "Ferry to a customer in Newport" }).textContent();
    assert.match(said, /excused · nora/);
    await page.goto("/findings");
    assert.equal(await page.locator("[data-line]", { hasText: "Left the area" }).count(), 0);
  },

  async "a finding that the rep may still answer is not confirmed, and the reason stays"(browser) {
    const page = await browser.page("stan", await findingOf(browser, "dan"));
    await page.locator("[name=reason]").fill("He was at home");
    await page.getByRole("button", { name: "Confirm" }).click();
    await alert(page).waitFor();
    assert.match(await alert(page).textContent(), /three working days/);
    assert.equal(await page.locator("[name=reason]").inputValue(), "He was at home");
  },

  async "many are excused by keyboard alone"(browser) {
    const page = await browser.page("stan", "/findings");
    const lines = page.locator("[data-line]");
    const before = await lines.count();
    const names = await page.locator("[data-line] .name").allTextContents();
    const chosen = names.flatMap((name, at) => (["Jim Kerr", "Ora Pike"].includes(name) ? [at] : []));
    assert.equal(chosen.length, 2, `two of ${names}`);
    for (let at = 0; at < before; at += 1) {
      await page.keyboard.press("j");
      if (chosen.includes(at)) await page.keyboard.press("x");
    }
    assert.equal(await page.locator("[data-line] :checked").count(), 2);
    await page.keyboard.press("k");
    await page.keyboard.press("e");
    await page.keyboard.type("Both told me, the phones are looked at");
    await page.keyboard.press("Control+Enter");
    await page.waitForFunction((count) => document.querySelectorAll("[data-line]").length < count, before);
    assert.equal(await lines.count(), before - 2);
    await page.goto("/findings?state=excused");
    assert.equal(await lines.count(), 2);
  },

  async "the queue is narrowed by whom and what, and stays so from state to state"(browser) {
    const page = await browser.page("admin", "/findings?state=withdrawn");
    const { items } = await browser.api("admin", "findings?kind=left_area");
    await tabTo(page, "select[name=kind]");
    await page.selectOption("select[name=kind]", "left_area");
    await page.selectOption("select[name=rep]", items[0].rep);
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL(/kind=left_area/);
    assert.equal(await page.locator("nav [aria-current=page]", { hasText: "withdrawn" }).count(), 1);
    for (const { state } of items.filter((item) => item.rep === items[0].rep).map((item) => item.finding)) {
      await page.locator(".tabs a", { hasText: state }).click();
      await page.waitForURL(new RegExp(`state=${state}&rep=${items[0].rep}&kind=left_area`));
      const lines = await page.locator("[data-line]").allTextContents();
      assert.ok(lines.length > 0 && lines.every((line) => /Left the area/.test(line)), lines.join("\n"));
    }
    assert.deepEqual(await accessible(page), []);
  },

  async "who decides second sees what the first decided"(browser) {
    const where = await findingOf(browser, "ida");
    const [first, second] = await Promise.all(["nora", "admin"].map((user) => browser.page(user, where)));
    await second.locator("[name=reason]").fill("I know nothing of it");
    await first.locator("[name=reason]").fill("She tried an app, and told me");
    await first.getByRole("button", { name: "Excuse" }).click();
    await first.locator("article", { hasText: "She tried an app" }).waitFor();
    await second.getByRole("button", { name: "Withdraw" }).click();
    await alert(second).waitFor();
    assert.match(await alert(second).textContent(), /already decided/);
    assert.match(await second.locator("article").textContent(), /excused · nora.*She tried an app, and told me/s);
    assert.deepEqual(await accessible(second), []);
  },

  async "the board changes by itself when somebody decides"(browser) {
    const page = await browser.page("admin", "/today");
    const row = page.locator("#rep-mia");
    assert.match(await row.textContent(), /1 asked/);
    const other = await browser.page("nora", await findingOf(browser, "mia"));
    await other.locator("[name=reason]").fill("Her phone was repaired and restored");
    await other.getByRole("button", { name: "Withdraw" }).click();
    await other.locator("article", { hasText: "repaired" }).waitFor();
    await page.waitForFunction(() => !document.querySelector("#rep-mia .tag"));
    assert.equal(await page.locator(".need", { hasText: "Mia North" }).count(), 0);
  },

  async "a session that ends in mid-form loses nothing typed"(browser) {
    const where = await findingOf(browser, "ida", 1);
    const page = await browser.page("nora", where);
    await page.locator("[name=reason]").fill("The phone fell into the harbour, and was dried");
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Excuse" }).click();
    await page.waitForURL(/\/login/);
    await logIn(page, browser.who("nora"));
    assert.equal(path(page), where);
    const kept = await page.locator("[name=reason]").inputValue();
    assert.equal(kept, "The phone fell into the harbour, and was dried");
    await page.getByRole("button", { name: "Excuse" }).click();
    await page.locator("article", { hasText: "harbour" }).waitFor();
  },
};
