// The desk in a real browser: `cargo xtask test desk` builds what this needs and runs it. By hand, on a demo that is up
// (`cargo xtask demo --data FOLDER`): `npm ci`, then `ONBEAT_DEMO=FOLDER node --test --test-name-pattern="today in" desk.test.mjs`.

import { after, before, describe } from "node:test";

import { answered } from "./answered.mjs";
import { Browser } from "./browser.mjs";
import { play } from "./demo.mjs";
import { pages } from "./pages.mjs";
import { stories } from "./stories.mjs";

let demo, browser;

describe("the desk", () => {
  before(async () => {
    demo = await play();
    browser = await Browser.start(demo);
  });
  after(async () => {
    await browser?.end();
    await demo?.end();
  });
  // Pages first: stories decide what pages show.
  describe("pages", () => pages(() => browser));
  describe("pages that are answered", () => answered(() => browser));
  describe("stories", () => stories(() => browser));
});
