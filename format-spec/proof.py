#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints and proofs of fiche archives, written from fiche-format.md 4.10 alone.

`check PROOF RECORD [KEY]` tells whether a proof leads from a record to its checkpoint, and whether the owner of the public
key signed that; `verify NOTE KEY` only the latter; `checkpoint ARCHIVE` prints the checkpoint of an archive, computed from
its records, which reader.py verifies (for this the zstd command is needed). Exit codes: 0 yes, 8 no, 2 usage, 5 I/O,
or an archive that is not intact."""
import argparse, base64, hashlib, re, sys
P, L = 2 ** 255 - 19, 2 ** 252 + 27742317777372353535851937790883648493
SIZE, NUMBER = 65535, "(0|[1-9][0-9]{0,18})"
CHECKPOINT = re.compile("(fiche-archive/[0-9a-f]{32})\n%s\n([^\n]*)\n(?:[^\n]+\n)*" % NUMBER)
PROOF = re.compile("c2sp[.]org/tlog-proof@v1\n(?:extra ([^\n]+)\n)?index %s\n((?:[^\n]+\n){0,64})\n" % NUMBER)
SIGNATURE = re.compile("\u2014 ([^\\s+]+) ([^\n]+)\n")
KEY = re.compile("([^\\s+]+)[+]([0-9a-f]{8})[+]([^\n]+)")

class Refused(Exception): pass
def need(true, text):
    if not true: raise Refused(text)
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def decode(text, size=None):    # base64 has one spelling
    try: raw = base64.b64decode(text, validate=True)
    except ValueError: raw = None
    need(raw is not None and base64.b64encode(raw).decode() == text, "this is not base64")
    need(size in (None, len(raw)), "this is base64 of another length")
    return raw
def number(text):
    need(int(text) < 1 << 63, "a number is too large")
    return int(text)

# Ed25519, RFC 8032; points are (x, y, z, t) with x / z, y / z and t = x * y / z
def inverse(x): return pow(x, P - 2, P)
D, ROOT = -121665 * inverse(121666) % P, pow(2, (P - 1) // 4, P)
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P
def times(n, p):
    out = 0, 1, 1, 0
    while n:
        if n & 1: out = add(out, p)
        n, p = n >> 1, add(p, p)
    return out
def point(raw):                 # 5.1.3: each has one spelling
    y, sign = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    square = (y * y - 1) * inverse(D * y * y + 1) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P: x = x * ROOT % P
    need(y < P and (x * x - square) % P == 0 and (x or not sign), "the key is no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P
def spelled(p):
    x, y = p[0] * inverse(p[2]) % P, p[1] * inverse(p[2]) % P
    return (y | (x & 1) << 255).to_bytes(32, "little")
BASE = point((4 * inverse(5) % P).to_bytes(32, "little"))
def is_signature(signature, key, text):     # 5.1.7, without the cofactor
    r, s, a = signature[:32], int.from_bytes(signature[32:], "little"), point(key)
    k = int.from_bytes(hashlib.sha512(r + key + text).digest(), "little") % L
    minus = times(k, (P - a[0], a[1], 1, P - a[3]))
    return len(signature) == 64 and s < L and spelled(add(times(s, BASE), minus)) == r

# Notes
def clean(raw):                 # what may be in a note
    need(len(raw) <= SIZE, "the text is too long")
    try: text = raw.decode()
    except ValueError: raise Refused("this is not UTF-8") from None
    need(not re.search("[\0-\x09\x0b-\x1f]", text), "the text has control characters")
    return text
def split(note):                # the text of a note, and its signatures: names, and key ids with what was signed
    text, border, rest = note.rpartition("\n\n")
    need(border and re.fullmatch("(%s)*" % SIGNATURE.pattern, rest), "this is no signed note")
    signatures = [(name, decode(code)) for name, code in SIGNATURE.findall(rest)]
    need(all(len(raw) > 4 for _, raw in signatures), "this is no signed note")
    return text + "\n", signatures
def signed(note, key):          # key: bytes
    found = len(key) < 512 and KEY.fullmatch(clean(key.strip(bytes(range(1, 33)))))
    need(found and len(found[1].encode()) <= 200, "this is no public key")
    name, raw = found[1], decode(found[3], 33)
    own = sha256(name.encode(), b"\n", raw)[:4]
    need(raw[0] == 1 and own.hex() == found[2], "this is no public key for Ed25519")
    text, signatures = split(note)
    own = [raw[4:] for other, raw in signatures if (other, raw[:4]) == (name, own)]
    need(own, "the owner of this key did not sign it")
    need(all(is_signature(s, raw[1:], text.encode()) for s in own), "the signature by %s is wrong" % name)
def checkpoint(note):           # origin, size and head
    text = split(note)[0] if "\n\n" in note else note
    found = CHECKPOINT.fullmatch(text)
    need(found, "this is no checkpoint of an archive")
    return found[1], number(found[2]), decode(found[3], 32)

# The tree
def tree(leaves):               # RFC 9162, 2.1.1, of hashed leaves
    if len(leaves) < 2: return leaves[0] if leaves else sha256()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1", tree(leaves[:half]), tree(leaves[half:]))
def climb(hash, index, size, path):         # RFC 9162, 2.1.3.2
    last = size - 1
    need(index <= last, "the checkpoint has no such record")
    for other in path:
        need(last, "the path is too long")
        if index & 1 or index == last:
            hash = sha256(b"\1", other, hash)
            while index and not index & 1: index, last = index >> 1, last >> 1
        else: hash = sha256(b"\1", hash, other)
        index, last = index >> 1, last >> 1
    need(last == 0, "the path is too short")
    return hash
def check(proof, record):       # of a proof, which record, and the checkpoint
    found = PROOF.match(proof)
    need(found, "this is no proof")
    note, index, path = proof[found.end():], number(found[2]), [decode(line, 32) for line in found[3].splitlines()]
    if found[1]: decode(found[1])
    origin, size, head = checkpoint(note)
    tried = [climb(sha256(b"\0", sha256(r)), index, size, path) for r in {record, record.removesuffix(b"\n")}]
    need(head in tried, "the proof does not lead from this record to its checkpoint")
    return index, size, origin, note
def checkpoint_of(data):        # the text, from records that are as they were
    import reader
    archive = reader.Archive(data)
    archive.attempt(0, archive.scan, None, False)
    archive.attempt(0, archive.read, "verify", "", sys.stdout.buffer)
    bad = [f for f in archive.findings if f.verdict != "TRUNCATED"]
    if bad: raise OSError("the archive is not intact: " + bad[0].text)
    leaves = [sha256(b"\0", digest) for digest, _, _ in archive.records[:archive.commits[-1].records]]
    return "fiche-archive/%s\n%d\n%s\n" % (archive.uuid.hex(), len(leaves), base64.b64encode(tree(leaves)).decode())

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, operands in ("check", ("proof", "record", "key")), ("verify", ("note", "key")), ("checkpoint", ("archive",)):
        command = commands.add_parser(name)
        for operand in operands: command.add_argument(operand, nargs="?" if (name, operand) == ("check", "key") else None)
    args = parser.parse_args()
    def content(path): return open(path, "rb").read()
    try:
        if args.command == "checkpoint": print(checkpoint_of(content(args.archive)), end="")
        elif args.command == "verify": signed(clean(content(args.note)), content(args.key))
        else:
            index, size, origin, note = check(clean(content(args.proof)), content(args.record))
            if args.key: signed(note, content(args.key))
            print("proved: record %d of %d in %s%s" % (index, size, origin, ", signed" if args.key else ""))
    except Refused as e:
        print(e, file=sys.stderr)
        sys.exit(8)
    except OSError as e:
        print(e, file=sys.stderr)
        sys.exit(5)
