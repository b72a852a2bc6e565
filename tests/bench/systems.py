# SPDX-License-Identifier: Apache-2.0
"""The systems that tests/bench/compare knows: how each builds an archive of
a corpus, gets one article of it, and checks it."""

import collections
import hashlib
import html
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import unicodedata
import zlib

# Without it the Xapian of these tools finds no Chinese word.
os.environ["XAPIAN_CJK_NGRAM"] = "1"

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


def language_of(corpus):
    """As zimwriterfs wants it; three letters mean stems and no stop words."""
    with open(corpus, "rb") as lines:
        counts = collections.Counter(str(json.loads(line).get("lang") or "")[:2]
                                     for line, _ in zip(lines, range(1000)))
    return {"ar": "ara", "de": "deu", "es": "spa", "fr": "fra", "id": "ind",
            "it": "ita", "ko": "kor", "nl": "nld", "pt": "por", "ru": "rus",
            "zh": "zho"}.get(counts.most_common(1)[0][0], "eng")


def folder_of(top, digest):
    return os.path.join(top, digest[:2])


class System:
    """One row of the table.

    `build` is a list of commands that are timed together.  `prepare` makes
    what they read and is not timed.  `get` may be None: no random access.
    `search` is the command that prints the best ten articles for a query, with
    their titles; `ways` are other ways to ask for them.
    """

    needs = ()
    finds_words = False
    ways = ()
    without_words = None  # the system that differs only in that
    index_only = False    # the articles are somewhere else
    hit_line = None       # how one begins, if it must be stopped after ten
    search_exits = (0,)

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

    def size(self):
        return sum(map(os.path.getsize, self.files()))

    def index_size(self):
        """A size that the words alone make larger than without them."""
        return self.size()

    def search(self, query, way=None):
        return None

    def hit_list(self, query):
        """The same search, printed in a way that hits() can read."""
        return self.search(query)

    def hits(self, output):
        """For each hit the numbers of the articles that it can be."""
        return []


class Fiche(System):
    search_exits = (0, 1)  # 1: nothing matched

    def __init__(self, name, work, program, options=()):
        super().__init__(name, work)
        self.program = program
        self.options = list(options)

    def files(self):
        return [self.at + ".fiche"]

    def prepare(self, corpus):
        if self.finds_words:
            self.numbers = {digest: i for i, (digest, _)
                            in enumerate(records(corpus))}

    def build(self, corpus):
        return [[self.program, "pack", "-q", *self.options, self.at + ".fiche",
                 corpus]]

    def get(self, digest):
        return [self.program, "extract", "--raw", self.at + ".fiche", digest[:16]]

    def check(self):
        return [self.program, "verify", "-q", "--threads", "1", self.at + ".fiche"]

    def info(self):
        output = subprocess.run([self.program, "info", "--json", *self.files()],
                                stdout=subprocess.PIPE, check=True).stdout
        return json.loads(output)

    def index_size(self):
        return self.info()["index_bytes"]


class FicheWords(Fiche):
    finds_words = True
    ways = ("with snippets", "without stems")
    without_words = "fiche, no words"

    def search(self, query, way=None):
        options = {None: ["--no-snippets"], "with snippets": [],
                   "without stems": ["--no-snippets", "--exact"]}
        return [self.program, "search", self.at + ".fiche", query.typed(),
                "--limit", "10", *options[way]]

    def hit_list(self, query):
        return [*self.search(query, "without stems"), "--json"]

    def hits(self, output):
        lines = map(json.loads, output.splitlines())
        return [{self.numbers[line["id"]]} for line in lines if "id" in line]


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
        # What all databases of this corpus are made from, once.
        self.rows = os.path.join(os.path.dirname(self.at), "rows")
        if not os.path.exists(self.rows):
            with open(self.rows, "w", encoding="utf-8", newline="") as out:
                for digest, line in records(corpus):
                    out.write(row_of(digest, json.loads(line)))
        with open(self.at + ".sql", "w", encoding="utf-8") as out:
            out.write("\n".join(self.statements()) + "\n")

    def statements(self):
        return [f"CREATE TABLE articles ({', '.join(COLUMNS)});", ".mode ascii",
                f".import '{self.rows}' articles",
                *(f"CREATE INDEX by_{name} ON articles ({name});"
                  for name in ("id", "url", "date", "source"))]

    def build(self, corpus):
        return [["sqlite3", self.at + ".db", f".read '{self.at}.sql'"]]

    def get(self, digest):
        return ["sqlite3", "-readonly", self.at + ".db",
                f"SELECT * FROM articles WHERE id = '{digest}'"]

    def is_right(self, output, line):
        return text_of(json.loads(line)).encode() in output

    def check(self):
        return ["sqlite3", "-readonly", self.at + ".db", "PRAGMA integrity_check"]


class SqliteWords(Sqlite):
    """The same with FTS5, which takes the texts from the table.

    unicode61 knows no words where there are no blanks, and its trigrams find
    nothing shorter than three characters.
    """

    finds_words = True
    ways = ("with snippets",)
    without_words = "sqlite3"
    options = "content='articles', tokenize='unicode61'"
    columns = "'#' || rowid, title"

    def statements(self):
        return [*super().statements(),
                f"CREATE VIRTUAL TABLE words USING "
                f"fts5(title, keywords, body, {self.options});",
                "INSERT INTO words(words) VALUES ('rebuild');",
                "INSERT INTO words(words) VALUES ('optimize');"]

    def search(self, query, way=None):
        words = " ".join(f'"{word}"' for word in query.words)
        columns = self.columns
        if way:
            columns += ", snippet(words, -1, '[', ']', '...', 30)"
        return ["sqlite3", "-readonly", self.at + ".db",
                f"SELECT {columns} FROM words WHERE words MATCH '{words}' "
                "ORDER BY rank LIMIT 10"]

    def hits(self, output):
        return [{int(number) - 1}
                for number in re.findall(rb"^#(\d+)", output, re.M)]


class SqliteIndex(SqliteWords):
    """The index alone: it names rows of a table that is somewhere else."""

    ways = ()
    index_only = True
    options = "content='', tokenize='unicode61'"
    columns = "'#' || rowid"

    def statements(self):
        return [f"CREATE TEMP TABLE articles ({', '.join(COLUMNS)});", ".mode ascii",
                f".import --schema temp '{self.rows}' articles",
                f"CREATE VIRTUAL TABLE words USING "
                f"fts5(title, keywords, body, {self.options});",
                "INSERT INTO words(rowid, title, keywords, body) "
                "SELECT rowid, title, keywords, body FROM articles;",
                "INSERT INTO words(words) VALUES ('optimize');"]

    def get(self, digest):
        return None


class Xapian(System):
    """xapian-omega: titles and an index of all words as they are, compacted.

    Searched with quest, not with the CGI program: that one would also read a
    configuration and a template and print a page.
    """

    needs = ("scriptindex", "xapian-compact", "quest")
    finds_words = True
    index_only = True

    def files(self):
        return [os.path.join(folder, name) for folder in (self.at + ".xapian",)
                if os.path.isdir(folder) for name in os.listdir(folder)]

    def clean(self):
        for folder in (self.at + ".loose", self.at + ".xapian"):
            shutil.rmtree(folder, ignore_errors=True)

    def prepare(self, corpus):
        with open(self.at + ".script", "w") as out:
            out.write("number : field\n"
                      "title : field index=S index gap\n"
                      "keywords : index gap\n"
                      "body : index\n")
        with open(self.at + ".dump", "w", encoding="utf-8") as out:
            for i, (_, line) in enumerate(records(corpus)):
                article = json.loads(line)
                for name, value in (("number", f"#{i}"),
                                    ("title", article.get("title")),
                                    ("keywords", column(article, "keywords")),
                                    ("body", text_of(article))):
                    lines = str(value or "").splitlines()
                    out.write(f"{name}=" + "\n=".join(lines) + "\n")
                out.write("\n")

    def build(self, corpus):
        return [["scriptindex", "-s", "none", "--overwrite", self.at + ".loose",
                 self.at + ".script", self.at + ".dump"],
                ["xapian-compact", self.at + ".loose", self.at + ".xapian"]]

    def search(self, query, way=None):
        return ["quest", "-d", self.at + ".xapian", "-s", "none", "-o", "and",
                "-m", "10", query.typed()]

    def hits(self, output):
        return [{int(number)}
                for number in re.findall(rb"^number=#(\d+)", output, re.M)]


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

    def __init__(self, name, work, options=()):
        super().__init__(name, work)
        self.options = options

    def files(self):
        return [self.at + ".zim"]

    def prepare(self, corpus):
        self.language = language_of(corpus)
        os.makedirs(self.at, exist_ok=True)
        with open(os.path.join(self.at, "icon.png"), "wb") as out:
            out.write(icon())
        self.numbers = collections.defaultdict(set)  # of a title
        for i, (digest, line) in enumerate(records(corpus)):
            folder, article = folder_of(self.at, digest), json.loads(line)
            # A page without a title is called by its file.
            self.numbers[" ".join(title_of(article).split()) or digest].add(i)
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, digest + ".html"), "w",
                      encoding="utf-8") as out:
                out.write(page(article))
        with open(os.path.join(self.at, "index.html"), "w") as out:
            out.write("<html><head><title>news</title></head><body></body></html>")

    def build(self, corpus):
        return [["zimwriterfs", "-w", "index.html", "-I", "icon.png",
                 "-l", self.language, "-t", "news", "-d", "news", "-c", "bench",
                 "-p", "bench", *self.options, self.at, self.at + ".zim"]]

    def get(self, digest):
        # In namespace C, as this version writes it.
        return ["zimdump", "show", "--ns=C",
                f"--url={digest[:2]}/{digest}.html", self.at + ".zim"]

    def is_right(self, output, line):
        first = text_of(json.loads(line)).strip().split("\n")[0]
        return html.escape(first, quote=False).encode() in output

    def check(self):
        return ["zimcheck", "-C", self.at + ".zim"]


class ZimWords(Zim):
    """With Xapian's index of the stems of the corpus's language, no places."""

    needs = (*Zim.needs, "zimsearch")
    finds_words = True
    without_words = "ZIM, no full text"
    # zimsearch prints all that matches, however much that is.
    hit_line = b"score "
    search_exits = (0, -signal.SIGPIPE)

    def search(self, query, way=None):
        # libzim indexes without accents, and zimsearch asks as it is told.
        letters = [c for c in unicodedata.normalize("NFD", query.typed())
                   if not unicodedata.combining(c)]
        return ["zimsearch", self.at + ".zim", "".join(letters)]

    def hits(self, output):
        titles = re.findall(r"^score \d+\t:\t(.*)$", output.decode(), re.M)
        return [self.numbers[" ".join(title.split())] for title in titles]


class ZimAllWords(ZimWords):
    """In no language, so that words are kept as they are."""

    def prepare(self, corpus):
        super().prepare(corpus)
        self.language = "mul"


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


def column(article, name):
    value = text_of(article) if name == "body" else article.get(name)
    if isinstance(value, list):
        value = ";".join(map(str, value))
    return str(value or "")


def row_of(digest, article):
    """With the control characters that `.mode ascii` separates with."""
    row = [digest] + [column(article, name) for name in COLUMNS[1:]]
    return "\x1f".join(value.replace("\x1e", "").replace("\x1f", "")
                       for value in row) + "\x1e"


def title_of(article):
    return article.get("title") or article.get("url") or ""


def page(article):
    title = html.escape(title_of(article), quote=False)
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


def fiches(work, program):
    """With words, if this build knows them."""
    known = subprocess.run([program, "help", "search"], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if known.returncode != 0:
        return [Fiche("fiche", work, program),
                Fiche("fiche --level 19", work, program, ["--level", "19"])]
    return [FicheWords("fiche", work, program),
            FicheWords("fiche --level 19", work, program, ["--level", "19"]),
            Fiche("fiche, no words", work, program, ["--index", "basic"])]


def all_systems(work, fiche):
    """In the order of the table; the first is what the others are compared to."""
    return [
        *fiches(work, fiche),
        Zstd("zstd -12, solid", work, ["-12"]),
        Zstd("zstd -19 --long, solid", work, ["-19", "--long=27"]),
        Sqlite("sqlite3", work),
        SqliteWords("sqlite3 + FTS5", work),
        SqliteIndex("FTS5, contentless", work),
        Xapian("Xapian Omega", work),
        Warc("WARC.gz + CDXJ", work),
        Squashfs("squashfs, zstd 19", work),
        Zim("ZIM, no full text", work, ["-j"]),
        ZimWords("ZIM + Xapian", work),
        ZimAllWords("ZIM + Xapian, all words", work),
    ]
