#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Parity of fiche archives, written from fiche-format.md 3.8 and 4.12 alone; reader.py reads the sections.

`verify ARCHIVE` tells whether all parity is what the bytes that it protects give; `protect ARCHIVE NEW` writes the
archive with one more generation, which protects what is not protected yet. Exit codes: 0 done, 2 usage, 4 damaged,
5 I/O, 6 there is no parity, or nothing to protect."""
import argparse, functools, operator, struct, sys, time
from zlib import crc32
import reader
from reader import Bad, need, sha256
PAGE, TABLE, PARITY, COMMIT, FIRST = 4096, 496 * 8, 6, reader.COMMIT, b"\x89FCP\r\n\x1a\n"
HEAD = reader.table("8s magic 16s uuid Q offset Q sequence q time Q start I N B S B O B k B p I number I zones "
                    "I table B profile 3s zero Q batch 8s zeros")
PROFILES = {"lite": (1, 0, 239, 16, 239, 16, 2), "std": (2, 1, 239, 16, 223, 32, 4), "arch": (3, 2, 223, 32, 198, 57, 8)}
def cut(raw, size): return [raw[at:at + size] for at in range(0, len(raw), size)]

# GF(2^8): bytes.translate multiplies whole pages, integers add them
EXP = [1]
while len(EXP) < 510: EXP.append(EXP[-1] << 1 ^ (EXP[-1] >> 7) * 0x11D)
LOG = {power: i for i, power in enumerate(EXP[:255])}
TIMES = [bytes(256)] + [bytes([0] + [EXP[LOG[x] + LOG[y]] for y in range(1, 256)]) for x in range(1, 256)]
INVERSE = [0] + [EXP[255 - LOG[x]] for x in range(1, 256)]
def a(n, r, c): return INVERSE[n + r ^ c]
def plus(x, y): return (int.from_bytes(x, "little") ^ int.from_bytes(y, "little")).to_bytes(len(x), "little")
def row(n, r, columns, size):       # the sum of columns, given by their number; what is shorter ends in zeros
    parts = (int.from_bytes(raw.translate(TIMES[a(n, r, c)]), "little") for c, raw in columns.items())
    return functools.reduce(operator.xor, parts, 0).to_bytes(size, "little")
def rows(n, count, raw, size):      # where the columns stand one behind the other, each of `size` bytes
    columns = dict(enumerate(cut(raw, size)))
    return [row(n, r, columns, size) for r in range(count)]
def solve(n, columns, rows, lost):  # the lost columns, of the others and as many rows; no pivot of such a matrix is 0
    lines = [bytes(a(n, r, c) for c in lost) + plus(raw, row(n, r, columns, len(raw)))
             for r, raw in list(rows.items())[:len(lost)]]
    for i in range(len(lost)):
        lines[i] = line = lines[i].translate(TIMES[INVERSE[lines[i][i]]])
        lines = [plus(x, line.translate(TIMES[x[i]])) if x is not line else x for x in lines]
    return {c: line[len(lost):] for c, line in zip(lost, lines)}

class Zone:                         # 3.8, with its letters. Pages have the numbers of their tags
    def __init__(self, head):
        vars(self).update(vars(HEAD(head)), head=head)
        N, S, O, k, p = self.N, self.S, self.O, self.k, self.p
        need(self.magic == FIRST and (self.zero, self.zeros) == (bytes(3), bytes(8)) and 8192 <= self.batch <= self.offset and
             (self.start | self.offset | self.batch) % PAGE == 0 and self.number < self.zones, "the head of parity is wrong")
        need(1 <= N <= 1 << 18 and self.start + N * PAGE <= self.offset and S and O <= 16 and S + O <= 255 and k and p and
             k + p <= 255 and (S - 1) * -(-N // S) < N, "the geometry of parity is impossible")
        self.L, self.last = -(-N // S), N - (S - 1) * -(-N // S)
        self.G = -(-self.L // k)
        self.inner = N + O * self.L
        self.tags = self.inner + p * self.G * (S + O)
        self.T = -(-self.tags // 496)
        self.H = -(-self.T // 64)
        n = -(-self.T // self.H)
        self.A = -(-n // 4) + 1
        self.P = n + 2 * self.A
        self.near = self.T + self.A * self.H        # tables and parity of tables in front
        self.end = self.offset + (1 + self.T + self.P * self.H + self.tags - N) * PAGE
        need(self.end - self.offset < 1 << 32, "parity is too large for a section")
    def at(self, i): return self.start + i * PAGE if i < self.N else self.offset + (1 + self.near + i - self.N) * PAGE
    def table_at(self, t): return self.offset + (1 + t + (t >= self.near) * (self.tags - self.N)) * PAGE
    def head_of(self, t): return self.head[:72] + struct.pack("<I", t) + self.head[76:]
    def codes(self, i):             # which know page i: groups are (span, group), columns of spans (-1, place)
        if i >= self.inner: return divmod((i - self.inner) % (self.G * (self.S + self.O)), self.G),
        s, x = divmod(i, self.L) if i < self.N else divmod(i - self.N + self.S * self.L, self.L)
        return (s, x % self.G), (-1, x)
    def code(self, s, g):           # its n, and the pages that are its columns and rows
        N, S, O, L, G = self.N, self.S, self.O, self.L, self.G
        if s < 0: return S, {c: c * L + g for c in range(S - (g >= self.last))}, {o: N + o * L + g for o in range(O)}
        first, length = (s * L, L if s < S - 1 else self.last) if s < S else (N + (s - S) * L, L)
        columns = {x // G: first + x for x in range(g, length, G)}
        return self.k, columns, {q: self.inner + (q * (S + O) + s) * G + g for q in range(self.p)}
    def mend(self, unknown, solve): # 4.13: solve(code, its unknown pages) until nothing changes; it tells which it found
        holes = {}
        for i in unknown:
            for code in self.codes(i): holes.setdefault(code, set()).add(i)
        todo = set(holes)
        while todo:
            code = todo.pop()
            if 0 < len(holes[code]) <= (self.p if code[0] >= 0 else self.O):
                for i in solve(code, frozenset(holes[code])):
                    unknown.discard(i)
                    for other in self.codes(i): holes[other].discard(i), todo.add(other)
        return unknown
    def tables(self, tags):         # of the tags of all pages, what stands in table pages and their parity
        raw = b"".join(tags).ljust(self.T * TABLE, b"\0")
        return cut(raw + b"".join(rows(64, self.P, raw, self.H * TABLE)), TABLE)
    def page_of(self, t, table):    # a table page
        raw = self.head_of(t) + table
        return raw + sha256(raw, struct.pack("<Q", self.table_at(t)), self.uuid)
    def build(self, data):          # the whole section, of the bytes of the zone
        outer = rows(self.S, self.O, data, self.L * PAGE)
        inner = [rows(self.k, self.p, span, self.G * PAGE) for span in cut(data, self.L * PAGE) + outer]
        body = b"".join(outer + [part[q] for q in range(self.p) for part in inner])
        tables = self.tables(sha256(page)[:8] for part in (data, body) for page in cut(part, PAGE))
        pages = [self.page_of(t, table) for t, table in enumerate(tables)]
        head = self.head_of(0xFFFFFFFF).ljust(4000, b"\0")
        return section(PARITY, self, self.offset, 0, head + b"".join(pages[:self.near] + [body] + pages[self.near:]))

def section(kind, zone, at, flags, payload):        # 3.1
    front = struct.pack("<II8sBBH", reader.MAGIC, 88 + len(payload), reader.SYNC, kind, 1, flags)
    back = struct.pack("<QQQ16s", at, zone.sequence + (kind == COMMIT), len(payload), zone.uuid) + sha256(payload)
    return front + struct.pack("<I", crc32(front + back)) + back + payload
def commit(data, first, zone):      # COMMIT and FOOTER behind the sections of a generation: of the first, and of the last
    archive, end = reader.Archive(data), zone.end
    c = archive.section(struct.unpack_from("<Q", data, zone.batch - 56)[0])
    need(c.type == COMMIT and c.end == zone.batch, "no commit ends where the batch of the parity starts")
    size, batch = 32 * len(c.peaks) + 64 * len(c.segments + c.dicts), data[zone.batch:end]
    raw = bytearray(data[c.at + 96:c.at + 320 + size])
    struct.pack_into("<QqQQI", raw, 16, c.generation + 1, zone.time, c.end, first - c.end, 2 | (len(batch) > reader.MIB))
    raw[64:144] = sha256(batch) + struct.pack("<QQ", c.at, c.length) + c.sha
    raw = section(COMMIT, zone, end, 1, raw + bytes(-(end + 160 + len(raw)) % PAGE))
    footer = struct.pack("<IIQQQQ8sI", reader.MAGIC, 56, end, len(raw), c.generation + 1, end + len(raw) + 64, zone.uuid[:8], 0)
    return raw + footer + struct.pack("<I", crc32(footer + reader.END)) + reader.END

class Archive(reader.Archive):      # with all its sections
    def __init__(self, data):
        super().__init__(data)
        self.sections = []
        self.attempt(0, self.scan, None, False)
    def add(self, s):
        super().add(s)
        self.sections.append(s)
    def protecting(self):           # generations: where the first zone has to start, the sections, and the COMMIT
        start = 0
        for c in self.commits[1:]:
            own = [s for s in self.sections if c.start <= s.at < c.at]
            if PARITY in [s.type for s in own]:
                yield start, own, c
                start = c.end
    def check(self, start, sections, c):
        for n, s in enumerate(sections):
            need(s.type == PARITY, "a section that is not PARITY stands beside one")
            zone = Zone(self.data[s.at + 96:s.at + 192])
            first = first if n else zone
            said = zone.uuid, zone.offset, zone.sequence, zone.batch, zone.start, zone.number, zone.zones, zone.table
            need(said == (s.uuid, s.at, s.sequence, c.start, start, n, len(sections), 0xFFFFFFFF) and zone.time == first.time and
                 (zone.N == first.N or zone.N < first.N and n == len(sections) - 1), "the head of parity does not fit its place")
            stored, built = self.data[s.at:s.end], zone.build(self.data[start:start + zone.N * PAGE])
            wrong = [i for i, (x, y) in enumerate(zip(cut(stored, PAGE), cut(built, PAGE))) if x != y]
            need(stored == built, "parity is not what its zone gives, from its page %d on" % (wrong or [0])[0])
            start += zone.N * PAGE
        need(start == sections[0].at, "the zones leave a gap")
        need(self.data[c.at:c.end] == commit(self.data, start, zone), "the commit is not the one before, protected")

def protect(data, profile, now):
    archive, start = Archive(data), 0
    need(not archive.findings and len(archive.commits) > 1, "only a whole archive that has a commit is protected")
    for _, _, c in archive.protecting(): start = c.end
    first, sequence, pages = len(data), archive.sections[-1].sequence, (len(data) - start) // PAGE
    need(pages, "everything is protected already", "ABSENT")
    kind, O, k, p, k_small, p_small, more = PROFILES[profile]
    zones = -(-pages >> 18)
    for n in range(zones):
        N = min(-(-pages // zones), (first - start) // PAGE)
        S = 1 if N < 3824 else 16 if O else -(-N >> 14)
        if N < 3824: O, k, p = 0, min(k_small, N), p_small if N >= k_small else min(p_small, -(-N * p_small // k_small) + more)
        zone = Zone(struct.pack("<8s16sQQqQI4B3IB3xQ8x", FIRST, archive.uuid, len(data), sequence + n + 1, now, start, N, S, O, k, p,
                                n, zones, 0, kind, first))
        data, start = data + zone.build(data[start:start + N * PAGE]), start + N * PAGE
    return data + commit(data, first, zone)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", choices=PROFILES, default="std")
    parser.add_argument("--time", type=int, default=int(time.time()), help="of the new commit")
    parser.add_argument("command", choices=("verify", "protect"))
    parser.add_argument("archive")
    parser.add_argument("new", nargs="?")
    args = parser.parse_args()
    try:
        with open(args.archive, "rb") as f: data = f.read()
        if args.command == "protect":
            with open(args.new, "xb") as f: f.write(protect(data, args.profile, args.time))
            sys.exit(0)
        archive = Archive(data)
        generations = list(archive.protecting())
        for start, sections, c in generations: archive.attempt(sections[0].at, archive.check, start, sections, c)
        for f in archive.findings: print(f.at, f.verdict, f.text, sep=": ")
        print("damaged" if archive.findings else "ok: %d protecting generations" % len(generations))
        sys.exit(4 if archive.findings else 0 if generations else 6)
    except Bad as e:
        print(e.text, file=sys.stderr)
        sys.exit(6 if e.verdict == "ABSENT" else 4)
    except OSError as e:
        print(e, file=sys.stderr)
        sys.exit(5)
