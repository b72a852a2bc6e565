#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two readers, one verdict: differential.py ARCHIVE [COUNT [SEED]]

Damages an archive in COUNT ways and asks reader.py and the program that the environment variable FICHE
names for their verdicts, which must be of one class: ok, damaged, unsupported or limit. Half of the damage
is blind: the sums must find it. The other half is sealed again, section by section, so that the rules
behind the sums are asked: there it is enough that both refuse, since one byte may break two rules, and
reader.py may overlook what only chapter 6 tells, in an index segment. A file over which the two disagree
is kept.
"""
import os, random, struct, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import hexvec

READER = [sys.executable, os.path.join(HERE, "..", "..", "format-spec", "reader.py")]
NAMES = {0: "ok", 4: "damaged", 6: "unsupported", 9: "limit"}
COMMIT = 5


def sections(data):
    """(offset, type, end) of the sections of a good archive; voids are passed over."""
    found, pos = [], 0
    while pos + 96 <= len(data):
        size, = struct.unpack_from("<Q", data, pos + 40)
        if data[pos + 8:pos + 16] != bytes.fromhex("894643480D0A1A0A") or pos + 96 + size > len(data):
            pos += 4096 - pos % 4096
            continue
        found.append((pos, data[pos + 16], pos + 96 + size))
        pos += 96 + size + (64 if data[pos + 16] == COMMIT else 0)
    return found


def blind(data, rng):
    """What happens to files: bits, bytes, sectors, cuts, swaps, and bytes that come or go."""
    at, n = rng.randrange(len(data)), rng.choice((1, 2, 8, 64, 700))
    what = rng.choice(("flip", "set", "zero", "cut", "swap", "insert", "delete", "append"))
    if what == "flip":
        data[at] ^= 1 << rng.randrange(8)
    elif what == "set":
        data[at] = rng.choice((0, 1, 127, 128, 255))
    elif what == "zero":
        at -= at % 512
        data[at:at + 512] = bytes(len(data[at:at + 512]))
    elif what == "cut":
        del data[at:]
    elif what == "swap":
        other, n = rng.randrange(len(data)), min(n, len(data) - at)
        if other + n <= len(data) and abs(at - other) >= n:
            data[at:at + n], data[other:other + n] = data[other:other + n], data[at:at + n]
    elif what == "insert":
        data[at:at] = bytes(rng.randrange(256) for _ in range(n))
    elif what == "delete":
        del data[at:at + n]
    else:
        data += bytes(rng.randrange(256) for _ in range(n))
    return "%s at %d" % (what, at), False


def sealed(data, rng):
    """One field or byte of one section, with all sums made right again."""
    parts = sections(data)
    at, kind, end = rng.choice(parts)
    place = rng.choice((at + rng.randrange(96), at + 96 + rng.randrange(min(300, end - at - 96)),
                        at + 96 + rng.randrange(end - at - 96)))
    n = min(rng.choice((1, 1, 1, 2, 4, 8)), end - place)
    old = int.from_bytes(data[place:place + n], "little")
    new = rng.choice((old + 1, old - 1, old ^ 1 << rng.randrange(8 * n), 0, (1 << 8 * n) - 1, 1 << 8 * n - 1))
    data[place:place + n] = (new % (1 << 8 * n)).to_bytes(n, "little")
    tool = hexvec.Vector.__new__(hexvec.Vector)
    tool.out = data
    sums, before = {}, data[64:96]
    for start, kind_of, stop in parts:
        if kind_of == COMMIT and start != at:
            peaks, segs, dicts = (struct.unpack_from("<I", data, start + 96 + i)[0] for i in (60, 52, 56))
            base = start + 96 + 224 + 32 * peaks
            for i in range(segs + dicts):
                row = base + 64 * i
                if row + 64 > stop:
                    break
                offset, = struct.unpack_from("<Q", data, row + (0 if i < segs else 8))
                data[row + 32:row + 64] = sums.get(offset, data[row + 32:row + 64])
            data[start + 208:start + 240] = before
        try:
            tool.reseal(start)
        except (struct.error, IndexError):
            pass        # a length that leads nowhere: the sums stay wrong
        sums[start] = bytes(data[start + 64:start + 96])
        before = data[start + 64:start + 96] if kind_of == COMMIT or start == 0 else before
    return "byte %d of the section of type %d at %d, sealed" % (place - at, kind, at), kind == 4


def main(argv):
    program = os.environ.get("FICHE")
    if not program or not argv:
        print("1..0 # SKIP FICHE or the archive is not given")
        return 0
    count, seed = int(argv[1]) if argv[1:] else 500, int(argv[2]) if argv[2:] else 1
    with open(argv[0], "rb") as f:
        original = f.read()
    rng, failed = random.Random(seed), 0
    print("1..%d" % count)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mutant.fiche")
        for i in range(count):
            data = bytearray(original)
            what, index = (sealed if i % 2 else blind)(data, rng) if i else ("nothing", False)
            with open(path, "wb") as f:
                f.write(data)
            with subprocess.Popen([program, "verify", path], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as child:      # runs while reader.py does
                done = subprocess.run(READER + ["verify", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            mine, theirs = done.returncode, child.returncode
            # A sealed byte can break two rules at once: both readers refuse, but may name another one first.
            same = mine == theirs or i % 2 and mine and theirs or index and (mine, theirs) == (0, 4)
            print("%s %d - %s: %s" % ("ok" if same else "not ok", i + 1, what, NAMES.get(mine, mine)))
            if not same:
                failed += 1
                kept = os.path.join(tempfile.gettempdir(), "differential-%d-%d.fiche" % (seed, i + 1))
                os.replace(path, kept)
                print("# the program says %s; kept as %s" % (NAMES.get(theirs, theirs), kept))
                print("".join("# %s\n" % line for line in done.stdout.decode("utf-8", "replace").splitlines()), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
