// Every page of the desk, in both languages, on a desk's screen and on a phone.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { test } from "node:test";

import { LANGUAGES, SIZES, watch, weigh } from "./browser.mjs";
import { PICTURES } from "./demo.mjs";
import { lost } from "./forms.mjs";
import { faultsInBothSizes, notReached } from "./inspect.mjs";
import { DAY } from "./stories/common.mjs";

/** Most that a first visit may take over the wire; with a map, whose library alone is two thirds of it. */
const MOST_BYTES = 150_000;
const MOST_BYTES_WITH_MAP = 600_000;

/** The longest period that is reported ends with the demo's day, 92 days. */
const QUARTER = "2026-02-10";

/** Name, who opens it, where (a path, or what finds one by the API), and what is answered if not 200. */
const PAGES = [
  ["log-in", null, "/login"],
  ["set-up", null, "/setup"],
  ["today", "nora", "/today"],
  ["today-all", "admin", "/today"],
  ["findings", "admin", "/findings"],
  ["findings-none", "nora", "/findings?state=confirmed"],
  ["finding-left-area", "nora", finding("left_area")],
  ["finding-simulated", "nora", finding("simulated_fixes")],
  ["finding-log-broken", "stan", finding("log_broken")],
  ["register", "clara", "/register"],
  ["register-print", "clara", `/register/print?day=${DAY}`],
  ["day", "nora", `/reps/ben/days/${DAY}`],
  ["day-positions", "nora", `/reps/ben/days/${DAY}?why=looking+at+the+page`],
  ["day-on-leave", "nora", `/reps/pia/days/${DAY}`],
  ["visits", "nora", "/visits"],
  ["visit", "stan", visit("ada")],
  ["customers", "nora", "/customers"],
  ["customers-clerk", "clara", "/customers"],
  ["customer", "nora", "/customers/ben-1"],
  ["customer-clerk", "clara", "/customers/ben-1"],
  ["exceptions", "stan", "/exceptions"],
  ["reports", "nora", `/reports?from=${DAY}&to=${DAY}`],
  ["reports-by-day", "nora", `/reports?by=day&rep=ben&from=${QUARTER}&to=${DAY}`],
  ["reports-by-district", "admin", `/reports?by=district&from=${DAY}&to=${DAY}`],
  ["reports-by-team", "admin", `/reports?by=team&from=${DAY}&to=${DAY}`],
  ["month", "admin", `/reports/months/${DAY.slice(0, 7)}`],
  ["admin", "admin", "/admin"],
  ["admin-supervisor", "nora", "/admin"],
  ["admin-users", "admin", "/admin/users"],
  ["admin-user", "admin", "/admin/users/nora"],
  ["admin-import", "admin", "/admin/import"],
  ["admin-draw", "admin", "/admin/draw"],
  ["admin-draw-district", "admin", "/admin/draw?district=Manhattan"],
  ["admin-policy", "admin", "/admin/policy"],
  ["admin-calendar", "admin", "/admin/calendar"],
  ["admin-duties", "admin", "/admin/duties"],
  ["admin-notice", "admin", "/admin/notice"],
  ["admin-phones", "admin", "/admin/phones"],
  ["admin-quarantine", "otto", "/admin/quarantine"],
  ["admin-batch", "otto", batch],
  ["admin-audit", "otto", "/admin/audit"],
  ["admin-shares", "otto", "/admin/shares"],
  ["admin-erase", "admin", "/admin/erase"],
  ["not-found", "nora", "/findings/nothing", 404],
  ["not-yours", "clara", "/today", 403],
];

/** Those with a form that is filled in and posted. */
const WITH_FORMS = [
  "findings", "finding-left-area", "finding-simulated", "finding-log-broken", "register", "customer-clerk", "exceptions",
  "admin-users", "admin-user", "admin-import", "admin-draw", "admin-draw-district", "admin-policy", "admin-duties",
  "admin-notice", "admin-phones", "admin-erase",
];

/** Pages that only follow what somebody sent, and parts of pages. */
const NOT_OPENED = ["/", "/register/number", "/admin/import/preview"];

function finding(kind) {
  return async (browser, user) => {
    const { items } = await browser.api(user, `findings?kind=${kind}`);
    return `/findings/${items[0].finding.id}`;
  };
}

/** The rep's visit with a photo. */
function visit(rep) {
  return async (browser, user) => {
    const { items } = await browser.api(user, "visits?limit=500");
    return `/visits/${items.find((item) => item.rep === rep && item.visit.photos.length > 0).visit.visit}`;
  };
}

async function batch(browser, user) {
  const { items } = await browser.api(user, "quarantine");
  return `/admin/quarantine/${items.find((item) => item.type === "batch.quarantined").seq}`;
}

function found([, user, where], browser) {
  return typeof where === "string" ? where : where(browser, user);
}

/** One test a page and language, at both sizes; `get` gives the browser once it runs. */
export async function pages(get) {
  await mkdir(PICTURES, { recursive: true });
  for (const entry of PAGES) {
    for (const language of LANGUAGES) {
      const name = `${entry[0]} in ${language.name}`;
      test(name, async () => assert.deepEqual(await faultsOf(get(), entry, language), []));
    }
  }
  test("what is typed on any page outlives the session", async () => {
    const [withForms, faults] = [[], []];
    for (const entry of PAGES.filter(([, user, , status]) => user && !status)) {
      const page = await get().page(entry[1], await found(entry, get()));
      const { forms, faults: more } = await lost(page, get().who(entry[1]));
      await page.context().close();
      if (forms > 0) withForms.push(entry[0]);
      faults.push(...more);
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(withForms, WITH_FORMS);
  });
  test("no page is left out", async () => {
    const opened = await Promise.all(PAGES.map((entry) => found(entry, get())));
    assert.deepEqual(await leftOut(get(), opened), []);
  });
}

/** Pages of the server's own document that none of these paths opens. */
async function leftOut(browser, opened) {
  const { paths } = await browser.api(null, "openapi.json");
  const pages = Object.entries(paths).filter(([, { get }]) => get?.responses["200"]?.content?.["text/html"]);
  const isOpened = (pattern) => {
    const spelt = new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, "[^/]+")}(\\?.*)?$`);
    return opened.some((path) => spelt.test(path));
  };
  return pages.map(([pattern]) => pattern).filter((pattern) => !NOT_OPENED.includes(pattern) && !isOpened(pattern));
}

async function faultsOf(browser, entry, { name: spoken, locale, lang }) {
  const [name, user, , status = 200] = entry;
  const path = await found(entry, browser);
  const context = await browser.context(user, { locale, viewport: SIZES.desk });
  const page = await context.newPage();
  const [seen, weight] = [watch(page), await weigh(page)];
  const answer = await page.goto(path);
  const maps = await page.evaluate(() => globalThis.mapsDrawn());
  const most = maps ? MOST_BYTES_WITH_MAP : MOST_BYTES;
  const faults = [];
  if (answer.status() !== status) faults.push(`answered ${answer.status()}, not ${status}`);
  if (weight.bytes > most) faults.push(`${weight.bytes} bytes over the wire, more than ${most}`);
  faults.push(...(await faultsInBothSizes(page, `${name}-${spoken}`, lang)));
  if (spoken === "en") faults.push(...(await notReached(page)));
  // A page that is refused says so on the console too.
  faults.push(...seen.filter((fault) => status === 200 || !fault.includes(String(status))));
  await context.close();
  return faults;
}
