# SPDX-License-Identifier: Apache-2.0
"""What reader.py makes records of, written from fiche-format.md alone: bytes taken in order (2), the pieces of a card
and its body (5), what is said of a record that was taken out (3.4, 3.9). Who finds a broken rule raises Bad."""
import functools, hashlib, io, json, operator, re, struct
from datetime import datetime
from zlib import crc32
PLACEHOLDER = re.compile(rb'"\\u001f(?:([1-9]\d*|0):([1-9]\d*|0)(?=")|\d)')
FILE_TEXT = re.compile(rb'"text":"\\u001f0:([1-9]\d*|0)"}\Z')
TIME = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\dZ", re.A)

class Bad(Exception):           # a finding; it may stand in for a section, of no type
    def __init__(self, text, verdict="CORRUPT", at=0):
        self.text, self.verdict, self.at, self.type, self.start, self.void = text, verdict, at, None, 0, 0
def need(true, text, verdict="CORRUPT"):
    if not true: raise Bad(text, verdict)
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
class Cursor(io.BytesIO):       # bytes that are taken from front to back
    def take(self, n):
        part = self.read(n)
        need(len(part) == n, "a length passes the end of its place")
        return part
    def varint(self):           # 2.2
        raw = self.take(1)
        while raw[-1] > 127 and len(raw) < 10: raw += self.take(1)
        value = sum((byte & 127) << 7 * i for i, byte in enumerate(raw))
        need(raw[-1] < 128 and value < 1 << 64 and (raw[-1] or len(raw) == 1), "a varint is too long")
        return value

def parity_of(payload):         # 3.3: the CRCs of a dictionary's cells, and the sum of its stripes
    s = (len(payload) + 8191) // 8192 * 1024 + 1024
    stripes, cells = ([payload.ljust(8 * s, b"\0")[i:i + n] for i in range(0, 8 * s, n)] for n in (s, 1024))
    total = functools.reduce(operator.xor, (int.from_bytes(stripe, "big") for stripe in stripes))
    return struct.pack("<%dI" % len(cells), *map(crc32, cells)) + total.to_bytes(s, "big")
def taken(payload, other, stored):      # 4.15: each cell that is wrong is taken from the other one if it is right there
    mine, spare = parity_of(payload), parity_of(other)
    for i in range(0, len(payload), 1024):
        crc = slice(i // 256, i // 256 + 4)
        if mine[crc] != stored[crc] == spare[crc]: payload[i:i + 1024] = other[i:i + 1024]
    return payload
def check_frame(frame, number):     # 3.4: what the zstd command does not ask; number: of its dictionary, or 0
    magic, bits, window = struct.unpack_from("<IBB", frame)
    need(magic == 0xFD2FB528 and bits & 4 and bits & 0xE0, "a frame lacks its content size or its checksum")
    need(bits & 32 or (8 + (window & 7)) << 7 + (window >> 3) <= 8 << 20, "a frame needs a larger window")
    at, size, last = 5 + (not bits & 32), (0, 1, 2, 4)[bits & 3], 0
    need(int.from_bytes(frame[at:at + size], "little") == number, "a frame names another dictionary")
    at += size + (1, 2, 4, 8)[bits >> 6]
    while not last:         # IndexError where it ends too early
        block = frame[at] | frame[at + 1] << 8 | frame[at + 2] << 16
        last, at = block & 1, at + 3 + (1 if block & 6 == 2 else block >> 3)
    need(at + 4 == len(frame), "something stands behind a frame")
def rebuild(card, body):        # 5: the record of kind 0. json.dumps makes styles 0 and 1, but for DEL
    out, done, pieces = b"", 0, Cursor(body)
    for match in PLACEHOLDER.finditer(card):
        need(match[2] and int(match[1]) < 256 and (not done or pieces.take(1) == b"\n"), "a broken placeholder")
        style, parts = int(match[1]), pieces.take(int(match[2])).decode().split("\x7f")
        text = ("\\u007f" if style & 8 else "\x7f").join(json.dumps(x, ensure_ascii=style & 1)[1:-1] for x in parts)
        for bit, c in (2, "/"), (32, "<"), (32, ">"), (32, "&"), (64, "\u2028"), (64, "\u2029"), (128, "'"):
            text = text.replace(c, ("\\/" if bit == 2 else "\\u%04x" % ord(c)) if style & bit else c)
        if style & 16: text = re.sub(r"\\.", lambda m: {r"\b": r"\u0008", r"\f": r"\u000c"}.get(m[0], m[0]), text)
        if style & 4: text = re.sub(r"\\(u....|.)", lambda m: m[0][:2] + m[0][2:].upper(), text)
        out, done = out + card[done:match.start() + 1] + text.encode(), match.end()
    need(not pieces.read(1), "the pieces do not fill the body")
    return out + card[done:]
def without_text(card, body):   # 3.4: the record of kind 2, beside which a text may stand
    text = FILE_TEXT.search(card)
    end = len(body) - int(text[1]) - 1 if text else len(body)
    need(not text or end >= 0 and body[end:end + 1] == b"\n", "the text beside a file does not fit")
    return body[:end]
def statement(line, *names):    # 3.4, 3.9: what is said of a record that was taken out: number, digest, words
    line, names = line.decode(errors="replace"), names + ("time", "reason", "authority")
    said = json.loads(line[line[:1] == "\ufeff":], strict=False, object_pairs_hook=tuple, parse_int=str.encode)
    need(type(said) is tuple, "a statement is no object")
    need(sorted(key for key, _ in said if key in names) == sorted(names), "a key is missing or comes twice")
    *number, digest, time, reason, authority = (dict(said)[name] for name in names)
    need(all(type(n) is bytes and re.fullmatch(rb"0|[1-9]\d*", n) for n in number), "the number of a statement is none")
    need(all(type(text) is str for text in (digest, time, reason, authority)), "a text of a statement is none")
    need(re.fullmatch("[0-9a-f]{64}", digest), "the digest of a statement is none")
    need(TIME.fullmatch(time) and datetime.fromisoformat(time[:-1]), "the time of a statement is none")
    return int(number[0]) if number else None, bytes.fromhex(digest), "%s %a %a" % (time, reason, authority)
