// A log as lines, and what a forger makes of them.

import { createHash } from "node:crypto";

export const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Records of a log: where the head stands, what it says, and its hash. */
export const recordsOf = (lines) =>
  lines.flatMap((line, at) => (line.startsWith('{"v":1,') ? [{ at, head: JSON.parse(line), hash: hashOf(line) }] : []));

/** Where a line stands that holds an item: `seal`, `receipt`. */
export const itemAt = (lines, what) => lines.findIndex((line) => line.startsWith(`{"${what}":`));

/** Another letter or digit in a value of a line: no more than this byte is changed. */
export const altered = (line, name) =>
  line.replace(new RegExp(`("${name}":")(.)`), (_, before, first) => before + (first === "0" ? "1" : "0"));

/** From a record on all heads are hashed anew, as whoever changes the past would have them. */
export function rehashed(lines, from) {
  let before = null;
  return lines.map((line, at) => {
    if (at < from || !line.startsWith('{"v":1,')) return line;
    const head = { ...JSON.parse(line), body: hashOf(lines[at + 1]) };
    const anew = JSON.stringify(before === null || head.seq === 1 ? head : { ...head, prev: before });
    before = hashOf(anew);
    return anew;
  });
}
