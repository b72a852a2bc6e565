# SPDX-License-Identifier: Apache-2.0
"""The frame of an archive: sections, the superblock, commits and footers (3.1, 3.2, 3.6, 3.7), which commit
is the last good one (4.1, 4.2), and the pages and components of index segments (3.5).
"""
import collections, struct, zlib
from reader_base import Bad, judging, merkle_head, need, sha256

MAGIC, SYNC, END = 0x184D2A5B, bytes.fromhex("894643480D0A1A0A"), bytes.fromhex("894643450D0A1A0A")
SUPERBLOCK, DICT, DATA, INDEX, COMMIT = range(1, 6)

Section = collections.namedtuple("Section", "at type seq uuid sha payload head end")
Commit = collections.namedtuple("Commit", "at end seq sha gen start void batch prev prevsha "
                                "records total bodies blocks head peaks segs dicts")


class Sections:
    def __init__(self, data, log=None):
        """`data` is bytes or an mmap. `log` takes the findings that do not end the work."""
        self.data, self.size, self.log = data, len(data), log or (lambda bad: None)
        self.budget = 64 * self.size + (1 << 30)    # hostile headers must not make us hash for ever
        self.uuid = self.top = self.last = None
        self.dicts, self.spans, self.winners, self.segs = {}, [], None, []
        self.temp, self.paths, self.cache = None, {}, collections.OrderedDict()

    # -- sections, 3.1 to 3.7 --

    def hash(self, start, end):
        self.budget -= max(end - start, 0)
        need(self.budget > 0, start, "checking this file takes too long", "LIMIT")
        with memoryview(self.data) as view:
            return sha256(view[start:end])

    def header(self, at, limit, want=None, payload=False):
        raw = self.data[at:min(at + 96, limit)]
        need(len(raw) == 96 or at, at, "the superblock is cut off",
             "TRUNCATED" if len(raw) >= 16 and raw[8:16] == SYNC else "FOREIGN")
        need(len(raw) == 96, at, "a section header is cut off", "TRUNCATED")
        (magic, frame, sync, kind, version, flags, crc, offset, seq, length, uuid,
         sha) = struct.unpack("<II8sBBHIQQQ16s32s", raw)
        need(magic == MAGIC and sync == SYNC, at, "no section begins here", "CORRUPT" if at else "FOREIGN")
        need(crc == zlib.crc32(raw[:20] + raw[24:]), at, "header CRC mismatch")
        known = SUPERBLOCK <= kind <= COMMIT
        need(version == 1 or not known, at, "section version %d is unknown" % version, "UNSUPPORTED")
        need(flags < 2, at, "reserved flag is set")
        need(known or not flags, at, "critical section of unknown type %d" % kind, "UNSUPPORTED")
        need(offset == at, at, "the header names another offset")
        need(length <= limit - at - 96, at, "the section passes the end", "CORRUPT" if at else "TRUNCATED")
        need(88 <= frame <= 88 + length if kind == DATA else frame == 88 + length, at, "wrong frame length")
        need(self.uuid in (None, uuid), at, "the section belongs to another archive")
        need(want in (None, kind), at, "a section of type %d stands here" % kind)
        need(not payload or self.hash(at + 96, at + 96 + length) == sha, at, "payload SHA-256 mismatch")
        return Section(at, kind, seq, uuid, sha, self.data[at + 96:at + 96 + length] if kind in (1, 2, 5) and
                       payload else b"", frame - 88, at + 96 + length)

    def superblock(self):
        s = self.header(0, self.size, SUPERBLOCK, True)
        need(s.end == 4096 and s.seq == 0, 0, "the superblock has a wrong length or sequence")
        major, _, features, _, suite, profile, _, reserved = struct.unpack_from("<HHIIHHqQ", s.payload)
        need((major, features, suite) == (1, 0, 1), 0, "this file asks for a newer reader", "UNSUPPORTED")
        text = s.payload[32:].rstrip(b"\0")
        need(reserved == 0 and b"\0" not in text, 0, "reserved bytes of the superblock are set")
        with judging(0, "the superblock's text"):
            text.decode("utf-8")
        return s

    def commit(self, at, limit, last=True):
        """3.6. Only the last commit may be torn: there alone the batch hash decides if it counts (4.1)."""
        s = self.header(at, limit, COMMIT, True)
        with judging(at, "the commit"):
            (major, _, features, _, fields, _, gen, _, start, void, flags, segs, dicts, peaks, batch_sha,
             prev, prev_len, prevsha, records, _, total, bodies, blocks, reserved, head
             ) = struct.unpack_from("<HHIIHHQqQQIIII32sQQ32sQQQQQQ32s", s.payload)
            need(major == 1 and features == 0 and fields == 1, at, "the commit asks for a newer reader",
                 "UNSUPPORTED")
            need(flags < 2 and reserved == 0, at, "reserved bits of the commit are set")
            need(gen > 0 and 4096 <= start <= at and void <= at - start and start % 4096 == void % 4096 == 0,
                 at, "the commit's batch is impossible")
            used = 224 + 32 * peaks + 64 * (segs + dicts)
            need(used <= len(s.payload), at, "the commit's tables do not fit")
            need(not s.payload[used:].strip(b"\0"), at, "the commit's padding is not zero")
            need((s.end + 64) % 4096 == 0, at, "the generation does not end at a multiple of 4,096")
            need(peaks == bin(records).count("1"), at, "the peak count is not that of the record count")
            base = 224 + 32 * peaks
            peaks = [s.payload[p:p + 32] for p in range(224, base, 32)]
            segs = [struct.unpack_from("<QQQQ32s", s.payload, base + 64 * i) for i in range(segs)]
            base += 64 * len(segs)
            dicts = [struct.unpack_from("<IB3sQQQ32s", s.payload, base + 64 * i) for i in range(dicts)]
        covered = 0
        for offset, length, first, n, _ in segs:
            need(first == covered and 1 <= n < 1 << 32, at, "the segments leave a gap or overlap")
            need(4096 <= offset < at and 96 <= length <= at - offset, at, "a segment lies outside")
            covered += n
        need(covered == records, at, "the segments do not cover the records")
        for i, (number, cls, zero, place, parity, length, _) in enumerate(dicts):
            need(number > (dicts[i - 1][0] if i else 0), at, "the dictionaries are not in order")
            need(cls in (1, 2) and not any(zero), at, "class or reserved bytes of a dictionary are wrong")
            inside = 4096 <= place < parity < at and 96 <= length <= parity - place
            need(inside, at, "a dictionary or its parity lies outside")
        need((prev, prev_len, start) == (0, 0, 4096) if gen == 1 else prev + prev_len + 64 == start, at,
             "the commit before does not end where this batch starts")
        need(merkle_head(peaks) == head, at, "the Merkle head is not that of the peaks")
        if last and not flags & 1:
            need(self.hash(start, at) == batch_sha, at, "the batch hash does not match")
        return Commit(at, s.end + 64, s.seq, s.sha, gen, start, void, batch_sha, (prev, prev_len), prevsha,
                      records, total, bodies, blocks, head, peaks, segs, {d[0]: d[1:] for d in dicts})

    def footer(self, end):
        """3.7: the offset of the commit."""
        raw = self.data[max(end - 64, 0):end]
        need(len(raw) == 64 and raw[56:] == END, end - 64, "there is no footer")
        magic, frame, at, length, gen, own, uuid, zero, crc = struct.unpack_from("<IIQQQQ8sII", raw)
        need(crc == zlib.crc32(raw[:52] + raw[56:]), end - 64, "footer CRC mismatch")
        need((magic, frame, own, zero) == (MAGIC, 56, end, 0) and length >= 96 and at + length + 64 == end and
             uuid == self.data[at + 48:at + 56] and raw[24:32] == self.data[at + 112:at + 120], end - 64,
             "the footer contradicts itself or its commit")
        return at

    # -- which commit, 4.1 to 4.3 --

    def open(self, generation=None):
        try:
            self.uuid = self.superblock().uuid
        except Bad as e:
            self.top = e
        refused = []
        for end in range(self.size - self.size % 4096, 4096, -4096):
            if self.data[end - 8:end] == END:
                try:
                    self.last = self.commit(self.footer(end), end)
                    break
                except Bad as e:
                    if e.verdict in ("UNSUPPORTED", "LIMIT"):
                        raise
                    refused.append(e)
        if self.last:
            self.uuid = self.data[self.last.at + 48:self.last.at + 64]
        pos = self.last.end if self.last else 4096
        while pos + 96 <= self.size:
            try:
                s = self.header(pos, self.size, None, True)
                pos = s.end
                if s.type == COMMIT:
                    self.last = self.commit(s.at, self.size)
                    pos = self.last.end
            except Bad as e:
                if e.verdict == "LIMIT":
                    raise
                pos += 4096 - pos % 4096        # behind a void, which ends at such a multiple
        if self.top and (not self.last or self.top.verdict == "UNSUPPORTED"):
            raise self.top
        end = min(self.last.end if self.last else 4096, self.size)
        if self.top:
            self.log(Bad(0, "CORRUPT", self.top.text))
        if end < self.size:
            for e in refused[:4]:
                self.log(e)
            self.log(Bad(end, "TRUNCATED", "%d bytes follow the last commit" % (self.size - end)))
        while generation is not None and (self.last.gen if self.last else 0) > generation:
            self.last = self.before(self.last)
        if generation not in (None, self.last.gen if self.last else 0):
            raise LookupError("there is no generation %d" % generation)

    def before(self, c):
        """The commit before, or None."""
        if c.gen == 1:
            need(c.prevsha == self.hash(96, 4096), c.at, "the chain does not start at the superblock")
            return None
        p = self.commit(c.prev[0], c.at, False)
        need((p.end, p.gen, p.sha) == (c.start, c.gen - 1, c.prevsha), c.at, "the chain of commits is broken")
        return p

    # -- the index, 3.5 --

    def segment(self, entry):
        """The components of a live segment, by name."""
        offset, length, first, n, _ = entry
        s = self.header(offset, self.size, INDEX)
        need(s.end - offset == length, offset, "the segment has another length than in the commit")
        pages, parts = [], {}
        with judging(offset, "the segment"):
            for at in range(offset + 96, s.end, 4096):
                page = self.data[at:min(at + 4096, s.end)]
                need(len(page) > 4 and zlib.crc32(page[:-4] + struct.pack("<Q", at)) ==
                     int.from_bytes(page[-4:], "little"), at, "page CRC mismatch")
                pages.append(page[:-4])
            raw = b"".join(pages)
            count, fields, _, own_first, own_n, zero = struct.unpack_from("<IHHQQQ", raw)
            need(fields == 1, offset, "the segment's fields are of a newer version", "UNSUPPORTED")
            need((own_first, own_n) == (first, n), offset, "the segment has other records than in the commit")
            need(zero == 0 and count <= 64, offset, "the segment's head is wrong")
            pos = 32 + 24 * count
            for i in range(count):
                name, flags, at, size = struct.unpack_from("<4sIQQ", raw, 32 + 24 * i)
                known = name in (b"DIGS", b"IDOR", b"KEYS", b"COLS", b"DORD", b"BLKT", b"TERM", b"POST")
                need(known or not flags & 1, offset, "critical component is unknown", "UNSUPPORTED")
                need(at == pos and size <= len(raw) - pos and flags < 2 and name not in parts, offset,
                     "the components leave a gap, overlap or come twice")
                parts[name], pos = raw[at:at + size], at + size
            need(pos == len(raw), offset, "bytes stand behind the last component")
            need(len(parts[b"DIGS"]) == 32 * n, offset, "DIGS has a wrong length")
            need(parts[b"BLKT"] and len(parts[b"BLKT"]) % 24 == 0, offset, "BLKT has a wrong length")
        return parts

    def load(self):
        """From the commit to the blocks: what list, dump and extract begin with."""
        self.dicts = {number: row[2:] for number, row in self.last.dicts.items()} if self.last else {}
        for entry in self.last.segs if self.last else ():
            try:
                parts = self.segment(entry)
                rows = list(struct.iter_unpack("<QQII", parts[b"BLKT"]))
                self.segs.append((entry[2], parts[b"DIGS"]))
                for i, (offset, _, idx, _) in enumerate(rows):
                    end = rows[i + 1][2] if i + 1 < len(rows) else entry[3]
                    need(end > idx, entry[0], "BLKT is not in order")
                    self.spans.append((entry[2] + idx, end - idx, offset))
            except Bad as e:
                self.log(e)
