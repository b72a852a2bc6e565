#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A reader of fiche archives, written from fiche-format.md alone; numbers such as 3.4 are its chapters.

    reader.py [--recover | --commit N] list|dump|verify ARCHIVE
    reader.py [--recover | --commit N] extract ARCHIVE ID|#NUMBER

`list` prints number, digest, kind, length and card of each record; `extract` the bytes of one, by 8 or more
digits of its digest or by its number; `dump` everything; `verify` one line a finding and then `ok` or
`damaged`. Exit codes: 0 done, 1 not found, 2 usage, 4 damaged, 5 I/O, 6 unsupported or foreign, 9 limit. It
needs only the standard library and the `zstd` command: the second opinion on every archive, to be read.
"""
import bisect, collections, mmap, os, re, struct, subprocess, sys, tempfile, zlib
from reader_base import MIB, Bad, check_frame, judging, mend, need, rebuild, sha256, varint
from reader_sections import DATA, DICT, Sections

EXITS = {"CORRUPT": 4, "TRUNCATED": 4, "UNSUPPORTED": 6, "FOREIGN": 6, "LIMIT": 9}

Block = collections.namedtuple("Block", "at end first count entries jobs defaults cards_end")


class Archive(Sections):
    # -- articles, 3.3 and 3.4, chapter 5 --

    def dictionary(self, number):
        """The path of a file with this dictionary, mended if its section is damaged."""
        if number not in self.paths:
            need(number in self.dicts, 0, "there is no dictionary %d" % number)
            at, parity, length, sha = self.dicts[number]
            payload = self.data[at + 96:at + length]
            if sha256(payload) != sha:
                with judging(parity, "the parity of the dictionary"):
                    payload = mend(payload, self.header(parity, self.size, DICT, True).payload)
                need(sha256(payload) == sha, at, "dictionary %d is damaged beyond mending" % number)
            self.temp = self.temp or tempfile.TemporaryDirectory()
            path = os.path.join(self.temp.name, str(number))
            with open(path, "wb") as f:
                f.write(self.dict_content(at, number, payload))
            self.paths[number] = path
        return self.paths[number]

    def dict_content(self, at, number, payload):
        """The dictionary in the payload of a DICT section, 3.3."""
        with judging(at, "the dictionary"):
            found, cls, zero, raw = struct.unpack_from("<IB3sQ", payload)
            need(found == number != 0 and cls in (1, 2) and not any(zero), at, "id, class or reserved: wrong")
            need(raw <= 8 * MIB, at, "the dictionary is larger than 8 MiB", "LIMIT")
        plain = self.unzstd([(16, len(payload) - 16, raw, 0)], payload)
        inside = struct.pack("<II", 0xEC30A437, number)
        need(plain[:8] == inside, at, "the dictionary has another id inside")
        return plain

    def unzstd(self, jobs, data=None):
        """Frames (offset, length, raw length, dictionary) that share a dictionary; the joined output."""
        strict, data = data is None, self.data if data is None else data
        expect = sum(j[2] for j in jobs)
        with tempfile.TemporaryFile() as packed:
            for at, length, raw, number in jobs:
                with judging(at, "the frame"):
                    check_frame(data, at, length, raw, number, strict)
                packed.write(data[at:at + length])
            packed.seek(0)
            call = ["zstd", "-dcq"] + (["-D", self.dictionary(number)] if number else [])
            pipe, null = subprocess.PIPE, subprocess.DEVNULL
            with subprocess.Popen(call, stdin=packed, stdout=pipe, stderr=null) as child:
                out = child.stdout.read(expect + 1)     # never more, whatever the frame would give
                if len(out) > expect:
                    child.kill()
        need(child.returncode == 0 and len(out) == expect, jobs[0][0], "the frame does not decode")
        return out

    def decode(self, jobs):
        """{job: bytes or a Bad}, with one call for each dictionary unless something is broken."""
        done = {}
        for number in {j[3] for j in jobs}:
            same, pos = [j for j in jobs if j[3] == number], 0
            try:
                out = self.unzstd(same)
                for j in same:
                    done[j], pos = out[pos:pos + j[2]], pos + j[2]
            except Bad as e:
                for j in same:
                    done.update(self.decode([j]) if len(same) > 1 else {j: e})
        return done

    def block(self, at):
        """The head of a DATA section, 3.4."""
        s = self.header(at, self.size, DATA)
        head = self.data[at + 96:at + 96 + s.head]
        need(len(head) >= 60, at, "the head is too short")
        need(zlib.crc32(head[:-4]) == int.from_bytes(head[-4:], "little"), at, "head CRC mismatch")
        (first, count, length, cards, cards_raw, cards_dict, bodies_dict, bodies, bodies_raw, defaults,
         zero) = struct.unpack_from("<QIIIIIIQQII", head)
        need(zero == 0 and length == len(head) <= 16 * MIB and defaults <= min(65536, length - 60) and
             1 <= count <= MIB and first + count < 1 << 64, at, "the head's fields are impossible")
        need(length + cards + bodies == s.end - at - 96, at, "head and frames do not fill the payload")
        limit = 16 * MIB if count > 1 else 1 << 30
        need(max(cards_raw, bodies_raw) <= limit, at, "the block is too large", "LIMIT")
        entries, pos = [], 56 + defaults
        with judging(at, "the entries"):
            for _ in range(count):
                value, pos = varint(head, pos)
                entries.append((value & 3, value >> 2 & 1, value >> 3))
        need(pos == length - 4, at, "the entries do not fill the head")
        need(all(kind < 3 for kind, _, _ in entries), at, "an entry has kind 3")
        need(all(1 <= value <= first + i for i, (_, shared, value) in enumerate(entries) if shared), at,
             "a body is shared with a record that does not exist")
        need(sum(v + 1 for _, shared, v in entries if not shared) == bodies_raw, at, "the lengths do not fit")
        start = at + 96 + length
        return Block(at, s.end, first, count, entries, ((start, cards, cards_raw, cards_dict), (
            start + cards, bodies, bodies_raw, bodies_dict)), head[56:56 + defaults], 96 + length + cards)

    def unpack(self, b, done):
        """The cards of a block; its bodies go to the cache."""
        for job in b.jobs:
            if isinstance(done[job], Bad):
                raise done[job]
        cards, raw, bodies, pos = done[b.jobs[0]].split(b"\n"), done[b.jobs[1]], [], 0
        need(cards.pop() == b"" and len(cards) == b.count, b.at, "the cards are not one line for each record")
        for _, shared, length in b.entries:
            bodies.append(None if shared else raw[pos:pos + length])
            pos += 0 if shared else length + 1
            need(shared or raw[pos - 1:pos] == b"\n", b.at, "a body does not end with LF")
        self.cache[b.at] = b, bodies
        while len(self.cache) > 1 and sum(x.jobs[1][2] for x, _ in self.cache.values()) > 64 * MIB:
            self.cache.popitem(False)
        return cards, bodies

    def body(self, number, before):
        """3.4: a body that another record shares; the owner stands at or before that record's block."""
        at = None
        if self.winners is None:
            i = bisect.bisect_right(self.spans, (number, 1 << 64))
            at = self.spans[i - 1][2] if i else None
        else:
            for first, count, place in self.spans:
                at = place if place <= before and first <= number < first + count else at
        need(at is not None, before, "a body is shared with a record that is not there")
        if at not in self.cache:
            b = self.block(at)
            self.unpack(b, self.decode(b.jobs))
        self.cache.move_to_end(at)
        b, bodies = self.cache[at]
        need(number - b.first < b.count and bodies[number - b.first] is not None, before,
             "a body is shared with a record that has none")
        return bodies[number - b.first]

    def records(self, places):
        """(block, number, kind, card, body, record) for each record of the blocks at `places`, or a Bad."""
        todo, places = [], collections.deque(places)
        while places or todo:
            try:
                if places:
                    todo.append(self.block(places.popleft()))
            except Bad as e:
                yield e
            if places and len(todo) < 64 and sum(j[2] for b in todo for j in b.jobs) < 16 * MIB:
                continue
            done = self.decode([j for b in todo for j in b.jobs])
            for b in todo:
                try:
                    cards, bodies = self.unpack(b, done)
                except Bad as e:
                    yield e
                    continue
                for i, (kind, shared, value) in enumerate(b.entries):
                    if self.winners and self.winners[b.first + i] != b.at:
                        continue
                    try:
                        with judging(b.at, "record %d" % (b.first + i)):
                            body = self.body(b.first + i - value, b.at) if shared else bodies[i]
                            need(kind != 1 or cards[i] == b"{}", b.at, "a verbatim record has a card")
                            record = body if kind else rebuild(cards[i], body)
                        yield b, b.first + i, kind, cards[i], body, record
                    except Bad as e:
                        yield e
            todo = []


def judge(findings):
    """The exit code of these verdicts: damage outweighs what is merely not understood."""
    codes = {EXITS[b.verdict] for b in findings}
    return min(codes) if codes else 0


def show(archive, command, which, out):
    """list, dump and extract: how many records were shown."""
    spans = sorted(archive.spans)
    if command == "extract":
        hits = {first + i // 32 for first, digs in archive.segs for i in range(0, len(digs), 32)
                if digs[i:i + 32].hex().startswith(which)} if which[0] != "#" else {int(which[1:])}
        if which[0] == "#" or archive.winners is None:      # after --recover there are no digests to search
            spans = [s for s in spans if any(s[0] <= n < s[0] + s[1] for n in hits)]
    found = {}
    for item in archive.records([s[2] for s in spans]):
        if isinstance(item, Bad):
            archive.log(item)
            continue
        _, number, kind, card, _, record = item
        digest = sha256(record)
        known = [digs[32 * (number - first):32 * (number - first + 1)] for first, digs in archive.segs]
        if any(known) and digest not in known:
            archive.log(Bad(item[0].at, "CORRUPT", "record %d has not the digest of the index" % number))
        elif command == "list":
            out.write(b"%d\t%s\t%d\t%d\t%s\n" % (number, digest.hex().encode(), kind, len(record), card))
        elif command == "dump":
            out.write(b"%d %s %d\n%s\n" % (number, digest.hex().encode(), len(record), record))
        elif which == "#%d" % number or digest.hex().startswith(which):
            found[digest] = record
    if command == "extract" and len(found) == 1:
        out.write(found.popitem()[1])
        return 1
    return 0 if command == "extract" else 1


def run(data, command, which, generation, recover, out, err):
    """One command on the bytes of an archive: the exit code. Nothing in `data` makes it raise."""
    import reader_verify
    findings, notes, shown = [], 0, 1
    archive = Archive(data, findings.append)
    try:
        if recover:
            reader_verify.recover(archive)
        else:
            archive.open(generation)
        if command == "verify":
            reader_verify.verify(archive)
        else:
            notes = len(findings)       # a tail is told, but harms nobody who reads
            if not recover:
                archive.load()
            shown = show(archive, command, which, out)
    except Bad as e:
        findings.append(e)
    except LookupError as e:
        err.write(b"%s\n" % str(e.args[0]).encode())
        return 1
    except (MemoryError, RecursionError):
        findings.append(Bad(0, "LIMIT", "this file is too much for this reader"))
    code = judge(findings[notes:])
    for b in findings:
        line = "%d: %s: %s\n" % (b.at, b.verdict, b.text)
        (out if command == "verify" else err).write(line.encode())
    if command == "verify":
        out.write({0: b"ok\n", 4: b"damaged\n", 6: b"unsupported\n", 9: b"limit\n"}[code])
    return code or (0 if shown else 1)


def main(argv):
    generation, recover = None, False
    while argv and argv[0].startswith("--"):
        if argv[0] == "--recover":
            recover, argv = True, argv[1:]
        elif argv[0] == "--commit" and argv[1:] and argv[1].isdecimal() and len(argv[1]) < 20:
            generation, argv = int(argv[1]), argv[2:]
        else:
            break
    which = argv[2].lower() if len(argv) == 3 else ""
    wanted = {"extract": "#[0-9]{1,20}|[0-9a-f]{8,64}"}.get(argv[0] if argv else "", "")
    if not 2 <= len(argv) <= 3 or argv[0] not in ("list", "dump", "verify", "extract") or not re.fullmatch(
            wanted, which) or recover and (generation is not None or argv[0] == "verify"):
        sys.stderr.write(__doc__.split("\n\n")[1] + "\n")
        return 2
    try:
        with open(argv[1], "rb") as f:
            data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) if os.fstat(f.fileno()).st_size else b""
        code = run(data, argv[0], which, generation, recover, sys.stdout.buffer, sys.stderr.buffer)
        sys.stdout.buffer.flush()
        return code
    except OSError as e:
        sys.stderr.write("%s\n" % e)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)     # nothing more to a broken pipe
        return 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
