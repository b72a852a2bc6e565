#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two who mend, one archive: format-spec/parity.py, mend.py and the program that the environment variable FICHE names.

Both must add the same parity, byte for byte, and find it right. Then archives are damaged in many ways, and both must
bring back what was there, or both say what cannot be; and both must find parity wrong that was made wrong on purpose.
SEED and TRIALS in the environment change what is tried."""
import json, os, random, struct, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "format-spec"))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import mend
import parity
import reader
from tap import Tap

PAGE = parity.PAGE
SEED, TRIALS = os.environ.get("SEED", "1"), int(os.environ.get("TRIALS", "1"))


def fiche(*arguments, **more):
    return subprocess.run([os.environ["FICHE"], *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def write(path, content):
    with open(path, "wb") as f:
        f.write(content)
    return path


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Folder:
    """Where archives are made; each step takes bytes and gives bytes."""
    def __init__(self, path):
        self.path, self.made = path, 0

    def place(self):
        self.made += 1
        return os.path.join(self.path, "%d.fiche" % self.made)

    def append(self, content, lines, seed, length=300):
        rng, path = random.Random(seed), self.place()
        if content:
            write(path, content)
        text = "".join('{"id":"%s %d","text":"%s"}\n' % (seed, n, rng.randbytes(length).hex()) for n in range(lines))
        fiche("pack", "-q", "--time", "2020-02-02T00:00:00Z", "--parity", "none",
              *(["--append"] if content else []), path, "-",
              input=text.encode(), check=True)
        return read(path)

    def protect(self, content, profile):
        path = write(self.place(), content)
        fiche("protect", "-q", "--profile", profile, "--time", "2020-02-03T00:00:00Z", path, check=True)
        return read(path)

    def repair(self, *copies):
        """What the program makes of copies, its exit code, and the damage it tells of."""
        paths, new = [write(self.place(), copy) for copy in copies], self.place()
        said = fiche("repair", "--json", *paths, "-o", new)
        damage = [json.loads(line) for line in said.stdout.splitlines() if b'"damage"' in line]
        return read(new) if os.path.exists(new) else b"", said.returncode, damage

    def verify(self, content):
        return fiche("verify", "-q", write(self.place(), content)).returncode


def by_the_text(*copies):
    """What mend.py makes of copies, and whether it finds that whole."""
    mender = mend.Mender(copies)
    findings = mender.run()
    return bytes(mender.out), not findings


def intact(content):
    archive = parity.Archive(content)
    archive.verify()
    return not archive.findings


def compare(one, other):
    if one == other:
        return None
    at = next((i for i, (x, y) in enumerate(zip(one, other)) if x != y), min(len(one), len(other)))
    return "%d and %d bytes, which differ at %d (page %d)" % (len(one), len(other), at, at // PAGE)


# Protecting

def same_parity(folder, content, profile):
    made = folder.protect(content, profile)
    yield compare(made, parity.protect(content, profile, 1580688000))
    yield None if intact(made) else "parity.py finds it wrong"
    code = folder.verify(made)
    yield code and "the program finds it wrong: %d" % code


def test_protecting(tap, folder, archives):
    for name, content in archives.items():
        for profile in ("std",) if name == "large" else parity.PROFILES:
            tap.test(same_parity(folder, content, profile), "%s, %s: both add the same parity" % (name, profile))
    content, wrong = archives["small"], []
    for generation, profile in enumerate(("std", "arch", "lite")):
        wrong += same_parity(folder, content, profile)
        content = folder.append(folder.protect(content, profile), 20, "more %d" % generation)
    tap.test(wrong, "what was added since is protected by a generation of its own")
    return content


# Mending

def zeros(content, first, end):
    return content[:first] + bytes(end - first) + content[end:]


def scattered(rng, content, rate):
    out = bytearray(content)
    for at in range(0, len(content), PAGE):
        if rng.random() < rate:
            out[at:at + PAGE] = rng.randbytes(min(PAGE, len(content) - at))
    return bytes(out)


def heads_of(content):
    archive = parity.Archive(content)
    return [s.at for s in archive.sections if s.type == parity.PARITY]


def damages(rng, content, profile):
    """Name and damaged copy, which can be mended."""
    size, heads = len(content), heads_of(content)
    rate = {"lite": 0.005, "std": 0.03, "arch": 0.08}[profile]
    hole = max(PAGE, size // {"lite": 256, "std": 24, "arch": 12}[profile] // PAGE * PAGE)
    yield "sectors here and there", scattered(rng, content, rate)
    at = rng.randrange(size - hole)
    yield "a hole", zeros(content, at // PAGE * PAGE, at // PAGE * PAGE + hole)
    yield "a hole in front", zeros(content, 0, hole)
    yield "a cut tail", content[:size - hole]
    yield "a cut in the last page", content[:size - 100]
    yield "the heads of parity", zeros(content, heads[0], heads[0] + PAGE)
    at = rng.randrange(size)
    yield "one bit", content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1:]
    zone = parity.Zone(content[heads[0] + 96:heads[0] + 192])
    last = zone.T + zone.P * zone.H - 1
    yield "all tables but one", zeros(zeros(content, heads[0], zone.table_at(zone.near - 1) + PAGE),
                                      zone.table_at(zone.near), zone.table_at(last)) if zone.T == 1 else content


def mended(folder, content, damaged, name):
    made, code, _ = folder.repair(damaged)
    yield code and "%s: the program gives up: %d" % (name, code)
    yield compare(made, content) and "%s, the program: %s" % (name, compare(made, content))
    made, whole = by_the_text(damaged)
    yield None if whole else "%s: mend.py gives up" % name
    yield compare(made, content) and "%s, mend.py: %s" % (name, compare(made, content))


def test_mending(tap, folder, archives):
    for name, content in archives.items():
        for profile in ("std",) if name == "large" else parity.PROFILES:
            protected, wrong = folder.protect(content, profile), []
            rng = random.Random("%s %s %s" % (SEED, name, profile))
            for _ in range(1 if name == "large" else TRIALS):
                kinds = list(damages(rng, protected, profile))
                for kind, damaged in kinds[:2] if name == "large" else kinds:
                    wrong += mended(folder, protected, damaged, kind)
            tap.test(wrong, "%s, %s: both mend what was damaged" % (name, profile))


def test_generations(tap, folder, content):
    """Three protecting generations, and a commit behind them that none protects."""
    rng, wrong = random.Random(SEED), []
    end = parity.Archive(content).verify()
    for _ in range(4 * TRIALS):
        wrong += mended(folder, content, scattered(rng, content[:end], 0.004) + content[end:], "some sectors")
    for at in heads_of(content):
        wrong += mended(folder, content, zeros(content, at, at + 2 * PAGE), "a head")
    tap.test(wrong, "both mend each generation")
    wrong = []
    for _ in range(4 * TRIALS):
        copies = [bytearray(content), bytearray(content)]
        for at in range(0, len(content), PAGE):
            if rng.random() < 0.3:
                rng.choice(copies)[at:at + PAGE] = bytes(PAGE)
        for s in parity.Archive(content).sections:      # behind parity a whole section has to be in one
            if s.at >= end:
                copies[0][s.at:s.end] = content[s.at:s.end]
        copies = [bytes(copy) for copy in copies]
        made, code, _ = folder.repair(*copies)
        wrong += [code and "the program: %d" % code, compare(made, content), compare(by_the_text(*copies)[0], content)]
    tap.test(wrong, "both make one of two copies that lack much, but not the same")


def test_interrupted(tap, folder, content):
    """A protecting generation that was never finished is a void, and what it says is not believed."""
    protected, wrong = folder.protect(content, "std"), []
    for pages in range(1, (len(protected) - len(content)) // PAGE, 7):
        cut = protected[:len(content) + pages * PAGE - 100]
        whole = folder.append(cut, 12, "behind %d" % pages)
        damaged = zeros(whole, PAGE, 2 * PAGE)
        made, whole_too = by_the_text(damaged)
        for who, made in ("mend.py", made), ("the program", folder.repair(damaged)[0]):
            if made[:PAGE] + made[2 * PAGE:] != damaged[:PAGE] + damaged[2 * PAGE:]:
                wrong.append("%s, cut behind page %d: %s" % (who, pages, compare(made, whole)))
    tap.test(wrong, "parity that was never committed is not written over what came after it")


def test_hopeless(tap, folder, content):
    protected, rng, wrong = folder.protect(content, "std"), random.Random(SEED), []
    blocks = [s for s in parity.Archive(protected).sections if s.type == reader.DATA]
    for _ in range(3 * TRIALS):
        damaged = scattered(rng, protected, 0.3)
        made, code, damage = folder.repair(damaged)
        lost = {s.at for s in blocks if made[s.at:s.end] != protected[s.at:s.end]}
        gone = {s.at for s in blocks if damaged[s.at:s.end] != protected[s.at:s.end]}
        told = {d["offset"] for d in damage if not d["mended"] and d["part"] == "block of articles"}
        headless = {s.at for s in blocks if made[s.at:s.at + 96] != protected[s.at:s.at + 96]}
        wrong += [code != 4 and "exit code %d" % code, lost - gone and "blocks were damaged by the repair",
                  (told ^ lost) - headless and "told: %s, lost: %s" % (sorted(told), sorted(lost)),
                  by_the_text(damaged)[1] and "mend.py finds it whole"]
    tap.test(wrong, "beyond what parity can do, every whole block stays, and both say that others are lost")


# Parity that was made wrong

def seal(content, at, payload):
    """The section at `at`, of another payload, and the COMMIT that fits it."""
    zone = parity.Zone(content[at + 96:at + 192])
    out = content[:at] + parity.section(parity.PARITY, zone, at, 0, bytes(payload))
    return out + parity.commit(out, at, zone)


def table_changed(content, at, t, place, by):
    """With bytes of one table page replaced, and its SHA-256 made right."""
    zone, payload = parity.Zone(content[at + 96:at + 192]), bytearray(content[at + 96:])
    payload = payload[:zone.end - at - 96]
    page = zone.table_at(t) - at - 96
    payload[page + place:page + place + len(by)] = by
    told = struct.pack("<Q", zone.table_at(t))
    payload[page + 4064:page + PAGE] = reader.sha256(bytes(payload[page:page + 4064]), told, zone.uuid)
    return seal(content, at, payload)


def changed(content, at, place):
    zone = parity.Zone(content[at + 96:at + 192])
    payload = bytearray(content[at + 96:zone.end])
    payload[place] ^= 1
    return seal(content, at, payload)


def commit_changed(content, place):
    """The last COMMIT with one byte changed and its sums made right."""
    at, length = struct.unpack_from("<QQ", content, len(content) - 56)
    s = reader.HEADER(content, at)
    s.sequence -= 1
    payload = bytearray(content[at + 96:at + length])
    payload[place] ^= 1
    return content[:at] + parity.section(parity.COMMIT, s, at, 1, bytes(payload)) + content[-64:]


FIELDS = {"magic": 0, "UUID": 9, "offset": 25, "sequence": 32, "time": 40, "start": 49, "pages": 56, "spans": 60,
          "outer spans": 61, "k": 62, "p": 63, "zone": 64, "zones": 68, "table": 72, "reserved, near": 77, "batch": 81,
          "reserved": 88}


def test_wrong(tap, folder, content):
    content = folder.protect(content, "std")
    at = heads_of(content)[0]
    zone = parity.Zone(content[at + 96:at + 192])
    first_tag, inner = 96 + 8 * 3, zone.at(zone.inner) - at - 96
    cases = {"the head: %s" % name: changed(content, at, place) for name, place in FIELDS.items()}
    cases.update({"a table: %s" % name: table_changed(content, at, 0, place, bytes([content[zone.table_at(0) + place] ^ 1]))
                  for name, place in FIELDS.items()})
    cases["padding behind the head"] = changed(content, at, 2000)
    cases["a tag"] = table_changed(content, at, 0, first_tag, bytes(8))
    cases["bytes behind the tags"] = table_changed(content, at, zone.T - 1, 4056, b"x")
    cases["the sum of a table"] = changed(content, at, zone.table_at(0) - at - 96 + 4070)
    cases["parity of tables"] = table_changed(content, at, zone.T, first_tag, bytes(8))
    cases["an inner page"] = changed(content, at, inner)
    cases["a commit not marked as protected"] = commit_changed(content, 48 + 0)
    cases["a commit of another time"] = commit_changed(content, 24)
    cases["a commit with another count of duplicates"] = commit_changed(content, 152)
    wrong = []
    for name, bad in cases.items():
        code = folder.verify(bad)
        wrong += [code != 4 and "%s: the program says %d" % (name, code), intact(bad) and "%s: parity.py is content" % name]
    tap.test([folder.verify(seal(content, at, content[at + 96:zone.end])) and "not even what is right"] + wrong,
             "%d kinds of wrong parity are corrupt for both" % len(cases))


def main():
    tap = Tap()
    print("# seed %s" % SEED)
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path)
        archives = {"tiny": folder.append(b"", 1, "tiny"), "small": folder.append(b"", 200, "small"),
                    "middle": folder.append(b"", 3000, "middle"), "large": folder.append(b"", 2100, "large", 7600)}
        generations = test_protecting(tap, folder, archives)
        test_mending(tap, folder, archives)
        test_generations(tap, folder, generations)
        test_interrupted(tap, folder, archives["small"])
        test_hopeless(tap, folder, archives["middle"])
        test_wrong(tap, folder, archives["small"])
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
