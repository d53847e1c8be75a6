// What a supervisor does with what was found. Each story decides findings of its own: none needs another.

import assert from "node:assert/strict";

import { logIn, watch } from "../browser.mjs";
import { Way } from "../way.mjs";
import { accessible, faultsInBothSizes } from "../inspect.mjs";
import { alert, findingOf, path, tabTo } from "./common.mjs";

/** Where the findings are that are chosen. */
const chosen = (page) => page.locator("[data-line] :checked").evaluateAll((all) => all.map(({ value }) => `/findings/${value}`));

/** An admin's board whose stream has begun. */
async function liveBoard(browser, options) {
  const page = await (await browser.context("admin", options)).newPage();
  await Promise.all([page.waitForResponse((answer) => answer.url().includes("/today/live")), page.goto("/today")]);
  await page.evaluate(() => (globalThis.isTheSamePage = true));
  return page;
}

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

  async "a finding that the rep may still answer is not confirmed, and its page says until when"(browser) {
    const page = await browser.page("stan", await findingOf(browser, "dan"));
    assert.match(await page.locator(".calm").last().textContent(), /has time until \w+ \d+ \w+ 2026 00:00/);
    const offered = page.locator("form.card button");
    assert.deepEqual(await offered.allTextContents(), ["Excuse", "Withdraw"]);
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

  async "who decides second sees what the first decided, and of many the rest is still chosen"(browser) {
    const [taken, left] = [await findingOf(browser, "ida"), await findingOf(browser, "ida", 1)];
    const first = await browser.page("nora", taken);
    const [second, queue] = [await browser.page("admin", taken), await browser.page("admin", "/findings")];
    await second.locator("[name=reason]").fill("I know nothing of it");
    for (const where of [taken, left]) await queue.locator(`[value="${where.split("/").pop()}"]`).check();
    await queue.locator("[name=reason]").fill("The map was wrong there");
    await first.locator("[name=reason]").fill("She tried an app, and told me");
    await first.getByRole("button", { name: "Excuse" }).click();
    await first.locator("article", { hasText: "She tried an app" }).waitFor();
    await second.getByRole("button", { name: "Withdraw" }).click();
    await alert(second).waitFor();
    assert.match(await alert(second).textContent(), /already decided/);
    assert.match(await second.locator("article").textContent(), /excused · nora.*She tried an app, and told me/s);
    assert.deepEqual(await faultsInBothSizes(second, "decided-first"), []);
    await queue.getByRole("button", { name: "Withdraw" }).click();
    const told = alert(queue).locator("li");
    await told.waitFor();
    assert.match(await told.textContent(), /excused · nora · .*She tried an app, and told me/);
    assert.equal(await told.locator("a").getAttribute("href"), taken);
    assert.deepEqual(await chosen(queue), [left]);
    assert.equal(await queue.locator("[name=reason]").inputValue(), "The map was wrong there");
    assert.deepEqual(await faultsInBothSizes(queue, "decided-first-of-many"), []);
  },

  async "the board changes by itself when somebody decides, also for a browser that was away"(browser) {
    const way = await Way.to(browser.address);
    const [page, away] = [await liveBoard(browser), await liveBoard(browser, { baseURL: way.address })];
    const row = (board) => board.locator("#rep-mia");
    assert.match(await row(away).textContent(), /1 asked/);
    way.cut();
    await away.locator("#live [data-when=lost]").waitFor();
    const other = await browser.page("nora", await findingOf(browser, "mia"));
    await other.locator("[name=reason]").fill("Her phone was repaired and restored");
    await other.getByRole("button", { name: "Withdraw" }).click();
    await other.locator("article", { hasText: "repaired" }).waitFor();
    await row(page).locator(".tag").waitFor({ state: "detached" });
    assert.equal(await page.locator(".need", { hasText: "Mia North" }).count(), 0);
    assert.match(await row(away).textContent(), /1 asked/);
    way.mend();
    await row(away).locator(".tag").waitFor({ state: "detached" });
    await away.locator("#live").waitFor({ state: "hidden" });
    assert.ok(await away.evaluate(() => globalThis.isTheSamePage), "what was missed came by the stream");
    way.end();
  },

  async "a log-out in another tab loses nothing ticked, and shows it to nobody else"(browser) {
    const page = await browser.page("nora", "/findings");
    browser.forget("nora");
    const box = page.locator("[data-line] input").first();
    const ticked = [`/findings/${await box.inputValue()}`];
    await box.check();
    await page.locator("[name=reason]").fill("It was the same tunnel");
    const other = await page.context().newPage();
    await other.goto("/today");
    await other.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("button", { name: "Withdraw" }).click();
    await page.waitForURL(/\/login/);
    await logIn(page, browser.who("admin"));
    const reason = page.locator("[name=reason]");
    assert.deepEqual([path(page), await chosen(page), await reason.inputValue()], ["/findings", [], ""]);
    await page.getByRole("button", { name: "Log out" }).click();
    await logIn(page, browser.who("nora"));
    await page.goto("/findings");
    assert.deepEqual([await chosen(page), await reason.inputValue()], [ticked, "It was the same tunnel"]);
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
    const typed = await page.locator("[name=reason]").inputValue();
    assert.equal(typed, "The phone fell into the harbour, and was dried");
    await page.getByRole("button", { name: "Excuse" }).click();
    await page.locator("article", { hasText: "harbour" }).waitFor();
    // Once it is sent it is forgotten.
    const kept = await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("onbeat.kept")));
    assert.deepEqual(kept, []);
  },

  async "what was typed and not sent is thrown away by a button, or after half a day"(browser) {
    const page = await browser.page("admin", "/exceptions");
    const form = page.locator("form.card");
    const [rep, from] = ["rep", "from"].map((name) => form.locator(`[name=${name}]`));
    const typed = async (time) => {
      await rep.selectOption("ben");
      await from.fill(time);
      await page.goto("/exceptions");
      assert.deepEqual([await rep.inputValue(), await from.inputValue()], ["ben", time]);
    };
    const isGone = async () => {
      assert.deepEqual([await rep.inputValue(), await from.inputValue()], ["", ""]);
      assert.equal(await page.locator(".kept").count(), 0);
      assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    };
    await typed("2026-05-12T13:00");
    assert.deepEqual(await accessible(page), []);
    await page.locator(".kept").getByRole("button", { name: "Discard it" }).click();
    await isGone();
    await page.goto("/exceptions");
    await isGone();
    await typed("2026-05-12T14:00");
    await page.clock.setFixedTime(Date.now() + 12 * 3_600_000);
    await page.goto("/exceptions");
    await isGone();
  },

  async "a tab that has no room keeps nothing of what is typed, and sends it"(browser) {
    const page = await browser.page("admin", "/exceptions");
    const faults = watch(page);
    await page.evaluate(() => {
      for (let n = 0, size = 1 << 22; size > 0; n += 1) {
        try {
          sessionStorage.setItem(`full ${n}`, "x".repeat(size));
        } catch {
          size >>= 1;
        }
      }
    });
    const form = page.locator("form.card");
    const [from, to] = ["from", "to"].map((name) => form.locator(`[name=${name}]`));
    await form.locator("[name=rep]").selectOption("ben");
    await from.fill("2026-05-12T14:00");
    await to.fill("2026-05-12T13:00");
    await form.getByRole("button", { name: "Enter" }).click();
    await alert(page).waitFor();
    assert.deepEqual([await from.inputValue(), await to.inputValue()], ["2026-05-12T14:00", "2026-05-12T13:00"]);
    const kept = await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("onbeat.")));
    assert.deepEqual([kept, faults.filter((fault) => fault.startsWith("error") && !fault.includes("422"))], [[], []]);
  },
};
