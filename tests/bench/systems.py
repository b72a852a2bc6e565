# SPDX-License-Identifier: Apache-2.0
"""The systems that tests/bench/compare knows: how each builds an archive of
a corpus, gets one article of it, and checks it."""

import hashlib
import html
import json
import os
import shutil
import struct
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS = ("id", "url", "title", "date", "source", "lang", "keywords", "body")


def records(corpus):
    """Lines of a corpus with their SHA-256, each different line once."""
    seen = set()
    with open(corpus, "rb") as lines:
        for line in lines:
            line = line.rstrip(b"\n")
            digest = hashlib.sha256(line)
            if line and digest.digest() not in seen:
                seen.add(digest.digest())
                yield digest.hexdigest(), line


def text_of(article):
    return article.get("body") or article.get("text") or ""


def folder_of(top, digest):
    return os.path.join(top, digest[:2])


class System:
    """One row of the table.

    `build` is a list of commands that are timed together.  `prepare` makes
    what they read and is not timed.  `get` may be None: no random access.
    """

    needs = ()

    def __init__(self, name, work):
        self.name = name
        self.at = os.path.join(work, name.translate(str.maketrans(" ,+", "---")))

    def available(self):
        return all(shutil.which(program) for program in self.needs)

    def prepare(self, corpus):
        pass

    def clean(self):
        for path in self.files():
            if os.path.exists(path):
                os.unlink(path)

    def get(self, digest):
        return None

    def is_right(self, output, line):
        return output.rstrip(b"\n") == line

    def check(self):
        return None


class Fiche(System):
    def __init__(self, name, work, program, options=()):
        super().__init__(name, work)
        self.program = program
        self.options = list(options)

    def files(self):
        return [self.at + ".fiche"]

    def build(self, corpus):
        return [[self.program, "pack", "-q", *self.options, self.at + ".fiche",
                 corpus]]

    def get(self, digest):
        return [self.program, "extract", "--raw", self.at + ".fiche", digest[:16]]

    def check(self):
        return [self.program, "verify", "-q", "--threads", "1", self.at + ".fiche"]


class Zstd(System):
    needs = ("zstd",)

    def __init__(self, name, work, options):
        super().__init__(name, work)
        self.options = options

    def files(self):
        return [self.at + ".zst"]

    def build(self, corpus):
        return [["zstd", "-q", "-f", "-k", *self.options, corpus,
                 "-o", self.at + ".zst"]]

    def check(self):
        return ["zstd", "-q", "-t", "--long=27", self.at + ".zst"]


class Sqlite(System):
    """A table with indexes on what a reader asks for; no full text."""

    needs = ("sqlite3",)

    def files(self):
        return [self.at + ".db"]

    def prepare(self, corpus):
        # The control characters that `.mode ascii` separates with.
        with open(self.at + ".rows", "w", encoding="utf-8", newline="") as out:
            for digest, line in records(corpus):
                article = json.loads(line)
                row = [digest]
                for name in COLUMNS[1:]:
                    value = text_of(article) if name == "body" else article.get(name)
                    if isinstance(value, list):
                        value = ";".join(map(str, value))
                    value = str(value or "")
                    row.append(value.replace("\x1e", "").replace("\x1f", ""))
                out.write("\x1f".join(row) + "\x1e")
        with open(self.at + ".sql", "w", encoding="utf-8") as out:
            print(f"CREATE TABLE articles ({', '.join(COLUMNS)});", file=out)
            print(".mode ascii", file=out)
            print(f".import '{self.at}.rows' articles", file=out)
            for name in ("id", "url", "date", "source"):
                print(f"CREATE INDEX by_{name} ON articles ({name});", file=out)

    def build(self, corpus):
        return [["sqlite3", self.at + ".db", f".read '{self.at}.sql'"]]

    def get(self, digest):
        return ["sqlite3", "-readonly", self.at + ".db",
                f"SELECT * FROM articles WHERE id = '{digest}'"]

    def is_right(self, output, line):
        return text_of(json.loads(line)).encode() in output

    def check(self):
        return ["sqlite3", "-readonly", self.at + ".db", "PRAGMA integrity_check"]


class Squashfs(System):
    """A file for each record in a compressed file system."""

    needs = ("mksquashfs", "unsquashfs")

    def files(self):
        return [self.at + ".squashfs"]

    def prepare(self, corpus):
        for digest, line in records(corpus):
            folder = folder_of(self.at, digest)
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, digest + ".json"), "wb") as out:
                out.write(line)

    def build(self, corpus):
        return [["mksquashfs", self.at, self.at + ".squashfs", "-comp", "zstd",
                 "-Xcompression-level", "19", "-b", "1M", "-noappend", "-quiet",
                 "-no-progress"]]

    def get(self, digest):
        return ["unsquashfs", "-cat", self.at + ".squashfs",
                f"{digest[:2]}/{digest}.json"]


class Zim(System):
    """A small HTML page for each article."""

    needs = ("zimwriterfs", "zimdump", "zimcheck")

    def __init__(self, name, work, options):
        super().__init__(name, work)
        self.options = options

    def files(self):
        return [self.at + ".zim"]

    def prepare(self, corpus):
        os.makedirs(self.at, exist_ok=True)
        with open(os.path.join(self.at, "icon.png"), "wb") as out:
            out.write(icon())
        for digest, line in records(corpus):
            folder = folder_of(self.at, digest)
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, digest + ".html"), "w",
                      encoding="utf-8") as out:
                out.write(page(json.loads(line)))
        with open(os.path.join(self.at, "index.html"), "w") as out:
            out.write("<html><head><title>news</title></head><body></body></html>")

    def build(self, corpus):
        return [["zimwriterfs", "-w", "index.html", "-I", "icon.png", "-l", "eng",
                 "-t", "news", "-d", "news", "-c", "bench", "-p", "bench",
                 *self.options, self.at, self.at + ".zim"]]

    def get(self, digest):
        # In namespace C, as this version writes it.
        return ["zimdump", "show", "--ns=C",
                f"--url={digest[:2]}/{digest}.html", self.at + ".zim"]

    def is_right(self, output, line):
        first = text_of(json.loads(line)).strip().split("\n")[0]
        return html.escape(first, quote=False).encode() in output

    def check(self):
        return ["zimcheck", "-C", self.at + ".zim"]


class Warc(System):
    """One gzip member a record and a sorted index; start-up of Python included."""

    def files(self):
        return [self.at + ".warc.gz", self.at + ".cdxj"]

    def tool(self, *arguments):
        # -I -S: as little of Python as there is.
        return [sys.executable, "-I", "-S", os.path.join(HERE, "warc.py"),
                *arguments]

    def build(self, corpus):
        return [self.tool("write", corpus, self.at)]

    def get(self, digest):
        return self.tool("get", self.at, digest)


def page(article):
    title = html.escape(article.get("title") or article.get("url") or "", quote=False)
    facts = "".join(
        f"<dt>{name}<dd>{html.escape(str(article[name]), quote=False)}"
        for name in ("url", "date", "source", "lang", "keywords")
        if article.get(name)
    )
    body = "".join(f"<p>{html.escape(p, quote=False)}</p>\n"
                   for p in text_of(article).strip().split("\n"))
    return (f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}'
            f"</title></head><body><h1>{title}</h1><dl>{facts}</dl>\n{body}"
            "</body></html>\n")


def icon():
    """The 48 x 48 PNG that zimwriterfs insists on."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))

    rows = (b"\0" + b"\x80" * 48) * 48
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", 48, 48, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def all_systems(work, fiche):
    """In the order of the table; the first is what the others are compared to."""
    return [
        Fiche("fiche", work, fiche),
        Fiche("fiche --level 19", work, fiche, ["--level", "19"]),
        Zstd("zstd -12, solid", work, ["-12"]),
        Zstd("zstd -19 --long, solid", work, ["-19", "--long=27"]),
        Sqlite("sqlite3", work),
        Warc("WARC.gz + CDXJ", work),
        Squashfs("squashfs, zstd 19", work),
        Zim("ZIM, no full text", work, ["-j"]),
        Zim("ZIM + Xapian", work, []),
    ]
