# SPDX-License-Identifier: Apache-2.0
"""Tables of medians with their smallest and largest value."""

import statistics

MB = 1e6


def spread(samples, scale=1.0, digits=1):
    if not samples:
        return "-"
    values = sorted(s * scale for s in samples)
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} [{values[0]:.{digits}f}-{values[-1]:.{digits}f}]"


def times(samples, base):
    if not samples or not base:
        return "-"
    return f"{statistics.median(samples) / statistics.median(base):.2f}x"


def print_lines(table):
    """The first column is a name, the others are numbers."""
    widths = [max(map(len, column)) for column in zip(*table)]
    for line in table:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def of_everything(rows, size):
    first = next((row for row in rows if row.system.name == "fiche"), None)
    base = first and first.speeds(size)
    table = [["system", "build MB/s", "of fiche", "peak MB", "size MB", "ratio",
              "of fiche", "get one, ms", "of fiche", "check MB/s"]]
    for row in rows:
        if row.trouble and not row.build:
            table.append([row.system.name, "failed"] + ["-"] * 8)
            continue
        speeds = row.speeds(size)
        checks = [size / MB / s for s in row.check]
        whole = not row.system.index_only
        table.append([
            row.system.name, spread(speeds), times(speeds, base),
            f"{max(row.memory):.0f}", f"{row.size / MB:.2f}",
            f"{size / row.size:.2f}" if whole else "-",
            times([row.size], first and first.build and [first.size])
            if whole else "-",
            spread(row.get, 1e3), times(row.get, first and first.get),
            f"{statistics.median(checks):.0f}" if checks else "-",
        ])
    print_lines(table)


def of_word_indexes(rows, size, text):
    """Sizes of what can be searched by word."""
    sizes = {row.system.name: row.size for row in rows if row.build}
    stems, words = sizes.get("ZIM + Xapian"), sizes.get("ZIM + Xapian, all words")
    table = [["found by word", "index MB", "of text", "whole MB", "of ZIM, stems",
              "of ZIM, words", "build MB/s"]]
    for row in rows:
        if not row.build or not row.system.finds_words:
            continue
        index, whole = row.words_size(rows), not row.system.index_only
        table.append([
            row.system.name,
            f"{index / MB:.2f}" if index else "-",
            f"{100 * index / text:.1f}%" if index else "-",
            f"{row.size / MB:.2f}" if whole else "-",
            times([row.size], stems and [stems]) if whole else "-",
            times([row.size], words and [words]) if whole else "-",
            spread(row.speeds(size)),
        ])
    print_lines(table)


def of_searches(rows, kinds):
    rows = [row for row in rows if row.found]
    table = [["search, ms", *kinds]]
    for row in rows:
        for way, samples in row.searches.items():
            table.append([f"  {way}" if way else row.system.name] +
                         [spread(samples[kind], 1e3) for kind in kinds])
    table.append(["found as written"] + [""] * len(kinds))
    for row in rows:
        table.append([row.system.name] +
                     [f"{100 * row.found[kind]:.0f}%" if kind in row.found else "-"
                      for kind in kinds])
    print_lines(table)
