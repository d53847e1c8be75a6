// A real phone in a rep's hand: core's own program on a fresh folder, told by lines of JSON what to do.

import { spawn } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { PROGRAMS } from "./demo.mjs";

/** Switched on an hour before anything is done on it. */
const ON_BEFORE_MS = 3_600_000;

export class Phone {
  #process;
  #answers;
  #folder;
  #nowMs;

  /** The next phone of a rep, enrolled by a code of an admin's; `nowMs` is the server's time. */
  static async enrolled(browser, rep, nowMs) {
    const { link } = await browser.send("admin", "codes", { rep, minutes: 60 });
    const phone = new Phone();
    phone.#folder = await mkdtemp(join(tmpdir(), "onbeat-phone-"));
    phone.#nowMs = nowMs;
    phone.#process = spawn(join(PROGRAMS, "player"), ["--dir", phone.#folder], { stdio: ["pipe", "pipe", "inherit"] });
    phone.#answers = createInterface({ input: phone.#process.stdout })[Symbol.asyncIterator]();
    try {
      await phone.do("enrol", { link });
      await phone.do("sync");
      return phone;
    } catch (error) {
      await phone.end();
      throw error;
    }
  }

  /** What a call answers; a refusal throws. */
  async do(call, fields = {}) {
    this.#nowMs += 1_000;
    const at = { at_ms: this.#nowMs, elapsed_ms: ON_BEFORE_MS + (this.#nowMs % 86_400_000), boot: "00000000000de5c0" };
    this.#process.stdin.write(`${JSON.stringify({ do: call, at, fix: null, ...fields })}\n`);
    const { value: answer, done } = await this.#answers.next();
    if (done) throw new Error(`${call}: the phone is gone`);
    const { ok, error } = JSON.parse(answer);
    if (error) throw new Error(`${call}: ${error.code}: ${error.message}`);
    return ok;
  }

  /** The key that it signs with: here a file, on a real phone in its hardware. */
  key() {
    return createPrivateKey({ key: readFileSync(this.#keyFile), format: "der", type: "pkcs8" });
  }

  loseKey() {
    return rm(this.#keyFile);
  }

  get #keyFile() {
    return join(this.#folder, "key.p8");
  }

  async end() {
    this.#process.stdin.end();
    await once(this.#process, "exit");
    await rm(this.#folder, { recursive: true });
  }
}
