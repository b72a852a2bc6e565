#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two readers, one verdict: differential.py ARCHIVE [COUNT [SEED [FIRST]]]

Damages an archive in COUNT ways (mutate.py) and asks reader.py and libfiche (judge.c, which the environment variable
JUDGE names) for the verdict on each, for the records that they give out all the same, and for those that recovery
finds. Mutant number N of a seed is always the same one. A file over which the two disagree is kept.

Of damage that the sums find, verdict and records must be the same. Where all sums are right again it is enough that
both refuse, since one change may break two rules, and reader.py may overlook what only chapter 6 tells, in an index
segment. No record is ever given out by both with different bytes.

reader.py runs in this process, without the zstd command (in_process.py); for one mutant in EVERY it is asked once more
as it is, and must print the same.
"""
import os, random, struct, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import in_process, mutate

EVERY = 500
WEIGHT = "CORRUPT", "FOREIGN", "UNSUPPORTED", "LIMIT", "TRUNCATED"


def mutant(original, seed, number, zstd):
    """the file, and what was done to it"""
    rng = random.Random("%d %d" % (seed, number))
    kind = rng.choice((mutate.blind,) * 3 + (mutate.sealed,) * 3 + (mutate.moved, mutate.inside))
    kind = mutate.shifted if number % 8 == 7 else kind
    more = (zstd,) if kind is mutate.inside else ()
    data, what = kind(bytearray(original), rng, *more)
    return bytes(data), "%s: %s" % (kind.__name__, what)


class Judge:
    """libfiche, in one process for all files"""
    def __init__(self, program):
        self.child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def begin(self, data):
        self.child.stdin.write(struct.pack("<I", len(data)) + data)
        self.child.stdin.flush()

    def answer(self):
        line = self.child.stdout.readline().decode()
        if not line:
            raise SystemExit("Bail out! %s ended with %d" % (self.child.args[0], self.child.wait()))
        given, recovered = line.split("|")
        verdict, *given = given.split()
        return (verdict, *(dict(record.split(":") for record in records) for records in (given, recovered.split())))


def records(output):
    """numbers and digests of what is given out: a redacted record, of kind 3, is listed only"""
    rows = (row.split("\t", 3) for row in output.decode("latin-1").split("\n")[:-1])
    return {number: digest for number, digest, kind, _ in rows if kind != "3"}


def ask_reader(reader, path):
    _, given, complaints = reader.run("list", path)
    found = {line.split(": ")[1] for line in complaints.splitlines()}
    verdict = next((name for name in WEIGHT if name in found), "ok")
    return verdict, records(given), records(reader.run("--recover", "list", path)[1])


def same(mine, theirs, what):
    if any(a[n] != b[n] for a, b in zip(mine[1:], theirs[1:]) for n in a.keys() & b.keys()):
        return False
    if what.startswith(("blind", "shifted")):
        return mine[0] == theirs[0] and mine[2] == theirs[2]
    return mine[0] == theirs[0] or theirs[0] != "ok" and (mine[0] != "ok" or "section of type 4" in what)


def command_agrees(reader, path):
    """reader.py as it is, with the zstd command"""
    for option in [], ["--recover"]:
        done = subprocess.run([sys.executable, in_process.PATH, *option, "list", path], capture_output=True)
        code, output, complaints = reader.run(*option, "list", path)
        if (done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")) != (code, output, complaints):
            return False
    return True


def main(argv):
    program = os.environ.get("JUDGE")
    if not program or not argv:
        print("1..0 # SKIP JUDGE or the archive is not given")
        return 0
    count, seed, first = (int(number) for number in argv[1:] + ["500", "1", "0"][len(argv) - 1:])
    with open(argv[0], "rb") as f:
        original = f.read()
    reader, judge, failed, seen = in_process.Reader(), Judge(program), 0, {}
    if os.access("/dev/shm", os.W_OK):
        tempfile.tempdir = "/dev/shm"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mutant.fiche")
        for number in range(first, first + count):
            data, what = mutant(original, seed, number, in_process.Command.zstd)
            judge.begin(data)
            with open(path, "wb") as f:
                f.write(data)
            mine = ask_reader(reader, path)
            theirs = judge.answer()
            good = same(mine, theirs, what)
            if good and number % EVERY == 0 and not command_agrees(reader, path):
                good, what = False, what + "; reader.py says something else with the zstd command"
            key = what.split(":")[0], mine[0], theirs[0]
            seen[key] = seen.get(key, 0) + 1
            if not good:
                failed += 1
                kept = os.path.join("/tmp", "differential-%d-%d.fiche" % (seed, number))
                with open(kept, "wb") as f:
                    f.write(data)
                print("# mutant %d, %s: kept as %s" % (number, what, kept))
                for who, (verdict, given, recovered) in ("reader.py", mine), ("libfiche", theirs):
                    print("#   %s: %s, %d records, %d recovered" % (who, verdict, len(given), len(recovered)))
    for (kind, *verdicts), n in sorted(seen.items()):
        print("# %7d %-7s reader.py %-12s libfiche %s" % (n, kind, *verdicts))
    print("%s 1 - seed %d, mutants %d to %d: both say the same" % ("not ok" if failed else "ok", seed, first,
                                                                  first + count - 1))
    print("1..1")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
