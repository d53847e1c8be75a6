// A server of a test's own, on a fresh folder, that can be stopped and started again at its address.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { PROGRAMS } from "./demo.mjs";

const ONBEAT = join(PROGRAMS, "onbeat");
export const ADMIN = { role: "admin", user: "admin", password: "a long password of the test" };

export class Server {
  #folder;
  #process;
  #env;
  #options;
  #listen = "127.0.0.1:0";

  /** With an admin, settings of the environment, and more options. */
  static async start(settings = {}, options = []) {
    const server = new Server();
    server.#options = options;
    server.#folder = await mkdtemp(join(tmpdir(), "onbeat-server-"));
    // What the tests are told by is no configuration of the server.
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("ONBEAT_"));
    server.#env = { ...Object.fromEntries(own), ...settings };
    await server.again();
    const account = ["user", "add", ADMIN.user, "--role", ADMIN.role, "--name", "Ada", "--password-stdin"];
    server.run(account, ADMIN.password);
    return server;
  }

  get address() {
    return `http://${this.#listen}`;
  }

  /** Starts it at the address that it has. */
  async again() {
    const options = ["serve", "--data", join(this.#folder, "data"), "--listen", this.#listen, ...this.#options];
    this.#process = spawn(ONBEAT, options, { env: this.#env, stdio: ["ignore", "pipe", "pipe"] });
    this.#listen = new URL(await addressOf(this.#process)).host;
  }

  async kill(signal = "SIGKILL") {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill(signal);
    await once(this.#process, "exit");
  }

  async end() {
    await this.kill("SIGTERM");
    await rm(this.#folder, { recursive: true });
  }

  /** A command of an admin's, beside it. */
  run(command, input) {
    const done = spawnSync(ONBEAT, [...command, "--data", join(this.#folder, "data")], { input, encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
  }
}

function addressOf(server) {
  return new Promise((resolve, reject) => {
    const said = [];
    for (const output of [server.stdout, server.stderr]) {
      createInterface({ input: output }).on("line", (line) => {
        said.push(line);
        const found = line.match(/listening on (\S+)/);
        if (found) resolve(new URL(found[1].includes("://") ? found[1] : `http://${found[1]}`).origin);
      });
    }
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said.join("\n")}`)));
  });
}
