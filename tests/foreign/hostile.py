#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Articles that are hard on other programs, as JSON Lines; made up here."""

import json
import sys

NOTHING = {"text": "A text and nothing else."}


def articles():
    yield NOTHING
    yield {
        "id": "a1",
        "url": "https://example.org/flood?a=1&b=2",
        "title": "Floods hit the valley",
        "published": "2024-03-05 10:00:00",
        "modified": "2024-03-06",
        "fetched": "2024-03-07T08:00:00Z",
        "source": "example.org",
        "language": "en",
        "authors": ["Ada Writer", "Ben O'Reporter"],
        "tags": ["climate", "floods, and rain"],
        "section": "World",
        "summary": "Water.",
        "text": "The river rose over night.\nTwo bridges are closed.",
    }
    yield {"id": "nul", "title": "NUL \0 inside", "text": "before\0after\0"}
    yield {"id": "controls", "title": 'a\tb\r\n"c"\\', "text": "\x01\x1f\x7f\u2028\ufeff"}
    yield {"id": "wide", "title": "😀 Ünïcödé 新闻", "text": "今天北京下雨。" * 50}
    yield {"id": "day30", "title": "No such day", "published": "2024-02-30", "text": "x"}
    yield {"id": "early", "title": "Early", "published": "1000-01-01", "text": "x"}
    yield {"id": "late", "title": "Late", "published": "9999-12-31T23:59:59Z", "text": "x"}
    yield {"id": "year", "title": "A year", "published": "1848", "text": "x"}
    yield {"id": "month", "title": "A month", "published": "2007-11", "text": "x"}
    yield {"id": "empty", "title": "", "authors": [], "tags": [], "text": ""}
    yield {
        "id": "many",
        "title": "Many tags",
        "tags": ["tag %d" % i for i in range(4096)],
        "text": "x",
    }
    yield {"id": "path", "title": "../../etc/passwd", "source": "../..", "text": "x"}
    yield {"id": "formula", "title": "=1+2", "text": "@SUM(A1)"}
    yield {"id": "long", "title": "t" * 70000, "source": "é" * 300, "text": "word " * 400000}
    for i in range(300):
        yield {
            "id": "n%d" % i,
            "title": "Article %d" % i,
            "published": "2023-%02d-%02dT%02d:00:00Z" % (i % 12 + 1, i % 28 + 1, i % 24),
            "source": "source%d.test" % (i % 7),
            "language": ["en", "de", None][i % 3],
            "tags": ["t%d" % (i % 5)] * (i % 2),
            "text": "Text of article %d. " % i * (i % 50),
        }


def main():
    for a in articles():
        json.dump(a, sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")


main()
