// What a rep says on a phone, and what people at the desk say to it.

import assert from "node:assert/strict";

import { accessible } from "../inspect.mjs";
import { DAY, alert, heading, noon, openUntil, withPhone } from "./common.mjs";

export default {
  async "an appeal stands beside the decision and its evidence, and another person decides it"(browser) {
    const { items } = await browser.api("admin", "findings?kind=log_broken");
    const [{ rep, finding: { id: finding } }] = items;
    const where = `/findings/${finding}`;
    await withPhone(browser, rep, async (phone) => {
      await phone.do("answer", { finding, text: "The phone was repaired at noon" });
      await phone.do("sync");
      const first = await browser.page("stan", "/findings");
      await openUntil(first, where, /The phone was repaired at noon/);
      await first.locator("[name=reason]").fill("The shop knows of no repair");
      await first.getByRole("button", { name: "Confirm" }).click();
      await first.locator("article", { hasText: "no repair" }).waitFor();
      await phone.do("sync");
      await phone.do("appeal", { finding, text: "Here is the receipt of the repair" });
      await phone.do("sync");
      await openUntil(first, where, /Here is the receipt of the repair/);
      await first.getByText("An appeal is decided by another person than the first decision.").waitFor();
      assert.equal(await first.locator("[name=reason]").count(), 0);
      const second = await browser.page("admin", where);
      assert.deepEqual(await accessible(second), []);
      await second.locator("[name=reason]").fill("The receipt is good");
      await second.getByRole("button", { name: "Withdraw" }).click();
      await second.locator("article", { hasText: "The receipt is good" }).waitFor();
      assert.match(await second.locator(".heading p").textContent(), /withdrawn/);
      await phone.do("sync");
      const { decisions } = await phone.do("explain", { finding });
      assert.deepEqual(decisions.map(({ state, by }) => [state, by]), [["withdrawn", "admin"]]);
    });
  },

  async "a reason is declined with words that the rep reads on the phone"(browser) {
    await withPhone(browser, "gus", async (phone) => {
      await phone.do("reason", { from_ms: noon(0), to_ms: noon(30), reason: "goods", note: "fetched crates" });
      await phone.do("sync");
      const page = await browser.page("admin", "/findings");
      await openUntil(page, "/exceptions", /fetched crates/);
      const line = page.locator("[data-line]", { hasText: "fetched crates" });
      await line.locator("summary").click();
      await line.locator("[name=words]").fill("!");
      await line.getByRole("button", { name: "Decline with this" }).click();
      await alert(page).waitFor();
      assert.equal(await line.locator("[name=words]").inputValue(), "!", "what was typed is still there");
      assert.deepEqual(await accessible(page), []);
      await line.locator("[name=words]").fill("No crates were due that day");
      await line.getByRole("button", { name: "Decline with this" }).click();
      await line.waitFor({ state: "detached" });
      assert.equal(await heading(page).count(), 1);
      await phone.do("sync");
      const day = await phone.do("day", { day: DAY });
      const [{ declined }] = day.presence.reasons.filter(({ reason }) => reason.note === "fetched crates");
      assert.deepEqual([declined.by, declined.words], ["admin", "No crates were due that day"]);
    });
  },
};
