#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A reader of fiche archives, written from fiche-format.md alone; numbers such as 3.4 are its chapters.

`list` prints number, digest, kind, length and card of each record, `extract` the bytes of one, by #NUMBER or the first
digits of its digest, `dump` all, `verify` what is wrong, and then ok, damaged, unsupported or limit. Each checks all,
gives what is good and tells what is not. Exit codes: 0 done, 1 not found, 2 usage, 4 damaged, 5 I/O, 6 unsupported or
foreign, 9 limit. It needs the zstd command. Of an index, what chapter 6 puts into it is not checked."""
import argparse, functools, hashlib, io, json, mmap, operator, os, re, struct, subprocess, sys, tempfile, types
from zlib import crc32
MIB, MAGIC, SYNC, END = 1 << 20, 0x184D2A5B, b"\x89FCH\r\n\x1a\n", b"\x89FCE\r\n\x1a\n"
SUPERBLOCK, DICT, DATA, INDEX, COMMIT, PARITY = range(1, 7)
EXITS = {"CORRUPT": 4, "FOREIGN": 6, "UNSUPPORTED": 6, "LIMIT": 9, "TRUNCATED": 4, "ABSENT": 1}     # in order of weight
WORDS, PARTS = {0: "ok", 4: "damaged", 6: "unsupported", 9: "limit"}, b"DIGS IDOR KEYS COLS DORD BLKT TERM POST".split()
PLACEHOLDER = re.compile(rb'"\\u001f(?:([1-9]\d*|0):([1-9]\d*|0)(?=")|\d)')
FILE_TEXT = re.compile(rb'"text":"\\u001f0:([1-9]\d*|0)"}\Z')
def table(text):    # what reads a table of the format: letters of the struct module, each with a field's name
    layout, names = struct.Struct("<" + "".join(text.split()[::2])), text.split()[1::2]
    return lambda raw, at=0: types.SimpleNamespace(**dict(zip(names, layout.unpack_from(raw, at))))
HEADER = table("I magic I frame 8s sync B type B version H flags I crc Q offset Q sequence Q length 16s uuid 32s sha")
DICTIONARY = table("I id B cls 3s zero Q length")
HEAD = table("Q first I count I length I cards I cards_raw I cards_dict I dict Q bodies Q raw I defaults I zero")
COMMITTED = table("H major H _ I features I _ I _ Q generation q _ Q start Q void I synced I segments I dicts I peaks "
                  "32s batch Q prev Q prev_length 32s prev_sha Q records Q _ Q total Q bodies Q blocks Q zero 32s head")
LIVE = table("Q offset Q length Q first Q count 32s sha")
LISTED = table("I id B cls 3s zero Q offset Q parity Q length 32s sha")
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
def entries_of(b):              # 3.4: of each record in a block: number, kind, whose body it shares, length of its own
    raw = Cursor(b.entries)
    for number in range(b.first, b.first + b.count):
        value = raw.varint()
        kind, shared, value = value & 3, value & 4, value >> 3
        need(kind < 3 and (not shared or 1 <= value <= number), "kind 3, or a body shared with what does not exist")
        yield (number, kind, number - value, 0) if shared else (number, kind, None, value)
    need(not raw.read(1), "the entries do not fill their place")
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
    def __init__(self, data):
        self.data, self.budget, self.uuid, self.findings, self.sequence = data, 64 * len(data) + (1 << 30), None, [], 0
        none = types.SimpleNamespace(generation=0, at=0, length=0, end=4096, sha=data[64:96], records=0, segments=[])
        self.dicts, self.segments, self.blocks, self.due, self.commits, self.records = {}, {}, [], 0, [none], []
        self.shared, self.found, self.folder = {}, {}, tempfile.TemporaryDirectory()    # shared: bodies, by record
    def attempt(self, at, function, *arguments):    # whatever fails while bytes are read is the fault of the bytes
        try: return function(*arguments)
        except Bad as e:
            self.findings.append(Bad(e.text, e.verdict, at))
        except (MemoryError, struct.error, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as e:
            self.findings.append(Bad("no sense: %.150a" % e, "LIMIT" if isinstance(e, MemoryError) else "CORRUPT", at))
    def section(self, at):      # 3.1
        raw, foreign = self.data[at:at + 96].ljust(96, b"\0"), "CORRUPT" if at or self.data[8:16] == SYNC else "FOREIGN"
        s = HEADER(raw)
        s.at, s.end, s.start, s.void, known = at, at + 96 + s.length, 0, 0, SUPERBLOCK <= s.type <= COMMIT
        need((s.magic, s.sync) == (MAGIC, SYNC), "no section begins here", foreign)
        need(s.crc == crc32(raw[:20] + raw[24:]), "header CRC mismatch")
        need(s.offset == at and self.uuid in (None, s.uuid) and s.flags in (s.type != PARITY, known), "wrong offset, UUID or flags")
        need(s.version == 1 if known or s.type == PARITY else not s.flags, "an unknown type or version", "UNSUPPORTED")
        need(s.end <= len(self.data) and (s.frame == 88 + s.length or s.type == DATA and 88 <= s.frame < 88 + s.length),
             "the section passes the end of the file, or has a wrong frame length")
        self.budget -= s.length         # headers that lie must not keep us busy for ever
        need(self.budget > 0 and sha256(memoryview(self.data)[at + 96:s.end]) == s.sha, "payload SHA-256 mismatch")
        self.uuid, s.text = s.uuid, "no good commit follows this section"
        return self.commit(s) if s.type == COMMIT else s
    def commit(self, s):        # 3.6 and, at its end, 3.7
        raw = Cursor(self.data[s.at + 96:s.end])
        c = COMMITTED(raw.take(224))
        vars(c).update(vars(s), start=c.start, void=c.void, end=s.end + 64, length=s.end - s.at)
        need((c.major, c.features) == (1, 0), "a newer reader is needed", "UNSUPPORTED")
        c.peaks, c.segments, c.dicts = ([read(raw.take(size)) for _ in range(n)] for read, size, n in (
            (bytes, 32, c.peaks), (LIVE, 64, c.segments), (LISTED, 64, c.dicts)))
        rest, ends = raw.read(), [0] + [g.first + g.count for g in c.segments]
        need(c.generation and 4096 <= c.start <= c.at - c.void and c.start % 4096 == c.end % 4096 == c.zero == 0 and
             c.synced < 4 and (c.synced & 1 or c.at - c.start <= MIB) and rest == bytes(len(rest)) and len(rest) < 4096,
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
        at, waiting = 0, []
        while at == 0 or 0 < at < len(self.data) and generation != self.commits[-1].generation:
            s = self.attempt(at, self.section, at) or self.findings.pop()
            need(s.type or s.verdict != "UNSUPPORTED" or self.data[at + 16] != COMMIT, s.text, "UNSUPPORTED")
            waiting += [s] if s.type or not waiting or waiting[-1].type else []     # one Bad for a run of bad bytes
            at = s.end if s.type else self.data.find(SYNC, at + 9) - 8
            if s.type == COMMIT or s.type and s.at == 0 or recover and not 0 < at < len(self.data):
                for x in [x for x in waiting if not s.start <= x.at < s.start + s.void]:
                    self.attempt(x.at, self.add, x)
                waiting = []
        need(generation in (None, self.commits[-1].generation), "there is no such generation", "ABSENT")
        self.findings += [Bad("tail: " + x.text, "TRUNCATED", x.at) if x.at else x for x in waiting]
    def add(self, s):           # as long as nothing is damaged, a section must agree with those before it
        clean, last, self.sequence = not self.findings, self.commits[-1], self.sequence + 1
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
            need(b.zero == 0 and b.length == len(raw) <= 16 * MIB and b.defaults <= min(65536, b.length - 60) and
                 1 <= b.count <= MIB and b.first + b.count < 1 << 63 and b.length + b.cards + b.bodies == s.length,
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
        elif s.type == COMMIT:
            mine = (last.generation + 1, last.end, last.at, last.length, last.sha, self.due, len(self.blocks),
                    [self.dicts[i] for i in sorted(self.dicts)], [self.segments.get(g.offset) for g in s.segments])
            said = (s.generation, s.start, s.prev, s.prev_length, s.prev_sha, s.records, s.blocks, s.dicts,
                    [(g.length, g.sha) for g in s.segments])
            need(mine == said or not clean, "the commit does not agree with the one before and the sections since")
            self.dicts = {**{d.id: d for d in s.dicts}, **self.dicts}
            self.commits.append(s)
    def dictionary(self, number):       # 3.3: the path of a file with it, mended if its section is damaged
        path, d = os.path.join(self.folder.name, str(number)), self.dicts[number]
        if not os.path.exists(path):
            payload = bytearray(self.data[d.offset + 96:d.offset + d.length])
            if sha256(payload) != d.sha:
                stored, found = self.data[d.parity + 112:self.section(d.parity).end], parity_of(payload)
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
        magic, bits = struct.unpack_from("<IB", frame)
        need(magic == 0xFD2FB528 and bits & 4 and bits & 0xE0, "a frame lacks its content size or its checksum")
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
            if shared is None and number in self.shared: self.shared[number] = body
            text = kind == 2 and FILE_TEXT.search(card)
            record = body[:len(body) - int(text[1]) - 1] if text else body if kind else rebuild(card, body)
            need(not text or body[len(record):][:1] == b"\n" and len(record) + int(text[1]) == len(body) - 1, "a text misfits")
            digest, size = sha256(record), len(record)
            self.records.append((digest, size, length))
            if command == "list": out.write(b"%d\t%s\t%d\t%d\t%s\n" % (number, digest.hex().encode(), kind, size, card))
            elif command == "dump": out.write(b"%d %s %d\n%s\n" % (number, digest.hex().encode(), size, record))
            elif which and (which == "#%d" % number or digest.hex().startswith(which)): self.found[digest] = record
        need(not bodies.read(1), "the lengths do not fit")
    def read(self, command, which, out):        # 4.8: all articles and, if they are good, what is derived from them
        for number in self.dicts: self.attempt(self.dicts[number].offset, self.dictionary, number)
        for b in self.blocks: self.attempt(b.at, self.block, b, command, which, out)
        need(command != "extract" or len(self.found) == 1, "no such record, or more than one", "ABSENT")
        out.write(b"".join(self.found.values()))
        total, bodies, peaks, good = 0, 0, [], all(f.verdict == "TRUNCATED" for f in self.findings)
        for last, c in zip(self.commits, self.commits[1:] if good else ()):
            for number, (digest, size, length) in enumerate(self.records[last.records:c.records], last.records + 1):
                total, bodies, peaks = total + size, bodies + length, peaks + [sha256(b"\0", digest)]
                while number % 2 == 0: peaks[-2:], number = [sha256(b"\1", *peaks[-2:])], number // 2
            good = (total, bodies, peaks) == (c.total, c.bodies, c.peaks)
            self.attempt(c.at, need, good, "the total lengths or the Merkle tree are not those of the records")
            for g in c.segments if c is self.commits[-1] else ():
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
    parser.add_argument("command", choices=("list", "dump", "extract", "verify"))
    parser.add_argument("archive")
    parser.add_argument("which", nargs="?", default="", type=str.lower)
    args = parser.parse_args()
    try:
        verify, f = args.command == "verify", open(args.archive, "rb")
        archive = Archive(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) if f.seek(0, 2) else b"")
        archive.attempt(0, archive.scan, args.commit, args.recover)
        archive.attempt(0, archive.read, args.command, args.which, sys.stdout.buffer)
        for f in archive.findings: print(f.at, f.verdict, f.text, sep=": ", file=sys.stdout if verify else sys.stderr)
        found = {f.verdict for f in archive.findings if verify or f.verdict != "TRUNCATED"}
        code = next((EXITS[verdict] for verdict in EXITS if verdict in found), 0)
        print(WORDS[code] + "\n" if verify else "", end="", flush=True)
    except OSError as e:
        print(e, file=sys.stderr)
        os._exit(5)         # without another try to write
    sys.exit(code)
