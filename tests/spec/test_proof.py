#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two checkers, one answer: format-spec/proof.py and the program that the environment variable FICHE names.

Both must make the same checkpoints of archives. What the program signs and proves proof.py must believe, and the
program what is signed and proved here; then both are shown the same wrong signatures, odd keys and texts that were
changed in many ways, and must believe or refuse each alike.
"""
import base64, hashlib, mmap, os, random, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SPEC = os.path.join(HERE, "..", "..", "format-spec")
sys.path.insert(0, SPEC)
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import proof
import reader
from tap import Tap

NAME = "example.org/библиотека"
SIZES = ((0, 1), (1, 1), (2, 1), (3, 3), (7, 2), (64, 1), (65, 5), (200, 3))


def fiche(*arguments, **more):
    return subprocess.run([os.environ["FICHE"], *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def write(path, content):
    with open(path, "wb") as f:
        f.write(content)
    return path


# What signs and proves, without the program

def b64(raw):
    return base64.b64encode(raw).decode()


class Key:
    """A secret number and its point, to which a point of small order may be added."""
    def __init__(self, seed, name=NAME, more=(0, 1, 1, 0)):
        half = hashlib.sha512(seed).digest()
        self.number = int.from_bytes(half[:32], "little") & (1 << 254) - 8 | 1 << 254
        self.prefix, self.name = half[32:], name
        self.public = proof.spelled(proof.add(proof.times(self.number, proof.BASE), more))

    def text(self):
        return key_text(self.name, self.public)

    def sign(self, text, salt=b""):
        r = int.from_bytes(hashlib.sha512(self.prefix + salt + text).digest(), "little") % proof.L
        spelled = proof.spelled(proof.times(r, proof.BASE))
        k = int.from_bytes(hashlib.sha512(spelled + self.public + text).digest(), "little") % proof.L
        return spelled + ((r + k * self.number) % proof.L).to_bytes(32, "little"), k

    def line(self, text, signature=None):
        return line(self.name, self.public, signature or self.sign(text.encode())[0])


def key_id(name, public):
    return hashlib.sha256(name.encode() + b"\n\1" + public).digest()[:4]


def key_text(name, public):
    return "%s+%s+%s\n" % (name, key_id(name, public).hex(), b64(b"\1" + public))


def line(name, public, signature):
    return "\u2014 %s %s\n" % (name, b64(key_id(name, public) + signature))


def path(leaves, index):
    """RFC 9162, 2.1.3.1."""
    if len(leaves) < 2:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if index < half:
        return path(leaves[:half], index) + [proof.tree(leaves[half:])]
    return path(leaves[half:], index - half) + [proof.tree(leaves[:half])]


def proof_text(leaves, index, note):
    lines = ["c2sp.org/tlog-proof@v1", "index %d" % index, *map(b64, path(leaves, index)), ""]
    return "\n".join(lines) + "\n" + note


# Verdicts

class Judges:
    def __init__(self, folder):
        self.paths = [os.path.join(folder, name) for name in ("judged.proof", "judged.record", "judged.pub")]

    def differ(self, *texts, want=None):
        """None, or how the verdicts on a proof, a record and a key differ from each other or from what is wanted."""
        raw = [text.encode() if isinstance(text, str) else text for text in texts]
        said = fiche("check-proof", *map(write, self.paths[:2], raw), "--key", write(self.paths[2], raw[2]))
        try:
            note = proof.check(proof.clean(raw[0]), raw[1])[3]
            proof.signed(note, raw[2])
            ours = True
        except proof.Refused as e:
            ours, why = False, e
        theirs = {0: True, 8: False, 2: False}.get(said.returncode)     # 2: a NUL, or too long
        if ours == theirs and want in (None, ours):
            return None
        return "proof.py %s, the program %s %s of %r" % (ours or why, said.returncode, said.stderr.decode(), raw)


def archives(folder):
    rng = random.Random(3)
    for count, appends in SIZES:
        name = os.path.join(folder, "%d.fiche" % count)
        lines = ['{"id":"%d","text":"%x"}' % (n, rng.getrandbits(64)) for n in range(count)]
        for i in range(appends):
            part = lines[i * count // appends:(i + 1) * count // appends]
            fiche("pack", "-q", "--append", name, "-", input="".join(x + "\n" for x in part).encode(), check=True)
        yield name, lines


def digests(name):
    with open(name, "rb") as f:
        archive = reader.Archive(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ))
    archive.attempt(0, archive.scan, None, False)
    archive.attempt(0, archive.read, "verify", "", sys.stdout.buffer)
    return archive.uuid, [digest for digest, _, _ in archive.records]


def test_archive(tap, judges, folder, name, lines):
    wrong, uuid, made = [], *digests(name)
    secret, public = os.path.join(folder, "lib.key"), os.path.join(folder, "lib.key.pub")
    note, text = name + ".checkpoint", proof.checkpoint_of(open(name, "rb").read())
    said = fiche("sign", "-q", name, "-o", "-").stdout.decode()
    tap.test([said] if said != text else [], "%d records: one checkpoint" % len(lines))
    fiche("sign", "-q", name, "--key", secret, check=True)
    proof.signed(open(note).read(), open(public, "rb").read())
    own = Key(b"one", "example.org/own")
    leaves = [hashlib.sha256(b"\0" + digest).digest() for digest in made]
    for n in sorted(random.Random(1).sample(range(len(lines)), min(len(lines), 12))):
        said = fiche("prove", name, str(n), "--checkpoint", note)
        number = made.index(hashlib.sha256(lines[n].encode()).digest())
        wrong.append(judges.differ(said.stdout, lines[n], open(public).read(), want=True))
        if said.stdout.decode() != proof_text(leaves, number, open(note).read()):
            wrong.append("another proof: %r" % said)
        wrong.append(judges.differ(said.stdout, lines[n] + " ", open(public).read(), want=False))
        wrong.append(judges.differ(said.stdout, lines[n], own.text(), want=False))
        signed = proof_text(leaves, number, text + "\n" + own.line(text))
        wrong.append(judges.differ(signed, lines[n] + "\n", own.text(), want=True))
    write(note, (text + "\n" + own.line(text)).encode())
    write(public + ".own", own.text().encode())
    said = fiche("verify", name, "--key", public + ".own")
    wrong.append(None if said.returncode == 0 else "%r" % said)
    tap.test([x for x in wrong if x], "%d records: proofs and signatures of both are believed by both" % len(lines))


# Wrong signatures

def small_proof():
    leaves = [hashlib.sha256(b"\0" + hashlib.sha256(b"%d" % n).digest()).digest() for n in range(5)]
    text = "fiche-archive/%032x\n%d\n%s\n" % (77, len(leaves), b64(proof.tree(leaves)))
    return text, lambda *signatures: proof_text(leaves, 3, "\n".join([text, "".join(signatures)]))


def odd_keys(text):
    """Key, signature, whether it is right without the cofactor: of points of small order, and with one added."""
    raw, one = text.encode(), (1).to_bytes(32, "little")
    zero_s = bytes(32)
    for public, want in ((one, True), (one[:31] + b"\x80", False), ((proof.P + 1).to_bytes(32, "little"), False),
                         ((proof.P + 1 | 1 << 255).to_bytes(32, "little"), False), (b"\2" + bytes(31), False)):
        yield public, one + zero_s, want
    yield one, one[:31] + b"\x80" + zero_s, False               # R in another spelling
    yield one, (proof.P + 1).to_bytes(32, "little") + zero_s, False
    minus = 0, proof.P - 1, 1, 0
    yield proof.spelled(minus)[:31] + b"\xff", one + zero_s, False
    key = Key(b"two", more=minus)       # of order 2: right if it is multiplied by an even number
    for salt in range(12):
        signature, k = key.sign(raw, b"%d" % salt)
        yield key.public, signature, k % 2 == 0


def test_signatures(tap, judges):
    key, other = Key(b"one"), Key(b"two", "example.org/witness")
    text, note = small_proof()
    right, record = key.sign(text.encode())[0], b"3"
    wrong = [judges.differ(note(key.line(text)), record, key.text(), want=True),
             judges.differ(note(other.line(text), key.line(text), other.line(text)), record, key.text(), want=True),
             judges.differ(note(other.line(text)), record, key.text(), want=False),
             judges.differ(note(), record, key.text(), want=False)]
    s = int.from_bytes(right[32:], "little")
    for bad in ([right[:32] + (s + n * proof.L).to_bytes(32, "little") for n in (1, 2, 7)] +
                [right[:63], right + b"\0", right[:1], right[32:] + right[:32], bytes(64), b"\xff" * 64,
                 key.sign(text.encode() + b"\n")[0], key.sign(text[:-1].encode())[0]] +
                [bytes(b ^ 1 << bit % 8 if i == bit // 8 else b for i, b in enumerate(right))
                 for bit in range(0, 512, 11)]):
        signed = key.line(text, bad)
        wrong.append(judges.differ(note(signed), record, key.text(), want=False))
    wrong.append(judges.differ(note(key.line(text), key.line(text, bytes(64))), record, key.text(), want=False))
    tap.test([x for x in wrong if x], "a wrong signature is refused by both")
    wrong = [judges.differ(note(line(NAME, public, signature)), record, key_text(NAME, public), want=want)
             for public, signature, want in odd_keys(text)]
    tap.test([x for x in wrong if x], "odd keys and points are judged alike")


# Texts that were changed

TOKENS = ("\n", "\n\n", "\r\n", " ", "\0", "\x1b[m", "+", "=", "-", "0", "9" * 30, "\u2014 ", "\u2014 a AAAAAQIDBAUGBwg=\n",
          "\u2003", "\xa0", "\u0666", "A" * 44 + "\n", "extra AAAA\n", "extra ", "index 3\n", "index ", "\x7f", "\x85",
          "fiche-archive/", "c2sp.org/tlog-proof@v1\n", "é", "\ufeff", "A" * 60000)


def changed(rng, text):
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at, lines, kind = rng.randrange(len(text) + 1), text.splitlines(True), rng.randrange(7)
        if kind == 0:
            text = text[:at] + rng.choice(TOKENS) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + rng.choice((1, 1, 2, 45)):]
        elif kind == 2:
            text = text[:at] + chr(rng.choice((10, 32, 43, 47, 48, 57, 61, 65, 97, 122))) + text[at + 1:]
        elif kind == 3 and lines:
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            text = "".join(lines)
        elif kind == 4 and lines:
            del lines[rng.randrange(len(lines))]
            text = "".join(lines)
        elif kind == 5 and lines:
            at = rng.randrange(len(lines))
            lines[at] = rng.choice(TOKENS) + lines[at]
            text = "".join(lines)
        else:
            text = text[:at]
    return text


def test_changed(tap, judges):
    key, other, rng = Key(b"one"), Key(b"two", "example.org/witness"), random.Random(9)
    text, note = small_proof()
    whole = note(other.line(text), key.line(text), other.line(text))
    for name, change in (("proofs", lambda: (changed(rng, whole), "3", key.text())),
                         ("keys", lambda: (whole, "3", changed(rng, key.text()))),
                         ("line ends", lambda: (whole, "3", key.text()[:-1] + rng.choice(("", "\r\n", "\x1f \t", "\0\n")))),
                         ("records", lambda: (whole, rng.choice(("3", "3\n", "3\n\n", "\n", "", "4")), key.text()))):
        wrong = [judges.differ(*change()) for _ in range({"proofs": 300, "keys": 150, "line ends": 12, "records": 12}[name])]
        tap.test([x for x in wrong if x], "changed %s are judged alike" % name)
    raw = whole.encode()
    wrong = [judges.differ(raw[:at] + bytes([raw[at] ^ 128]) + raw[at + 1:], "3", key.text(), want=False)
             for at in range(0, len(raw), 7) if not raw.find(other.line(text).encode()) <= at]
    tap.test([x for x in wrong if x], "foreign bytes are refused by both")


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        judges = Judges(folder)
        fiche("keygen", "-q", NAME, "-o", os.path.join(folder, "lib.key"), check=True)
        for name, lines in archives(folder):
            test_archive(tap, judges, folder, name, lines)
        test_signatures(tap, judges)
        test_changed(tap, judges)
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
