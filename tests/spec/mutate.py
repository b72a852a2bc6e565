# SPDX-License-Identifier: Apache-2.0
"""Ways to make another file of a good archive. Each takes the archive and a random.Random, and gives the file and what
was done to it, in words.

`blind` and `shifted` are what happens to files; the sums must find it. After the others all sums are right again, so
that the rules behind the sums are asked. Sections are known by their headers alone: a new type needs nothing here.
"""
import hashlib, re, struct
from zlib import crc32

import hexvec
from xxh64 import xxh64

SYNC = bytes.fromhex("894643480D0A1A0A")
DICT, DATA, INDEX, COMMIT = 2, 3, 4, 5
MAGIC = 0x184D2A5B
EMPTY = bytes.fromhex("28B52FFD2400010000") + struct.pack("<I", xxh64(b"") & 0xFFFFFFFF)    # a zstd frame of nothing


def u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def u64(data, at):
    return struct.unpack_from("<Q", data, at)[0]


def sections(data):
    """(offset, type, end) of the sections of a good archive; voids are passed over."""
    found, pos = [], 0
    while pos + 96 <= len(data):
        size = u64(data, pos + 40)
        if data[pos + 8:pos + 16] != SYNC or u64(data, pos + 24) != pos or pos + 96 + size > len(data):
            pos += 4096 - pos % 4096
            continue
        found.append((pos, data[pos + 16], pos + 96 + size))
        pos += 96 + size + (64 if data[pos + 16] == COMMIT else 0)
    return found


def rows(data, start, end):
    """of each segment and dictionary that a COMMIT lists: where its row stands, and whether it is a segment"""
    peaks, segments, dicts = u32(data, start + 156), u32(data, start + 148), u32(data, start + 152)
    base = start + 96 + 224 + 32 * peaks
    for i in range(min(segments + dicts, (end - base) // 64)):
        yield base + 64 * i, i < segments


def seal(data, parts, spare=None):
    """Make all sums right again, but for those that the COMMIT at `spare` has of others."""
    tool = hexvec.Vector.__new__(hexvec.Vector)
    tool.out = data
    sums, before = {}, data[64:96]
    for start, kind, stop in parts:
        if kind == COMMIT and start != spare:
            for row, segment in rows(data, start, stop):
                offset = u64(data, row + (0 if segment else 8))
                data[row + 32:row + 64] = sums.get(offset, data[row + 32:row + 64])
            data[start + 208:start + 240] = before
        try:
            tool.reseal(start)
        except (struct.error, IndexError):
            pass        # a length that leads nowhere: the sums stay wrong
        sums[start] = bytes(data[start + 64:start + 96])
        before = data[start + 64:start + 96] if kind == COMMIT or start == 0 else before


# ---- Whole sections ----

def take_apart(data):
    """offset and bytes of each section; what stands between them, the voids, has no offset"""
    pieces, end = [], 0
    for start, kind, stop in sections(data):
        if end < start:
            pieces.append((None, bytes(data[end:start])))
        pieces.append((start, bytes(data[start:stop])))
        end = stop + (64 if kind == COMMIT else 0)
    return pieces


def move_blocks(section, where):
    """an INDEX whose BLKT tells where the blocks are now, and how long"""
    pages = [bytearray(section[i:i + 4092]) for i in range(96, len(section), 4096)]
    pages[-1] = pages[-1] if len(section) % 4096 == 96 else pages[-1][:-4]
    raw = bytearray(b"".join(pages))
    for i in range(min(u32(raw, 0), (len(raw) - 32) // 24) if len(raw) > 32 else 0):
        name, offset, size = struct.unpack_from("<4s4xQQ", raw, 32 + 24 * i)
        for row in range(offset, min(offset + size, len(raw)) - 23, 24) if name == b"BLKT" else ():
            old = struct.unpack_from("<QQII", raw, row)
            new = where.get(old[0], (old[0], old[1], old[3]))
            struct.pack_into("<QQII", raw, row, new[0], new[1], old[2], new[2])
    return section[:96] + b"".join(bytes(raw[i:i + 4092]) + bytes(4) for i in range(0, len(raw), 4092))


def join(pieces):
    """The pieces one behind the other: offsets, sequence, links and sums fit where they are now."""
    out, where, parts, void, start, last = bytearray(), {}, [], 0, 4096, (0, 0)
    for old, raw in pieces:
        at = len(out)
        if old is None:
            void, out = len(raw), out + raw
            continue
        section, kind = bytearray(raw), raw[16]
        if kind == INDEX:
            section = bytearray(move_blocks(section, where))
        elif kind == COMMIT:
            used = 320 + 32 * u32(section, 156) + 64 * (u32(section, 148) + u32(section, 152)) if len(section) > 320 else 320
            section = section[:used].ljust(320, b"\0")
            section += bytes(-(at + len(section) + 64) % 4096)
            for row, segment in rows(section, 0, len(section)):
                for place in (row,) if segment else (row + 8, row + 16):
                    offset = u64(section, place)
                    struct.pack_into("<Q", section, place, where.get(offset, [offset])[0])
            struct.pack_into("<QQ", section, 128, start, void)
            struct.pack_into("<QQ", section, 192, *last)
            void = 0
        if kind != DATA:
            struct.pack_into("<I", section, 4, len(section) - 8)
        struct.pack_into("<QQQ", section, 24, at, len(parts), len(section) - 96)
        cards = 96 + u32(section, 108) + u32(section, 112) if kind == DATA and len(section) > 156 else 0
        where[old] = at, len(section), cards
        out += section
        parts.append((at, kind, len(out)))
        if kind == COMMIT:
            front = struct.pack("<IIQQQQ8sI", MAGIC, 56, at, len(section), u64(section, 112), len(out) + 64,
                                bytes(section[48:56]), 0)
            out += front + struct.pack("<I", crc32(front + b"\x89FCE\r\n\x1a\n")) + b"\x89FCE\r\n\x1a\n"
            last, start = (at, len(section)), len(out)
    seal(out, parts)
    return out


def moved(data, rng):
    """A section goes, comes twice or changes places with another one, or a strange one comes in."""
    pieces = take_apart(data)
    known = [i for i, (old, _) in enumerate(pieces) if old]
    i, k = rng.choice(known), rng.choice(known)
    what = rng.choice(("gone", "doubled", "swapped", "strange"))
    if what == "gone":
        del pieces[i]
    elif what == "doubled":
        pieces.insert(k, pieces[i])
    elif what == "swapped":
        pieces[i], pieces[k] = pieces[k], pieces[i]
    else:
        old, raw = pieces[i]
        kind = rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255))
        flags = rng.choice((0, 1, 1, 2))
        payload = rng.choice((raw[96:], rng.randbytes(rng.randrange(300))))
        pieces.insert(i, (-1, raw[:16] + struct.pack("<BBH", kind, rng.choice((1, 1, 2)), flags) + raw[20:96] + payload))
        what += " type %d" % kind
    return join(pieces), "section %d of %d %s" % (i, len(pieces), what)


# ---- What is in the frames ----

def raw_frame(content, dictionary, rng):
    """a frame by hand: no compression, and a window of its own"""
    single, window = rng.randrange(2), rng.choice((0x50, 0x58, 0x68, 0x6a, 0x70, 0xa0))
    out = struct.pack("<IB", 0xFD2FB528, 0xC4 | single << 5 | (3 if dictionary else 0))
    out += (b"" if single else bytes([window])) + (struct.pack("<I", dictionary) if dictionary else b"")
    out += struct.pack("<Q", len(content))
    for at in range(0, max(len(content), 1), 1 << 17):
        part = content[at:at + (1 << 17)]
        out += struct.pack("<I", len(part) << 3 | (at + (1 << 17) >= len(content)))[:3] + part
    return out + struct.pack("<I", xxh64(content) & 0xFFFFFFFF)


PLACES = re.compile(rb'"\\u001f\d+:\d+"?')


def other_text(text, rng):
    """A card or a body with something else in it."""
    text, marks = bytearray(text), list(PLACES.finditer(text))
    if marks and rng.randrange(2):
        mark = rng.choice(marks)
        style, length = (int(n) for n in re.findall(rb"\d+", mark[0][7:]))
        style = rng.choice((style, style, style ^ 1 << rng.randrange(9), 255))
        length = rng.choice((length, length - 1, length + 1, 0))
        text[mark.start():mark.end()] = rng.choice((
            b'"\\u001f%d:%d"' % (style, length), b'"\\u001F%d:%d"' % (style, length), b'"\\u001f%d:%d' % (style, length),
            b'"\\u001f0%d:%d"' % (style, length), b'"\\u001fx"', b'""', mark[0] + b"\n"))
        return bytes(text)
    at = rng.randrange(len(text) + 1)
    new = rng.choice((b"\n", b'"', b"\\", b"\x00", b"\xff", b"\x7f", b"\xe2\x80\xa8", b"</", b"'", b"\x0c", b"{}", b""))
    text[at:at + rng.choice((0, len(new), 1))] = new
    return bytes(text)


def inside(data, rng, zstd):
    """Cards or bodies say something else, or are packed in another way."""
    pieces = take_apart(data)
    dicts = {}
    for _, raw in pieces:
        if raw[16:17] == b"\x02" and raw[8:16] == SYNC and raw[100] < 128:
            dicts[u32(raw, 96)] = zstd.decode(raw[112:], b"", 8 << 20)[0]
    i = rng.choice([i for i, (old, raw) in enumerate(pieces) if old and raw[16] == DATA])
    raw = bytearray(pieces[i][1])
    head, cards, bodies = 96 + u32(raw, 108), u32(raw, 112), u64(raw, 128)
    which = rng.randrange(2)        # 0: the cards
    frame = raw[head:head + cards] if which == 0 else raw[head + cards:]
    number = u32(raw, 124 if which else 120)
    content = zstd.decode(bytes(frame), dicts.get(number, b""), 1 << 30)[0]
    what = rng.choice(("other text", "other text", "other frame"))
    new = other_text(content, rng) if what == "other text" else content
    if len(new) < 50000 and (what == "other frame" or rng.randrange(8) == 0):
        packed = raw_frame(new, rng.choice((number, number, number, 0, 77)), rng)
        packed += rng.choice((b"", b"", b"", b"\0", EMPTY, struct.pack("<II", MAGIC, 0)))
    else:
        packed = zstd.encode(new, dicts.get(number, b""))
    if which == 0:
        struct.pack_into("<II", raw, 112, len(packed), len(new))
        raw[head:head + cards] = packed
    else:
        struct.pack_into("<QQ", raw, 128, len(packed), len(new))
        raw[head + cards:] = packed
    pieces[i] = pieces[i][0], bytes(raw)
    return join(pieces), "%s in the %s of section %d" % (what, ("cards", "bodies")[which], i)


# ---- Bytes ----

def blind(data, rng):
    """What happens to files: bits, bytes, sectors, cuts, swaps, and bytes that come or go."""
    at, n = rng.randrange(len(data)), rng.choice((1, 2, 8, 64, 700))
    what = rng.choice(("flip", "set", "zero", "cut", "swap", "insert", "delete", "append"))
    if what == "flip":
        data[at] ^= 1 << rng.randrange(8)
    elif what == "set":
        data[at] = rng.choice((0, 1, 127, 128, 255))
    elif what == "zero":
        at -= at % 512
        data[at:at + 512] = bytes(len(data[at:at + 512]))
    elif what == "cut":
        del data[at:]
    elif what == "swap":
        other, n = rng.randrange(len(data)), min(n, len(data) - at)
        if other + n <= len(data) and abs(at - other) >= n:
            data[at:at + n], data[other:other + n] = data[other:other + n], data[at:at + n]
    elif what == "insert":
        data[at:at] = rng.randbytes(n)
    elif what == "delete":
        del data[at:at + n]
    else:
        data += rng.randbytes(n)
    return data, "%s at %d" % (what, at)


def shifted(data, rng):
    """Bytes are put in or taken out in some places, so that what follows stands elsewhere; and a bit is flipped."""
    what = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at, n = rng.randrange(len(data)), rng.choice((1, 64, 700, 4096, rng.randrange(1, 4096)))
        if rng.randrange(2):
            data[at:at] = rng.choice((rng.randbytes(n), bytes(n), bytes(data[:n])))
        else:
            del data[at:at + n]
        what.append("%d at %d" % (n, at))
    if data and rng.randrange(4) == 0:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        what.append("a bit")
    return data, ", ".join(what)


def sealed(data, rng):
    """One field or byte of one section, with all sums made right again."""
    parts = sections(data)
    at, kind, end = rng.choice(parts)
    place = rng.choice((at + rng.randrange(96), at + 96 + rng.randrange(min(300, end - at - 96)),
                        at + 96 + rng.randrange(end - at - 96)))
    n = min(rng.choice((1, 1, 1, 2, 4, 8)), end - place)
    old = int.from_bytes(data[place:place + n], "little")
    new = rng.choice((old + 1, old - 1, old ^ 1 << rng.randrange(8 * n), 0, (1 << 8 * n) - 1, 1 << 8 * n - 1))
    data[place:place + n] = (new % (1 << 8 * n)).to_bytes(n, "little")
    seal(data, parts, at)
    return data, "byte %d of the section of type %d at %d" % (place - at, kind, at)
