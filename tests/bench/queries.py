# SPDX-License-Identifier: Apache-2.0
"""What tests/bench/compare searches for, and whether it was found.

The words are taken from the corpus, the same ones every time.  Chinese and
Japanese are cut into pairs of characters, as there are no blanks to cut at.
"""

import collections
import json
import random
import re

import systems

KINDS = ("rare", "middle", "common", "commonest", "two words", "phrase")
EACH = 5       # queries of a kind
BEST = 10      # hits that are asked for
SAMPLE = 20000 # articles in which words are counted

DENSE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
LETTERS = rf"(?:(?![{DENSE}])[^\W_])+"
TOKEN = re.compile(rf"[{DENSE}]+|{LETTERS}(?:['’&.·_]{LETTERS})*")
FIELD = " \x1e "  # no phrase goes across
OPERATORS = {"and", "or", "not", "near"}  # to some, in small letters too


def flat(line):
    """The words of an article with one blank between any two."""
    article = json.loads(line)
    keywords = article.get("keywords") or ""
    if isinstance(keywords, list):
        keywords = "; ".join(map(str, keywords))
    fields = (article.get("title") or "", keywords, systems.text_of(article))
    return " " + FIELD.join(" ".join(TOKEN.findall(field.lower()))
                            for field in fields) + " "


def is_dense(word):
    return re.match(f"[{DENSE}]", word) is not None


class Query:
    def __init__(self, kind, words):
        self.kind = kind
        self.words = words
        self.phrase = kind == "phrase"
        if self.phrase:
            self.words = [("" if is_dense(words[0]) else " ").join(words)]
        self.wanted = 0  # hits, at least; no more than BEST

    def typed(self):
        return f'"{self.words[0]}"' if self.phrase else " ".join(self.words)

    def matches(self, text):
        return all((word if is_dense(word) else f" {word} ") in text
                   for word in self.words)


def some_texts(corpus):
    count = sum(1 for _ in systems.records(corpus))
    step = max(1, -(-count // SAMPLE))
    return [flat(line) for i, (_, line) in enumerate(systems.records(corpus))
            if i % step == 0]


def words_of(text):
    words = set()
    for token in text.split():
        if is_dense(token):
            words.update(token[i:i + 2] for i in range(len(token) - 1))
        else:
            words.add(token)
    return words


def count_words(texts):
    """Words that every system reads in the same way, with their articles."""
    counts, parts = collections.Counter(), collections.Counter()
    for text in texts:
        counts.update(words_of(text))
    # "don't" is one word to some, "don" and "t" to others.
    for word, count in counts.items():
        if not word.isalpha():
            parts.update(dict.fromkeys(re.findall(LETTERS, word), count))
    dense = sum(counts[w] for w in counts if is_dense(w)) * 2 > counts.total()

    def usable(word):
        return (word.isalpha() and 2 <= len(word) <= 20 and
                word not in OPERATORS and is_dense(word) == dense and
                parts[word] * 20 <= counts[word])

    return {word: count for word, count in counts.items() if usable(word)}


def nearest(counts, articles, count):
    return sorted(counts, key=lambda w: (abs(counts[w] - articles), w))[:count]


def together(texts, left, right):
    """The first two words, one of each, that some article has."""
    for text in texts:
        have = words_of(text)
        for a in left:
            if a in have:
                for b in right:
                    if b in have and b != a:
                        return [a, b]
    return None


def neighbours(text, words):
    """Pairs of two such words that stand next to each other."""
    tokens = text.split()
    for token, following in zip(tokens, tokens[1:]):
        if is_dense(token):
            for i in range(len(token) - 3):
                if token[i:i + 2] in words and token[i + 2:i + 4] in words:
                    yield token[i:i + 2], token[i + 2:i + 4]
        elif token in words and following in words:
            yield token, following


def phrases(texts, words):
    """From the commonest one to rarer ones."""
    counts = collections.Counter()
    for text in texts[:2000]:
        counts.update(set(neighbours(text, words)))
    ranked = sorted(counts, key=lambda pair: (-counts[pair], pair))
    return [ranked[i] for i in (0, 10, 50, 200, 1000)[:EACH] if i < len(ranked)]


def choose(corpus):
    texts = some_texts(corpus)
    counts = count_words(texts)
    draw = random.Random(1)
    draw.shuffle(texts)
    few = sorted(w for w in counts if 2 <= counts[w] <= 4) or sorted(counts)
    rare = draw.sample(few, min(EACH, len(few)))
    middle = nearest(counts, len(texts) * 0.01, 200)
    common = nearest(counts, len(texts) * 0.2, 20)
    commonest = sorted(counts, key=lambda w: (-counts[w], w))[:EACH]
    pairs = [together(texts, *lists) for lists in (
        (rare, commonest), (middle, middle), (middle, common),
        (common, common), (common, commonest))]
    # Not the rare ones, so that there is something to check.
    frequent = {w for w in counts if counts[w] * 50 >= len(texts)}
    queries = [Query(kind, [word]) for kind, words in zip(
        KINDS, (rare, middle, common, commonest)) for word in words[:EACH]]
    queries += [Query("two words", pair) for pair in pairs if pair]
    queries += [Query("phrase", pair) for pair in phrases(texts, frequent)]
    for query in queries:
        query.wanted = min(BEST, sum(map(query.matches, texts)))
    return queries


def found(corpus, queries, answers):
    """For each kind the share of the wanted hits that were shown and have the
    words as they are written.

    `answers[i]` are the hits of queries[i]; a hit is the set of the numbers
    of articles it can be (two may have one title).
    """
    numbers = set().union(*(hit for hits in answers for hit in hits))
    texts = {i: flat(line) for i, (_, line) in enumerate(systems.records(corpus))
             if i in numbers}
    right, wanted = collections.Counter(), collections.Counter()
    for query, hits in zip(queries, answers):
        good = sum(any(query.matches(texts[i]) for i in hit) for hit in hits[:BEST])
        right[query.kind] += min(good, query.wanted)
        wanted[query.kind] += query.wanted
    return {kind: right[kind] / wanted[kind] for kind in KINDS if wanted[kind]}
