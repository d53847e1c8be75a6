// The board as long as its server is there, without it, and after the session: it never ages in silence.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { Browser, logIn } from "./browser.mjs";
import { accessible } from "./inspect.mjs";
import { ADMIN, Server } from "./server.mjs";

let server, browser;

before(async () => {
  server = await Server.start();
  browser = await Browser.start({ address: server.address, logins: [ADMIN] });
});

afterEach(() => browser.closeAll());

after(async () => {
  await browser?.end();
  await server?.end();
});

const said = (page, when) => page.locator(`#live [data-when=${when}]`);

/** A board whose stream has begun. */
async function board() {
  const context = await browser.context(ADMIN.user);
  const page = await context.newPage();
  await Promise.all([page.waitForResponse((answer) => answer.url().includes("/today/live")), page.goto("/today")]);
  assert.equal(await page.locator("#live").isVisible(), false);
  return page;
}

test("a board says that its server is away, and is read anew once it is back", async () => {
  const [first, second] = [await board(), await board()];
  await second.evaluate(() => (globalThis.isTheSamePage = true));
  await server.kill();
  await said(first, "lost").waitFor();
  assert.equal(await said(first, "ended").isVisible(), false);
  assert.deepEqual(await accessible(first), []);
  await server.again();
  await first.locator("#live").waitFor({ state: "hidden" });
  // What the server drew before is not known to it: whoever had seen some of it could have missed some.
  await second.waitForFunction(() => !globalThis.isTheSamePage);
  await second.locator("h1").waitFor();
  assert.equal(await second.locator("#live").isVisible(), false);
});

for (const [how, now, isAgain] of [["not again at once", null, false], ["again after a minute", 60_000, true]]) {
  test(`a board whose stream does not know it is read anew, and ${how}`, async () => {
    const page = await (await browser.context(ADMIN.user)).newPage();
    if (now) await page.addInitScript((now) => (performance.now = () => now), now);
    let pages = 0;
    page.on("request", (request) => (pages += request.isNavigationRequest() ? 1 : 0));
    // As a server says it that did not make the page; the browser comes back for more.
    const told = { contentType: "text/event-stream", body: "retry: 50\nevent: whole\ndata: missed\n\n" };
    let streams = 0;
    const asked = new Promise((resolve) => {
      page.route("**/today/live*", (route) => {
        streams += 1;
        if (streams === 8) resolve();
        // A page that is left takes its stream along.
        return route.fulfill(told).catch(() => {});
      });
    });
    await page.goto("/today");
    await asked;
    assert.equal(pages > 2, isAgain, `${pages} pages for ${streams} streams`);
  });
}

test("a board says that the session has ended, and leads to log in and back", async () => {
  const page = await board();
  await page.context().clearCookies();
  await server.kill();
  await server.again();
  await said(page, "ended").waitFor();
  assert.equal(await said(page, "lost").isVisible(), false);
  assert.deepEqual(await accessible(page), []);
  await said(page, "ended").locator("a").click();
  assert.equal(new URL(page.url()).pathname, "/login");
  await logIn(page, ADMIN);
  assert.equal(new URL(page.url()).pathname, "/today");
});

test("a board that is open holds up no server that stops", async () => {
  const page = await board();
  const begun = performance.now();
  await server.kill("SIGTERM");
  // Requests that run on are waited for ten seconds.
  assert.ok(performance.now() - begun < 8_000, `${performance.now() - begun} ms`);
  await said(page, "lost").waitFor();
  await server.again();
});
