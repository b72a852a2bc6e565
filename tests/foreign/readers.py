#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same articles from tar, zip and SQLite as from JSON Lines."""

import hashlib
import json
import sqlite3
import sys
import tarfile
import zipfile


def digests(files):
    return sorted(
        hashlib.sha256(data).hexdigest() for name, data in files if not name.endswith(".meta.json")
    )


def main():
    with open(sys.argv[4], encoding="utf-8") as f:
        articles = [json.loads(line) for line in f]
    ids = sorted(a["id"] for a in articles)

    with tarfile.open(sys.argv[1], "r:") as tar:
        members = tar.getmembers()
        assert all(m.isreg() and m.uid == m.gid == 0 for m in members)
        names = [m.name for m in members]
        assert digests((m.name, tar.extractfile(m).read()) for m in members) == ids
    assert len(set(names)) == len(names)
    with zipfile.ZipFile(sys.argv[2]) as z:
        assert z.testzip() is None
        assert z.namelist() == names
        assert digests((n, z.read(n)) for n in names) == ids
        for name in names:
            if name.endswith(".meta.json"):
                meta = json.loads(z.read(name))
                assert meta["id"] in ids and "text" not in meta

    db = sqlite3.connect(sys.argv[3])
    db.row_factory = sqlite3.Row
    for number, row in enumerate(db.execute("SELECT * FROM articles_with_lists ORDER BY rowid")):
        a = next(a for a in articles if a["id"] == row["id"])
        for name in a:
            want = a[name]
            if name in ("authors", "tags"):
                want = "; ".join(want) or None
            elif isinstance(want, str):
                want = want.replace("\0", "\ufffd")
            assert row[name] == want, (name, row[name], want)
    assert number + 1 == len(articles)
    print(len(articles), "articles")


main()
