#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The words of fiche archives, written from fiche-format.md alone: the tokens of a text (6.8), and the keyword index of
a segment (3.5), of which all rules are checked but those of the canonical form. search.py uses it; alone it prints the
tokens of its arguments, one a line."""
import functools, os, re, struct, subprocess, sys
from reader import Cursor, need
SETS, MAPS, JOINS, HANGUL = {"w": "", "p": "", "x": ""}, {}, {}, range(0xAC00, 0xD7A4, 0x1C)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "words-1.txt"), encoding="ascii") as f:
    for kind, x, y, *z in (line.split() for line in f if line[0] not in "#\n"):
        a, b = int(x, 16), int(y.split("+")[0], 16)
        if kind == "class": SETS[z[0]] += "\\U%08x-\\U%08x" % (a, b)
        elif kind == "join": JOINS[chr(a) + chr(b)] = chr(int(z[0], 16))
        elif kind == "shift": MAPS.update((chr(c), chr(c - a + int(z[0], 16))) for c in range(a, b + 1))
        elif kind == "case": MAPS.update((chr(c), chr(c + 1)) for c in range(a, b + 1, 2))
        else: MAPS.update((chr(c), [chr(int(x, 16)) for x in to.split("+")]) for c, to in enumerate([y] + z, a))
JOINS.update((chr(0x1100 + i // 0x15) + chr(0x1161 + i % 0x15), chr(s)) for i, s in enumerate(HANGUL))
JOINS.update((chr(s) + chr(0x11A7 + t), chr(s + t)) for s in HANGUL for t in range(1, 0x1C))
RUN, PAIR, IGNORED = (re.compile(x.format(**SETS)) for x in ("[{w}][{w}{x}]*|[{p}][{p}{x}]*", "[{p}]", "[{x}]"))

@functools.lru_cache(1 << 16)
def tokens(text):       # of a string, each with the place where its source ends
    out = []
    for run in RUN.finditer(text):
        chars = []
        for end, c in enumerate(run[0], run.start() + 1):
            for target in MAPS.get(c, c):
                joined = chars and JOINS.get(chars[-1][0] + target)
                if joined: chars[-1] = joined, end
                elif not IGNORED.match(c): chars.append((target, end))
        word = "".join(c for c, _ in chars)
        if PAIR.match(word): out += [(word[i:i + 2], chars[i:i + 2][-1][1]) for i in range(max(1, len(word) - 1))]
        else: out.append((word.encode()[:64].decode(errors="ignore"), chars[-1][1]))
    return out

def norm_of(n): return n if n < 16 else 8 * n.bit_length() - 24 + (n >> n.bit_length() - 4 & 7)
def stands_for(norm): return norm if norm < 16 else 8 + (norm & 7) << (norm - 8 >> 3) if norm < 240 else (1 << 32) - 1
def content_size(frame):        # RFC 8878, 3.1.1.1
    magic, bits = struct.unpack_from("<IB", frame)
    at, size = 6 - (bits >> 5 & 1) + (0, 1, 2, 4)[bits & 3], (bits >> 5 & 1, 2, 4, 8)[bits >> 6]
    size = int.from_bytes(frame[at:at + size], "little") + 256 * (size == 2)
    need(magic == 0xFD2FB528 and 1 <= size <= 65536, "a frame has no content size, or one out of bounds")
    return size
def decode(frames):             # all by one call, each as a Cursor
    sizes, call = list(map(content_size, frames)), ["zstd", "-dcq", "--memory=8MiB"]
    if not frames: return []
    done = subprocess.run(call, input=b"".join(frames), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    need(done.returncode == 0 and len(done.stdout) == sum(sizes), "a frame does not decode, or not to its content size")
    plain = Cursor(done.stdout)
    return [Cursor(plain.take(size)) for size in sizes]

class Bits:                     # 2.8
    def __init__(self, raw): self.bits, self.at = bin(int.from_bytes(raw + b"\1", "little"))[:2:-1], 0
    def end(self): need(len(self.bits) - self.at < 8 and "1" not in self.bits[self.at:], "bits are left over")
    def take(self, n):
        self.at += n
        need(self.at <= len(self.bits), "a list ends early")
        return int(self.bits[self.at - n:self.at][::-1] or "0", 2)
    def rice(self, k):          # what is 2^32 or more breaks a bound of postings, too
        high = self.bits.find("1", self.at) - self.at
        need(high >= 0, "a list ends early")
        self.at += high + 1
        return (high << k) + self.take(k)
    def postings(self, count, k, m, idx, n):    # each as idx, count, title
        gaps, out = [self.rice(k) for _ in range(count)], []
        for gap in gaps:
            mark, idx = self.rice(m), idx + gap + 1
            out.append((idx, self.rice(m) + 1 if mark == 2 else mark + (mark < 2), mark == 2))
        need(idx < n and all(f < 32 for _, f, _ in out), "a list passes n, or has a count above 31")
        return out

class Keywords:                 # of a segment: norms, total (the sum of lengths), lists (of each word its postings)
    def __init__(self, raw, n): # the logical bytes, the number of records
        count, _, version = struct.unpack_from("<IHH", raw)
        parts = {name: raw[at:at + size] for name, at, size in struct.iter_unpack("<4s4x2Q", raw[32:32 + 24 * count])}
        there = [parts[name] for name in (b"WLEN", b"WORD", b"WPST") if name in parts]
        need(version < 2, "words of a newer version", "UNSUPPORTED")
        need(len(there) == 3 * version, "a component of the keyword index is missing, or should not be there")
        self.n, self.lists, self.norms, self.total = n, {}, b"", 0
        if version: self.read(there[0], Cursor(there[1]), Cursor(there[2]))
    def read(self, norms, word, post):
        need(len(norms) == self.n, "WLEN is not a byte for each record")
        self.total, count, size, due = struct.unpack("<QIIQ", word.take(24))
        self.norms, self.last, fences = norms, b"", Cursor(word.take(size))
        rows = [(fences.varint(), fences.varint(), fences.take(fences.varint())) for _ in range(count)]
        pages = [Cursor(word.take(size)) for size, _, _ in rows]
        contents = decode([page.take(page.varint()) for page in pages])
        for (size, used, first), page, text in zip(rows, pages, contents):
            need(size <= 65536, "a page is too long")
            self.page(text, Bits(page.read()), Cursor(post.take(used)), first)
        need(due == len(self.lists), "another number of words")
        need(not word.read(1) + fences.read(1) + post.read(1), "WORD, its fences or WPST has bytes too many")
    def page(self, text, bits, lists, first):
        count, *sizes = (text.varint() for _ in range(4))
        (shape, counts, longs), key = (Cursor(text.take(size)) for size in sizes), b""
        for _ in range(count):
            same, rest = (x + shape.varint() if x == 15 else x for x in divmod(shape.take(1)[0], 16))
            before, key, records = key, key[:same] + text.take(rest), counts.varint()
            need(same <= len(before) and rest and self.last < key and len(key) <= 64, "words out of order or bounds")
            need(first in (None, key) and 1 <= records <= self.n, "another first word, or a wrong number of records")
            self.last, first, k = key, None, (11 * self.n // (16 * records)).bit_length() - 1
            if records < 128: postings = bits.postings(records, max(0, k), bits.take(1), -1, self.n)
            else: postings = self.long(records, Cursor(lists.take(longs.varint())))
            self.lists[key.decode()] = postings
        bits.end()
        left = [column.read(1) for column in (shape, counts, longs, text, lists)]
        need(first is None and not any(left), "a column or a page's lists are left over")
    def long(self, count, raw):
        rows, out = [(raw.varint(), raw.varint(), *raw.take(2)) for _ in range(0, count, 128)], [(-1, 0, 0)]
        for gap, size, impact, way in rows:
            bits, end = Bits(raw.take(size)), out[-1][0] + gap + 1
            block = bits.postings(min(128, count + 1 - len(out)), way & 31, way >> 5, out[-1][0], self.n)
            bits.end()
            need(block[-1][0] == end, "a block ends with another record than its table says")
            need(impact == max(map(self.impact, block)), "an impact is wrong")
            out += block
        need(not raw.read(1), "a long list is left over")
        return out[1:]
    def impact(self, posting):
        idx, f, title = posting
        f, a = f + 2 * title, max(1, self.total // self.n)
        return -(-255 * 10 * f * a // (10 * f * a + 3 * a + 9 * stands_for(self.norms[idx])))

if __name__ == "__main__":
    print("\n".join(token for token, _ in tokens(" ".join(sys.argv[1:]))))
