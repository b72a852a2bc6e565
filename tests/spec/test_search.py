#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two searches, one answer: format-spec/search.py and the program that the environment variable FICHE names.

Invented articles in many scripts are packed in one go, in many appends, and indexed later. Of each archive search.py
must find nothing wrong, and its keyword index must have the canonical form of 3.5, as it is written here once more. For
many queries both must find the same records in the same order with the same scores (the program prints four digits of
them), and what the texts say without any index: a query is made as a tree, from which its text is written and which is
asked of each record. Queries without sense must at least be understood alike.
"""
import hashlib, json, mmap, os, random, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SPEC = os.path.join(HERE, "..", "..", "format-spec")
sys.path.insert(0, SPEC)
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import search
from words import PAIR, Keywords, tokens
from tap import Tap

SCRIPTS = {     # syllables of which words are made, and what stands between two words
    "en": ("ka lo mi ter ing stra por dan vel ru sch ou", " "),
    "fr": ("é bra çon lu nè mas tou rê pi vœ l’a ché", " "),
    "de": ("stra ße für gen ver über kö schif fe nie der bau", " "),
    "vi": ("Nguyễn hà nội đường phố tr ươ ng việt", " "),
    "ru": ("по ле ра бо та го род Ёл йод ста ви ньё", " "),
    "el": ("σίσ υφ ος πόλη νέα κα ρό μας δια", " "),
    "ar": ("مُحَ مَّد رسة كتا با لو طن يوم سلا", " "),
    "hi": ("दि ल्ली स मा चार भा रत की है", " "),
    "ko": ("한국 신문 서울 날씨 사람 정부", " "),
    "zh": ("新 闻 联 播 我 国 经 济 人 民 北 京 天 气", ""),
    "ja": ("ニュ ース 東京 の ｶﾞｲ 天気 は です", ""),
    "th": ("ข่าว วัน นี้ กรุง เทพ ฝน ตก ประ เทศ", ""),
}
NOISE = ("iPhone手机3", "x²", "½", "3.14", "№7", "e-mail", "snake_case", "Apple™", "한국hangul", "٢٠٢٤", "w" * 70,
         "ж" * 40 + "z", "zu\xadsam\xadmen", "\u0438\xad\u0306\u043e", "Cafe\u0301", "a\u200bb", "\u1112\u1161\u11ab")
STOPS = ("。", "! ", ". ", ", ", "\n\n", " - ")
PIECES = ("dan mi dan* d* 我 北京 经北京 3 iPhone手机3 手 x² !!! ½ Cafe no-way dan-mi ( ) | \" « ” - + * OR AND NOT near or "
          "near/1 NEAR/20 near/ title: TITLE: title x: : нью . -- \u0301 \xad \u3000 \xa0 \u200b \ufeff").split(" ")
QUOTES = set("\"«»“”„＂")
SPECIAL = QUOTES | set("()|:*")


# The articles

def sentence(rng, words, gap, count):
    out = []
    for _ in range(count):
        word = rng.choice(NOISE) if rng.random() < 0.02 else words[int(len(words) * rng.random() ** 3)]
        word = "%s%d" % (word, rng.randrange(10 ** 5)) if rng.random() < 0.03 else word
        out.append(word.capitalize() if rng.random() < 0.1 else word)
        out.append(rng.choice(STOPS) if rng.random() < 0.1 else gap)
    return "".join(out)


def articles(count):
    """Lines, and of each the strings that 6.8 takes tokens from: title, text, tags."""
    rng, made, words = random.Random(11), {}, {}
    for lang, (syllables, _) in SCRIPTS.items():
        parts = syllables.split()
        words[lang] = [rng.choice(parts) for _ in range(8)]
        words[lang] += ["".join(rng.choice(parts) for _ in range(rng.choice((2, 2, 3, 4)))) for _ in range(150)]
    for n in range(count):
        lang = rng.choice(("en", "en", "ru", "zh", rng.choice(list(SCRIPTS))))
        gap = SCRIPTS[lang][1]
        title = sentence(rng, words[lang], gap, rng.randrange(9)).strip()
        text = sentence(rng, words[lang], gap, rng.choice((0, 1, 5, 20, 60, 60, 60, 200, 600)))
        tags = [sentence(rng, words[lang], " ", rng.randrange(3)).strip() for _ in range(rng.randrange(4))]
        tags = list(dict.fromkeys(tag for tag in tags if tag and not set(tag) & set(";|,")))
        record = {"url": "https://n.ex/%d" % (n if n % 10 else n // 3), "title": title,
                  "date": "2024-%02d-%02d" % (n % 12 + 1, n % 28 + 1), rng.choice(("text", "body")): text}
        joined = rng.choice(("; ", "|", ", ")).join(tags)
        record[rng.choice(("tags", "keywords"))] = joined if len(tags) > 1 and n % 2 else tags
        made[json.dumps(record, ensure_ascii=n % 3 == 0)] = [title, text, *tags]
    return made


def dense(count):
    """Articles whose many words of three letters are all in many of them: long pages of short lists."""
    rng, letters = random.Random(12), "abcdefghijklm"
    words = [a + b + c for a in letters for b in letters for c in letters]
    return [json.dumps({"text": " ".join(rng.choice(words) for _ in range(250)), "id": n}) for n in range(count)]


def rare(count):
    """Articles of words that no other has: long pages of many words."""
    rng = random.Random(14)
    return [json.dumps({"text": " ".join("%x" % rng.randrange(16 ** 9) for _ in range(60)), "id": n})
            for n in range(count)]


# The canonical form of 3.5

def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)


def rice(numbers, k):
    return "".join("0" * (n >> k) + "1" + "".join(str(n >> i & 1) for i in range(k)) for n in numbers)


def packed(bits):
    size = (len(bits) + 7) // 8
    return int(bits[::-1] or "0", 2).to_bytes(size, "little")


def gaps_and_marks(postings, before):
    gaps, marks = [], []
    for idx, count, title in postings:
        gaps.append(idx - before - 1)
        marks += [2, count - 1] if title else [count - 1 if count < 3 else count]
        before = idx
    return gaps, marks


def long_list(keywords, postings):
    table, blocks, before = b"", b"", -1
    for at in range(0, len(postings), 128):
        part = postings[at:at + 128]
        gaps, marks = gaps_and_marks(part, before)
        k = 0
        while len(rice(gaps, k + 1)) < len(rice(gaps, k)):
            k += 1
        m = min(range(8), key=lambda m: len(rice(marks, m)))
        block = packed(rice(gaps, k) + rice(marks, m))
        table += varint(part[-1][0] - before - 1) + varint(len(block))
        table += bytes([max(map(keywords.impact, part)), m << 5 | k])
        blocks, before = blocks + block, part[-1][0]
    return table + blocks


def short_list(n, postings):
    gaps, marks = gaps_and_marks(postings, -1)
    x = 11 * n // (16 * len(postings))
    m = 1 if len(rice(marks, 1)) < len(rice(marks, 0)) else 0
    return str(m) + rice(gaps, max(0, x.bit_length() - 1)) + rice(marks, m)


def common(a, b):
    return next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))


def pages_of(keywords):
    """Of each page of WORD: first word, content of its frame, its short lists, its long lists."""
    pages, page = [], None
    for word in sorted(word.encode() for word in keywords.lists):
        postings = keywords.lists[word.decode()]
        if page is None or sum(map(len, page[:4])) >= 16000 or len(page[4]) // 8 >= 8000:
            page, before = [b"", b"", b"", b"", "", b"", []], b""   # shape, counts, long lengths, text; lists; words
            pages.append(page)
        same = common(before, word)
        rest, before = len(word) - same, word
        page[0] += bytes([min(same, 15) << 4 | min(rest, 15)])
        page[0] += b"".join(varint(x - 15) for x in (same, rest) if x > 14)
        page[1] += varint(len(postings))
        page[3] += word[same:]
        if len(postings) < 128:
            page[4] += short_list(keywords.n, postings)
        else:
            made = long_list(keywords, postings)
            page[2] += varint(len(made))
            page[5] += made
        page[6].append(word)
    return [(words[0], varint(len(words)) + b"".join(varint(len(c)) for c in columns[:3]) + b"".join(columns),
             packed(short), longs) for *columns, short, longs, words in pages]


class Pages(Keywords):
    """The keyword index of a segment, and its pages as they were found."""
    def __init__(self, data, g):
        end, self.found = g.offset + g.length, []
        super().__init__(b"".join(data[at:min(at + 4096, end) - 4] for at in range(g.offset + 96, end, 4096)), g.count)

    def page(self, text, bits, lists, first):
        self.found.append((first, text.getvalue(), packed(bits.bits), lists.getvalue()))
        super().page(text, bits, lists, first)


# Queries: trees, their texts, and what they mean

def leaf(text, kind, title):
    """A word, a phrase, a prefix or a single: its text in a query, its tokens, the kind; None if text is none."""
    found = [token for token, _ in tokens(text)]
    if kind == "quoted":
        if len(found) < 2 or set(text) & QUOTES:
            return None
        text = '"%s"' % text
    elif not found or set(text[:-1]) & SPECIAL or set(text[-1]) & SPECIAL - {"*"} or text[0] in "+-":
        return None
    return "leaf", "title:" * title + text, found, kind, title


def make_leaf(rng, texts, kinds, title=False):
    made = None
    while made is None:
        strings, kind = rng.choice(texts), rng.choice(kinds)
        words = (strings[0] if title else rng.choice(strings)).split()
        if words:
            at = rng.randrange(len(words))
            text = " ".join(words[at:at + rng.choice((1, 2, 2, 3))]) if kind == "quoted" else words[at]
            text = text if text.isascii() or rng.random() < 0.5 else text[:rng.randrange(1, 8)]
            if kind == "prefix":
                text = "".join(token[:rng.randrange(1, 4)] for token, _ in tokens(text)[:1]) + "*"
            elif kind == "single":
                text = text[:1]
            made = leaf(text, kind, title)
    return made


def make_near(rng, texts, kinds):
    return ("near", rng.choice((0, 1, 3, 10, 40)), make_leaf(rng, texts, kinds), make_leaf(rng, texts, kinds))


def make(rng, texts, depth, kinds):
    kind = rng.choice(("leaf", "and", "and", "or", "not", "near")) if depth else "leaf"
    if kind == "leaf":
        return make_leaf(rng, texts, kinds, rng.random() < 0.1)
    if kind == "near":
        return make_near(rng, texts, kinds)
    parts = [make(rng, texts, depth - 1, kinds) for _ in range(rng.choice((2, 2, 3)))]
    return ("and", parts[0], ("not", parts[1])) if kind == "not" else (kind, *parts)


def written(rng, tree):
    kind, *rest = tree
    if kind == "leaf":
        return rest[0]
    parts = [written(rng, part) if part[0] == "leaf" or part[0] == "not" != kind else "(%s)" % written(rng, part)
             for part in rest if isinstance(part, tuple)]
    if kind == "not":
        return rng.choice(("-", "NOT ")) + parts[0]
    between = {"and": (" ", " ", " AND "), "or": (" OR ", "|", " | "), "near": (" near/{} ".format(rest[0]),)}[kind]
    return rng.choice(between).join(parts)


def stretches(text, found, kind):
    """Where a leaf stands in a text, whose tokens stand between zero bytes."""
    terms = ["[^\0]*%s[^\0]*" % token if PAIR.fullmatch(token) else re.escape(token) for token in found]
    if kind == "prefix":
        terms[-1] = re.escape(found[-1]) + "[^\0]*"
    pattern = re.compile("\0%s(?=\0)" % "\0".join(terms))
    match = pattern.search(text)
    while match:
        at = text.count("\0", 0, match.start())
        yield at, at + len(found)
        match = pattern.search(text, match.start() + 1)


def holds(tree, texts):
    kind, *rest = tree
    if kind == "leaf":
        return any(any(stretches(text, *rest[1:3])) for text in texts[:1 if rest[3] else None])
    if kind == "near":
        most, left, right = rest
        return any(0 <= c - b <= most or 0 <= a - d <= most for text in texts
                   for a, b in stretches(text, *left[2:4]) for c, d in stretches(text, *right[2:4]))
    if kind == "not":
        return not holds(rest[0], texts)
    return (all if kind == "and" else any)(holds(part, texts) for part in rest)


def queries(articles):
    """Groups of queries, each with the digests of the records that it must find. None is known for the last group."""
    rng, texts = random.Random(13), list(articles.values())
    known = {hashlib.sha256(line.encode()).digest(): ["\0".join(["", *(token for token, _ in tokens(text)), ""])
                                                      for text in record] for line, record in articles.items()}

    def group(count, form):
        made = [form() for _ in range(count)]
        return [(written(rng, tree), {digest for digest in known if holds(tree, known[digest])}) for tree in made]
    words, every = ("word",), ("word", "word", "quoted", "prefix", "single")
    yield "words", group(25, lambda: ("and", *(make_leaf(rng, texts, words) for _ in range(rng.choice((1, 1, 2, 3))))))
    yield "phrases", group(20, lambda: make_leaf(rng, texts, ("quoted",)))
    yield "prefixes and singles", group(20, lambda: make_leaf(rng, texts, ("prefix", "single")))
    yield "titles", group(15, lambda: make_leaf(rng, texts, every, True))
    yield "near", group(20, lambda: make_near(rng, texts, every))
    yield "trees", group(30, lambda: make(rng, texts, 3, every))
    yield "no sense", [("".join(rng.choice(PIECES) + rng.choice(("", "", " ")) for _ in range(n // 5)), None)
                       for n in range(5, 65)]


# The comparison

def open_archive(path):
    with open(path, "rb") as f:
        return search.Search(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ))


def asked(path, query, limit=0):
    call = [os.environ["FICHE"], "search", "--exact", "--all-versions", "--json", "--no-snippets"]
    call += ["--limit", str(limit), path, "--", query]
    done = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode < 3, done.stderr.decode()
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return [(row["number"], row["score"]) for row in rows if "number" in row]


def differences(archive, path, group):
    """What is not as it should be, one line for a query."""
    for query, right in group:
        mine, theirs = archive.find(query), asked(path, query)
        numbers = [n for n, _ in mine]
        if right is None:
            if set(numbers) != {n for n, _ in theirs}:
                yield "%r: search.py finds %d records, the program %d" % (query, len(mine), len(theirs))
            continue
        should = [n for n, (digest, _, _) in enumerate(archive.archive.records) if digest in right]
        if sorted(numbers) != should:
            yield "%r: search.py finds %s, the texts say %s" % (query, sorted(numbers), should)
        if numbers != [n for n, _ in theirs]:
            yield "%r: search.py finds %s, the program %s" % (query, mine[:9], theirs[:9])
        if len(theirs) > 10 and asked(path, query, 10) != theirs[:10]:
            yield "%r: the best ten of the program are others than the first ten of all" % query
        for (n, a), (_, b) in zip(mine, theirs):
            if abs(a - b) > 0.0000501:
                yield "%r: record %d has the score %r in search.py, %r in the program" % (query, n, a, b)


def odd_pages(archive):
    """Of which segments the keyword index is not in the canonical form."""
    for g in archive.archive.commits[-1].segments:
        keywords = Pages(archive.archive.data, g)
        if keywords.found != pages_of(keywords):
            for found, want in zip(keywords.found, pages_of(keywords)):
                if found != want:
                    names = ("first word", "content", "short lists", "long lists")
                    yield "segment at %d, page of %r: %s" % (g.offset, found[0], [
                        name for name, x, y in zip(names, found, want) if x != y])
            yield "segment at %d: %d pages, %d wanted" % (g.offset, len(keywords.found), len(pages_of(keywords)))


def pack(path, lines, appends, *options):
    for i in range(appends):
        part = lines[i * len(lines) // appends:(i + 1) * len(lines) // appends]
        subprocess.run([os.environ["FICHE"], "pack", "-q", "--append", *options, path, "-"],
                       input="".join(line + "\n" for line in part).encode(), check=True)


def main():
    if not os.environ.get("FICHE"):
        print("1..0 # SKIP FICHE is not given")
        return 0
    os.environ["SOURCE_DATE_EPOCH"] = "1000000000"
    tap, made = Tap(), articles(720)
    groups = list(queries(made))
    archives = (("in one go", list(made), 1), ("in many appends", list(made), 70), ("indexed later", list(made), 3),
                ("long lists", dense(500), 1), ("many words", rare(300), 1), ("no word", ['{"text":"..."}'], 1))
    with tempfile.TemporaryDirectory() as folder:
        for name, lines, appends in archives:
            path, options = os.path.join(folder, name), ("--index", "basic") if name == "indexed later" else ()
            pack(path, lines, appends, *options)
            if options:
                subprocess.run([os.environ["FICHE"], "reindex", "-q", path], check=True)
            call = [sys.executable, os.path.join(SPEC, "search.py"), "--check", path]
            said = subprocess.run(call, stdout=subprocess.PIPE).stdout.decode().splitlines()
            tap.test(said if said != ["ok"] else [], "%s: nothing is wrong" % name)
            archive = open_archive(path)
            tap.test(list(odd_pages(archive)), "%s: the index is in the canonical form" % name)
            for kind, group in groups if len(lines) == len(made) else ():
                if kind != "no sense" or appends == 1:          # once is enough
                    tap.test(list(differences(archive, path, group)), "%s: %s" % (name, kind))
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
