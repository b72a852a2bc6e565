#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A reader of fiche archives, written from fiche-format.md alone; numbers such as 3.4 are its chapters.

`list` prints number, digest, kind, length and card of each record, `extract` the bytes of one, by #NUMBER or the first
digits of its digest, `dump` all, `verify` what is wrong, and then ok, damaged, unsupported or limit. Each checks all,
gives what is good and tells what is not. Exit codes: 0 done, 1 not found, 2 usage, 4 damaged, 5 I/O, 6 unsupported or
foreign, 9 limit. It needs the zstd command. Of an index, what chapter 6 puts into it is not checked."""
import argparse, functools, mmap, operator, os, struct, subprocess, sys, tempfile, types
from zlib import crc32
from records import Bad, Cursor, check_frame, need, parity_of, rebuild, sha256, statement, taken, without_text
from shifts import (COMMIT, DATA, DICT, HEADER, INDEX, MAGIC, PARITY, SUPERBLOCK, SYNC, WITHDRAWAL, header, runs, table,
                    views)
MIB, END = 1 << 20, b"\x89FCE\r\n\x1a\n"
EXITS = {"CORRUPT": 4, "FOREIGN": 6, "UNSUPPORTED": 6, "LIMIT": 9, "TRUNCATED": 4, "ABSENT": 1}     # in order of weight
WORDS, PARTS = {0: "ok", 4: "damaged", 6: "unsupported", 9: "limit"}, b"DIGS IDOR KEYS COLS DORD BLKT TERM POST".split()
DICTIONARY = table("I id B cls 3s zero Q length")
HEAD = table("Q first I count I length I cards I cards_raw I cards_dict I dict Q bodies Q raw I defaults I zero")
COMMITTED = table("H major H _ I features I _ I _ Q generation q _ Q start Q void I marks I segments I dicts I peaks "
                  "32s batch Q prev Q prev_length 32s prev_sha Q records Q _ Q total Q bodies Q blocks "
                  "Q withdrawal 32s head")
LIVE = table("Q offset Q length Q first Q count 32s sha")
LISTED = table("I id B cls 3s zero Q offset Q parity Q length 32s sha")
def entries_of(b):              # 3.4: of each record in a block: number, kind, whose body it shares, length of its own
    raw = Cursor(b.entries)
    for number in range(b.first, b.first + b.count):
        value = raw.varint()
        kind, shared, value = value & 3, value & 4, value >> 3
        need(not shared or 1 <= value <= number, "a body is shared with what does not exist")
        need(kind < 3 or not shared and not value, "a redacted record has a body")
        yield (number, kind, number - value, 0) if shared else (number, kind, None, value)
    need(not raw.read(1), "the entries do not fill their place")
def check_terms(term, post, n):     # 3.5: TERM and POST
    pages, length, count = struct.unpack("<IIQ", term.take(16))
    fences, last = Cursor(term.take(length)), b""
    for _ in range(pages):
        size, used, fence, key = fences.varint(), fences.varint(), fences.take(fences.varint()), b""
        page, lists = Cursor(term.take(size)), Cursor(post.take(used))
        while page.tell() < size:
            same, rest, before = page.varint(), page.varint(), key
            key = before[:same] + page.take(rest)
            need(same <= len(before) and last < key and len(key) <= 1001 and fence in (None, key), "terms out of order")
            records, used, end, last, fence, count = page.varint(), page.varint(), 0, key, None, count - 1
            stop = lists.tell() + used
            while lists.tell() < stop:
                gap = lists.varint()
                more = lists.varint() + 2 if gap & 1 else 1
                end, records = end + (gap >> 1) + more, records - more
            need(lists.tell() == stop and records == 0 < end <= n, "a list has another number of records or passes n")
        need(fence is None and size <= 65536 and not lists.read(1), "a page or its lists have another length")
    need(count == 0 and not fences.read(1) + term.read(1) + post.read(1), "TERM or POST has bytes or terms too many")

class Archive:
    def __init__(self, data, other=b""):        # other: 4.15, what is not whole in the one may be so in the other
        self.other = other or data
        self.data, self.budget, self.uuid, self.findings, self.sequence = data, 64 * len(data) + (1 << 30), None, [], 0
        none = types.SimpleNamespace(generation=0, at=0, length=0, end=4096, sha=data[64:96], records=0, segments=[],
                                     withdrawal=0)
        self.dicts, self.segments, self.blocks, self.due, self.commits, self.records = {}, {}, [], 0, [none], []
        self.shared, self.found, self.folder = {}, {}, tempfile.TemporaryDirectory()    # shared: bodies, by record
        self.withdrawn, self.listed, self.said, self.protected = {}, 0, [], False       # withdrawn: None if in doubt
    def attempt(self, at, function, *arguments):    # whatever fails while bytes are read is the fault of the bytes
        try: return function(*arguments)
        except Bad as e:
            self.findings.append(Bad(e.text, e.verdict, at))
        except (MemoryError, struct.error, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as e:
            self.findings.append(Bad("no sense: %.150a" % e, "LIMIT" if isinstance(e, MemoryError) else "CORRUPT", at))
    def section(self, at):      # 3.1
        s = header(self.data, at, at, self.uuid)
        need(s.end <= len(self.data), "the section passes the end of the file")
        self.budget -= s.length         # headers that lie must not keep us busy for ever
        need(self.budget > 0 and sha256(memoryview(self.data)[at + 96:s.end]) == s.sha, "payload SHA-256 mismatch")
        self.uuid, s.text, s.type = s.uuid, "no good commit follows this section", s.type or -1
        return self.commit(s) if s.type == COMMIT else s
    def commit(self, s):        # 3.6 and, at its end, 3.7
        raw = Cursor(self.data[s.at + 96:s.end])
        c = COMMITTED(raw.take(224))
        vars(c).update(vars(s), start=c.start, void=c.void, end=s.end + 64, length=s.end - s.at)
        need((c.major, c.features) == (1, 0), "a newer reader is needed", "UNSUPPORTED")
        c.peaks, c.segments, c.dicts = ([read(raw.take(size)) for _ in range(n)] for read, size, n in (
            (bytes, 32, c.peaks), (LIVE, 64, c.segments), (LISTED, 64, c.dicts)))
        rest, ends = raw.read(), [0] + [g.first + g.count for g in c.segments]
        need(c.end <= len(self.data), "the footer is cut off", "TRUNCATED")
        need(c.generation and 4096 <= c.start <= c.at - c.void and c.start % 4096 == c.end % 4096 == 0 and
             c.marks < 4 and (c.marks & 1 or c.at - c.start <= MIB) and
             (c.withdrawal == 0 or 4096 <= c.withdrawal <= c.at - 96) and rest == bytes(len(rest)) and len(rest) < 4096,
             "the commit's batch, end, reserved bits or padding are wrong")
        need([g.first for g in c.segments] + [c.records] == ends and all(0 < g.count < 1 << 32 for g in c.segments),
             "the segments leave a gap or do not cover the records")
        head = functools.reduce(lambda right, left: sha256(b"\1", left, right), c.peaks[::-1] or [sha256()])
        need(head == c.head and len(c.peaks) == bin(c.records).count("1"), "the Merkle head is not that of the peaks")
        good = c.start >= self.commits[-1].end and sha256(memoryview(self.data)[c.start:c.at]) == c.batch
        self.attempt(c.at, need, good, "the batch hash does not match")
        front = struct.pack("<IIQQQQ8sI", MAGIC, 56, c.at, c.length, c.generation, c.end, self.uuid[:8], 0)
        good = self.data[c.end - 64:c.end] == front + struct.pack("<I", crc32(front + END)) + END
        self.attempt(c.end - 64, need, good, "the footer is gone, damaged or of another commit")
        return c
    def scan(self, generation, recover):    # 4.1 to 4.3: sections count when a good COMMIT follows, the rest is a tail
        need(len(self.data) >= 4096, "no section begins here", ("FOREIGN", "TRUNCATED")[self.data[8:16] == SYNC])
        at, waiting, self.recover = 0, [], recover
        while at == 0 or 0 < at < len(self.data) and generation != self.commits[-1].generation:
            s = self.attempt(at, self.section, at) or self.findings.pop()
            need(s.type or s.verdict != "UNSUPPORTED" or self.data[at + 16] != COMMIT, s.text, "UNSUPPORTED")
            waiting += [s] if s.type or not waiting or waiting[-1].type else []     # one Bad for a run of bad bytes
            at = s.end if s.type else self.data.find(SYNC, min(at + 9, len(self.data) - 1), -1) - 8     # older Pythons read on
            if s.type == COMMIT or s.type and s.at == 0 or recover and not 0 < at < len(self.data):
                for x in [x for x in waiting if not s.start <= x.at < s.start + s.void]:
                    self.attempt(x.at, self.add, x)
                waiting = []
        if not recover and self.listed != self.commits[-1].withdrawal: self.withdrawn = None
        need(generation in (None, self.commits[-1].generation), "there is no such generation", "ABSENT")
        for e in range(self.commits[-1].end + 4096, len(self.data) + 1, 4096) if generation is None else ():
            told = struct.pack("<Q", e), struct.pack("<I", crc32(self.data[e - 64:e - 12] + END)) + END
            good = told != (self.data[e - 32:e - 24], self.data[e - 12:e])
            self.attempt(e - 64, need, good, "a footer tells of a later commit, which is damaged or was never complete")
        foreign = any(not x.type and x.verdict == "FOREIGN" for x in waiting)
        parts = [] if foreign or recover or generation else runs(self.data, self.commits[-1].end, self.uuid)
        for (a, x, n), (b, y, _) in zip(parts, parts[1:]):      # 4.15
            self.findings.append(Bad("%+d bytes stand before offset %d" % (y - b - x + a, y), "CORRUPT", x + n))
        self.findings += [Bad("tail: " + x.text, "TRUNCATED", x.at) if x.at else x for x in waiting]
    def add(self, s):           # as long as nothing is damaged, a section must agree with those before it
        clean, last, self.sequence = not self.findings and not self.recover, self.commits[-1], self.sequence + 1
        need(s.type, s.text, "CORRUPT" if s.type or s.verdict == "FOREIGN" else s.verdict)
        need((s.type == SUPERBLOCK) == (s.at == 0) and (s.sequence == self.sequence - 1 or not clean), "wrong sequence")
        if s.type == SUPERBLOCK:        # 3.2
            major, features, suite, zero, text = struct.unpack_from("<H2xI4xH10xQ3968s", self.data, 96)
            need((major, features, suite) == (1, 0, 1), "a newer reader is needed", "UNSUPPORTED")
            need(s.end == 4096 and zero == 0 and "\0" not in text.decode().rstrip("\0"), "wrong reserved bytes")
        elif s.type == INDEX: self.segments[s.at] = s.end - s.at, s.sha
        elif s.type == DICT:            # 3.3
            d = DICTIONARY(self.data, s.at + 96)
            if d.cls < 128:
                need(d.id not in self.dicts or not clean, "a second dictionary of this id")
                self.dicts[d.id], d.offset, d.parity, d.length, d.sha = d, s.at, 0, s.end - s.at, s.sha
            elif clean:
                row = self.dicts[d.id]
                good = struct.pack("<IB3xQ", d.id, row.cls + 128, row.length - 96)
                good += parity_of(self.data[row.offset + 96:row.offset + row.length])
                need(self.data[s.at + 96:s.end] == good and not row.parity, "this is not the parity of the dictionary")
                row.parity = s.at
        elif s.type == DATA:            # 3.4
            b, raw = HEAD(self.data, s.at + 96), self.data[s.at + 96:s.at + 8 + s.frame]
            need(crc32(raw[:-4]).to_bytes(4, "little") == raw[-4:], "head CRC mismatch")
            need(b.first <= s.at and b.zero == 0 and b.length == len(raw) <= 16 * MIB and
                 b.defaults <= min(65536, b.length - 60) and 1 <= b.count <= MIB and
                 b.first + b.count < 1 << 63 and b.length + b.cards + b.bodies == s.length,
                 "fields of the head are impossible, or head and frames do not fill the payload")
            need(max(b.cards_raw, b.raw) <= (16 * MIB if b.count > 1 else 1 << 30), "the block is too large", "LIMIT")
            needed = {(b.cards_dict, 1), (b.dict, 2)} - {(0, 1), (0, 2)}
            need(not clean or b.first == self.due and needed <= {(d.id, d.cls) for d in self.dicts.values()},
                 "another record is due, or there is no such dictionary yet")
            b.at, b.size, b.middle, b.entries = s.at, s.end - s.at, s.end - b.bodies, raw[56 + b.defaults:-4]
            self.shared.update((shared, None) for _, _, shared, _ in entries_of(b) if shared is not None)
            self.due = b.first + b.count
            if not clean:               # of blocks that claim the same records the later one wins, 4.3
                self.blocks = [x for x in self.blocks if x.first >= self.due or x.first + x.count <= b.first]
            self.blocks.append(b)
        elif s.type == PARITY: self.protected = True
        elif s.type == WITHDRAWAL:      # 3.9
            need(s.length <= 16 * MIB, "the list of withdrawn records is too long", "LIMIT")
            *lines, rest = self.data[s.at + 96:s.end].split(b"\n")
            said = [statement(line, "record", "id") for line in lines]
            self.withdrawn = {number: text for number, _, text in said}
            need(not rest and [x[0] for x in said] == sorted(self.withdrawn), "withdrawn records are not in order")
            self.said, self.listed = self.said + said, s.at
        elif s.type == COMMIT:
            self.attempt(s.at, need, max(self.withdrawn, default=-1) < s.records, "a withdrawn record does not exist")
            mine = (last.generation + 1, last.end, last.at, last.length, last.sha, self.due, len(self.blocks),
                    self.listed, self.protected,
                    [self.dicts[i] for i in sorted(self.dicts)], [self.segments.get(g.offset) for g in s.segments])
            said = (s.generation, s.start, s.prev, s.prev_length, s.prev_sha, s.records, s.blocks,
                    s.withdrawal, s.marks > 1, s.dicts,
                    [(g.length, g.sha) for g in s.segments])
            need(mine == said or not clean, "the commit does not agree with the one before and the sections since")
            self.dicts = {**{d.id: d for d in s.dicts}, **self.dicts}
            self.commits.append(s)
    def dictionary(self, number):       # 3.3: the path of a file with it, mended if its section is damaged
        path, d = os.path.join(self.folder.name, str(number)), self.dicts[number]
        if not os.path.exists(path):
            payload = bytearray(self.data[d.offset + 96:d.offset + d.length])
            if sha256(payload) != d.sha:
                stored = self.data[d.parity + 112:self.section(d.parity).end]
                payload = taken(payload, self.other[d.offset + 96:d.offset + d.length], stored)
                found = parity_of(payload)
                wrong, count = bytes(map(operator.xor, stored, found)), len(found) // 1056       # cells in a stripe
                for i in [i for i in range(8 * count) if any(wrong[4 * i:4 * i + 4])]:
                    cell, error = slice(1024 * i, min(1024 * i + 1024, len(payload))), 32 * count + 1024 * (i % count)
                    payload[cell] = map(operator.xor, payload[cell], wrong[error:error + 1024])
                need(sha256(payload) == d.sha, "dictionary %d is damaged beyond mending" % number)
            d = DICTIONARY(payload)
            need(d.id == number != 0 and d.cls in (1, 2) and d.zero == bytes(3), "wrong id, class or reserved bytes")
            need(d.length <= 8 * MIB, "the dictionary is larger than 8 MiB", "LIMIT")
            plain = self.decode(payload[16:], d.length, 0)
            need(plain[:8] == struct.pack("<II", 0xEC30A437, number), "the dictionary has another id inside")
            with open(path, "wb") as f: f.write(plain)
        return path
    def decode(self, frame, raw, number):       # 3.4: the `raw` bytes in a frame; number: of its dictionary, or 0
        check_frame(frame, number)
        call = ["zstd", "-dcq", "--memory=8MiB"] + (["-D", self.dictionary(number)] if number else [])
        with tempfile.TemporaryFile() as packed:
            packed.write(frame)
            packed.seek(0)
            with subprocess.Popen(call, stdin=packed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
                out = child.stdout.read(raw + 1)        # not more, whatever would come
        need(child.returncode == 0 and len(out) == raw, "a frame does not decode, or not to the length of the head")
        return out
    def block(self, b, command, which, out):    # 3.4
        cards = self.decode(self.data[b.middle - b.cards:b.middle], b.cards_raw, b.cards_dict).split(b"\n")
        bodies = Cursor(self.decode(self.data[b.middle:b.at + b.size], b.raw, b.dict))
        need(cards.pop() == b"" and len(cards) == b.count, "the cards are not one line for each record")
        for card, (number, kind, shared, length) in zip(cards, entries_of(b)):
            body = bodies.take(length) if shared is None else self.shared[shared]
            need(shared is not None or bodies.take(1) == b"\n", "a body does not end with LF")
            need(body is not None and (kind != 1 or card == b"{}"), "a body is not there, or a card should not be")
            if shared is None and number in self.shared and kind < 3: self.shared[number] = body
            record = rebuild(card, body) if kind == 0 else without_text(card, body) if kind == 2 else body
            digest, size, gone = sha256(record), len(record), (self.withdrawn or {}).get(number)
            if kind == 3: _, digest, gone = statement(card, "redacted")
            self.records.append((digest, size, length))
            if command == "extract":
                if which and (which == "#%d" % number or digest.hex().startswith(which)):
                    self.found[digest] = record if gone is None else gone
            elif gone is not None and kind < 3: continue
            elif command == "list":
                out.write(b"%d\t%s\t%d\t%d\t%s\n" % (number, digest.hex().encode(), kind, size, card))
            elif command == "dump":
                out.write(b"%d %s %d\n%s\n" % (number, digest.hex().encode(), size, record))
        need(not bodies.read(1), "the lengths do not fit")
    def read(self, command, which, out):        # 4.8: all articles and, if they are good, what is derived from them
        need(self.withdrawn is not None or command == "verify", "what was withdrawn cannot be told; try --withdrawn")
        for number in self.dicts: self.attempt(self.dicts[number].offset, self.dictionary, number)
        for b in self.blocks: self.attempt(b.at, self.block, b, command, which, out)
        need(command != "extract" or len(self.found) == 1, "no such record, or more than one", "ABSENT")
        for record in self.found.values():
            need(isinstance(record, bytes), "the record was taken out: %s" % record, "ABSENT")
            out.write(record)
        total, bodies, peaks, good = 0, 0, [], all(f.verdict == "TRUNCATED" for f in self.findings)
        for last, c in zip(self.commits, self.commits[1:] if good else ()):
            for number, (digest, size, length) in enumerate(self.records[last.records:c.records], last.records + 1):
                total, bodies, peaks = total + size, bodies + length, peaks + [sha256(b"\0", digest)]
                while number % 2 == 0: peaks[-2:], number = [sha256(b"\1", *peaks[-2:])], number // 2
            good = (total, bodies, peaks) == (c.total, c.bodies, c.peaks)
            self.attempt(c.at, need, good, "the total lengths or the Merkle tree are not those of the records")
        for number, digest, _ in self.said if good else ():
            self.attempt(0, need, self.records[number][0] == digest, "withdrawn record %d has another id" % number)
        for g in self.commits[-1].segments if good else ():
            self.attempt(g.offset, self.index, g, [r[0] for r in self.records[g.first:g.first + g.count]])
    def index(self, g, digests):        # 3.5: a live segment, but for what chapter 6 must tell
        raw, parts, width, size = b"", {}, max(1, ((g.count - 1).bit_length() + 7) // 8), g.offset + g.length
        for at in range(g.offset + 96, size, 4096):
            page, crc = self.data[at:min(at + 4096, size) - 4], self.data[min(at + 4096, size) - 4:min(at + 4096, size)]
            need(page and crc32(page + struct.pack("<Q", at)).to_bytes(4, "little") == crc, "page CRC mismatch")
            raw += page
        count, fields, tokenizer, first, n, zero = struct.unpack_from("<IHHQQQ", raw)
        need(fields == 1, "the segment's fields are of a newer version", "UNSUPPORTED")
        need((first, n, zero) == (g.first, g.count, 0) and count <= 64, "the segment's head is wrong")
        end = 32 + 24 * count
        for name, flags, offset, length in struct.iter_unpack("<4sIQQ", raw[32:end]):
            need(name in PARTS or not flags & 1, "a critical component is unknown", "UNSUPPORTED")
            need(offset == end and flags in (1, name in PARTS) and name not in parts, "the components leave a gap")
            parts[name], end = raw[end:end + length], end + length
        need(end == len(raw) and parts.keys() >= set(PARTS), "a component is missing or one passes the end")
        blocks = (struct.pack("<QQII", b.at, b.size, b.first - first, b.middle - b.at)
                  for b in self.blocks if first <= b.first < first + n)
        order = [bytes([width])] + [i.to_bytes(width, "little") for i in sorted(range(n), key=digests.__getitem__)]
        for name, rows in (b"DIGS", digests), (b"IDOR", order), (b"BLKT", blocks):
            need(parts[name] == b"".join(rows), "%s is not that of the records" % name.decode())
        own, keys = parts[b"KEYS"][0], struct.iter_unpack("5s%ds" % width, parts[b"KEYS"][1:])
        keys = [(key, int.from_bytes(idx, "little")) for key, idx in keys]
        need(own == width and keys == sorted(keys) and all(idx < n for _, idx in keys), "KEYS is not in order")
        check_terms(Cursor(parts[b"TERM"]), Cursor(parts[b"POST"]), n)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recover", action="store_true", help="take every good section, wherever it is")
    parser.add_argument("--commit", type=int, metavar="N", help="the archive as it was after its Nth commit")
    parser.add_argument("--withdrawn", action="store_true", help="give withdrawn records, too")
    parser.add_argument("command", choices=("list", "dump", "extract", "verify"))
    parser.add_argument("archive")
    parser.add_argument("which", nargs="?", default="", type=str.lower)
    args = parser.parse_args()
    try:
        verify, f = args.command == "verify", open(args.archive, "rb")
        data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) if f.seek(0, 2) else b""
        data, other = views(data) if args.recover else (data, data)
        archive, newest = Archive(data, other), Archive(data)
        archive.attempt(0, archive.scan, args.commit, args.recover)
        if args.commit: newest.attempt(0, newest.scan, None, args.recover)
        archive.withdrawn = {} if args.withdrawn else newest.withdrawn if args.commit else archive.withdrawn
        archive.attempt(0, archive.read, args.command, args.which, sys.stdout.buffer)
        for f in archive.findings: print(f.at, f.verdict, f.text, sep=": ", file=sys.stdout if verify else sys.stderr)
        found = {f.verdict for f in archive.findings if verify or f.verdict != "TRUNCATED"}
        code = next((EXITS[verdict] for verdict in EXITS if verdict in found), 0)
        print(WORDS[code] + "\n" if verify else "", end="", flush=True)
    except OSError as e:
        print(e, file=sys.stderr)
        os._exit(5)         # without another try to write
    sys.exit(code)
