#!/usr/bin/env python3
"""Makes the golden vectors of the record format, independently of the Rust code.

Needs Python 3.9+ and the package `cryptography`. Keys and salts come from fixed seeds. ECDSA signatures are
deterministic (RFC 6979), so that running this again changes nothing:  python3 tests/vectors/generate.py
"""
import base64
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HERE = pathlib.Path(__file__).parent
STREAM = "5f0c3a1e9b7d4826a1c4e8f00b2d6c93"
REP = "rep-li"
MAX_BYTES = 16 * 1024
BASE_MS = 1_768_953_600_000  # 2026-01-21T00:00:00Z, 08:00 in Shanghai


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class PhoneKey:
    def __init__(self, seed):
        self.private = ec.derive_private_key(int.from_bytes(hashlib.sha256(seed).digest(), "big") >> 8, ec.SECP256R1())
        self.public = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        self.kid = hashlib.sha256(self.public).hexdigest()[:16]

    def sign(self, message):
        der = self.private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class ServerKey:
    def __init__(self, seed):
        self.private = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed).digest())
        self.public = self.private.public_key().public_bytes_raw()
        self.kid = hashlib.sha256(self.public).hexdigest()[:16]

    def sign(self, message):
        return self.private.sign(message)


def signed(what, key, fields):
    """`fields` in signing order; values are joined as text, lists by commas, booleans as true and false."""
    def text(value):
        if isinstance(value, bool):
            return "true" if value else "false"
        return ",".join(value) if isinstance(value, list) else str(value)
    fields = {**fields, "kid": key.kid}
    message = "\n".join([f"onbeat/{what}/1"] + [text(v) for v in fields.values()]).encode()
    return {**fields, "sig": b64(key.sign(message))}, message.decode()


def certificate(server, phone, epoch=1, heads=()):
    value, message = signed("certificate", server, {
        "stream": STREAM, "epoch": epoch, "rep": REP, "key": b64(phone.public), "grade": "software",
        "heads": list(heads), "issued_at": BASE_MS - 3_600_000, "demo": True})
    return line(value), message


def body(n, kind, at_ms=None, **fields):
    salt = hashlib.sha256(b"salt %d" % n).hexdigest()[:32]
    at = {"at_ms": at_ms if at_ms is not None else BASE_MS + 60_000 * n, "elapsed_ms": 60_000 * n, "boot": "00112233445566aa"}
    return line({"salt": salt, "at": at, "type": kind, **fields})


def head(seq, prev, body_line, epoch=1):
    return line({"v": 1, "stream": STREAM, "epoch": epoch, "seq": seq, "prev": prev, "body": sha(body_line)})


def log(server, phone):
    """A log of six records: fix, sign-in, an erased fix, an unknown type with unknown fields, check-in, anchor."""
    cert, _ = certificate(server, phone)
    prev, lines, records = sha(cert), [cert], []
    fix = {"lat_e9": 31_230_416_000, "lon_e9": 121_473_701_000, "accuracy_mm": 12_000, "age_ms": 400, "provider": "gps"}
    bodies = [
        body(1, "fix", fix=fix),
        body(2, "market.signed_in", fix_epoch=1, fix_seq=1, note="到了 – here"),
        body(3, "fix", fix={**fix, "lat_e9": 31_230_500_000}),
        body(4, "weather.noted", sky="☁", nested={"a": [1, 2, {"b": None}]}),
        body(5, "visit.checked_in", visit="0123456789abcdef0123456789abcdef", customer="c-17", fix_epoch=1, fix_seq=1, purpose="订货"),
    ]
    for seq, body_line in enumerate(bodies, 1):
        head_line = head(seq, prev, body_line)
        prev = sha(head_line)
        records.append({"head": head_line, "body": body_line, "hash": prev})
        lines += [head_line, "null" if seq == 3 else body_line]
    anchor, anchor_message = signed("anchor", server, {
        "stream": STREAM, "epoch": 1, "seq": 5, "hash": prev, "server_at": BASE_MS + 300_500})
    body_line = body(6, "clock.anchored", anchor=anchor, sent_elapsed_ms=300_000, received_elapsed_ms=301_000)
    head_line = head(6, prev, body_line)
    prev = sha(head_line)
    records.append({"head": head_line, "body": body_line, "hash": prev})
    lines += [head_line, body_line]
    seal, seal_message = signed("seal", phone, {"stream": STREAM, "epoch": 1, "seq": 6, "hash": prev})
    receipt, receipt_message = signed("receipt", server, {
        "stream": STREAM, "epoch": 1, "branch": "", "seq": 6, "hash": prev, "received_at": BASE_MS + 400_000})
    lines += [line({"seal": seal}), line({"receipt": receipt})]
    epoch, epoch_message = signed("epoch", phone, {
        "stream": STREAM, "epoch": 2, "key": b64(phone.public), "heads": [prev, sha(cert)], "reason": "fork"})
    pins, pins_message = signed("pins", server, {
        "pins": [b64(hashlib.sha256(name).digest()) for name in (b"current", b"next")], "issued_at": BASE_MS})
    messages = {"anchor": anchor_message, "seal": seal_message, "receipt": receipt_message, "epoch": epoch_message,
                "pins": pins_message, "certificate": certificate(server, phone)[1]}
    signeds = {"anchor": anchor, "seal": seal, "receipt": receipt, "epoch": epoch, "pins": pins}
    return "\n".join(lines) + "\n", records, signeds, messages


def line_cases(records, cert):
    good_head, good_body = records[0]["head"], records[0]["body"]
    unknown = records[3]["body"]
    deep = '{"a":' * 7 + "[1]" + "}" * 7
    too_deep = '{"a":' * 8 + "[1]" + "}" * 8

    def case(name, what, text, ok):
        return {"name": name, "what": what, "line": text, "ok": ok}

    with_fields = lambda extra: good_body[:-1] + "," + extra + "}"
    return [
        case("a head", "head", good_head, True),
        case("a head with a field of a later version", "head", good_head[:-1] + ',"later":1}', True),
        case("a head of another version", "head", good_head.replace('"v":1', '"v":2'), False),
        case("a head without prev", "head", line({k: v for k, v in json.loads(good_head).items() if k != "prev"}), False),
        case("a head with upper-case hex", "head", good_head.replace(json.loads(good_head)["prev"], json.loads(good_head)["prev"].upper()), False),
        case("a head with seq 0", "head", good_head.replace('"seq":1', '"seq":0'), False),
        case("a head with epoch 0", "head", good_head.replace('"epoch":1', '"epoch":0'), False),
        case("a head with a short stream", "head", good_head.replace(STREAM, STREAM[:-1]), False),
        case("a head with seq twice", "head", good_head[:-1] + ',"seq":1}', False),
        case("a head with a fraction", "head", good_head.replace('"seq":1', '"seq":1.0'), False),
        case("a body", "body", good_body, True),
        case("a body of an unknown type", "body", unknown, True),
        case("a body with escapes", "body", with_fields(r'"note":"A\n\"\u4f60\ud83d\ude00"'), True),
        case("a body nested to the limit", "body", with_fields('"deep":' + deep[5:-1]), True),
        case("a body nested too deep", "body", with_fields('"deep":' + too_deep), False),
        case("a body with a byte-order mark", "body", "\ufeff" + good_body, False),
        case("a body with a lone surrogate", "body", with_fields(r'"note":"\ud83d"'), False),
        case("a body with a key twice", "body", with_fields('"type":"fix"'), False),
        case("a body with a key twice inside", "body", with_fields('"x":{"a":1,"a":2}'), False),
        case("a body with a fraction", "body", with_fields('"x":1.5'), False),
        case("a body with an exponent", "body", with_fields('"x":1e3'), False),
        case("a body with an integer beyond 64 bits", "body", with_fields('"x":9223372036854775808'), False),
        case("a body with the least integer", "body", with_fields('"x":-9223372036854775808'), True),
        case("a body with a line break in it", "body", good_body[:-1] + ',\n"x":1}', False),
        case("a body with a carriage return behind it", "body", good_body + "\r", False),
        case("a body with something behind it", "body", good_body + "1", False),
        case("a body with a control character in a string", "body", with_fields('"x":"\u0001"'), False),
        case("a body cut short", "body", good_body[:-1], False),
        case("a body without salt", "body", line({k: v for k, v in json.loads(good_body).items() if k != "salt"}), False),
        case("a body with a short salt", "body", good_body.replace('"salt":"', '"salt":"0', 1), False),
        case("a body without a stamp", "body", line({k: v for k, v in json.loads(good_body).items() if k != "at"}), False),
        case("a body without a type", "body", line({k: v for k, v in json.loads(good_body).items() if k != "type"}), False),
        case("an array", "body", "[]", False),
        case("nothing", "body", "", False),
        case("a body with a blank behind it", "body", good_body + " ", False),
        case("a body with a blank before it", "body", " " + good_body, False),
        case("a certificate", "certificate", cert, True),
        case("a certificate of epoch 0", "certificate", cert.replace('"epoch":1', '"epoch":0'), False),
        case("a certificate of no stream", "certificate", cert.replace(STREAM, "x"), False),
        case("a certificate with a line break in the rep's name", "certificate", cert.replace("rep-li", "rep\\nli"), False),
        case("a certificate with a key of 31 bytes", "certificate", line({**json.loads(cert), "key": b64(bytes(31))}), False),
        case("a certificate with a signature of 63 bytes", "certificate", line({**json.loads(cert), "sig": b64(bytes(63))}), False),
        case("a record", "record", good_head + "\n" + good_body, True),
        case("a record with an erased body", "record", good_head + "\nnull", True),
        case("a record without a body line", "record", good_head, False),
        case("a record with another body", "record", good_head + "\n" + unknown, False),
        case("a record with a body of a later version", "record", record_of(MAX_BYTES - 200), True),
        case("a record of exactly 16 KiB", "record", record_of(MAX_BYTES), True),
        case("a record over 16 KiB", "record", record_of(MAX_BYTES + 1), False),
    ]


def record_of(size):
    """A record of so many bytes without line breaks, its body not one of this version."""
    empty = line({"x": ""})
    body_line = line({"x": "x" * (size - len(empty) - len(head(1, "0" * 64, empty)))})
    return head(1, "0" * 64, body_line) + "\n" + body_line


def key_file(server, following):
    """KEYS.json of a server that rolled its key a day in: the old key signs the new, and the recovery key."""
    rolled_at = BASE_MS + 86_400_000
    vouched, _ = signed("key", server, {"of": following.kid, "key": b64(following.public), "from": rolled_at})
    recovery, _ = signed("recovery", server, {"key": b64(hashlib.sha256(b"onbeat vector recovery").digest())})
    return {
        "keys": [
            {"kid": server.kid, "alg": "ed25519", "key": b64(server.public), "from": BASE_MS - 86_400_000, "to": rolled_at},
            {"kid": following.kid, "alg": "ed25519", "key": b64(following.public), "from": rolled_at, "to": None,
             "signed_by": server.kid, "sig": vouched["sig"]},
        ],
        "recovery": recovery}


class Log:
    """A log file, item by item; an item is a list of lines."""

    def __init__(self, server, phone, stream=STREAM, rep=REP):
        self.server, self.phone, self.stream, self.rep = server, phone, stream, rep
        self.items, self.receipts = [], []
        self.epoch, self.branch_name, self.salt = 0, "", 0

    def certify(self, heads=(), at_ms=BASE_MS):
        self.epoch, self.seq, self.branch_name = self.epoch + 1, 0, ""
        value, _ = signed("certificate", self.server, {
            "stream": self.stream, "epoch": self.epoch, "rep": self.rep, "key": b64(self.phone.public),
            "grade": "software", "heads": list(heads), "issued_at": at_ms, "demo": True})
        self.items.append([line(value)])
        self.hash = sha(line(value))
        return self

    def record(self, minute, kind="test.noted", at_minute=None, boot="00112233445566aa", **fields):
        self.salt += 1
        salt = hashlib.sha256(f"{self.stream} {self.salt}".encode()).hexdigest()[:32]
        at = {"at_ms": BASE_MS + 60_000 * (minute if at_minute is None else at_minute), "elapsed_ms": 60_000 * minute,
              "boot": boot}
        body_line = line({"salt": salt, "at": at, "type": kind, **fields})
        self.seq += 1
        head_line = line({"v": 1, "stream": self.stream, "epoch": self.epoch, "seq": self.seq, "prev": self.hash,
                          "body": sha(body_line)})
        self.hash = sha(head_line)
        self.items.append([head_line, body_line])
        return self

    def records(self, minutes, **fields):
        for minute in minutes:
            self.record(minute, **fields)
        return self

    def at(self, seq, hash_):
        self.seq, self.hash = seq, hash_
        return self

    def over(self, **more):
        return {"stream": self.stream, "epoch": self.epoch, **more, "seq": self.seq, "hash": self.hash}

    def anchor(self, minute, server_minute=None, **fields):
        at = BASE_MS + 60_000 * (minute if server_minute is None else server_minute)
        value, _ = signed("anchor", self.server, {**self.over(), "server_at": at})
        elapsed = 60_000 * minute
        return self.record(minute, "clock.anchored", anchor=value, sent_elapsed_ms=elapsed - 400,
                           received_elapsed_ms=elapsed, **fields)

    def seal(self, key=None):
        self.items.append([line({"seal": signed("seal", key or self.phone, self.over())[0]})])
        return self

    def receipt(self, minute):
        value, _ = signed("receipt", self.server, {**self.over(branch=self.branch_name),
                                                  "received_at": BASE_MS + 60_000 * minute})
        self.items.append([line({"receipt": value})])
        self.receipts.append(line({"receipt": value}))
        return self

    def branch(self, seq, hash_):
        """Begins a branch with its first record at the minute after; its name is that record's hash."""
        at = len(self.items)
        self.at(seq, hash_).record(seq + 10, text="restored")
        self.branch_name = self.hash[:16]
        start = {"epoch": self.epoch, "branch": self.branch_name, "seq": seq, "hash": hash_}
        self.items.insert(at, [line({"branch": start})])
        return self


def hash_of(item):
    return sha(item[0])


def noted(server, phone, stream=STREAM):
    """Items: 0 certificate, 1-3 records, 4 seal, 5 receipt, 6 an anchor, 7-9 records 5 to 7, 10 seal, 11 receipt."""
    return (Log(server, phone, stream).certify().records([1, 2, 3], text="first").seal().receipt(4)
            .anchor(5).records([6, 7, 8], text="second").seal().receipt(9))


def forged_head(item, **fields):
    return [line({**json.loads(item[0]), **fields}), *item[1:]]


def forged_body(item, **fields):
    """Another body, and the head made to fit."""
    body_line = line({**json.loads(item[1]), **fields})
    return forged_head([item[0], body_line], body=sha(body_line))


def rechained(items, first, last):
    """Changes a record and writes the heads of all behind it anew."""
    items = [list(item) for item in items]
    items[first] = forged_body(items[first], text="forged")
    for index in range(first + 1, last + 1):
        items[index] = forged_head(items[index], prev=hash_of(items[index - 1]))
    return items


def carried(server, phone, tail=None, behind=3):
    """Records 4 and 5 of epoch 1 were refused: epoch 2 begins with them, written anew, and goes on."""
    log = Log(server, phone).certify().anchor(1).records([2, 3], text="kept").seal().receipt(4)
    own = log.hash
    log.certify([tail or sha("the phone's newest record, never taken in"), own], at_ms=BASE_MS + 60 * 60_000)
    for minute in (10, 11):
        log.record(minute, text="anew", carried_from={"epoch": 1, "seq": behind + minute - 9})
    return log.record(61, text="after").record(62, text="after")


def valid_logs(server, following, phone, other):
    """Name, log, and what its lines hold: epoch, branch, records, seq, sealed seq, erased."""
    fork = noted(server, phone)
    main, shared = fork.hash, hash_of(fork.items[3])
    fork.items[2][1] = "null"
    fork.branch(3, shared).record(14, text="restored").seal().receipt(15)
    name = fork.branch_name
    fork.server = following
    fork.certify([fork.hash, main], at_ms=BASE_MS + 86_400_000).record(1441).seal().receipt(1442).record(1443)
    lost = Log(server, phone).certify().record(1).seal().record(2).seal(other)
    adopted = lost.hash
    lost.phone = other
    lost.certify([adopted, hash_of(lost.items[1])], at_ms=BASE_MS + 180_000).record(4).seal()
    clock = Log(server, phone).certify().anchor(10).record(30).record(32, at_minute=-8)
    clock.record(1, at_minute=-900, boot="b0").anchor(6, server_minute=40, boot="b0").seal().receipt(50)
    desk = Log(server, server, "0123456789abcdef0123456789abcdef", "desk").certify()
    return [
        ("carried-after-a-quarantine", carried(server, phone).seal().receipt(70),
         [(1, "", 3, 3, 3, 0), (2, "", 4, 4, 4, 0)]),
        ("two-epochs", fork, [(1, "", 7, 7, 7, 1), (1, name, 2, 5, 5, 0), (2, "", 2, 2, 1, 0)]),
        ("adopted-tail", lost, [(1, "", 2, 2, 2, 0), (2, "", 1, 1, 1, 0)]),
        ("wrong-clocks", clock, [(1, "", 5, 5, 5, 0)]),
        ("desk", desk.records(range(1, 5)).seal(), [(1, "", 4, 4, 4, 0)]),
        ("empty", Log(server, phone).certify(), [(1, "", 0, 0, 0, 0)]),
    ]


def forged_logs(server, following, phone, other):
    """Name, items, and the first fault: code, epoch, branch, seq. All are held against the true log's receipts."""
    true = noted(server, phone)
    items = true.items
    elsewhere = noted(server, phone, "00000000000000000000000000000001").items
    put = lambda at, item: items[:at] + [item] + items[at + 1:]
    insert = lambda at, *more: items[:at] + list(more) + items[at:]
    without = lambda first, last: items[:first] + items[last + 1:]
    added = forged_body(items[2], text="added")
    stranger = Log(server, other).certify()
    seal = lambda key, **fields: [line({"seal": {**signed("seal", key, {
        "stream": STREAM, "epoch": 1, "seq": 7, "hash": true.hash})[0], **fields}})]
    second = Log(server, phone)
    second.epoch = 1
    unlinked = second.certify(["0" * 64], at_ms=BASE_MS + 600_000).items
    rewound = Log(server, phone).certify().record(30).record(20).seal()
    early = Log(server, phone).certify().anchor(30).record(1, at_minute=5, boot="b0").seal()
    ahead = Log(server, phone).certify().record(1, at_minute=300).seal().receipt(60)
    untrusted = noted(following, phone)
    kept = carried(server, phone, behind=1).seal()
    unsealed = carried(server, phone)
    no_tail = Log(server, phone).certify().record(1).seal()
    no_tail.certify([no_tail.hash], at_ms=BASE_MS + 3_600_000)
    no_tail.record(10, carried_from={"epoch": 1, "seq": 2}).seal()
    late = carried(server, phone).record(12, boot="b0", carried_from={"epoch": 1, "seq": 9}).seal()
    return [
        ("carried-though-kept", kept.items, ("back_dated", 2, "", 1)),
        ("carried-though-nothing-was-refused", no_tail.items, ("back_dated", 2, "", 1)),
        ("carried-behind-others", late.items, ("back_dated", 2, "", 1)),
        ("carried-unsealed", unsealed.items, ("back_dated", 2, "", 1)),
        ("changed-body", put(2, [items[2][0], items[2][1].replace("first", "worst")]), ("changed", 1, "", 2)),
        ("changed-body-and-head", put(2, forged_body(items[2], text="worst")), ("changed", 1, "", 2)),
        ("changed-sealed-record", put(9, forged_body(items[9], text="worst")), ("changed", 1, "", 7)),
        ("changed-and-rechained", rechained(items, 7, 9), ("changed", 1, "", 7)),
        ("changed-prev", put(8, forged_head(items[8], prev="0" * 64)), ("changed", 1, "", 6)),
        ("changed-seq", put(8, forged_head(items[8], seq=60)), ("changed", 1, "", 6)),
        ("removed", without(2, 2), ("removed", 1, "", 2)),
        ("removed-batch", without(1, 5), ("removed", 1, "", 1)),
        ("removed-before-seal", without(9, 9), ("removed", 1, "", 7)),
        ("added", insert(2, added), ("added", 1, "", 2)),
        ("added-behind", insert(3, added), ("added", 1, "", 2)),
        ("added-unlinked", insert(2, forged_head(added, prev="0" * 64, seq=99)), ("added", 1, "", 2)),
        ("swapped", items[:1] + [items[2], items[1]] + items[3:], ("reordered", 1, "", 1)),
        ("moved", items[:7] + [items[9], items[7], items[8]] + items[10:], ("reordered", 1, "", 5)),
        ("replayed", insert(3, items[2]), ("replayed", 1, "", 2)),
        ("replayed-batch", items + items[1:6], ("replayed", 1, "", 1)),
        ("spliced-record", insert(3, elsewhere[3]), ("spliced", 1, "", 3)),
        ("spliced-tail", items[:7] + elsewhere[7:], ("spliced", 1, "", 5)),
        ("cut", items[:6], ("cut", 1, "", 4)),
        ("cut-in-batch", items[:9], ("cut", 1, "", 7)),
        ("rewound", rewound.items, ("back_dated", 1, "", 2)),
        ("before-anchor", early.items, ("back_dated", 1, "", 2)),
        ("after-receipt", ahead.items, ("back_dated", 1, "", 1)),
        ("seal-of-another-key", put(10, seal(other)), ("bad_seal", 1, "", 7)),
        ("seal-moved", put(10, seal(phone, seq=6)), ("bad_seal", 1, "", 6)),
        ("receipt-of-another-time", put(11, [items[11][0].replace('"received_at":1', '"received_at":2')]),
         ("bad_receipt", 1, "", 7)),
        ("certificate-of-another-rep", put(0, [items[0][0].replace(REP, "rep-wu")]), ("bad_certificate", 1, "", 0)),
        ("certificate-before-its-key", untrusted.items, ("bad_certificate", 1, "", 0)),
        ("certificate-of-another-phone", put(0, stranger.items[0]), ("changed", 1, "", 1)),
        ("no-certificate", items[1:], ("bad_certificate", 1, "", 0)),
        ("unlinked-epoch", items + unlinked, ("unlinked", 2, "", 0)),
    ], true.receipts


def write_logs(write, server, phone, other):
    """logs/*.ndjson, the receipts that a rep kept of the log that was forged, and what is true of each."""
    following = ServerKey(b"onbeat vector next server")
    folder = HERE / "logs"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.ndjson"):
        old.unlink()
    put = lambda name, lines: (folder / name).write_text("".join(text + "\n" for text in lines), encoding="utf-8")
    flat = lambda items: [text for item in items for text in item]
    cases = []
    for name, made, lines in valid_logs(server, following, phone, other):
        put(f"valid-{name}.ndjson", flat(made.items))
        fields = ("epoch", "branch", "records", "seq", "sealed_seq", "erased")
        cases.append({"file": f"valid-{name}.ndjson", "lines": [dict(zip(fields, values)) for values in lines]})
    forged, receipts = forged_logs(server, following, phone, other)
    put("receipts.ndjson", receipts)
    own = {"carried-though-kept", "carried-though-nothing-was-refused", "carried-behind-others", "carried-unsealed",
           "rewound", "before-anchor", "after-receipt", "certificate-before-its-key", "certificate-of-another-phone"}
    for name, items, fault in forged:
        put(f"forged-{name}.ndjson", flat(items))
        cases.append({"file": f"forged-{name}.ndjson", "receipts": None if name in own else "receipts.ndjson",
                      "first_fault": dict(zip(("code", "epoch", "branch", "seq"), fault))})
    write("logs.json", cases)


def main():
    server, phone, other = ServerKey(b"onbeat vector server"), PhoneKey(b"onbeat vector phone"), PhoneKey(b"onbeat vector other phone")
    text, records, signeds, messages = log(server, phone)
    (HERE / "log.ndjson").write_text(text, encoding="utf-8")
    keys = key_file(server, ServerKey(b"onbeat vector next server"))
    write = lambda name, value: (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write("keys.json", keys)
    write("lines.json", line_cases(records, text.split("\n")[0]))
    write("records.json", records)
    bad_sig = lambda value: {**value, "sig": b64(bytes(64))}
    foreign, _ = signed("seal", other, {"stream": STREAM, "epoch": 1, "seq": 6, "hash": signeds["seal"]["hash"]})
    moved = {**signeds["seal"], "seq": 5}
    write("signed.json", {
        "phone_key": b64(phone.public), "server_key": b64(server.public), "messages": messages, **signeds,
        "invalid": [
            {"name": "a seal of zeros", "seal": bad_sig(signeds["seal"])},
            {"name": "a seal by another phone's key", "seal": foreign},
            {"name": "a seal moved to another record", "seal": moved},
            {"name": "a receipt of zeros", "receipt": bad_sig(signeds["receipt"])},
            {"name": "a receipt given another time", "receipt": {**signeds["receipt"], "received_at": BASE_MS}},
            {"name": "an anchor given another time", "anchor": {**signeds["anchor"], "server_at": BASE_MS}},
            {"name": "TLS keys without the next one", "pins": {**signeds["pins"], "pins": signeds["pins"]["pins"][:1]}},
            {"name": "TLS keys given another time", "pins": {**signeds["pins"], "issued_at": BASE_MS + 1}},
            {"name": "an epoch for another key", "epoch": {**signeds["epoch"], "key": b64(other.public)}},
        ]})
    write_logs(write, server, phone, other)


if __name__ == "__main__":
    main()
