#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tables.py JSONL CSV TSV EXCEL: the tables have the cells of the JSON."""

import csv
import json
import re
import sys

csv.field_size_limit(1 << 30)
bad = 0


def complain(*words):
    global bad
    bad += 1
    print(*words)


def cell(value):
    """What a cell should be, or a list of parts."""
    if value is None:
        return ""
    if isinstance(value, list):
        return [part.replace(";", ",") for part in value]
    return str(value).replace("\0", "\ufffd")


def parts(text):
    return [part.strip() for part in text.split(";") if part.strip()]


def compare(name, number, row, article):
    if list(row) != list(article):
        complain(name, number, "other columns:", list(row))
    for key, got in row.items():
        want = cell(article[key])
        if isinstance(want, list):
            got = parts(got)
        if got != want:
            complain(name, number, key, repr(got), "is not", repr(want))


def untsv(text):
    plain = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(r"\\(.)", lambda m: plain[m[1]], text)


def main(jsonl, csv_path, tsv_path, excel_path):
    with open(jsonl, encoding="utf-8", newline="\n") as f:
        articles = [json.loads(line) for line in f]

    with open(csv_path, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f, strict=True))
    if len(rows) != len(articles):
        complain("csv has", len(rows), "rows")
    for i, (row, article) in enumerate(zip(rows, articles)):
        compare("csv", i, row, article)

    with open(tsv_path, encoding="utf-8", newline="\n") as f:
        lines = [line.rstrip("\n").split("\t") for line in f]
    if len(lines) != len(articles) + 1:
        complain("tsv has", len(lines), "lines")
    for i, (line, article) in enumerate(zip(lines[1:], articles)):
        compare("tsv", i, dict(zip(lines[0], map(untsv, line))), article)

    with open(excel_path, encoding="utf-8-sig", newline="") as f:
        text = f.read()
        f.seek(0)
        rows = list(csv.reader(f, strict=True))
    if not text.endswith("\r\n") or len(rows) != len(articles) + 1:
        complain("excel: lines do not end as they should, or are not all there")
    for i, row in enumerate(rows):
        for value in row:
            if value[:1] in tuple("=+-@\t\r\n"):
                complain("excel", i, "a formula:", repr(value))
            if len(value.encode("utf-16-le")) // 2 > 32767:
                complain("excel", i, "a cell is too long")
    return bad > 0


sys.exit(main(*sys.argv[1:]))
