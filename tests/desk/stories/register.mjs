// What the clerk on duty does with a call.

import assert from "node:assert/strict";

import { alert } from "./common.mjs";

export default {
  async "a clerk enters a call: number, rep, Enter"(browser) {
    const customers = await browser.api("admin", "customers");
    const customer = customers.find(({ id }) => id.startsWith("pia-"));
    const page = await browser.page("clara", "/register");
    await page.locator("[name=number]:focus").waitFor();
    await page.keyboard.type(customer.landline);
    await page.locator("#match", { hasText: customer.name }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type("Pia Quinn");
    await page.keyboard.press("Enter");
    await page.locator("main [role=status]", { hasText: "Entered" }).waitFor();
    const row = page.locator("tr", { hasText: "Pia Quinn" });
    assert.match(await row.textContent(), new RegExp(`landline of ${customer.name}`));
    assert.match(await row.textContent(), /clara/);
    // Entered again in the same minute it stands once, and the page says so.
    const minute = (await row.locator("td").nth(2).textContent()).trim().slice(0, 5);
    await page.locator("[name=number]").fill(customer.landline);
    await page.locator("[name=rep]").fill("Pia Quinn");
    await page.locator("[name=called]").fill(minute);
    await page.keyboard.press("Enter");
    await page.locator("main [role=status]", { hasText: "This call stands already" }).waitFor();
  },

  async "a call that can't be entered shows what was typed"(browser) {
    const page = await browser.page("clara", "/register");
    await page.locator("[name=number]").fill("no number");
    await page.locator("[name=rep]").fill("Ada Brooks");
    await page.locator("[name=note]").fill("from the corner shop");
    await page.keyboard.press("Enter");
    await alert(page).waitFor();
    assert.equal(await alert(page).textContent(), "This is no phone number.");
    const typed = await Promise.all(["number", "rep", "note"].map((name) => page.locator(`[name=${name}]`).inputValue()));
    assert.deepEqual(typed, ["no number", "Ada Brooks", "from the corner shop"]);
  },
};
