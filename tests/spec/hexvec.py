#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns an annotated vector into bytes: hexvec.py FILE.hex > ARCHIVE. Its language: vectors/README.md."""
import hashlib, os, re, struct, sys, zlib
from xxh64 import xxh64

WORD = re.compile(r'#.*|"(?:[^"\\]|\\.)*"|[+\[\]]|[^\s"#+\[\]]+|\S')
FIXED = {"le16": "<H", "le32": "<I", "le64": "<Q"}
SUMS = {"crc": (4, lambda b: struct.pack("<I", zlib.crc32(b))),
        "sha256": (32, lambda b: sha256(b)), "sha40": (5, lambda b: sha256(b)[:5]),
        "xxh64low": (4, lambda b: struct.pack("<I", xxh64(b) & 0xFFFFFFFF))}


def sha256(data):
    return hashlib.sha256(data).digest()


class Vector:
    def __init__(self, path):
        self.out, self.open = bytearray(), []       # open: sums not yet known, as (position, name, parts)
        with open(path, encoding="ascii") as f:
            for n, line in enumerate(f, 1):
                try:
                    self.line([w for w in WORD.findall(line) if w[0] != "#"], os.path.dirname(path))
                except (AssertionError, ValueError, IndexError, struct.error) as e:
                    raise SystemExit("%s:%d: %s" % (path, n, e or "wrong"))
        self.settle()

    def line(self, words, folder):
        verb = (words or [""])[0]
        if verb == "@include":
            self.out += Vector(os.path.join(folder, words[1])).out
        elif verb == "@set":
            rest, self.out = self.out, self.out[:int(words[1])]
            self.values(words[2:])
            self.out += rest[len(self.out):]
            self.settle()
        elif verb == "@cut":
            del self.out[int(words[1]):]
        elif verb == "@reseal":
            for at in words[1:]:
                self.reseal(int(at))
        else:
            self.values(words)

    def values(self, words):
        while words:
            word = words.pop(0)
            name = word[1:] if word[0] == "@" else ""
            if name in FIXED:
                self.out += struct.pack(FIXED[name], int(words.pop(0)))
            elif name in SUMS:
                self.open.append((len(self.out), name, self.parts(words)))
                self.out += bytes(SUMS[name][0])
            elif name in ("zero", "pad", "at"):
                n = int(words.pop(0))
                assert name != "at" or len(self.out) == n, "this is offset %d" % len(self.out)
                self.out += bytes({"zero": n, "pad": -len(self.out) % max(n, 1), "at": 0}[name])
            else:
                assert not name, "unknown @" + name
                self.out += self.literal(word)

    @staticmethod
    def literal(word):
        if word[0] == '"':
            return word[1:-1].encode().decode("unicode_escape").encode("latin-1")
        return bytes([int(word, 16)])       # more than a byte is an error

    def parts(self, words):
        parts = []      # ranges, bytes, strings and [nested SHA-256], joined by +
        while words:
            word = words.pop(0)
            if word == "[":
                parts.append(self.parts(words))
                assert words.pop(0) == "]", "a bracket is open"
            elif ".." in word and word[0] != '"':
                parts.append(tuple(map(int, word.split(".."))))
            else:
                parts.append(self.literal(word))
            if words[:1] != ["+"]:
                return parts
            words.pop(0)
        raise ValueError("a sum over nothing")

    def ranges(self, parts):
        for p in parts:
            yield from [p] if isinstance(p, tuple) else self.ranges(p) if isinstance(p, list) else []

    def join(self, parts):
        done = {bytes: bytes, tuple: lambda p: self.out[p[0]:p[1]], list: lambda p: sha256(self.join(p))}
        return b"".join(done[type(p)](p) for p in parts)

    def settle(self):
        """Fill in the sums, those first that cover no unknown one."""
        while self.open:
            spans = [(p, p + SUMS[n][0]) for p, n, _ in self.open]
            known = [o for o in self.open if not any(low < end and start < high for start, end in spans
                                                     for low, high in self.ranges(o[2]))]
            assert known, "sums cover each other"
            for at, name, parts in known:
                self.out[at:at + SUMS[name][0]] = SUMS[name][1](self.join(parts))
                self.open.remove((at, name, parts))

    def reseal(self, at):
        """The sums inside a section and of its header, from the inside out."""
        o, kind, crc = self.out, self.out[at + 16], SUMS["crc"][1]
        frame, end = struct.unpack_from("<I", o, at + 4)[0], at + 96 + struct.unpack_from("<Q", o, at + 40)[0]
        if kind == 3:
            o[at + frame + 4:at + frame + 8] = crc(o[at + 96:at + frame + 4])
        for page in range(at + 96, min(end, len(o)), 4096) if kind == 4 else ():
            last = min(page + 4096, end) - 4
            o[last:last + 4] = crc(o[page:last] + struct.pack("<Q", page))
        if kind == 5:
            o[at + 160:at + 192] = sha256(o[struct.unpack_from("<Q", o, at + 128)[0]:at])
        o[at + 64:at + 96] = sha256(o[at + 96:end])
        o[at + 20:at + 24] = crc(o[at:at + 20] + o[at + 24:at + 96])


if __name__ == "__main__":
    sys.stdout.buffer.write(Vector(sys.argv[1]).out)
