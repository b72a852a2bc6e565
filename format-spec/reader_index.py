# SPDX-License-Identifier: Apache-2.0
"""The check of a live index segment against the records (3.5), as far as chapter 6 is not needed."""
import collections, struct
from reader_base import need, varint


def numbers(raw, width, start=0):
    return [int.from_bytes(raw[i:i + width], "little") for i in range(start, len(raw), width)]


def segment(a, w, entry, parts, digests, sizes):
    """3.5, as far as it can be known without chapter 6."""
    at, _, first, n, _ = entry
    width = max(1, ((n - 1).bit_length() + 7) // 8)
    have = [digests.get(first + i) for i in range(n)]
    digs = [parts[b"DIGS"][i:i + 32] for i in range(0, 32 * n, 32)]
    need(all(x in (None, d) for x, d in zip(have, digs)), at, "DIGS is not that of the records")
    order = parts[b"IDOR"]
    need(order[0] == width and len(order) == 1 + n * width, at, "IDOR has a wrong width or length")
    order = [(digs[i], i) for i in numbers(order, width, 1)]
    need(all(x < y for x, y in zip(order, order[1:])), at, "IDOR is not in order")
    rows = [(b.at, b.end - b.at, b.first - first, b.cards_end)
            for b in w.blocks if first <= b.first < first + n]
    table = list(struct.iter_unpack("<QQII", parts[b"BLKT"]))
    need(not w.whole or rows == table, at, "BLKT is not that of the blocks")
    if b"KEYS" in parts:
        keys = parts[b"KEYS"]
        need(keys[0] == width and (len(keys) - 1) % (5 + width) == 0, at, "KEYS has a wrong width or length")
        keys = [(keys[i:i + 5], int.from_bytes(keys[i + 5:i + 5 + width], "little")) for i in range(
            1, len(keys), 5 + width)]
        need(all(x <= y for x, y in zip(keys, keys[1:])), at, "KEYS is not in order")
        need(all(i < n for _, i in keys), at, "KEYS names a record that is not here")
    terms = names(at, parts[b"TERM"], parts[b"POST"], n) if b"TERM" in parts else {}
    if b"COLS" in parts:
        columns(at, parts, n, first, width, sizes, terms)


def columns(at, parts, n, first, width, sizes, terms):
    raw = parts[b"COLS"]
    count, zero = struct.unpack_from("<II", raw)
    pos, value = 8 + 16 * count, {}
    need(zero == 0 and pos <= len(raw), at, "the head of COLS is wrong")
    for i in range(count):
        column, size, zero, zero2, base = struct.unpack_from("<BBHIQ", raw, 8 + 16 * i)
        need(size <= 8 and zero == zero2 == 0 and column not in value and len(raw) - pos >= n * size, at,
             "COLS has an impossible column")
        stored = numbers(raw[pos:pos + n * size], size) if size else [0] * n
        value[column] = [base + x & (1 << 64) - 1 for x in stored]
        pos += n * size
    need(pos == len(raw), at, "COLS has bytes behind its columns")
    known = [sizes.get(first + i) for i in range(n)]
    if {5, 7} <= value.keys():
        both = zip(known, value[5], value[7])
        good = (s is None or (s[1], s[2] | s[3] << 2) == (x, y & 7) for s, x, y in both)
        need(all(good), at, "lengths or kinds in COLS are not those of the records")
    for column, field in ((3, b"s"), (4, b"l")):
        need(max(value.get(column, [0])) <= terms.get(field, 0), at, "COLS names a term that is not there")
    need(all(x <= first + i for i, x in enumerate(value.get(6, ()))), at, "a record supersedes a later one")
    if b"DORD" in parts and {1, 2} <= value.keys():
        order = parts[b"DORD"]
        need(order[0] == width and (len(order) - 1) % width == 0, at, "DORD has a wrong width or length")
        signed = [x - (x >> 63 << 64) for x in value[1]]
        dated = sorted((signed[i], i) for i in range(n) if value[2][i] & 7)
        need(numbers(order, width, 1) == [i for _, i in dated], at, "DORD is not in order or not complete")


def names(at, term, post, n):
    """TERM and POST; how many terms each field has."""
    pages, length, count = struct.unpack_from("<IIQ", term)
    need(length <= len(term) - 16, at, "the fences of TERM do not fit")
    pos, page, lists, last, seen = 16, 16 + length, 0, b"", collections.Counter()
    for _ in range(pages):
        need(pos < 16 + length, at, "a fence is missing")
        size, pos = varint(term, pos)
        wanted, pos = varint(term, pos)
        used, pos = varint(term, pos)
        fence, pos, end, key, before = term[pos:pos + used], pos + used, page + size, b"", lists
        need(len(fence) == used and size and end <= len(term), at, "a fence does not fit")
        while page < end:
            same, page = varint(term, page)
            rest, page = varint(term, page)
            need(same <= len(key) and rest <= end - page, at, "a term does not fit its page")
            key, page = key[:same] + term[page:page + rest], page + rest
            records, page = varint(term, page)
            used, page = varint(term, page)
            need(1 <= len(key) <= 1001 and key > last, at, "the terms are not in order")
            need(fence is None or key == fence, at, "a page does not begin with the key of its fence")
            need(used <= len(post) - lists, at, "a list passes the end of POST")
            need(postings(post[lists:lists + used], n) == records, at, "a list has another number of records")
            lists, last, fence = lists + used, key, None
            seen[key[:1]] += 1
        need(page == end and lists - before == wanted, at, "a page or its lists have another length")
    need((pos, page, lists, sum(seen.values())) == (16 + length, len(term), len(post), count), at,
         "TERM or POST has bytes or terms too many")
    return seen


def postings(raw, n):
    pos = end = total = 0
    while pos < len(raw):
        gap, pos = varint(raw, pos)
        more, pos = varint(raw, pos) if gap & 1 else (-1, pos)
        end, total = end + (gap >> 1) + more + 2, total + more + 2
        if end > n:
            raise ValueError("a list passes the last record")
    return total
