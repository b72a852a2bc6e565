#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fold_tables.py WORDS OUT: the table of words (format-spec/words-1.txt) as C, for fold.c, while building.

Two stages: the block of 64 code points, then an entry of 16 bits for each, of class, the flag of what may stand second
in a join, and an index: 0 for what maps to itself, then differences, then sequences.
"""
import sys

BLOCK = 64
CLASSES = {"w": 1, "p": 2, "x": 3}      # enum fold_class
JOINS, INDEX = 1 << 13, (1 << 13) - 1
SEQUENCE_END = 1 << 31
ASCII_OTHER = 1                         # FOLD_ASCII_OTHER


def read(path):
    classes, maps, joins = {}, {}, {}
    with open(path, encoding="ascii") as f:
        rows = [line.split() for line in f if line.strip() and line[0] != "#"]
    for kind, *row in rows:
        if kind == "class":
            classes.update(dict.fromkeys(range(int(row[0], 16), int(row[1], 16) + 1), row[2]))
        elif kind == "map":
            for c, target in enumerate(row[1:], int(row[0], 16)):
                maps[c] = [int(t, 16) for t in target.split("+")]
        elif kind == "shift":
            a, b, target = (int(number, 16) for number in row)
            maps.update((c, [target + c - a]) for c in range(a, b + 1))
        elif kind == "case":
            maps.update((c, [c + 1]) for c in range(int(row[0], 16), int(row[1], 16) + 1, 2))
        elif kind == "join":
            a, b, c = (int(number, 16) for number in row)
            joins[a, b] = c
        else:
            sys.exit("%s: a row of the unknown type %s" % (path, kind))
    return classes, maps, joins


def array(name, values, form="%d"):
    lines = [""]
    for value in values:
        text = form % value + ","
        if len(lines[-1]) + len(text) > 110:
            lines.append("")
        lines[-1] += text
    return "%s[%d] = {\n%s\n};\n" % (name, len(values), "\n".join(lines))


def main():
    classes, maps, joins = read(sys.argv[1])
    # The vowels and finals of Hangul join by a rule.
    seconds = {b for _, b in joins} | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))

    # token.c keeps this much of a run; and a word that is full need not know what follows.
    assert all(len(target) <= (2 if classes[c] == "p" else 4) for c, target in maps.items())
    assert all(len(chr(a).encode()) == len(chr(c).encode()) for (a, b), c in joins.items())
    # ASCII takes a shorter way.
    assert not any(c < 0x80 for pair in joins for c in pair)
    assert not any(classes.get(c, "w") != "w" or maps.get(c, [c])[1:] or maps.get(c, [c])[0] > 0x7F
                   for c in range(0x80))

    deltas = sorted({target[0] - c for c, target in maps.items() if len(target) == 1} | {0}, key=lambda d: (d != 0, d))
    delta_at = {delta: i for i, delta in enumerate(deltas)}
    sequences, sequence_at = [], {}
    for target in map(tuple, maps.values()):
        if len(target) > 1 and target not in sequence_at:
            sequence_at[target] = len(deltas) + len(sequences)
            sequences += target[:-1] + (target[-1] | SEQUENCE_END,)
    assert len(deltas) + len(sequences) <= INDEX

    def entry(c):
        if c not in classes:
            return 0
        target = maps.get(c, [c])
        index = delta_at[target[0] - c] if len(target) == 1 else sequence_at[tuple(target)]
        joining = JOINS if seconds.intersection(target) else 0
        return CLASSES[classes[c]] << 14 | joining | index

    blocks, numbers = {}, []
    for first in range(0, max(classes) + 1, BLOCK):
        block = tuple(entry(c) for c in range(first, first + BLOCK))
        numbers.append(blocks.setdefault(block, len(blocks)))
    entries = [e for block in blocks for e in block]
    ascii_of = [maps.get(c, [c])[0] if c in classes else 0 for c in range(0x80)] + [ASCII_OTHER] * 0x80
    rows = [c for (a, b), c in sorted(joins.items()) for c in (a, b, c)]

    with open(sys.argv[2], "w", encoding="ascii") as out:
        out.write("/* Made by fold_tables.py from format-spec/words-1.txt. */\n")
        out.write("#define FOLD_BLOCK %d\n#define FOLD_LIMIT 0x%X\n" % (BLOCK, len(numbers) * BLOCK))
        out.write("#define FOLD_DELTAS %d\n#define FOLD_JOIN_ROWS %d\n" % (len(deltas), len(joins)))
        out.write(array("static const uint16_t fold_blocks", numbers))
        out.write(array("static const uint16_t fold_entries", entries))
        out.write(array("static const int32_t fold_deltas", deltas))
        out.write(array("static const uint32_t fold_sequences", sequences, "0x%X"))
        out.write(array("static const uint32_t fold_joins", rows, "0x%X"))
        out.write(array("const uint8_t fold_ascii", ascii_of))


if __name__ == "__main__":
    main()
