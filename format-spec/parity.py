#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Parity of fiche archives, written from fiche-format.md 3.8 and 4.12 alone; reader.py reads the sections.

`verify ARCHIVE` tells whether all parity is what the bytes that it protects give; `protect ARCHIVE -o NEW` writes the
archive with one more generation, which protects what is not protected yet. Exit codes: 0 done, 2 usage, 4 damaged,
5 I/O, 6 there is no parity, or nothing to protect."""
import argparse, functools, operator, struct, sys, time
from zlib import crc32
import reader
from reader import Bad, need, sha256
PAGE, TABLE, ALONE, PARITY, COMMIT, FIRST = 4096, 496 * 8, 0xFFFFFFFF, 6, reader.COMMIT, b"\x89FCP\r\n\x1a\n"
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

class Zone:                         # 3.8, with its letters. Pages have the numbers of their tags
    def __init__(self, head):
        vars(self).update(vars(HEAD(head)), head=head)
        N, S, O, k, p = self.N, self.S, self.O, self.k, self.p
        need(self.magic == FIRST and self.zero + self.zeros == bytes(11) and 8192 <= self.batch <= self.offset and
             (self.start | self.offset | self.batch) % PAGE == 0 and self.number < self.zones, "a wrong head of parity")
        need(1 <= N <= 1 << 18 and self.start + N * PAGE <= self.offset and S and O <= 16 and S + O <= 255 and k and
             p and k + p <= 255 and (S - 1) * -(-N // S) < N, "the geometry of parity is impossible")
        self.L, self.last = -(-N // S), N - (S - 1) * -(-N // S)        # `last`: length of the last span
        self.G = -(-self.L // k)
        self.inner = N + O * self.L                 # the first of the inner pages
        self.tags = self.inner + p * self.G * (S + O)
        self.T, self.H = -(-self.tags // 496), -(-self.tags // (496 * 64))
        n = -(-self.T // self.H)
        self.P, self.near = n + 2 * (-(-n // 4) + 1), self.T + self.H * (-(-n // 4) + 1)    # `near`: tables in front
        self.end = self.offset + (1 + self.T + self.P * self.H + self.tags - N) * PAGE
        need(self.end - self.offset <= 1 << 32, "parity is too large for a section")
    def at(self, i): return self.start + i * PAGE if i < self.N else self.offset + (1 + self.near + i - self.N) * PAGE
    def table_at(self, t): return self.offset + (1 + t + (t >= self.near) * (self.tags - self.N)) * PAGE
    def head_of(self, t): return self.head[:72] + struct.pack("<I", t) + self.head[76:]
    def build(self, data):          # the whole section, of a file whose zone is good
        data = data[self.start:self.start + self.N * PAGE]
        outer = rows(self.S, self.O, data, self.L * PAGE)
        inner = [rows(self.k, self.p, span, self.G * PAGE) for span in cut(data, self.L * PAGE) + outer]
        body = b"".join(outer + [part[q] for q in range(self.p) for part in inner])
        tags = b"".join(sha256(page)[:8] for part in (data, body) for page in cut(part, PAGE)).ljust(self.T * TABLE, b"\0")
        tables = cut(b"".join([tags, *rows(64, self.P, tags, self.H * TABLE)]), TABLE)
        pages = [self.head_of(t) + raw for t, raw in enumerate(tables)]
        pages = [raw + sha256(raw, struct.pack("<Q", self.table_at(t)), self.uuid) for t, raw in enumerate(pages)]
        pages = [self.head_of(ALONE).ljust(4000, b"\0"), *pages[:self.near], body, *pages[self.near:]]
        return section(PARITY, self, self.offset, 0, b"".join(pages))

def section(kind, zone, at, flags, payload):        # 3.1
    front = struct.pack("<II8sBBH", reader.MAGIC, 88 + len(payload), reader.SYNC, kind, 1, flags)
    back = struct.pack("<QQQ16s", at, zone.sequence + (kind == COMMIT), len(payload), zone.uuid) + sha256(payload)
    return front + struct.pack("<I", crc32(front + back)) + back + payload
def commit(data, first, zone):      # COMMIT and FOOTER behind the sections of a generation: of the first, and of the last
    archive, end = reader.Archive(data), zone.end
    c = archive.section(struct.unpack_from("<Q", data, zone.batch - 56)[0])
    need(c.type == COMMIT and c.end == zone.batch, "no commit ends where the batch of the parity starts")
    raw = bytearray(data[c.at + 96:c.at + 320 + 32 * len(c.peaks) + 64 * len(c.segments + c.dicts)])
    struct.pack_into("<QqQQI", raw, 16, c.generation + 1, zone.time, c.end, first - c.end, 2 | (end - c.end > reader.MIB))
    raw[64:144] = sha256(data[c.end:end]) + struct.pack("<QQ", c.at, c.length) + c.sha
    raw = section(COMMIT, zone, end, 1, raw + bytes(-(end + 160 + len(raw)) % PAGE))
    told = end, len(raw), c.generation + 1, end + len(raw) + 64, zone.uuid[:8], 0
    footer = struct.pack("<IIQQQQ8sI", reader.MAGIC, 56, *told)
    return raw + footer + struct.pack("<I", crc32(footer + reader.END)) + reader.END

class Archive(reader.Archive):      # with all its sections
    def __init__(self, data):
        super().__init__(data)
        self.sections = []
        self.attempt(0, self.scan, None, False)
    def add(self, s):
        super().add(s)
        self.sections.append(s)
    def check(self, start, sections, c):
        need({s.type for s in sections} == {PARITY}, "a section of another type stands beside parity")
        zones = [Zone(self.data[s.at + 96:s.at + 192]) for s in sections]
        for n, (s, zone) in enumerate(zip(sections, zones)):
            said = zone.uuid, zone.offset, zone.sequence, zone.batch, zone.start, zone.number, zone.zones, zone.table
            right = s.uuid, s.at, s.sequence, c.start, start, n, len(sections), ALONE
            need(said == right and zone.time == zones[0].time, "the head of parity does not fit its place")
            need(zone.N == zones[0].N or zone.N < zones[0].N and zone == zones[-1], "the zones have other sizes")
            stored, built = (cut(raw, PAGE) for raw in (self.data[s.at:s.end], zone.build(self.data)))
            wrong = [i for i, (x, y) in enumerate(zip(stored, built)) if x != y]
            need(stored == built, "parity is not what its zone gives, from its page %d on" % (wrong or [0])[0])
            start += zone.N * PAGE
        need(start == sections[0].at, "the zones leave a gap")
        need(self.data[c.at:c.end] == commit(self.data, start, zone), "the commit is not the one before, protected")
    def verify(self):               # where what is protected ends
        start = 0
        for c in self.commits[1:]:
            own = [s for s in self.sections if c.start <= s.at < c.at]
            if PARITY in [s.type for s in own]:
                self.attempt(own[0].at, self.check, start, own, c)
                start = c.end
        return start

def shape(profile, N):              # S, O, k, p as a writer should choose them
    _, O, k, p, small, p_small, more = PROFILES[profile]
    if N >= 3824: return 16 if O else -(-N >> 14), O, k, p
    return 1, 0, min(small, N), min(p_small, -(-N * p_small // small) + (N < small) * more)
def protect(data, profile, now):    # the archive with one generation more
    archive = Archive(data)
    first, start, sequence = len(data), archive.verify(), archive.sections[-1].sequence
    need(not archive.findings and len(archive.commits) > 1, "only a whole archive that has a commit is protected")
    need(start < first, "everything is protected already", "ABSENT")
    zones = -(-(first - start) >> 30)
    size = -(-(first - start) // (PAGE * zones))
    for n in range(zones):
        N = min(size, (first - start) // PAGE)
        place = len(data), sequence + n + 1, now, start, N, *shape(profile, N), n, zones, 0, PROFILES[profile][0], first
        zone = Zone(struct.pack("<8s16sQQqQI4B3IB3xQ8x", FIRST, archive.uuid, *place))
        data, start = data + zone.build(data), start + N * PAGE
    return data + commit(data, first, zone)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", choices=PROFILES, default="std")
    parser.add_argument("--time", type=int, default=int(time.time()), help="of the new commit")
    parser.add_argument("-o", metavar="NEW", dest="new", help="for protect")
    parser.add_argument("command", choices=("verify", "protect"))
    parser.add_argument("archive")
    args = parser.parse_args()
    try:
        with open(args.archive, "rb") as f: data = f.read()
        if args.command == "protect":
            new = protect(data, args.profile, args.time)
            with open(args.new, "xb") as f: sys.exit(0 if f.write(new) else 5)
        archive = Archive(data)
        end = archive.verify()
        for f in archive.findings: print(f.at, f.verdict, f.text, sep=": ")
        print("damaged" if archive.findings else "ok: the first %d bytes are protected" % end)
        sys.exit(4 if archive.findings else 0 if end else 6)
    except (Bad, OSError) as e:
        print(e.text if isinstance(e, Bad) else e, file=sys.stderr)
        sys.exit(5 if isinstance(e, OSError) else 6 if e.verdict == "ABSENT" else 4)
