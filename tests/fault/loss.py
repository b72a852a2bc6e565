#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What loss parity survives: patterns of lost pages, tried on the places of format-spec/mend.py, without any bytes.

Each row is a pattern for one profile: a share of all pages, lost here and there, and one hole besides. It is tried on
archives of all sizes, and every trial must come through: lost tables are solved, then groups and columns of spans until
nothing changes, and no page of the archive may be missing then. `--limits` prints where that ends instead."""
import argparse, os, random, struct, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "format-spec"))
import mend
import parity

SIZES = (16, 64, 256, 2560, 25600, 262144)      # pages: 64 KiB to 1 GiB, a full zone
NAMES = dict(zip(SIZES, ("64 KiB", "256 KiB", "1 MiB", "10 MiB", "100 MiB", "1 GiB")))
# profile, % lost here and there, size of the hole as a share of the archive, and where the hole is
ROWS = (("lite", 0.5, 0, "anywhere"),
        ("lite", 0, 1 / 256, "anywhere"),
        ("std", 5, 0, "anywhere"),
        ("std", 1, 1 / 16, "anywhere"),
        ("std", 1, 1 / 16, "in front"),
        ("std", 1, 1 / 16, "at the end"),
        ("std", 1, 1 / 16, "from the tables on"),
        ("std", 1, 1 / 16, "up to the first parity"),
        ("arch", 12, 0, "anywhere"),
        ("arch", 3, 1 / 8, "anywhere"),
        ("arch", 3, 1 / 8, "in front"),
        ("arch", 3, 1 / 8, "at the end"),
        ("arch", 3, 1 / 8, "from the tables on"),
        ("arch", 3, 1 / 8, "up to the first parity"))


class Model:
    """An archive of N pages with its parity: pages of the file, and which of them are lost."""
    def __init__(self, profile, N):
        head = struct.pack("<8s16sQQqQI4B3IB3xQ8x", parity.FIRST, bytes(16), N * parity.PAGE, 1, 0, 0, N,
                           *parity.shape(profile, N), 0, 1, 0, 0, 8192)
        self.zone = zone = mend.Zone(head)
        self.body = N + 1 + zone.near               # the first outer or inner page
        self.behind = self.body + zone.tags - N     # table parity at the end
        self.pages = zone.end // parity.PAGE + 1    # and a COMMIT

    def hole(self, rng, length, where):
        last = self.pages - length
        first = {"anywhere": rng.randint(0, last), "in front": 0, "at the end": last,
                 "from the tables on": min(self.zone.N, last), "up to the first parity": max(0, self.body - length)}[where]
        return range(first, first + length)

    def scattered(self, rng, rate):
        """As many as are lost where each page has this chance."""
        mean = self.pages * rate
        if mean < 50:
            return [f for f in range(self.pages) if rng.random() < rate]
        return rng.sample(range(self.pages), round(rng.gauss(mean, (mean * (1 - rate)) ** 0.5)))

    def untagged(self, tables):
        """The pages whose tags cannot be known when these table pages are lost."""
        zone, groups = self.zone, {}
        for t in tables:
            groups.setdefault((t if t < zone.T else t - zone.T) % zone.H, []).append(t)
        return {i for lost in groups.values() if len(lost) > zone.P for t in lost if t < zone.T
                for i in range(t * 496, min(t * 496 + 496, zone.tags))}

    def mended(self, lost):
        zone, N = self.zone, self.zone.N
        unknown = {f if f < N else f - self.body + N for f in lost if f < N or self.body <= f < self.behind}
        tables = [f - N - 1 for f in lost if N < f < self.body]
        tables += [f - self.behind + zone.near for f in lost if self.behind <= f < self.pages - 1]
        untagged = self.untagged(tables)
        unknown |= untagged
        left = zone.mend(unknown, lambda code, missing: missing - untagged)
        return not any(i < N for i in left)

    def trial(self, rng, percent, share, where):
        lost = set(self.scattered(rng, percent / 100))
        lost.update(self.hole(rng, min(round(self.zone.N * share), self.pages), where))
        return self.mended(lost)


def failures(model, seed, trials, *pattern):
    return sum(not model.trial(random.Random("%s %d" % (seed, n)), *pattern) for n in range(trials))


def test(sizes, trials, seed):
    count = failed = 0
    for profile, *pattern in ROWS:
        percent, share, where = pattern
        for N in sizes:
            tried = trials // 5 if trials and share else trials or max(3, min(40, 40 * 4096 // N))
            bad = failures(Model(profile, N), seed, tried, *pattern)
            name = "%s, %s: %g %% here and there" % (profile, NAMES[N], percent)
            name += ", a hole of 1/%d %s" % (1 / share, where) if share else ""
            count, failed = count + 1, failed + bool(bad)
            print("%s %d - %s: %d of %d mended" % ("not ok" if bad else "ok", count, name, tried - bad, tried), flush=True)
    print("1..%d" % count)
    return 1 if failed else 0


def limit(model, seed, trials, patterns):
    """Of patterns that get worse: the last with which all trials came through, the next one, and its failures."""
    good, bad, count = -1, len(patterns), 0
    while bad - good > 1:
        middle = (good + bad) // 2
        failed = failures(model, seed, trials, *patterns[middle])
        good, bad, count = (good, middle, failed) if failed else (middle, bad, count)
    return patterns[good] if good >= 0 else None, patterns[bad] if bad < len(patterns) else None, count


def limits(sizes, trials, seed):
    for profile, least in ("lite", 0), ("std", 1), ("arch", 3):
        for N in sizes:
            model = Model(profile, N)
            print("%s, %s, +%.1f %%:" % (profile, NAMES[N], 100 * (model.pages - N) / N), flush=True)
            steps = [x / 4 for x in range(1, 20)] + [x / 2 for x in range(10, 80)]
            sweeps = [("here and there", 0, [(percent, 0, "anywhere") for percent in steps])]
            for percent in sorted({0, least}):
                sweeps.append(("a hole, and %g %% here and there" % percent, 1,
                               [(percent, share / 256, "anywhere") for share in range(1, 256)]))
            for name, column, patterns in sweeps:
                good, bad, count = limit(model, seed, trials or 40, patterns)
                said = [100 * x[column] if column else x[column] for x in (good or (0, 0), bad or (0, 0))]
                print("    %s: all of %d mended at %.4g %%, %d not at %.4g %%" % (name, trials or 40, said[0], count, said[1]),
                      flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, help="of a row and size, a fifth of it where there is a hole; else a few")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES[:5], choices=SIZES, metavar="PAGES")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--limits", action="store_true")
    args = parser.parse_args()
    print("# seed %s" % args.seed)
    return (limits if args.limits else test)(args.sizes, args.trials, args.seed)


if __name__ == "__main__":
    sys.exit(main())
