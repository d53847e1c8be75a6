// The real thing: a server on a fresh folder, and sixteen phones, each a process, whose day it has taken in.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Where the programs are that the tests start, and where pictures go. */
export const PROGRAMS = process.env.ONBEAT_PROGRAMS ?? fileURLToPath(new URL("../../target/debug", import.meta.url));
export const PICTURES = process.env.ONBEAT_PICTURES ?? fileURLToPath(new URL("../../target/desk", import.meta.url));
/** Longer than the day takes on a slow machine, with others at work beside it. */
const DAY_TAKES_MS = 300_000;

/**
 * Plays the day, unless `ONBEAT_DEMO` names the folder of a demo that is up already.
 * Gives `{address, logins, end}`, where `logins` are `{role, user, password}`.
 */
export async function play() {
  if (process.env.ONBEAT_DEMO) return { ...(await described(process.env.ONBEAT_DEMO)), end: () => {} };
  const folder = await mkdtemp(join(tmpdir(), "onbeat-desk-"));
  const options = ["--listen", "127.0.0.1:0", "--data", folder];
  const demo = spawn(join(PROGRAMS, "demo"), options, { stdio: ["ignore", "ignore", "pipe"] });
  const end = async () => {
    if (demo.exitCode === null) {
      demo.kill("SIGTERM");
      await once(demo, "exit");
    }
    await rm(folder, { recursive: true });
  };
  try {
    await staysUp(demo);
    return { ...(await described(folder)), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function described(folder) {
  return JSON.parse(await readFile(join(folder, "demo.json"), "utf8"));
}

function staysUp(demo) {
  const said = [];
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`the demo ${why}:\n${said.join("\n")}`));
    const late = setTimeout(fail, DAY_TAKES_MS, `was not over after ${DAY_TAKES_MS} ms`);
    demo.once("error", (error) => fail(`did not start (${error.message}); it is built by cargo xtask test desk`));
    demo.once("exit", (code) => fail(`ended with ${code}`));
    createInterface({ input: demo.stderr }).on("line", (line) => {
      said.push(line);
      if (!line.startsWith("The server stays up")) return;
      clearTimeout(late);
      resolve();
    });
  });
}
