#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A search in fiche archives, written from fiche-format.md alone; numbers such as 3.5 are its chapters.

It prints score and number of the ten best records, or of --all that match; with --check what is wrong with the archive,
its keyword index too, and then ok or another word. Everything is read first: the records by reader.py, the index by
words.py. Of a record it knows the keys title, text or body, tags or keywords (6.3), of a query no stems, and no field
but title:. Exit codes are those of reader.py; 1 says that nothing matches."""
import argparse, collections, json, math, mmap, re, sys, reader
from words import Keywords, PAIR, norm_of, stands_for, tokens
BLANK, UNSEEN = "\\0- \x7f-\xa0\\s", "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"     # 6.9
PIECE = re.compile("""(?P<free>^|(?<=[(|])|[{U}]*[{B}])?[{B}{U}]*(?:(?P<mark>[()|])|[{Q}](?P<quoted>[^{Q}]*)[{Q}]?|
    (?(free)(?P<sign>[+-])(?=[{U}]*[^{B}{U})|+-])|(?!))|
    (?P<other>(?:source|site|tags?|keyword|author|by|lang|language|url|date)[{U}]*:[{U}]*[^{B}{U}()])|
    (?P<name>title)[{U}]*:[{U}]*(?:(?P<value>[^{B}{U}()|{Q}][^{B}()|{Q}]*)|
        (?=\\(|[{Q}][{B}{U}]*[^{B}{U}{Q}]))|
    (?P<item>[^{B}()|{Q}]+))""".format(B=BLANK, U=UNSEEN, Q='"\xab\xbb\u201c\u201d\u201e\uff02'), re.X | re.I)
EDGES, NEAR = re.compile("^[{0}]+|[{0}]+$".format(UNSEEN)), re.compile("near(?:/([0-9]+))?", re.I)
MATCH = {"word": str.__eq__, "prefix": str.startswith, "single": str.__contains__}      # a term: one of these, a token
PLAIN = set("title text body tags keywords url id date source author lang n".split())   # keys that hide no other words

def leaf(title, text, quoted):  # 6.9: a word or a phrase
    found = tokens(text)
    terms = [("single" if PAIR.fullmatch(token) else "word", token) for token, _ in found]
    if found and not quoted and text[found[-1][1]:] == "*": terms[-1] = "prefix", found[-1][0]
    return ("leaf", title, *terms) if terms else None
def parse(pieces, title=False, inner=False):    # a list, up to its ), as a tree of and, or, not, near and leaf
    sides, left, most, negated, signed, here = [[]], None, None, False, False, title
    for piece in pieces:
        mark, sign, text = piece["mark"], piece["sign"], EDGES.sub("", piece[piece.lastgroup] or "")
        op, signed = text if piece["item"] and not signed else "", sign
        near = NEAR.fullmatch(op)
        if mark == ")" and inner: break
        if mark == ")" or op == "AND" or sign == "+": continue
        if mark == "|" or op == "OR": sides, left, most, negated = sides + [[]], None, None, False
        elif sign or op == "NOT": negated = not negated
        elif near: most = left and min(int(near[1] or 10), 1000)
        elif piece["other"]: raise ValueError("no field but title: is known here")
        elif piece["name"] and not piece["value"]: here = True
        else:
            if mark: node = parse(pieces, here, True)
            else: node = leaf(here or bool(piece["name"]), text, piece["quoted"] is not None)
            if node:
                new = node = node if not negated else node[1] if node[0] == "not" else ("not", node)
                if most is not None and left[0] == node[0] == "leaf":
                    if sides[-1][-1] is left: sides[-1].pop()
                    new = ("near", most, *(("leaf", left[1] or node[1], *side[2:]) for side in (left, node)))
                sides[-1].append(new)
            left, most, negated, here = node, None, False, title
    for side in sides:          # groups that are an and belong to the one around them; equal terms of one count once
        side[:] = [part for node in side for part in (node[1:] if node[0] == "and" else [node])]
        side[:] = [part for i, part in enumerate(side) if part[0] != "leaf" or len(part) > 3 or part not in side[:i]]
    trees = [side[0] if len(side) == 1 else ("and", *side) for side in sides if side]
    return ("or", *trees) if len(trees) > 1 else trees[0] if trees else None

class Search:
    def __init__(self, data):   # has: of each record its words, with count and title; index: the same by words
        self.archive, self.norms, self.has, self.texts, self.total = reader.Archive(data), {}, {}, {}, 0
        self.archive.attempt(0, self.archive.scan, None, False)
        self.hidden, self.archive.withdrawn = self.archive.withdrawn, {}        # 3.9: read and checked, but not found
        for g in self.archive.commits[-1].segments: self.archive.attempt(g.offset, self.segment, g, g.offset + g.length)
        self.index, self.left = collections.defaultdict(dict), self.total
        for n in self.has:
            for word in self.has[n]: self.index[word][n] = self.has[n][word]
        self.archive.attempt(0, self.archive.read, "dump", "", self)
        self.archive.attempt(0, reader.need, self.hidden is not None, "what was withdrawn cannot be told")
        self.archive.attempt(0, reader.need, not abs(self.left) > 0, "the sum of lengths is wrong")
    def segment(self, g, end):  # 3.5
        pages = (self.archive.data[at:min(at + 4096, end) - 4] for at in range(g.offset + 96, end, 4096))
        words = Keywords(b"".join(pages), g.count)
        self.norms.update(enumerate(words.norms, g.first))
        self.has.update((n, {}) for n, _ in enumerate(words.norms, g.first))
        self.total += words.total
        for word, postings in words.lists.items():
            for idx, count, title in postings: self.has[g.first + idx][word] = count, title
    def write(self, raw):       # a record, from reader.py, and whether it is what the index says
        head, _, record = raw.partition(b"\n")
        if head:
            number, line = int(head.split()[0]), record.decode(errors="replace").lstrip("\ufeff")
            redacted = head.split()[1].decode() != reader.sha256(record[:-1]).hex()
            o = json.loads(line, strict=False) if "{" in line[:9] else {}               # else a file
            title, text, body, tags, more = (o.get(name) or "" for name in "title text body tags keywords".split())
            tags = tags or more
            if isinstance(tags, str): tags = tags.split(next((c for c in ";|," if c in tags), ","))
            found = [title, text or body, *(tags if isinstance(tags, list) else [None])]
            plain = number in self.has and (bool(o) or redacted) and PLAIN.issuperset(o)
            plain = plain and all(isinstance(x, str) for x in found)
            title, text, *tags = (x.strip(" \t\n\v\f\r") if isinstance(x, str) else "" for x in found)
            texts = [[token for token, _ in tokens(x)] for x in (title, text, *dict.fromkeys(tags))]
            self.texts[number], counts = texts, collections.Counter(sum(texts, []))
            want = norm_of(sum(counts.values())), {word: (min(n, 31), word in texts[0]) for word, n in counts.items()}
            self.left -= sum(counts.values()) if plain else math.nan
            good = not plain or want == (self.norms[number], self.has[number])
            self.archive.attempt(0, reader.need, good, "the index has another norm or words of record %d" % number)
    def worth(self, title, kind, token):        # 6.10: of a term, in each record that has it (in the title)
        found, scores = collections.defaultdict(lambda: (0, False)), {}
        for word in [token] if kind == "word" else [word for word in self.index if MATCH[kind](word, token)]:
            for n, (f, there) in self.index.get(word, {}).items():
                found[n] = min(31, found[n][0] + f), found[n][1] or there
        idf = math.log(1 + (len(self.has) - len(found) + 0.5) / (len(found) + 0.5))
        for n, (f, there) in found.items():
            f, length = f + 2 * there, stands_for(self.norms[n]) * len(self.has) / self.total
            if there or not title: scores[n] = idf * 2.2 * f / (f + 1.2 * (0.25 + 0.75 * length))
        return scores
    def places(self, n, title, *terms):         # where they follow each other: number of the text, begin, end
        for i, text in enumerate(self.texts[n][:1 if title else None]):
            for at in range(len(text) - len(terms) + 1):
                if all(MATCH[kind](text[at + j], token) for j, (kind, token) in enumerate(terms)):
                    yield i, at, at + len(terms)
    def near(self, n, most, left, right):
        return any(i == j and (0 <= c - b <= most or 0 <= a - d <= most)
                   for i, a, b in self.places(n, *left[1:]) for j, c, d in self.places(n, *right[1:]))
    def run(self, kind, *rest): # the records that a part of a query matches, with their scores
        if kind == "not": return dict.fromkeys(self.has.keys() - self.run(*rest[0]).keys(), 0.0)
        if kind == "leaf": parts = [self.worth(rest[0], *term) for term in rest[1:]]
        else: parts = [self.run(*part) for part in rest[kind == "near":]]
        if kind == "or": return {n: sum(part.get(n, 0.0) for part in parts) for n in set().union(*parts)}
        hits = {n: sum(part[n] for part in parts) for n in set(parts[0]).intersection(*parts)}
        if kind == "near": return {n: hits[n] for n in hits if self.near(n, *rest)}
        if kind == "and" or len(rest) == 2: return hits
        return {n: hits[n] for n in hits if any(self.places(n, *rest))}
    def find(self, query):      # (number, score) of what matches, the best first
        tree = parse(PIECE.finditer(query))
        hits = self.run(*tree) if tree and self.hidden is not None else {}
        return sorted((hit for hit in hits.items() if hit[0] not in self.hidden), key=lambda hit: (-hit[1], hit[0]))

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="print all that match")
    parser.add_argument("--check", action="store_true", help="check the archive, search nothing")
    parser.add_argument("archive")
    parser.add_argument("query", nargs="*", help="behind -- if it begins with -")
    args = parser.parse_args()
    try:
        with open(args.archive, "rb") as f:
            search = Search(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) if f.seek(0, 2) else b"")
        hits = search.find(" ".join(args.query))
    except (OSError, ValueError) as e:
        parser.exit(5 if isinstance(e, OSError) else 2, "%s\n" % e)
    without = search.archive.commits[-1].records - len(search.has)
    if without and not args.check: print("%d records are without keyword index" % without, file=sys.stderr)
    for n, score in hits[:None if args.all else 10]: print(repr(score), n, sep="\t")
    for f in search.archive.findings:
        print(f.at, f.verdict, f.text, sep=": ", file=sys.stdout if args.check else sys.stderr)
    found = {f.verdict for f in search.archive.findings if args.check or f.verdict != "TRUNCATED"}
    code = next((reader.EXITS[verdict] for verdict in reader.EXITS if verdict in found), 0)
    if args.check: print(reader.WORDS[code])
    sys.exit(code or not args.check and not hits)
