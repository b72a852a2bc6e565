#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mends fiche archives with their parity, written from fiche-format.md 4.11 and 4.13 alone; parity.py knows what parity is.

`mend.py COPY... -o NEW` makes one archive of damaged copies, page by page where parity has a tag, section by section behind
that, and tells what it mended, what is lost, and what reader.py and parity.py find wrong with the result. No copy is
written to. Exit codes: 0 the new archive is whole, 2 usage, 4 it is damaged, 5 I/O."""
import argparse, mmap, struct, sys
import parity
from parity import FIRST, INVERSE, PAGE, TABLE, TIMES, Archive, a, commit, cut, plus, row
from reader import SYNC, Bad, sha256
from shifts import copies_of

def tag(raw): return sha256(raw)[:8]
def solve(n, columns, rows, lost):  # the lost columns, of the others and as many rows; no pivot of such a matrix is 0
    lines = [bytes(a(n, r, c) for c in lost) + plus(raw, row(n, r, columns, len(raw)))
             for r, raw in list(rows.items())[:len(lost)]]
    for i in range(len(lost)):
        lines[i] = line = lines[i].translate(TIMES[INVERSE[lines[i][i]]])
        lines = [plus(x, line.translate(TIMES[x[i]])) if x is not line else x for x in lines]
    return {c: line[len(lost):] for c, line in zip(lost, lines)}

class Zone(parity.Zone):
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
    def mend(self, unknown, attempt):       # attempt(code, its unknown pages), until it finds no more of these
        holes = {}
        for i in unknown:
            for code in self.codes(i): holes.setdefault(code, set()).add(i)
        todo = set(holes)
        while todo:
            code = todo.pop()
            if 0 < len(holes[code]) <= (self.p if code[0] >= 0 else self.O):
                for i in attempt(code, frozenset(holes[code])):
                    unknown.discard(i)
                    for other in self.codes(i): holes[other].discard(i), todo.add(other)
        return unknown

def zones_in(copies):           # by what is the same in all heads of a zone: the zone, and its tables by their number
    zones = {}
    for copy in copies:
        for at in [at for at in range(0, len(copy), PAGE) if copy[at:at + 8] == FIRST]:
            page = copy[at:at + PAGE]
            if page[4064:] != sha256(page[:4064], struct.pack("<Q", at), page[8:24]): continue
            try:
                zone, tables = zones.setdefault(page[:72] + page[76:96], (Zone(page[:96]), {}))
                t = struct.unpack_from("<I", page, 72)[0]
                if t < zone.T + zone.P * zone.H and zone.table_at(t) == at: tables[t] = page[96:4064]
            except Bad: pass
    return sorted(zones.values(), key=lambda found: found[0].offset)
def tags_of(zone, tables):      # the tags of all pages; None for what cannot be known
    for h in range(zone.H):
        columns = {c: tables.get(t) for c, t in enumerate(range(h, zone.T, zone.H))}
        rows = {r: tables[t] for r, t in enumerate(range(zone.T + h, zone.T + zone.P * zone.H, zone.H)) if t in tables}
        lost, known = [c for c in columns if not columns[c]], {c: raw for c, raw in columns.items() if raw}
        if len(lost) <= len(rows):
            tables.update((c * zone.H + h, raw) for c, raw in solve(64, known, rows, lost).items())
    tags = [part for t in range(zone.T) for part in (cut(tables[t], 8) if t in tables else [None] * (TABLE // 8))]
    return tags[:zone.tags]

class Mender:
    def __init__(self, copies):
        self.copies, self.out, self.lost, self.mended = copies, bytearray(copies[0]), [], 0
        for copy in copies: self.out += copy[len(self.out):]
    def put(self, at, raw):
        self.mended += self.out[at:at + len(raw)] != raw
        self.out[at:at + len(raw)] = raw
    def pages(self, zone, tags):        # from the first copy that has them, then from the others; tells what is lost
        def solved(code, missing):
            n, columns, rows = zone.code(*code)
            def known(pages): return {c: bytes(self.out[zone.at(i):zone.at(i) + PAGE]) for c, i in pages.items() if i not in missing}
            found = known(columns)
            found.update(solve(n, found, known(rows), [c for c in columns if columns[c] in missing]))
            pages = {columns[c]: found[c] for c in columns}
            pages.update((i, row(n, r, found, PAGE)) for r, i in rows.items() if i in missing)
            right = [i for i in missing if tag(pages[i]) == tags[i]]
            for i in right: self.put(zone.at(i), pages[i])
            return right
        unknown = set()
        for i, want in enumerate(tags):
            pages = (copy[zone.at(i):zone.at(i) + PAGE] for copy in self.copies)
            page = next((page for page in pages if want and tag(page) == want), None)
            if page: self.put(zone.at(i), page)
            else: unknown.add(i)
        return zone.mend(unknown, solved)
    def generations(self, zones):       # all that parity protects, and its own; tells where that ends
        end, whole = 0, []
        for zone, tables in zones:
            self.out += bytes(max(0, zone.end - len(self.out)))
            unknown = self.pages(zone, tags_of(zone, tables))
            self.lost += sorted(zone.at(i) for i in unknown if i < zone.N)
            end, whole = zone.end, whole if zone.number else []
            if any(i < zone.N for i in unknown): continue
            self.put(zone.offset, zone.build(self.out))
            whole.append(zone)
            if [x.number for x in whole] == list(range(zone.zones)):
                raw = Archive(b"").attempt(end, commit, self.out, whole[0].offset, zone) or b""
                self.put(end, raw)
                end += len(raw)
        return end
    def sections(self, at):             # 4.11, from there on
        archives = [Archive(copy) for copy in self.copies]
        for archive in archives: archive.uuid = next((x.uuid for x in archives if x.uuid), None)
        while 0 <= at < len(self.out):
            found = [(x.data, s) for x in archives for s in [x.attempt(at, x.section, at)] if s]
            for data, s in found[:1]: self.put(at, data[at:s.end])
            seen = (x.data.find(SYNC, min(at + 9, len(x.data) - 1), -1) for x in archives)   # older Pythons read on behind the end
            next_sync = [i - 8 for i in seen if i > 0]
            at = found[0][1].end if found else min(next_sync, default=-1)
    def run(self):
        commits = [c for copy in self.copies for c in Archive(copy).commits[1:]]
        zones = zones_in(self.copies)
        places = [(c.start, c.start + c.void) for c in commits] + [(x.start, x.start + x.N * PAGE) for x, _ in zones]
        self.sections(self.generations([x for x in zones if not any(a <= x[0].offset < b for a, b in places)]))
        archive = Archive(self.out)
        archive.verify()
        if all(f.verdict == "TRUNCATED" for f in archive.findings):
            archive.findings, self.out = [], self.out[:archive.commits[-1].end]
        return archive.findings

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("copies", nargs="+", metavar="COPY")
    parser.add_argument("-o", metavar="NEW", required=True, dest="new")
    args = parser.parse_args()
    try:
        files = [open(path, "rb") for path in args.copies]
        mender = Mender(copies_of([mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) if f.seek(0, 2) else b""
                                   for f in files]))
        findings = mender.run()
        with open(args.new, "xb") as f: f.write(mender.out)
    except OSError as e:
        print(e, file=sys.stderr)
        sys.exit(5)
    for at in mender.lost: print(at, "LOST", "a page that neither a copy nor parity has", sep=": ")
    for f in findings: print(f.at, f.verdict, f.text, sep=": ")
    print("%s: %d places mended" % ("damaged" if findings else "ok", mender.mended))
    sys.exit(4 if findings else 0)
