// What must be so of every page, as a list of what is not.

import { join } from "node:path";

import axe from "axe-core";

import { SIZES } from "./browser.mjs";
import { PICTURES } from "./demo.mjs";

/** One heading of the first order, the right language, nothing beside the screen, nothing that axe-core objects to. */
export async function inspect(page, lang) {
  const faults = [];
  const state = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    width: document.documentElement.scrollWidth,
  }));
  const { width } = page.viewportSize();
  if (state.lang !== lang) faults.push(`lang is ${state.lang}, not ${lang}`);
  if (state.headings !== 1) faults.push(`${state.headings} h1`);
  if (state.width > width) faults.push(`scrolls sideways: ${state.width} px on ${width}; ${await widest(page, width)}`);
  return [...faults, ...(await accessible(page))];
}

/** What is not so at a desk's screen and on a phone, by day and in the dark; pictures of all four are kept under `name`. */
export async function faultsInBothSizes(page, name, lang = "en") {
  const faults = [];
  const look = (how) => page.screenshot({ path: join(PICTURES, `${name}-${how}.png`), fullPage: true });
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    faults.push(...(await inspect(page, lang)).map((fault) => `${size}: ${fault}`));
    await look(size);
    await page.emulateMedia({ colorScheme: "dark" });
    faults.push(...(await accessible(page, ["color-contrast"])).map((fault) => `${size}, dark: ${fault}`));
    await look(`${size}-dark`);
    await page.emulateMedia({ colorScheme: "light" });
  }
  return faults;
}

/** Violations of axe-core, each with the first places; `rules`: only those. */
export async function accessible(page, rules) {
  await page.evaluate(axe.source);
  const runOnly = rules && { type: "rule", values: rules };
  const found = await page.evaluate((options) => globalThis.axe.run(document, options), { ...(runOnly && { runOnly }) });
  return found.violations.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`);
    return `axe ${id} (${help}), ${nodes.length}: ${places.join(" | ")}`;
  });
}

/** Presses of Tab on one page: what comes after so many is of the same kind. */
const TABS_MOST = 120;

/** What can be done with a mouse and is not come to by Tab, in words. */
export async function notReached(page) {
  const count = await page.evaluate((most) => {
    const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
    const canFocus = (element) => !element.disabled && element.tabIndex >= 0;
    const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert]");
    // Of radio buttons with one name Tab comes to one.
    const others = (element) => element.type === "radio" && !element.checked;
    const found = [...document.querySelectorAll(all)].filter((element) => canFocus(element) && isSeen(element) && !others(element));
    globalThis.waiting = new Set(found.slice(0, most));
    document.addEventListener("focusin", ({ target }) => globalThis.waiting.delete(target));
    document.activeElement?.blur();
    return globalThis.waiting.size;
  }, TABS_MOST);
  // Fields of a date take several, and beyond the last element Tab goes through the browser's own and begins anew.
  for (let presses = 0; presses < 2 * count + 40; presses += 1) {
    await page.keyboard.press("Tab");
    if (presses % 20 === 19 && (await page.evaluate(() => globalThis.waiting.size)) === 0) return [];
  }
  const left = () => [...globalThis.waiting].slice(0, 3).map((element) => `Tab never comes to ${element.outerHTML.slice(0, 120)}`);
  return page.evaluate(left);
}

function widest(page, width) {
  return page.evaluate((width) => {
    const beyond = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > width + 1,
    );
    const named = beyond.slice(0, 3).map((element) => `${element.localName}.${element.getAttribute("class") ?? ""}`);
    return named.join(", ");
  }, width);
}
