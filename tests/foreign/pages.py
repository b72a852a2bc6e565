#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pages.py FOLDER COUNT: pages that are sound, lead to COUNT articles, and run
and fetch nothing."""

import base64
import hashlib
import html.parser
import json
import pathlib
import sys
import urllib.parse

ALLOWED = set(
    "html head meta title link script style body nav a article h1 h2 p em footer "
    "table tr td span".split()
)
VOID = {"meta", "link"}
bad = 0


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.path, self.open, self.links, self.metas = path, [], [], {}
        self.inside = {}
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        if self.open:
            self.complain("not closed:", self.open)

    def complain(self, *words):
        global bad
        bad += 1
        print(self.path, *words)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in ALLOWED:
            self.complain("a tag of somebody else:", tag)
        if any(name.startswith("on") or name in ("src", "style") for name in attributes):
            self.complain("attributes:", attributes)
        if tag == "script" and attributes != {"type": "application/ld+json"}:
            self.complain("a script")
        if tag == "a":
            self.links.append(attributes["href"])
        if tag == "meta":
            name = attributes.get("name") or attributes.get("property") or attributes.get("http-equiv")
            self.metas.setdefault(name, []).append(attributes.get("content"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.complain("tags do not balance at", tag)

    def handle_data(self, data):
        if self.open:
            self.inside.setdefault(self.open[-1], []).append(data)


def check(page, root):
    policy = page.metas["Content-Security-Policy"][0]
    style = "".join(page.inside["style"]).encode()
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    if f"'sha256-{digest}'" not in policy or "default-src 'none'" not in policy:
        page.complain("its policy does not allow its style")
    found = set()
    for link in page.links:
        if link.startswith(("http://", "https://")):
            continue
        target = (page.path.parent / urllib.parse.unquote(link)).resolve()
        if urllib.parse.urlsplit(link).scheme or not target.is_file() or root not in target.parents:
            page.complain("a link that leads nowhere:", link)
        found.add(target)
    for text in page.inside.get("script", []):
        title = json.loads(text).get("headline")
        if title and page.metas["citation_title"] != [title]:
            page.complain("two titles:", title, page.metas["citation_title"])
    return found


def main(folder, count):
    root = pathlib.Path(folder).resolve()
    seen, todo = set(), {root / "index.html"}
    while todo:
        path = todo.pop()
        seen.add(path)
        todo |= check(Page(path), root) - seen
    every = {path for path in root.rglob("*") if path.is_file()}
    for path in every - seen:
        if path.parent.name != "all":
            print(path, "cannot be reached")
            return 1
    articles = sum(1 for path in every if root / "articles" in path.parents)
    if articles != int(count):
        print(articles, "articles, not", count)
        return 1
    return bad > 0


sys.exit(main(*sys.argv[1:]))
