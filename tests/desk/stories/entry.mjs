// Who comes in, in which language, and what each finds.

import assert from "node:assert/strict";

import { logIn } from "../browser.mjs";
import { accessible } from "../inspect.mjs";
import { DAY, alert, findingOf, heading, path } from "./common.mjs";

export default {
  async "a log-in leads to where one was, a log-out ends it"(browser) {
    const page = await browser.page(null, "/findings?state=open");
    assert.equal(path(page), "/login");
    await logIn(page, browser.who("nora"));
    assert.match(page.url(), /\/findings\?state=open$/);
    await page.getByRole("button", { name: "Log out" }).click();
    assert.equal(path(page), "/login");
    await page.goto("/today");
    assert.equal(path(page), "/login");
  },

  async "a wrong password is said, and the name stays"(browser) {
    const page = await browser.page(null, "/login");
    await page.locator("[name=user]").fill("nora");
    await page.locator("[name=password]").fill("certainly not this");
    await page.keyboard.press("Enter");
    await alert(page).waitFor();
    assert.equal(await alert(page).textContent(), "No user has this name and password.");
    assert.equal(await page.locator("[name=user]").inputValue(), "nora");
    assert.equal(await page.locator("[name=password]").inputValue(), "");
    assert.equal(await page.evaluate(() => sessionStorage.length), 0, "of a form with a password nothing is kept");
    assert.deepEqual(await accessible(page), []);
  },

  async "a language is switched on the page, and stays"(browser) {
    const page = await browser.page("nora", "/findings?state=open");
    await page.getByRole("button", { name: "中文" }).click();
    assert.match(page.url(), /\/findings\?state=open$/);
    assert.equal(await heading(page).textContent(), "发现与询问");
    await page.goto("/today");
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
    await page.getByRole("button", { name: "English" }).click();
    assert.equal(await heading(page).textContent(), "Today");
  },

  async "each role sees its own pages and begins with the first"(browser) {
    const page = await browser.page("clara", "/");
    assert.equal(path(page), "/register");
    const links = await page.locator("header nav a").allTextContents();
    assert.deepEqual(links, ["Register", "Customers"]);
    const answer = await page.goto("/today");
    assert.equal(answer.status(), 403);
    assert.equal(await alert(page).textContent(), "This page is not for your role.");
  },

  async "another team's reps and findings are not there"(browser) {
    const page = await browser.page("nora", "/today");
    const foreign = [`/reps/ada/days/${DAY}`, await findingOf(browser, "dan"), "/findings?rep=ada", "/today?team=south"];
    for (const where of foreign.slice(0, 2)) {
      const answer = await page.goto(where);
      assert.equal(answer.status(), 404, where);
      assert.match(await alert(page).textContent(), /not of your team/);
    }
    for (const where of foreign.slice(2)) {
      await page.goto(where);
      assert.doesNotMatch(await page.locator("main").textContent(), /Ada Brooks|Dan Evers/, where);
    }
  },

  async "the board is filtered while one types, and the address says how"(browser) {
    const page = await browser.page("admin", "/today");
    await page.locator("[name=q]").pressSequentially("irwin");
    await page.waitForURL(/\/today\?.*q=irwin/);
    assert.deepEqual(await page.locator(".board tbody .name").allTextContents(), ["Hal Irwin"]);
    assert.equal(await heading(page).count(), 1);
    assert.equal(await page.locator("[name=q]").inputValue(), "irwin");
  },

  async "the first Tab skips to the content"(browser) {
    const page = await browser.page("nora", "/today");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  },
};
