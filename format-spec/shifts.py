# SPDX-License-Identifier: Apache-2.0
"""Sections by their headers (3.1), and an archive into which bytes were put, or from which some were taken, as if nothing
had happened (4.15); written from fiche-format.md alone. `runs` tells what stands elsewhere than it says, `views` gives the
two files that can be read instead of the one."""
import struct, types
from zlib import crc32
from records import Bad, need, sha256
MAGIC, SYNC = 0x184D2A5B, b"\x89FCH\r\n\x1a\n"
SUPERBLOCK, DICT, DATA, INDEX, COMMIT, PARITY, WITHDRAWAL = 1, 2, 3, 4, 5, 6, 8
def table(text):    # what reads a table of the format: letters of the struct module, each with a field's name
    layout, names = struct.Struct("<" + "".join(text.split()[::2])), text.split()[1::2]
    return lambda raw, at=0: types.SimpleNamespace(**dict(zip(names, layout.unpack_from(raw, at))))
HEADER = table("I magic I frame 8s sync B type B version H flags I crc Q offset Q sequence Q length 16s uuid 32s sha")
def header(data, at, own, uuid=None):   # 3.1: the section at `at`, which should say that it stands at `own`
    raw, foreign = data[at:at + 96].ljust(96, b"\0"), "CORRUPT" if at or data[8:16] == SYNC else "FOREIGN"
    s = HEADER(raw)
    s.at, s.end, s.start, s.void, known = at, at + 96 + s.length, 0, 0, s.type in (1, 2, 3, 4, 5, 6, 8)
    need((s.magic, s.sync) == (MAGIC, SYNC), "no section begins here", foreign)
    need(s.crc == crc32(raw[:20] + raw[24:]), "header CRC mismatch")
    need(s.offset == own and uuid in (None, s.uuid) and s.flags < 2, "wrong offset, UUID or flags")
    need(s.version == 1 if known else not s.flags, "a section of unknown type or version", "UNSUPPORTED")
    need(s.flags == (s.type != PARITY) or not known, "the critical flag is wrong")
    need(s.frame == 88 + s.length or s.type == DATA and 88 <= s.frame < 88 + s.length, "a wrong frame length")
    return s

def look(data, end, uuid):      # the end of what stands in its place, and the headers behind it, wherever they should be
    found, size, at, spent = [], len(data), end, 0
    while True:
        at = data.find(SYNC, min(at + 8, size - 1), -1) - 8     # older Pythons read on behind the end
        if not 0 <= at <= size - 96: return end, found
        try:
            s = header(data, at, *struct.unpack_from("<Q", data, at + 24), uuid)
            need(s.offset + 96 + s.length <= 2 * size, "this would be more than twice the file")
        except Bad:
            at += 1
            continue
        s.good = s.end <= size and sha256(memoryview(data)[at + 96:s.end]) == s.sha
        s.shift, s.stop, s.commits = at - s.offset, s.offset + 96 + s.length, s.good and s.type == COMMIT and s.length >= 224
        if s.commits:
            s.start, s.void = struct.unpack_from("<QQ", data, at + 128)
            s.commits = s.start <= s.offset - s.void
        if s.good and s.shift == 0: end, found = s.end, []
        elif s.good or uuid: found.append(s)
        uuid, at = s.uuid if s.good else uuid, s.end if s.good else at + 1
        spent += s.length * (s.end <= size)
        if spent > 16 * size + (1 << 30): return end, []
def believed(end, found):
    start, void, kept, shift = 1 << 64, 0, [], 0
    for s in found[::-1]:       # headers in what the next COMMIT calls void take no room
        if s.commits and s.offset <= start: start, void = s.start, s.start + s.void
        s.idle = not s.good and start <= s.offset < void
    for s in found:             # room that is taken by what is good, or only damaged
        if s.idle or s.offset < end: continue
        if s.good: kept, shift = kept + [s], s.shift
        elif s.shift == shift: end = s.stop
    last = max((i for i, s in enumerate(kept) if s.commits), default=-1)        # nothing was committed behind it
    while 0 <= last < len(kept) - 1 and kept[last + 1].shift == kept[last].shift: last += 1
    best = []
    for s in kept[last::-1] if last >= 0 else []:       # of two that claim one place the later one counts
        if not best or s.stop <= best[-1].offset: best.append(s)
    return best[::-1]
def runs(data, end=0, uuid=None):       # (where it belongs, where it is, length); none if nothing is shifted
    end, found = look(data, end, uuid)
    out = [(0, 0, end)]
    for s in believed(end, found):
        if out[-1][1] - out[-1][0] != s.shift: out.append((s.offset, s.at, 0))
        out[-1] = out[-1][0], out[-1][1], s.stop - out[-1][0]
    return out if len(out) > 1 else []
def views(data, uuid=None):     # what stands between two runs as it belongs to the one before, and to the one behind
    parts = runs(data, 0, uuid)
    if not parts: return data, data
    own, at, _ = parts[-1]
    before = bytearray(own + len(data) - at)
    for own, at, size in parts: before[own:own + size] = data[at:at + size]
    before[own:], behind = data[at:], bytearray(before)
    behind[own:] = data[at:]
    for (a, x, n), (b, y, _) in zip(parts, parts[1:]):
        room = min(b - a - n, y - x - n)
        before[a + n:a + n + room] = data[x + n:x + n + room]
        behind[b - room:b] = data[y - room:y]
    return bytes(before), bytes(behind)
def copies_of(files):           # 4.11: each file, and at the end the other view of those in which something is shifted
    uuid = None
    for data in files[::-1]:
        try: uuid = header(data, 0, 0).uuid
        except Bad: pass
    pairs = [views(data, uuid) for data in files]
    return [before for before, _ in pairs] + [behind for before, behind in pairs if behind is not before]
