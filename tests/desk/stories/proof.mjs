// The proof of a day: its log is checked in the page, down to the lines of every record, and what does not hold is told.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LANGUAGES } from "../browser.mjs";
import { PROGRAMS } from "../demo.mjs";
import { accessible } from "../inspect.mjs";
import { altered, certificatesOf, hashOf, itemAt, recordsOf, rehashed, sealedBy } from "../log.mjs";
import { WORDS, filled } from "../words.mjs";
import { WHY, noon, positions, withPhone } from "./common.mjs";

const REP = "ben";
const LOG = "**/api/v1/reps/*/log?*";

/** A rep's log, as the page fetches it. */
async function linesOf(page, rep) {
  const log = await (await page.request.get(`/api/v1/reps/${rep}/log?${WHY}`)).text();
  return log.split("\n");
}

/** Instead of a rep's log the page is given these lines. */
async function given(page, lines) {
  await page.unroute(LOG);
  await page.route(LOG, (route) => route.fulfill({ body: lines.join("\n") }));
}

/** Presses the button, and waits for what the page says. */
async function verified(page, said) {
  await page.locator(".verify-run").click();
  const status = page.locator(".verified");
  await status.filter({ hasText: said }).waitFor();
  return status.textContent();
}

/** What the page says of a log: whether it holds, and what that means. */
async function told(page) {
  const said = await verified(page, /[✓✗]/);
  return [said, ...(await page.locator(".verify .meant li").allTextContents())];
}

/** The lines that a record's button opens: head and body, then the seal and the receipt that cover it. */
async function opened(page, row) {
  const button = row.getByRole("button");
  if (!(await button.isVisible())) await page.locator(".events > summary").click();
  await button.click();
  const parts = (await page.locator("dialog pre").textContent()).split("\n\n");
  await page.locator("dialog button").click();
  return parts;
}

/** A phone loses its key before it sent all that it wrote, and is given the next. */
async function tailOfLostKey(phone) {
  const reason = (note) => phone.do("reason", { from_ms: noon(0), to_ms: noon(30), reason: "goods", note });
  await reason("fetched crates");
  await phone.do("sync");
  for (const note of ["and bottles", "and fruit"]) await reason(note);
  await phone.loseKey();
  await phone.do("sync");
}

/** Of what was done to a log the page says: the fault, and of which record; each is given the lines and a record amid them. */
const FORGERIES = {
  "a byte of a body": (lines, { at, head }) => [lines.with(at + 1, altered(lines[at + 1], "salt")), "body", head],
  "a byte of a head": (lines, { at, head }) => [lines.with(at, altered(lines[at], "prev")), "chain", head],
  "a record less": (lines, { at, head }) => [lines.toSpliced(at, 2), "chain", { ...head, seq: head.seq + 1 }],
  "a certificate": (lines) => [lines.with(0, altered(lines[0], "sig")), "certificate", { ...JSON.parse(lines[0]), seq: 0 }],
  "a seal": (lines) => {
    const at = itemAt(lines, "seal");
    return [lines.with(at, altered(lines[at], "sig")), "seal", JSON.parse(lines[at]).seal];
  },
  "a receipt": (lines) => {
    const at = itemAt(lines, "receipt");
    return [lines.with(at, altered(lines[at], "sig")), "receipt", JSON.parse(lines[at]).receipt];
  },
  "a body, and all hashed anew": (lines, { at }) => {
    const forged = rehashed(lines.with(at + 1, altered(lines[at + 1], "salt")), at);
    return [forged, "seal", JSON.parse(lines[itemAt(lines, "seal")]).seal];
  },
  "a body, all hashed anew, no seals": (lines, { at }) => {
    const forged = rehashed(lines.with(at + 1, altered(lines[at + 1], "salt")), at);
    const unsealed = forged.filter((line) => !line.startsWith('{"seal":'));
    return [unsealed, "receipt", JSON.parse(lines[itemAt(lines, "receipt")]).receipt];
  },
};

export default {
  async "every event opens its line, hash, seal and receipt once they are checked"(browser) {
    for (const language of LANGUAGES) {
      const [page, words] = [await positions(browser, language, REP), WORDS[language.name]];
      const asked = page.waitForResponse((answer) => answer.url().includes(`/reps/${REP}/log?`));
      const said = await verified(page, /[✓✗]/);
      const lines = (await (await asked).text()).split("\n");
      const count = (what) => lines.filter((line) => line.startsWith(`{"${what}":`)).length;
      const [records, seals, receipts] = [recordsOf(lines).length, count("seal"), count("receipt")];
      assert.equal(said, `✓ ${filled(words["verify.holds"], { records, seals, receipts })}`);
      await page.locator(".events > summary").click();
      const rows = page.locator("tr[data-hash]");
      const events = await rows.evaluateAll((all) => all.map((row) => ({
        hash: row.dataset.hash, what: row.cells[1].textContent, place: row.cells[3].textContent, name: row.querySelector("button")?.ariaLabel,
      })));
      assert.ok(events.length > 10, `${events.length} records`);
      assert.deepEqual(events.filter(({ what }) => /^[a-z_]*(\.[a-z_]+)*$/.test(what)), [], "each in words");
      assert.deepEqual(events.map(({ name }) => name), events.map(({ hash }) => `${words["verify.line"]} ${hash.slice(0, 12)}`));
      for (const at of [0, Math.floor(events.length / 2), events.length - 1]) {
        await rows.nth(at).getByRole("button").click();
        const dialog = page.getByRole("dialog", { name: words["verify.line"], exact: true });
        const [head, body, seal, receipt] = (await dialog.locator("pre").textContent()).split("\n\n");
        assert.equal(hashOf(head), events[at].hash);
        const { stream, epoch, seq, body: named } = JSON.parse(head);
        assert.equal(hashOf(body), named);
        assert.equal(`${epoch}/${seq}`, events[at].place);
        assert.equal(lines[lines.indexOf(head) + 1], body, "as they stand in the log");
        for (const [what, text] of Object.entries({ seal, receipt })) {
          const cover = JSON.parse(text);
          assert.deepEqual([cover.stream, cover.epoch, cover.seq >= seq], [stream, epoch, true], `${what} of ${events[at].place}`);
          assert.ok(lines.includes(`{"${what}":${text}}`), text);
        }
        assert.deepEqual(await accessible(page), []);
        await dialog.getByRole("button", { name: words["verify.close"] }).click();
        assert.equal(await dialog.isVisible(), false);
      }
      await page.emulateMedia({ media: "print" });
      assert.equal(await rows.first().getByRole("button").isVisible(), true, "hashes stand on paper too");
    }
  },

  async "every event shows its line and its hash, whether or not it can be checked"(browser) {
    const page = await positions(browser, LANGUAGES[0], REP, (context) => context.addInitScript(() => delete Crypto.prototype.subtle));
    const lines = await linesOf(page, REP);
    await page.locator(".events > summary").click();
    const rows = page.locator("tr[data-hash]");
    for (const row of [rows.first(), rows.last()]) {
      await row.locator("summary").click();
      const [head, body] = (await row.locator("pre").textContent()).split("\n");
      assert.equal(hashOf(head), await row.getAttribute("data-hash"));
      assert.equal(lines[lines.indexOf(head) + 1], body, "as they stand in the log");
    }
    assert.deepEqual(await accessible(page), []);
  },

  async "a log that does not hold is told by what was changed, and where"(browser) {
    for (const language of LANGUAGES) {
      const [page, words] = [await positions(browser, language, REP), WORDS[language.name]];
      const lines = await linesOf(page, REP);
      const records = recordsOf(lines);
      await verified(page, "✓");
      for (const [name, forge] of Object.entries(FORGERIES)) {
        const [forged, fault, { epoch, seq }] = forge(lines, records[Math.floor(records.length / 2)]);
        await given(page, forged);
        const where = filled(words["verify.fails"], { where: `${epoch}/${seq}` });
        assert.deepEqual(await told(page), [`✗ ${where}`, words[`verify.fault.${fault}`]], name);
        assert.equal(await page.locator("tr[data-hash] button").count(), 0, "what does not hold is not shown as proved");
      }
      assert.deepEqual(await accessible(page), []);
      await page.unroute(LOG);
      await verified(page, "✓");
      assert.equal(await page.locator(".verify .meant").isVisible(), false);
    }
  },

  async "a browser that can't check says so, and the command does with the files"(browser) {
    for (const language of LANGUAGES) {
      // As over plain HTTP.
      const page = await positions(browser, language, REP, (context) => context.addInitScript(() => delete Crypto.prototype.subtle));
      const asked = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      assert.equal(await verified(page, /./), WORDS[language.name]["verify.old"]);
      assert.ok(!asked.some((address) => address.endsWith("/log")), "nobody's log is looked at for nothing");
      const folder = await mkdtemp(join(tmpdir(), "onbeat-verify-"));
      for (const name of ["log.ndjson", "keys.json"]) {
        const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
        await file.saveAs(join(folder, name));
      }
      const [program, ...options] = (await page.locator(".verify > pre").textContent()).split(" ");
      const { status, stdout, stderr } = spawnSync(join(PROGRAMS, program), options, { cwd: folder, encoding: "utf8" });
      await rm(folder, { recursive: true });
      assert.equal(status, 0, stdout + stderr);
    }
  },

  async "a record that the desk wrote of the day says that it is in the desk's log"(browser) {
    for (const language of LANGUAGES) {
      const page = await positions(browser, language, "mia");
      await verified(page, "✓");
      assert.equal(await page.locator("tr[data-hash]:not(:has(button))").count(), 0);
      const row = page.locator(".events tr", { hasText: WORDS[language.name]["audit.type.stream_forked"] });
      assert.equal(await row.locator("button").count(), 0);
      assert.ok((await row.locator("td").nth(3).textContent()).endsWith(WORDS[language.name]["day.desks"]));
    }
  },

  async "a day whose batch did not check says that it lies elsewhere, and counts the desk's records apart"(browser) {
    const { items } = await browser.api("admin", "findings?kind=log_broken");
    const { rep, day } = items[0];
    const page = await browser.page("admin", `/reps/${rep}/days/${day}?${WHY}`);
    await verified(page, "✓");
    const words = WORDS.en;
    const panel = page.locator(".verify", { hasText: words["day.broken"] });
    assert.equal(await panel.getByRole("link", { name: words["admin.quarantine"] }).getAttribute("href"), "/admin/quarantine");
    const desks = await page.locator(".events tbody tr:not([data-hash])").count();
    const own = await page.locator(".events tbody tr[data-hash]").count();
    assert.ok(desks > 0);
    assert.equal(await page.locator(".events > summary .count").textContent(), filled(words["day.of_desk"], { own, desks }));
  },

  async "a tail that a lost key left unsealed holds by the next key, and by no other"(browser) {
    await withPhone(browser, "ida", async (phone) => {
      await tailOfLostKey(phone);
      const [page, words] = [await positions(browser, LANGUAGES[0], "ida"), WORDS.en];
      const lines = await linesOf(page, "ida");
      const { stream, key, heads } = certificatesOf(lines).find(({ epoch }) => epoch === 2);
      const [before, tail] = recordsOf(lines).filter(({ head }) => head.stream === stream && head.epoch === 1).slice(-2);
      assert.ok(heads.includes(tail.hash) && !heads.includes(before.hash), String(heads));
      const at = lines.findIndex((line) => line.startsWith('{"seal":') && line.includes(tail.hash));
      assert.equal(JSON.parse(lines[at]).seal.kid, hashOf(Buffer.from(key, "base64url")).slice(0, 16));
      assert.match((await told(page))[0], /^✓/);
      const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
      for (const [by, record] of [[foreign, tail], [phone.key(), before]]) {
        await given(page, lines.with(at, sealedBy(by, record)));
        const where = filled(words["verify.fails"], { where: `1/${record.head.seq}` });
        assert.deepEqual(await told(page), [`✗ ${where}`, words["verify.fault.seal"]]);
      }
    });
  },

  async "no record is shown under a seal or a receipt of another epoch or branch"(browser) {
    const page = await positions(browser, LANGUAGES[0], "mia");
    const lines = await linesOf(page, "mia");
    const [fork, records] = [itemAt(lines, "branch"), recordsOf(lines)];
    const next = certificatesOf(lines).find(({ at }) => at > fork).at;
    const { hash: left } = JSON.parse(lines[fork]).branch;
    const first = (place) => records.find(({ at }) => at > place).hash;
    const after = records.find(({ at, head }) => at < fork && head.prev === left).hash;
    const shown = { left, after, "on the branch": first(fork), "in the next epoch": first(next) };
    // Nothing is sealed and receipted up to a line: what is still covered of those?
    for (const [bare, expected] of [[fork, ["left", "on the branch", "in the next epoch"]], [next, ["in the next epoch"]]]) {
      await given(page, lines.filter((line, at) => at > bare || !/^\{"(seal|receipt)":/.test(line)));
      assert.match((await told(page))[0], /^✓/);
      const found = [];
      for (const [name, hash] of Object.entries(shown)) {
        const [, , ...covers] = await opened(page, page.locator(`tr[data-hash="${hash}"]`));
        if (covers.length > 0) found.push(name);
      }
      assert.deepEqual(found, expected);
    }
  },
};
