#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of words, format-spec/words-1.txt, is what the rules below make of Unicode 14.0, and has the properties
that 6.8 promises. `--print` writes the table that the rules make. The file decides, not the rules: it is frozen, so
that a difference is an error here.
"""
import os, sys
import unicodedata as u

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "format-spec", "words-1.txt")
UNICODE = "14.0.0"

HEADER = """\
# SPDX-License-Identifier: Apache-2.0
# The table of words, tokenizer version 1 (6.8 of fiche-format.md), made from Unicode 14.0 and frozen.
#
# Numbers are code points in hexadecimal. Lines with # are comments. The order of the rows means nothing.
#
# class FROM TO c       the class of FROM to TO, both included: w word, p pair, x ignored. What is in no such row
#                       separates.
# map FROM T0 T1 ...    FROM is mapped to T0, FROM+1 to T1 and so on. A target is one code point, or several with +
#                       between them.
# shift FROM TO T       FROM is mapped to T, FROM+1 to T+1 and so on up to TO.
# case FROM TO          FROM is mapped to FROM+1, FROM+2 to FROM+3 and so on up to TO. The ones between are not mapped.
# join A B C            A and then B, both as mapped, become C, which may be the A of another join.
#
# What is mapped by no row is mapped to itself. The targets of w are w, those of p are p, x is not mapped.
# A code point of class x that stands second in a join row joins if the pair is there; otherwise it is dropped.
# Two joins of Hangul have no rows: with L from 1100 to 1112, V from 1161 to 1175 and T from 11A8 to 11C2,
# L V becomes AC00 + ((L - 1100) * 15 + (V - 1161)) * 1C, and a syllable S from AC00 to D7A3, with S - AC00 a multiple
# of 1C, S T becomes S + (T - 11A7).
"""


def points(text):
    """'A-C E' as the set of the code points A, B, C, E"""
    ends = [part.split("-") for part in text.split()]
    return {c for end in ends for c in range(int(end[0], 16), int(end[-1], 16) + 1)}


# Dropped without separating: what Unicode calls default ignorable (but not U+200B), and tatweel.
INVISIBLE = points("""AD 34F 61C 640 115F-1160 17B4-17B5 180B-180F 200C-200F 202A-202E 2060-2064 2066-206F 3164
    FE00-FE0F FEFF FFA0 1BCA0-1BCA3 1D173-1D17A E0001 E0020-E007F E0100-E01EF""")
# Marks that are dropped: diacritics, what encloses, Hebrew points, Arabic vowels and signs of recitation, music.
MARKS = {c for c in points("""300-36F 1AB0-1AFF 1DC0-1DFF 20D0-20FF FE20-FE2F 591-5C7 FB1E 898-89F 8CA-8E1 8E3-8FF
             1D165-1D1AD""") if u.category(chr(c))[0] == "M"} | points("610-61A 64B-65F 670 6D6-6DC 6DF-6E8 6EA-6ED")
# Letters to Unicode, apostrophes to those who type: o'zbek, п'ять.
APOSTROPHES = points("2BB 2BC")
# Scripts without spaces: Thai, Lao, Burmese, Hangul, Khmer, Tai, Han, kana, Bopomofo, Yi. Of these, letters and marks.
PAIRS = points("""E00-EFF 1000-109F 1100-11FF 1780-17FF 1950-19DF 1A20-1AAF 3005-3007 302A-302F 3031-3035 303B-303C
    3041-318F 31A0-31BF 31F0-31FF 3400-4DBF 4E00-A48F A960-A97F A9E0-A9FF AA60-AADF AC00-D7FF F900-FAFF FF66-FFDC
    16FF0-16FF1 1AFF0-1B16F 20000-3FFFF""")
# Letters that are a diacritic away from another one, though Unicode does not decompose them.
LETTERS = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th", "ŀ": "l",
           "Ŀ": "l", "ŉ": "n", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك"}
# Composed Cyrillic letters are letters of their own, but for these, whose mark is left out or tells the stress.
STRESSED = "ёѐѝ"


def cyrillic(base, mark):
    one = u.normalize("NFC", base + mark)
    return len(one) == 1 and u.name(one).startswith("CYRILLIC") and one.casefold() not in STRESSED


def stripped(text):
    out = ""
    for char in text:
        if ord(char) in INVISIBLE or ord(char) in MARKS and not (out and cyrillic(out[-1], char)):
            continue
        out += str(u.digit(char)) if u.category(char) == "Nd" else char
    return out


def fold(char):
    old, new = None, char
    while old != new:
        old = new
        new = "".join(LETTERS.get(c, c) for c in new)
        new = stripped(u.normalize("NFKD", new)).casefold()
    return u.normalize("NFC", new)


def own_class(char):
    if ord(char) in INVISIBLE or ord(char) in MARKS:
        return "x"
    major = u.category(char)[0]
    if ord(char) in APOSTROPHES or not (major in "LM" or u.category(char) in ("Nd", "Nl", "No")):
        return None
    return "p" if ord(char) in PAIRS and (major in "LM" or char == "\u3007") else "w"


def rules():
    """the table as three dictionaries: class, map and join"""
    classes, maps, joins = {}, {}, {}
    for c in range(0x110000):
        char = chr(c)
        kind = own_class(char)
        if kind in ("w", "p"):
            # What holds something that separates, as fractions do, separates.
            folded = fold(char)
            kinds = {own_class(f) for f in folded}
            kind = kinds.pop() if len(kinds) == 1 else None if kinds else "x"
            if kind in ("w", "p") and folded != char:
                maps[c] = tuple(map(ord, folded))
        if kind:
            classes[c] = kind
        parts = u.decomposition(char).split()
        if kind and c not in maps and len(parts) == 2 and parts[0][0] != "<" and u.normalize("NFC", char) == char:
            joins[int(parts[0], 16), int(parts[1], 16)] = c
    return classes, maps, joins


def stretches(codes, same):
    """runs (first, last) of neighbours in the sorted `codes`, as long as same(c, c + 1)"""
    out = []
    for c in codes:
        if out and out[-1][1] == c - 1 and same(c - 1, c):
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def map_rows(maps):
    shifts, cases, rest = [], [], dict(maps)
    delta = {c: t[0] - c for c, t in maps.items() if len(t) == 1}
    for a, b in stretches(sorted(delta), lambda c, d: delta[c] == delta[d]):
        if b - a >= 3:
            shifts.append("shift %X %X %X" % (a, b, a + delta[a]))
            for c in range(a, b + 1):
                del rest[c]
    for a in sorted(rest):
        b = a
        while rest.get(b) == (b + 1,) and b + 1 not in maps:
            b += 2
        if b - a >= 4:
            cases.append("case %X %X" % (a, b - 2))
            for c in range(a, b, 2):
                del rest[c]
    lists = []
    for a, b in stretches(sorted(rest), lambda c, d: True):
        row = "map %X" % a
        for c in range(a, b + 1):
            target = " " + "+".join("%X" % t for t in rest[c])
            if len(row + target) > 120:
                lists.append(row)
                row = "map %X" % c
            row += target
        lists.append(row)
    return shifts + cases + lists


def table(classes, maps, joins):
    rows = ["class %X %X %s" % (a, b, classes[a])
            for a, b in stretches(sorted(classes), lambda c, d: classes[c] == classes[d])]
    rows += map_rows(maps)
    rows += ["join %X %X %X" % (a, b, c) for (a, b), c in sorted(joins.items())]
    return HEADER + "\n" + "\n".join(rows) + "\n"


def read(text):
    """a table as rules() gives it"""
    classes, maps, joins = {}, {}, {}
    for kind, *row in (line.split() for line in text.splitlines() if line and line[0] != "#"):
        if kind == "class":
            classes.update(dict.fromkeys(range(int(row[0], 16), int(row[1], 16) + 1), row[2]))
        elif kind == "map":
            for i, target in enumerate(row[1:], int(row[0], 16)):
                maps[i] = tuple(int(t, 16) for t in target.split("+"))
        else:
            a, b, *target = (int(number, 16) for number in row)
            if kind == "join":
                joins[a, b] = target[0]
            elif kind == "shift":
                maps.update((c, (target[0] + c - a,)) for c in range(a, b + 1))
            else:
                maps.update((c, (c + 1,)) for c in range(a, b + 1, 2))
    return classes, maps, joins


def join(joins, a, b):
    if 0x1100 <= a <= 0x1112 and 0x1161 <= b <= 0x1175:
        return 0xAC00 + ((a - 0x1100) * 21 + b - 0x1161) * 28
    if 0xAC00 <= a <= 0xD7A3 and (a - 0xAC00) % 28 == 0 and 0x11A8 <= b <= 0x11C2:
        return a + b - 0x11A7
    return joins.get((a, b))


def tokens(table_read, text):
    """the tokens of bytes, as 6.8 says, each as kind, folded bytes, from, to"""
    classes, maps, joins = table_read
    at, runs, last = 0, [], None
    for char in text.decode("utf-8", "surrogateescape"):
        c, size = ord(char), len(char.encode("utf-8", "surrogateescape"))
        kind = classes.get(c)
        if kind != "x" and kind != last:
            runs.append((kind, []))
            last = kind
        run = runs[-1][1] if runs else []
        for f in maps.get(c, (c,)):
            joined = join(joins, run[-1][0], f) if run and last else None
            if joined:
                run[-1] = joined, run[-1][1], at + size
            elif kind != "x":
                run.append((f, at, at + size))
        at += size
    out = []
    for kind, run in runs:
        points = [chr(r[0]).encode("utf-8", "surrogatepass") for r in run]
        if kind == "w":
            while sum(map(len, points)) > 64:
                points.pop()
            out.append(("word", b"".join(points), run[0][1], run[-1][2]))
        elif kind == "p" and len(run) == 1:
            out.append(("single", points[0], run[0][1], run[0][2]))
        elif kind == "p":
            out += [("pair", points[i] + points[i + 1], run[i][1], run[i + 1][2]) for i in range(len(run) - 1)]
    return out


def checks():
    with open(PATH, encoding="ascii") as f:
        text = f.read()
    classes, maps, joins = whole = read(text)
    chars = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]

    def words(text):
        return [token[:2] for token in tokens(whole, text.encode())]

    def differ(*others):
        """the code points that do not give the same tokens as those made of them"""
        return ["%X" % ord(char) for char in chars for other in others if words(other(char)) != words(char)]

    yield "the rules make this file", [] if table(*rules()) == text else ["see --print"]
    yield "reading it gives what the rules say", [] if whole == rules() else ["read()"]
    yield "a target is of its class and maps to itself", [
        "%X" % c for c, target in maps.items() for t in target if t in maps or classes.get(t) != classes.get(c)]
    yield "at most four targets, two of class p", [
        "%X" % c for c, target in maps.items() if len(target) > (2 if classes[c] == "p" else 4)]
    seconds = {b for _, b in joins}
    yield "a joined character is of the class and length of its first, mapped to itself, and never second", [
        "%X" % c for (a, b), c in joins.items()
        if c in maps or c in seconds or not classes[a] == classes[c] != "x" or classes[b] not in ("x", classes[c])
        or len(chr(a).encode()) != len(chr(c).encode())]
    yield "what is folded stays as it is", [
        "%X" % ord(char) for char in chars for token in words(char) if words(token[1].decode()) != [token]]
    yield "composed and decomposed are the same", differ(
        lambda c: u.normalize("NFC", c), lambda c: u.normalize("NFD", c))
    yield "upper and lower case are the same", differ(str.lower)


def main():
    if "--print" in sys.argv[1:]:
        sys.stdout.write(table(*rules()))
        return 0
    if u.unidata_version != UNICODE:
        print("1..0 # SKIP this Python knows Unicode %s, the table is of %s" % (u.unidata_version, UNICODE))
        return 0
    n = failed = 0
    for name, wrong in checks():
        n += 1
        failed += bool(wrong)
        print("%s %d - %s" % ("not ok" if wrong else "ok", n, name))
        if wrong:
            print("# %d: %s" % (len(wrong), " ".join(wrong[:20])))
    print("1..%d" % n)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
