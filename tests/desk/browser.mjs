// Debian's Chromium, with somebody of the demo logged in, and what goes wrong in it.

import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Maps are drawn by WebGL, here without a graphics card. */
const OPTIONS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const WAIT_MS = 15_000;

/** At both every page must be good: a desk's screen and a phone. */
export const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** What the browser asks for, and what the page must say of itself. */
export const LANGUAGES = [
  { name: "en", locale: "en-GB", lang: "en" },
  { name: "zh", locale: "zh-CN", lang: "zh-CN" },
];

export class Browser {
  #browser;
  #sessions = new Map();

  constructor(browser, { address, logins }) {
    this.#browser = browser;
    this.address = address;
    this.logins = logins;
  }

  static async start(demo) {
    return new Browser(await chromium.launch({ executablePath: CHROMIUM, args: OPTIONS }), demo);
  }

  end() {
    return this.#browser.close();
  }

  /** Closes all pages of all browsers; sessions stay. */
  async closeAll() {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
  }

  /** `{role, user, password}` of somebody. */
  who(user) {
    return this.logins.find((login) => login.user === user);
  }

  /** A fresh browser, nothing cached; `user` is logged in there, or nobody. */
  async context(user, options = {}) {
    const context = await this.#browser.newContext({ baseURL: this.address, locale: "en-GB", ...options });
    context.setDefaultTimeout(WAIT_MS);
    if (user) await context.addCookies(await this.#session(user));
    await context.addInitScript(countMaps);
    return context;
  }

  /** A page of a fresh browser. */
  async page(user, path, options) {
    const context = await this.context(user, options);
    const page = await context.newPage();
    await page.goto(path);
    return page;
  }

  /** What the JSON API answers somebody. */
  async api(user, path) {
    const context = await this.context(user);
    const answer = await context.request.get(`/api/v1/${path}`);
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    const said = await answer.json();
    await context.close();
    return said;
  }

  /** What the JSON API answers to what somebody sends. */
  async send(user, path, data) {
    const context = await this.context(user);
    const answer = await context.request.post(`/api/v1/${path}`, { data, headers: { origin: this.address } });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    const said = await answer.json();
    await context.close();
    return said;
  }

  /** Somebody's session is over: the next page logs in anew. */
  forget(user) {
    this.#sessions.delete(user);
  }

  async #session(user) {
    if (!this.#sessions.has(user)) {
      const page = await this.page(null, "/login");
      await logIn(page, this.who(user));
      this.#sessions.set(user, await page.context().cookies());
      await page.context().close();
    }
    return this.#sessions.get(user);
  }
}

/** Fills the form as a person does. */
export async function logIn(page, { user, password }) {
  await page.locator("[name=user]").fill(user);
  await page.locator("[name=password]").fill(password);
  await page.locator("[name=password]").press("Enter");
  await page.waitForURL((url) => url.pathname !== "/login");
}

/** Runs in the page: `mapsDrawn()` there waits until every map shows all it has, and says how many there are; `maps` are they. */
function countMaps() {
  const drawn = [];
  globalThis.maps = [];
  addEventListener("onbeat:map", ({ detail }) => {
    globalThis.maps.push(detail.map);
    drawn.push(new Promise((resolve) => detail.map.once("idle", resolve)));
  });
  globalThis.mapsDrawn = async () => {
    const started = Date.now();
    while (drawn.length < document.querySelectorAll(".map[data-library]").length) {
      if (Date.now() - started > 20_000) throw new Error("a map was not begun: see the page's console");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return (await Promise.all(drawn)).length;
  };
}

/** What goes wrong in a page from now on, in words: errors on the console, and requests that fail. */
export function watch(page) {
  const faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => faults.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on("response", (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  return faults;
}

/** Counts the bytes that come over the wire for a page, heads too. */
export async function weigh(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const weight = { bytes: 0 };
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (weight.bytes += encodedDataLength));
  return weight;
}
