# SPDX-License-Identifier: Apache-2.0
"""Findings, and the parts of the format that need no archive around them: numbers (2.2), Zstandard frames
(2.6), parity (3.3), the tree (3.6), cards (chapter 5). Written from fiche-format.md alone.
"""
import contextlib, hashlib, re, struct, zlib

MIB = 1 << 20


class Bad(Exception):
    """A finding: the offset, the verdict of chapter 1, a sentence."""
    def __init__(self, at, verdict, text):
        super().__init__(at, verdict, text)
        self.at, self.verdict, self.text = at, verdict, text


def need(true, at, text, verdict="CORRUPT"):
    if not true:
        raise Bad(at, verdict, text)


@contextlib.contextmanager
def judging(at, what):
    """Whatever goes wrong while bytes are taken apart is the fault of the bytes."""
    try:
        yield
    except (struct.error, ValueError, TypeError, IndexError, KeyError, OverflowError) as e:
        raise Bad(at, "CORRUPT", "%s cannot be taken apart: %s" % (what, ascii(str(e)).strip("'")))
    except (MemoryError, RecursionError):
        raise Bad(at, "LIMIT", "%s is too much for this reader" % what)


def varint(buf, pos):
    """2.2: the value and the position behind it."""
    value = 0
    for i in range(10):
        byte = buf[pos + i]
        value |= (byte & 127) << 7 * i
        if byte < 128:
            if (byte == 0 and i) or value >> 64:
                break
            return value, pos + i + 1
    raise ValueError("a varint is too long")


def sha256(raw):
    return hashlib.sha256(raw).digest()


def check_frame(buf, at, length, raw, dict_id, strict=True):
    """2.6: [at, at + length) is exactly one frame; its header agrees with ours (3.4)."""
    magic, bits = struct.unpack_from("<IB", buf, at)
    need(magic == 0xFD2FB528 and not bits & 8, at, "this is no zstd frame")
    pos, single, window = at + 5, bits >> 5 & 1, 0
    if not single:
        base = 1 << 10 + (buf[pos] >> 3)
        window, pos = base + base // 8 * (buf[pos] & 7), pos + 1
    sizes = (0, 1, 2, 4)[bits & 3], (single, 2, 4, 8)[bits >> 6]
    found_id = int.from_bytes(buf[pos:pos + sizes[0]], "little")
    pos += sum(sizes)
    content = int.from_bytes(buf[pos - sizes[1]:pos], "little") + 256 * (sizes[1] == 2)
    need(not strict or (sizes[1] and bits & 4), at, "the frame lacks its content size or its checksum")
    need(not sizes[1] or content == raw, at, "the frame's content size is not the one of the head")
    need(found_id == dict_id, at, "the frame's dictionary is not the one of the head")
    need(max(window, single * content) <= 8 * MIB, at, "the frame needs a window above 8 MiB", "LIMIT")
    last, blocks = 0, 0
    while not last:
        need(pos + 3 <= at + length, at, "the frame is longer than its place")
        head = int.from_bytes(buf[pos:pos + 3], "little")
        last, kind, blocks = head & 1, head >> 1 & 3, blocks + 1
        pos += 3 + (1 if kind == 1 else head >> 3)
    need(pos + 4 * (bits >> 2 & 1) == at + length, at, "the frame does not fill its place")
    need(raw <= blocks * 128 * 1024, at, "the frame is too short for its content size")


class Escapes(dict):
    """Chapter 5: how characters are written in one style; filled on demand, for str.translate."""
    def __init__(self, style):
        fixed = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
        super().__init__((ord(c), s) for c, s in fixed.items() if not (style & 16 and c in "\b\f"))
        self.form = "\\u%04X" if style & 4 else "\\u%04x"
        self.style, self.special = style, ("\x7f" if style & 8 else "") + ("<>&" if style & 32 else "") + (
            "\u2028\u2029" if style & 64 else "") + ("'" if style & 128 else "")
        if style & 2:
            self[ord("/")] = "\\/"

    def __missing__(self, c):
        text = chr(c)
        if c < 32 or text in self.special or (c > 127 and self.style & 1):
            units = struct.unpack(">%dH" % (1 + (c > 0xFFFF)), text.encode("utf-16-be"))
            text = "".join(self.form % u for u in units)
        if c < 0x3100:
            self[c] = text
        return text


STRING = re.compile(rb'"(?:\\u001f([1-9]\d{0,2}|0):([1-9]\d*|0)"|[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z))', re.S)
STYLES = {}


def rebuild(card, body):
    """Chapter 5: a card of kind 0 and its body become the record."""
    out, done, pos, first = [], 0, 0, True
    for m in STRING.finditer(card):
        if m.group(1) is None or int(m.group(1)) > 255:
            continue
        if not first:
            if body[pos:pos + 1] != b"\n":
                raise ValueError("no LF between pieces")
            pos += 1
        if len(m.group(2)) > 12 or int(m.group(2)) > len(body) - pos:
            raise ValueError("a piece passes the end of the body")
        style, length, first = int(m.group(1)), int(m.group(2)), False
        if style not in STYLES:
            STYLES[style] = Escapes(style)
        text = body[pos:pos + length].decode("utf-8").translate(STYLES[style])
        out += [card[done:m.start() + 1], text.encode("utf-8"), b'"']
        done, pos = m.end(), pos + length
    if pos != len(body):
        raise ValueError("the pieces do not fill the body")
    return b"".join(out) + card[done:]


def merkle_node(left, right):
    return sha256(b"\1" + left + right)


def merkle_head(peaks):
    """3.6: RFC 9162, 2.1, from the heads of the perfect subtrees, largest first."""
    head = peaks[-1] if peaks else sha256(b"")
    for peak in reversed(peaks[:-1]):
        head = merkle_node(peak, head)
    return head


def parity_of(payload):
    """3.3: the CRCs and the stripe of the parity section, which stand behind its first 16 bytes."""
    s = (len(payload) + 8191) // 8192 * 1024
    whole, stripe = payload.ljust(8 * s, b"\0"), 0
    for i in range(0, 8 * s, s):
        stripe ^= int.from_bytes(whole[i:i + s], "big")
    crcs = (zlib.crc32(whole[i:i + 1024]) for i in range(0, 8 * s, 1024))
    return struct.pack("<%dI" % (s // 128), *crcs) + stripe.to_bytes(s, "big")


def mend(payload, parity):
    """3.3: the payload with its wrong cells rebuilt. Whether they are right now, its SHA-256 must tell."""
    s = (len(payload) + 8191) // 8192 * 1024
    crcs, stripe = struct.unpack("<%dI" % (s // 128), parity[16:16 + s // 32]), parity[16 + s // 32:]
    whole = payload.ljust(8 * s, b"\0")
    cells = [whole[i:i + 1024] for i in range(0, 8 * s, 1024)]
    for i in [i for i, cell in enumerate(cells) if zlib.crc32(cell) != crcs[i]]:
        place = i % (s // 1024)
        rest = int.from_bytes(stripe[place * 1024:place * 1024 + 1024], "big")
        for j in range(place, len(cells), s // 1024):
            rest ^= int.from_bytes(cells[j], "big") if j != i else 0
        cells[i] = rest.to_bytes(1024, "big")
    return b"".join(cells)[:len(payload)]
