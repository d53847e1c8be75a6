// Checks an exported log in the page as docs/FORMAT.md says, with nothing from the server but the log and its keys:
// bodies hash to their heads, heads make a chain, certificates, seals and receipts are signed. What needs more than
// one pass (times, what was cut or moved) is for `onbeat verify`.

const text = new TextEncoder();

const bytesOf = (base64url) =>
  Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

const digest = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));

const hashOf = (line) => digest(text.encode(line));

const SIGNED = {
  certificate: ["stream", "epoch", "rep", "key", "grade", "heads", "issued_at", "demo"],
  seal: ["stream", "epoch", "seq", "hash"],
  receipt: ["stream", "epoch", "branch", "seq", "hash", "received_at"],
  anchor: ["stream", "epoch", "seq", "hash", "server_at"],
};

const ED25519 = { name: "Ed25519" };
const P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

async function isSigned(what, item, key, algorithm) {
  const values = SIGNED[what].map((field) => String(item[field] ?? ""));
  const message = text.encode([`onbeat/${what}/1`, ...values, item.kid].join("\n"));
  const imported = await crypto.subtle.importKey("raw", bytesOf(key), algorithm, false, ["verify"]);
  return crypto.subtle.verify(algorithm, imported, bytesOf(item.sig), message);
}

// What does not hold, and of which record: `2/17` is the 17th under the phone's second key.
class Fault extends Error {
  constructor(what, { epoch, seq = 0 }) {
    super(`${epoch}/${seq}`);
    this.what = what;
  }
}

const placeOf = ({ stream, epoch, seq }) => `${stream}/${epoch}/${seq}`;

class Check {
  constructor(keys) {
    this.keys = new Map(keys.map((key) => [key.kid, key.key]));
    this.counts = { records: 0, seals: 0, receipts: 0, erased: 0, branches: 0 };
    this.lines = new Map();
    this.waiting = [];
  }

  async byServer(what, item) {
    const key = this.keys.get(item.kid);
    if (!key || !(await isSigned(what, item, key, ED25519))) throw new Fault(what, item);
  }

  async item(line, item) {
    if (item.issued_at !== undefined) return this.certificate(line, item);
    if (item.branch?.hash) return this.branch(item.branch);
    if (item.seal) return this.seal(item.seal);
    if (item.receipt) return this.receipt(item.receipt);
    if (item.anchor) return this.byServer("anchor", item.anchor);
  }

  branch(branch) {
    this.counts.branches += 1;
    this.last = branch.hash;
  }

  // An epoch begins, and the one before it ends.
  async certificate(line, certificate) {
    await this.byServer("certificate", certificate);
    await this.end(certificate);
    this.epoch = certificate;
    this.kid = (await digest(bytesOf(certificate.key))).slice(0, 16);
    this.last = await hashOf(line);
  }

  async record(headLine, head, bodyLine) {
    if (head.prev !== this.last) throw new Fault("chain", head);
    if (bodyLine === "null") this.counts.erased += 1;
    else if ((await hashOf(bodyLine)) !== head.body) throw new Fault("body", head);
    this.last = await hashOf(headLine);
    this.counts.records += 1;
    this.lines.set(this.last, { head: headLine, body: bodyLine, place: placeOf(head), prev: head.prev });
  }

  // Of the epoch it stands in. By another key than the epoch's it waits for the certificate of the next.
  async seal(seal) {
    if (seal.stream !== this.epoch?.stream || seal.epoch !== this.epoch.epoch) throw new Fault("seal", seal);
    if (seal.kid === this.kid) await this.sealed(seal, this.epoch);
    else this.waiting.push(seal);
  }

  // The next epoch's key seals a tail that a lost key no longer could: its certificate names the record in `heads`.
  async end(next) {
    for (const seal of this.waiting.splice(0)) {
      const follows = next?.stream === seal.stream && next.epoch === seal.epoch + 1;
      if (!follows || !next.heads.includes(seal.hash)) throw new Fault("seal", seal);
      await this.sealed(seal, next);
    }
  }

  async sealed(seal, { key, rep }) {
    if (!(await isSigned("seal", seal, key, rep === "desk" ? ED25519 : P256))) throw new Fault("seal", seal);
    this.counts.seals += 1;
    this.cover("seal", seal);
  }

  async receipt(receipt) {
    await this.byServer("receipt", receipt);
    this.counts.receipts += 1;
    this.cover("receipt", receipt);
  }

  // A seal or receipt covers its record, which stands before it, and all that lead to it, back to one that is covered.
  cover(what, item) {
    let lines = this.lines.get(item.hash);
    if (lines?.place !== placeOf(item)) throw new Fault(what, item);
    for (; lines && !lines[what]; lines = this.lines.get(lines.prev)) lines[what] = JSON.stringify(item);
  }
}

async function check(log, keys) {
  const check = new Check(keys);
  const lines = log.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    if (!lines[at]) continue;
    const item = JSON.parse(lines[at]);
    if (item.v === 1) await check.record(lines[at], item, lines[(at += 1)]);
    else await check.item(lines[at], item);
  }
  await check.end();
  return check;
}

function filled(words, values) {
  return words.replace(/\{(\w+)\}/g, (blank, name) => values[name] ?? blank);
}

async function run(card, status) {
  const { log, keys, why, holds, old, working } = card.dataset;
  if (!crypto.subtle) return void (status.textContent = old);
  status.textContent = working;
  offer(card, new Map());
  const fetched = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.text();
  };
  try {
    const [ours, document] = await Promise.all([fetched(`${log}?why=${encodeURIComponent(why)}`), fetched(keys)]);
    const done = await check(ours, JSON.parse(document).keys);
    status.textContent = `✓ ${filled(holds, done.counts)}`;
    mean(card, ["erased", "branches"].filter((what) => done.counts[what]).map((what) => filled(card.dataset[what], done.counts)));
    offer(card, done.lines);
  } catch (error) {
    status.textContent = failed(card.dataset, error);
    const said = error instanceof Fault && card.dataset[`fault${error.what[0].toUpperCase()}${error.what.slice(1)}`];
    mean(card, said ? [said] : []);
  }
}

// Only what was checked can fail to hold: of a log that did not come nothing is known.
function failed({ fails, old, unfetched }, error) {
  if (error instanceof Fault) return `✗ ${filled(fails, { where: error.message })}`;
  return error.name === "NotSupportedError" || error.name === "DataError" ? old : unfetched;
}

// What it means, in words.
function mean(card, sentences) {
  const list = card.querySelector(".meant");
  list.hidden = sentences.length === 0;
  list.replaceChildren(...sentences.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
}

// Each record of the day shows its lines as the server has them. One that was checked opens them as they were checked, with
// the seal and the receipt that cover it.
function offer(card, lines) {
  for (const row of document.querySelectorAll("tr[data-hash]")) {
    const [unchecked, opened] = row.lastElementChild.children;
    const found = lines.get(row.dataset.hash);
    unchecked.hidden = Boolean(found);
    opened?.remove();
    if (found) unchecked.after(opener(card, found, row.dataset.hash.slice(0, 12)));
  }
}

function opener(card, { head, body, seal, receipt }, hash) {
  const dialog = card.querySelector("dialog");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = hash;
  button.setAttribute("aria-label", `${card.dataset.line} ${hash}`);
  button.addEventListener("click", () => {
    dialog.querySelector("pre").textContent = [head, body, seal, receipt].filter(Boolean).join("\n\n");
    dialog.showModal();
  });
  return button;
}

for (const card of document.querySelectorAll(".verify")) {
  const status = card.querySelector(".verified");
  card.querySelector(".verify-run").addEventListener("click", () => run(card, status));
}
