#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Archives on disk that lose what each profile of parity allows, repaired by the program that FICHE names, byte for byte.

The archive is made up and does not compress. Each damaged copy is read-only, in a folder that is mounted read-only where
that is allowed, and has to be as it was afterwards. `--merge N` makes one archive of two copies instead, N times, each of
which has what the other lacks."""
import argparse, hashlib, json, os, random, subprocess, sys, tempfile, time

MIB, PAGE = 1 << 20, 4096
# profile, % lost here and there, hole as a share of the archive, where
ROWS = (("lite", 0.5, 0, "anywhere"), ("lite", 0, 1 / 512, "anywhere"),
        ("std", 5, 0, "anywhere"), ("std", 1, 1 / 16, "anywhere"), ("std", 1, 1 / 16, "in front"),
        ("std", 1, 1 / 16, "at the end"), ("std", 1, 1 / 16, "over the tables"),
        ("arch", 12, 0, "anywhere"), ("arch", 3, 1 / 8, "anywhere"), ("arch", 3, 1 / 8, "in front"),
        ("arch", 3, 1 / 8, "at the end"), ("arch", 3, 1 / 8, "over the tables"))


def fiche(*arguments, **more):
    return subprocess.run([os.environ["FICHE"], *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def make(path, size, seed):
    """An archive of about `size` bytes: records of 64 KiB of noise, as hexadecimal digits take half of it."""
    rng = random.Random(seed)
    with subprocess.Popen([os.environ["FICHE"], "pack", "-q", "--level", "1", path, "-"], stdin=subprocess.PIPE) as child:
        for n in range(max(1, size // (64 << 10))):
            child.stdin.write(json.dumps({"id": str(n), "text": rng.randbytes(64 << 10).hex()}).encode() + b"\n")
        child.stdin.close()
    if child.returncode:
        sys.exit("fiche pack failed")


def digest(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def lose(path, rng, percent, share, where, protected):
    """Overwrite pages of the file: the first `protected` bytes are what parity protects."""
    size = os.path.getsize(path)
    with open(path, "r+b") as f:
        for page in range(size // PAGE):
            if rng.random() < percent / 100:
                f.seek(page * PAGE)
                f.write(rng.randbytes(PAGE))
        length = int(protected * share) // PAGE * PAGE
        last = (size - length) // PAGE
        first = {"anywhere": rng.randint(0, last), "in front": 0, "at the end": last,
                 "over the tables": min(protected // PAGE, last)}[where]
        f.seek(first * PAGE)
        f.write(bytes(length))


class Locked:
    """A folder that cannot be written to, as far as this user may see to that."""
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.mounted = os.getuid() == 0 and not subprocess.run(
            ["mount", "--bind", self.path, self.path], stderr=subprocess.DEVNULL).returncode
        if self.mounted:
            subprocess.run(["mount", "-o", "remount,bind,ro", self.path], check=True)
        return self

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", self.path], check=True)


def repair(folder, whole, copies, new):
    """What is wrong with the repair of copies, or None; and the seconds it took."""
    before = [digest(copy) for copy in copies]
    for copy in copies:
        os.chmod(copy, 0o400)
    with Locked(folder):
        start = time.monotonic()
        said = fiche("repair", "-q", *copies, "-o", new)
        seconds = time.monotonic() - start
    wrong = None
    if said.returncode or digest(new) != whole:
        wrong = "exit code %d, %s" % (said.returncode, said.stderr.decode()[:300])
    elif [digest(copy) for copy in copies] != before:
        wrong = "a copy was written to"
    for path in [*copies, new]:
        if os.path.exists(path):
            os.unlink(path)
    return wrong, seconds


def copy_of(path, folder, name):
    new = os.path.join(folder, name)
    subprocess.run(["cp", path, new], check=True)
    return new


def losses(folder, size, runs, seed):
    failed, copies = 0, os.path.join(folder, "copies")
    plain, made = os.path.join(folder, "plain.fiche"), os.path.join(folder, "protected.fiche")
    os.mkdir(copies)
    make(plain, size, seed)
    protected = os.path.getsize(plain)
    last = None
    for row, (profile, percent, share, where) in enumerate(ROWS):
        if profile != last:
            subprocess.run(["cp", plain, made], check=True)
            start, last = time.monotonic(), profile
            fiche("protect", "-q", "--profile", profile, made, check=True)
            whole, cost = digest(made), 100 * (os.path.getsize(made) - protected) / protected
            print("%s: %d MiB, +%.1f %%, protected in %.1f s" % (
                profile, protected // MIB, cost, time.monotonic() - start), flush=True)
        bad, seconds = [], []
        for n in range(runs):
            rng = random.Random("%s %d %d" % (seed, row, n))
            copy = copy_of(made, copies, "damaged.fiche")
            lose(copy, rng, percent, share, where, protected)
            wrong, took = repair(copies, whole, [copy], os.path.join(folder, "new.fiche"))
            seconds.append(took)
            bad += [wrong] if wrong else []
        name = "%g %% here and there" % percent + (", a hole of 1/%d %s" % (1 / share, where) if share else "")
        print("  %s: %d of %d mended, %.1f s each" % (name, runs - len(bad), runs, sum(seconds) / runs), *bad[:2], sep="\n    ",
              flush=True)
        failed += len(bad)
    return failed


def merges(folder, size, count, seed):
    failed, copies, made = 0, os.path.join(folder, "copies"), os.path.join(folder, "plain.fiche")
    os.mkdir(copies)
    make(made, size, seed)
    fiche("protect", "-q", made, check=True)
    whole, pages = digest(made), os.path.getsize(made) // PAGE
    for n in range(count):
        rng = random.Random("%s %d" % (seed, n))
        pair = [copy_of(made, copies, name) for name in ("a.fiche", "b.fiche")]
        files = [open(path, "r+b") for path in pair]
        for page in range(pages):
            if rng.random() < 0.6:
                f = rng.choice(files)
                f.seek(page * PAGE)
                f.write(rng.randbytes(PAGE))
        for f in files:
            f.close()
        wrong, _ = repair(copies, whole, pair, os.path.join(folder, "new.fiche"))
        if wrong:
            print("trial %d: %s" % (n, wrong), flush=True)
            failed += 1
    print("%d of %d pairs of copies, each without 30 %% of its pages, made one" % (count - failed, count))
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=960, metavar="MIB", help="of the archive: above 1 GiB it has two zones, and the holes are too large for one")
    parser.add_argument("--runs", type=int, default=5, help="of each row")
    parser.add_argument("--merge", type=int, metavar="N")
    parser.add_argument("--seed", default="1")
    args = parser.parse_args()
    if "FICHE" not in os.environ:
        sys.exit("FICHE names no program")
    print("seed %s" % args.seed)
    with tempfile.TemporaryDirectory() as folder:
        if args.merge:
            return 1 if merges(folder, args.size * MIB, args.merge, args.seed) else 0
        return 1 if losses(folder, args.size * MIB, args.runs, args.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
