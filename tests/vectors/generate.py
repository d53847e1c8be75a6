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
    messages = {"anchor": anchor_message, "seal": seal_message, "receipt": receipt_message,
                "certificate": certificate(server, phone)[1]}
    return "\n".join(lines) + "\n", records, {"anchor": anchor, "seal": seal, "receipt": receipt}, messages


def line_cases(records):
    good_head, good_body = records[0]["head"], records[0]["body"]
    unknown = records[3]["body"]
    deep = '{"a":' * 7 + "[1]" + "}" * 7
    too_deep = '{"a":' * 8 + "[1]" + "}" * 8
    long_text = "x" * (16 * 1024)

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
        case("a body over 16 KiB", "record", line({"x": long_text}), False),
    ]


def main():
    server, phone, other = ServerKey(b"onbeat vector server"), PhoneKey(b"onbeat vector phone"), PhoneKey(b"onbeat vector other phone")
    text, records, signeds, messages = log(server, phone)
    (HERE / "log.ndjson").write_text(text, encoding="utf-8")
    keys = {"keys": [{"kid": server.kid, "alg": "ed25519", "key": b64(server.public), "from": BASE_MS - 86_400_000, "to": None}]}
    write = lambda name, value: (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write("keys.json", keys)
    write("lines.json", line_cases(records))
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
        ]})


if __name__ == "__main__":
    main()
