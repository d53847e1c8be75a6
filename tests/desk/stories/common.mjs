// What stories have in common.

import assert from "node:assert/strict";

import { SIZES } from "../browser.mjs";
import { Phone } from "../phone.mjs";

/** The day that the phones played. */
export const DAY = "2026-05-12";
/** It is over, and so is the desk's. */
const EVENING_MS = Date.parse(`${DAY}T19:00:00-04:00`);
export const noon = (minutes) => Date.parse(`${DAY}T12:00:00-04:00`) + minutes * 60_000;

/** Why positions are opened. */
export const WHY = new URLSearchParams({ why: "looking at the evidence" });

export const alert = (page) => page.locator("[role=alert]");
export const heading = (page) => page.locator("h1");
export const path = (page) => new URL(page.url()).pathname;

/** Presses Tab until something has the focus, as somebody without a mouse does. */
export async function tabTo(page, selector) {
  const wanted = page.locator(selector);
  for (let presses = 0; presses < 80; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never comes to ${selector}`);
}

/** Where a finding or question about a rep is: the first, or the one after so many. */
export async function findingOf(browser, rep, after = 0) {
  const { items } = await browser.api("admin", "findings");
  return `/findings/${items.filter((item) => item.rep === rep)[after].finding.id}`;
}

/** Opens a page again until it says something: what a phone sent is folded soon, not at once. */
export async function openUntil(page, path, said) {
  const begun = Date.now();
  do {
    await page.goto(path);
    if (said.test(await page.locator("main").textContent())) return;
    await page.waitForTimeout(100);
  } while (Date.now() - begun < 15_000);
  assert.fail(`${path} never says ${said}`);
}

/** A rep's day with its positions, as somebody reads it who speaks a language; `before` is done to the browser first. */
export async function positions(browser, { locale }, rep, before = () => {}) {
  const context = await browser.context("nora", { locale, viewport: SIZES.desk });
  await before(context);
  const page = await context.newPage();
  await page.goto(`/reps/${rep}/days/${DAY}?${WHY}`);
  return page;
}

/** A rep's new phone, for as long as `play` takes. */
export async function withPhone(browser, rep, play) {
  const phone = await Phone.enrolled(browser, rep, EVENING_MS);
  try {
    await play(phone);
  } finally {
    await phone.end();
  }
}
