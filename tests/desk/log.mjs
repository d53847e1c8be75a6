// A log as lines, and what a forger makes of them.

import { createHash, createPublicKey, sign } from "node:crypto";

export const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Records of a log: where the head stands, what it says, and its hash. */
export const recordsOf = (lines) =>
  lines.flatMap((line, at) => (line.startsWith('{"v":1,') ? [{ at, head: JSON.parse(line), hash: hashOf(line) }] : []));

/** Where the lines stand that begin an epoch, and what they say. */
export const certificatesOf = (lines) =>
  lines.flatMap((line, at) => (line.includes('"issued_at":') ? [{ at, ...JSON.parse(line) }] : []));

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

/** The line of a seal of a record by a key of P-256. */
export function sealedBy(key, { head: { stream, epoch, seq }, hash }) {
  const { x, y } = createPublicKey(key).export({ format: "jwk" });
  const point = Buffer.concat([Buffer.from([4]), ...[x, y].map((half) => Buffer.from(half, "base64url"))]);
  const kid = hashOf(point).slice(0, 16);
  const said = ["onbeat/seal/1", stream, epoch, seq, hash, kid].join("\n");
  const sig = sign("sha256", Buffer.from(said), { key, dsaEncoding: "ieee-p1363" }).toString("base64url");
  return JSON.stringify({ seal: { stream, epoch, seq, hash, kid, sig } });
}
