#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Read a Parquet file as its specification describes it, and compare it with
the same articles as JSON Lines.

Usage: parquet.py FILE.parquet FILE.jsonl

Only what the export writes is understood; anything else is an error.
"""

import datetime
import json
import subprocess
import sys
import zlib


class Thrift:
    """The compact protocol: a struct becomes a dict of field ids."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        value = shift = 0
        while True:
            b = self.byte()
            value |= (b & 127) << shift
            if b < 128:
                return value
            shift += 7

    def zigzag(self):
        v = self.varint()
        return v >> 1 ^ -(v & 1)

    def value(self, kind):
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self.byte()
        if kind in (4, 5, 6):
            return self.zigzag()
        if kind == 8:
            n = self.varint()
            self.at += n
            assert self.at <= len(self.data)
            return self.data[self.at - n : self.at]
        if kind == 9:
            head = self.byte()
            n = head >> 4
            if n == 15:
                n = self.varint()
            return [self.value(head & 15) for _ in range(n)]
        assert kind == 12, kind
        return self.struct()

    def struct(self):
        out, last = {}, 0
        while True:
            head = self.byte()
            if head == 0:
                return out
            last = last + (head >> 4) if head >> 4 else self.zigzag()
            assert last not in out
            out[last] = self.value(head & 15)


def hybrid(data, width, count):
    out, t = [], Thrift(data)
    while len(out) < count:
        head = t.varint()
        if head & 1:
            n = (head >> 1) * width
            bits = int.from_bytes(data[t.at : t.at + n], "little")
            t.at += n
            for i in range((head >> 1) * 8):
                out.append(bits >> (i * width) & ((1 << width) - 1))
            del out[count:]
        else:
            n = (width + 7) // 8
            v = int.from_bytes(data[t.at : t.at + n], "little")
            t.at += n
            out += [v] * (head >> 1)
    assert len(out) == count
    return out, t.at


def levels(data, count):
    n = int.from_bytes(data[:4], "little")
    out, used = hybrid(data[4 : 4 + n], 1, count)
    assert used == n
    return out, data[4 + n :]


def plain(data, kind):
    out, at = [], 0
    while at < len(data):
        if kind == 2:
            out.append(int.from_bytes(data[at : at + 8], "little", signed=True))
            at += 8
        else:
            n = int.from_bytes(data[at : at + 4], "little")
            out.append(data[at + 4 : at + 4 + n].decode())
            at += 4 + n
            assert at <= len(data)
    return out


def page(data, at):
    t = Thrift(data, at)
    head = t.struct()
    packed = data[t.at : t.at + head[3]]
    assert len(packed) == head[3]
    assert zlib.crc32(packed) == head[4] % (1 << 32), "CRC of a page"
    raw = subprocess.run(["zstd", "-dcq"], input=packed, stdout=subprocess.PIPE, check=True).stdout
    assert len(raw) == head[2], "size of a page"
    return head, raw, t.at + head[3]


def chunk(data, meta, optional, repeated):
    """Rows of one column of one row group, and its bare values."""
    at = meta[11] if 11 in meta else meta[9]
    end, raw_size = at + meta[7], 0
    words, rows, values, count = None, [], [], 0
    while at < end:
        begin = at
        head, raw, at = page(data, at)
        raw_size += at - begin - head[3] + head[2]
        if head[1] == 2:
            assert begin == meta[11] and head[7][2] == 0
            words = plain(raw, meta[1])
            assert len(words) == head[7][1]
            assert at == meta[9]
            continue
        assert head[1] == 0
        n = head[5][1]
        count += n
        repeats = defined = [0] * n
        if repeated:
            repeats, raw = levels(raw, n)
            assert repeats[0] == 0, "a page begins with a row"
        if optional or repeated:
            defined, raw = levels(raw, n)
        else:
            defined = [1] * n
        if head[5][2] == 8:
            places, used = hybrid(raw[1:], raw[0], sum(defined))
            assert used == len(raw) - 1
            got = [words[p] for p in places]
        else:
            assert head[5][2] == 0
            got = plain(raw, meta[1])
        assert len(got) == sum(defined)
        values += got
        got = iter(got)
        for r, d in zip(repeats, defined):
            if repeated and not r:
                rows.append([])
            if repeated and d:
                rows[-1].append(next(got))
            elif not repeated:
                rows.append(next(got) if d else None)
    assert at == end and count == meta[5] and raw_size == meta[6]
    return rows, values


def check_statistics(meta, rows, values):
    stats = meta.get(12, {})
    if 3 in stats:
        assert stats[3] == sum(r is None for r in rows)
    for field, inside in ((5, lambda v, b: v <= b), (6, lambda v, b: v >= b)):
        if field not in stats:
            continue
        bound = stats[field]
        if meta[1] == 2:
            bound = int.from_bytes(bound, "little", signed=True)
        else:
            bound.decode()
            values = [v if isinstance(v, bytes) else v.encode() for v in values]
        assert all(inside(v, bound) for v in values), meta[3]
        if field == 5 and stats.get(7, True):
            assert max(values) == bound
        if field == 6 and stats.get(8, True):
            assert min(values) == bound


def read(path):
    with open(path, "rb") as f:
        data = f.read()
    assert data[:4] == data[-4:] == b"PAR1"
    size = int.from_bytes(data[-8:-4], "little")
    footer = Thrift(data[: -8], len(data) - 8 - size)
    meta = footer.struct()
    assert footer.at == len(data) - 8
    columns, schema = {}, meta[2][1:]
    while schema:
        s, name = schema[0], schema[0][4].decode()
        if s.get(6) == 3:
            assert s[3] == 0 and schema[1][3] == 2 and schema[2][3] == 0
            columns[name] = (False, True, s)
            del schema[:3]
        else:
            columns[name] = (s[3] == 1, False, s)
            del schema[0]
    assert len(columns) == meta[2][0][5] == len(meta[7])
    out = {name: [] for name in columns}
    at = 4
    for group in meta[4]:
        raw = 0
        for c, name in zip(group[1], columns, strict=True):
            m = c[3]
            assert m[3][0].decode() == name and m[4] == 6
            assert c[2] == at, "chunks follow each other"
            optional, repeated, s = columns[name]
            rows, values = chunk(data, m, optional, repeated)
            assert len(rows) == group[3]
            check_statistics(m, rows, values)
            out[name] += rows
            at += m[7]
            raw += m[6]
        assert raw == group[2]
    assert all(len(rows) == meta[3] for rows in out.values())
    return out, meta


PRECISIONS = {4: "year", 7: "month", 10: "day", 14: "hour", 17: "minute", 20: "second"}
EPOCH = datetime.datetime(1970, 1, 1)


def millis(text):
    full = text.rstrip("Z") + "0000-01-01T00:00:00"[len(text.rstrip("Z")) :]
    return int((datetime.datetime.fromisoformat(full) - EPOCH) / datetime.timedelta(milliseconds=1))


def main():
    columns, meta = read(sys.argv[1])
    assert meta[6].startswith(b"fiche version ")
    with open(sys.argv[2], encoding="utf-8") as f:
        articles = [json.loads(line) for line in f]
    assert len(articles) == meta[3], (len(articles), meta[3])
    for name, rows in columns.items():
        for a, got in zip(articles, rows):
            if name == "published_precision":
                want = a["published"] and PRECISIONS[len(a["published"])]
            elif name in ("published", "modified", "fetched"):
                want = a[name] and millis(a[name])
            else:
                want = a[name]
            assert got == want, (name, a["id"], got, want)
    print("%d articles, %d columns" % (len(articles), len(columns)))


main()
