# SPDX-License-Identifier: Apache-2.0
"""Recovery (4.3) and the full check (4.8), but for the columns and keys that need the fields of chapter 6.
"""
import collections, contextlib, json, struct
from reader_base import Bad, judging, merkle_head, merkle_node, need, parity_of, sha256
from reader_index import segment
from reader_sections import COMMIT, DATA, DICT, INDEX, SUPERBLOCK, SYNC


def recover(a):
    """4.3: every good section, wherever it is, but for the voids that good commits name."""
    for payload in (False, True):
        pos, found = a.data.find(SYNC), []
        while pos >= 0:
            try:
                need(pos >= 8, 0, "no room for a header")
                found.append(a.header(pos - 8, a.size, None, payload))
                pos = found[-1].end if payload else pos
            except Bad as e:
                need(e.verdict != "LIMIT", pos, e.text, "LIMIT")
            pos = a.data.find(SYNC, pos + 1)
        a.uuid = collections.Counter(s.uuid for s in found).most_common(1)[0][0] if found else None
    voids = []
    for s in found:
        with contextlib.suppress(Bad):
            if s.type == COMMIT:
                c = a.commit(s.at, a.size)
                voids.append((c.start, c.start + c.void))
                a.dicts.update((number, row[2:]) for number, row in c.dicts.items())
    a.winners = {}
    for s in found:
        try:
            if s.type == DICT and s.payload[4:5] in (b"\1", b"\2"):
                a.dicts.setdefault(struct.unpack_from("<I", s.payload)[0], (s.at, 0, s.end - s.at, s.sha))
            elif s.type == DATA and not any(low <= s.at < high for low, high in voids):
                b = a.block(s.at)
                a.spans.append((b.first, b.count, b.at))
                a.winners.update(dict.fromkeys(range(b.first, b.first + b.count), b.at))
        except Bad as e:
            a.log(e)


class Walk:
    """What the sections of the file, read from front to back, say."""
    def __init__(self, archive):
        self.a, self.blocks, self.indexes, self.dicts, self.commits = archive, [], {}, {}, []
        self.records, self.whole = 0, True      # whole: nothing was lost so far, counts can be compared

    def report(self, bad):
        if bad.verdict in ("UNSUPPORTED", "LIMIT"):
            raise bad
        self.a.log(bad)

    def sections(self, pos, end, seq):
        """Every section of [pos, end); returns the sequence behind them."""
        a = self.a
        while pos < end:
            start = pos
            try:
                s = a.header(pos, end)
                pos = s.end
                need(a.hash(start + 96, pos) == s.sha, start, "payload SHA-256 mismatch")
                need(seq in (None, s.seq), start, "sequence %d stands where %s is due" % (s.seq, seq))
                seq = s.seq + 1
                self.section(s)
            except Bad as e:
                self.report(e)
                self.whole, seq = False, None
                if pos == start:
                    pos = self.resync(start + 1, end)
        return seq

    def resync(self, pos, end):
        while (pos := self.a.data.find(SYNC, pos + 8, end)) >= 0:
            try:
                self.a.header(pos - 8, end)
                return pos - 8
            except Bad:
                pos -= 7
        return end

    def section(self, s):
        a, at = self.a, s.at
        need(s.type not in (SUPERBLOCK, COMMIT), at, "a section of this type is out of place")
        if s.type == INDEX:
            self.indexes[at] = (s.end - at, s.sha)
        elif s.type == DICT:
            self.dictionary(s, a.data[at + 96:s.end])
        elif s.type == DATA:
            b = a.block(at)
            need(not self.whole or b.first == self.records, at, "record %d begins elsewhere" % b.first)
            for job in b.jobs:
                late = job[3] and job[3] not in self.dicts
                need(not late or not self.whole, at, "dictionary %d comes too late" % job[3])
            with judging(at, "the defaults"):
                fields = json.loads(b.defaults or b"{}")
                need(isinstance(fields, dict), at, "the defaults are no object")
            self.records = b.first + b.count
            self.blocks.append(b)
            a.spans.append((b.first, b.count, at))

    def dictionary(self, s, payload):
        with judging(s.at, "the dictionary"):
            number, cls = struct.unpack_from("<IB", payload)
        if cls < 128:
            need(number not in self.dicts, s.at, "dictionary %d is here twice" % number)
            self.dicts[number] = [cls, bytes(3), s.at, 0, s.end - s.at, s.sha]
            self.a.dict_content(s.at, number, payload)
            return
        row = self.dicts.get(number)
        need(row or not self.whole, s.at, "parity of a dictionary that is not there")
        if row and self.whole:
            need(row[3] == 0, s.at, "dictionary %d has a second parity" % number)
            row[3], first = s.at, struct.pack("<IB3sQ", number, row[0] + 128, b"", row[4] - 96)
            good = first + parity_of(self.a.data[row[2] + 96:row[2] + row[4]])
            need(payload == good, s.at, "the parity is not that of dictionary %d" % number)

    def generation(self, c, seq):
        """One generation, and what its commit says of the file so far."""
        a = self.a
        seq = self.sections(c.start + c.void, c.at, seq)
        need(seq in (None, c.seq), c.at, "the commit's sequence is not the next one")
        try:
            need(a.footer(c.end) == c.at, c.end - 64, "the footer names another commit")
        except Bad as e:
            self.report(e)
        for offset, length, first, n, sha in c.segs:
            need(not self.whole or self.indexes.get(offset) == (length, sha), c.at,
                 "no segment of this length and hash stands at %d" % offset)
        known = {number: tuple(row) for number, row in self.dicts.items()}
        need(not self.whole or known == c.dicts, c.at, "the dictionaries are not those of the commit")
        need(not self.whole or (self.records, len(self.blocks)) == (c.records, c.blocks), c.at,
             "the counts of records and blocks are not those of the commit")
        return c.seq + 1


def verify(a):
    """4.8, full: findings go to the archive's log, or are raised when they end the work."""
    w, c = Walk(a), a.last
    while c:
        w.commits.append(c)
        try:
            c = a.before(c)
        except Bad as e:
            w.report(e)
            c, w.whole = None, False
    a.dicts = {number: row[2:] for number, row in a.last.dicts.items()} if a.last else {}
    pos, seq = 4096, 1
    for c in reversed(w.commits):
        try:
            if pos != c.start:
                w.sections(pos, c.start, None)      # the commits that lie here are lost
                w.whole, seq = False, None
            elif a.hash(c.start, c.at) != c.batch:
                w.report(Bad(c.at, "CORRUPT", "the batch hash does not match"))
            seq = w.generation(c, seq)
        except Bad as e:
            w.report(e)
            w.whole, seq = False, c.seq + 1
        pos = c.end
    digests, sizes = articles(a, w)
    if w.whole and len(digests) == w.records:
        totals(w, digests, sizes)
    for entry in a.last.segs if a.last else ():
        try:
            with judging(entry[0], "the segment"):
                segment(a, w, entry, a.segment(entry), digests, sizes)
        except Bad as e:
            w.report(e)


def articles(a, w):
    """Every record of the file: its digest and (record length, body length, kind, shared), by number."""
    digests, sizes = {}, {}
    for item in a.records([b.at for b in w.blocks]):
        if isinstance(item, Bad):
            w.report(item)
            continue
        b, number, kind, card, body, record = item
        _, shared, _ = b.entries[number - b.first]
        digests[number], sizes[number] = sha256(record), (len(record), len(body), kind, shared)
        if kind == 2:
            try:
                with judging(b.at, "the card of file %d" % number):
                    fields = json.loads(card)
                    good = isinstance(fields, dict) and {"path", "type"} <= fields.keys()
                    need(good, b.at, "a file's card lacks a key")
            except Bad as e:
                w.report(e)
    return digests, sizes


def totals(w, digests, sizes):
    """The sums and the tree of each commit, 3.6."""
    peaks, done, total, bodies = [], 0, 0, 0        # peaks: (leaves, head)
    for c in reversed(w.commits):
        for number in range(done, c.records):
            length, body, _, shared = sizes[number]
            total, bodies = total + length, bodies + (0 if shared else body)
            peaks.append((1, sha256(b"\0" + digests[number])))
            while len(peaks) > 1 and peaks[-1][0] == peaks[-2][0]:
                (n, right), (_, left) = peaks.pop(), peaks.pop()
                peaks.append((2 * n, merkle_node(left, right)))
        done = c.records
        heads = [head for _, head in peaks]
        if (total, bodies) != (c.total, c.bodies):
            w.report(Bad(c.at, "CORRUPT", "the total lengths are not those of the records"))
        if heads != c.peaks or merkle_head(heads) != c.head:
            w.report(Bad(c.at, "CORRUPT", "the Merkle tree is not the one of the records"))
