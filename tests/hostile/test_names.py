#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Names that want out: thousands of articles whose titles, addresses, sources and ids are made to lead files out of
the folder they are extracted to, or to take over the terminal they are printed on; and links that lie in wait.

Usage: test_names.py [COUNT [SEED]], with the program in the environment variable FICHE
"""
import json, os, pty, random, re, select, shutil, subprocess, sys, tempfile, threading, time

from program import FICHE, fiche
from tap import Tap

PIECES = [
    "..", "../", "../../../../", "/", "/etc/passwd", "/tmp/fiche-was-here", "\\", "..\\..\\", "C:\\", "//host/share/",
    "./", "~", "~root/", "$HOME", "`id`", "$(id)", ";", "|", "&", ">", "<", "*", "?", "-rf", "--help", "-", " ", "  ",
    ".", "...", "a.", "b ", "\0", "\n", "\r", "\r\n", "\t", "\a", "\b", "\v", "\f", "\x1b[2J", "\x1b]0;title\a",
    "\x1b[31m", "\x1b]52;c;aGVsbG8=\a", "\x9b31m", "\x90", "\x85", "\x7f", "\u202e", "\u202d", "\u2066", "\u2069",
    "\u2028", "\u2029", "\u200f", "\ufeff", "CON", "con.txt", "NUL", "aux", "COM1", "LPT9.json", "%2e%2e%2f", "%00",
    "file:///etc/passwd", "javascript:alert(1)", "https://example.org/", "data:text/html,", "\u0430\u0431", "\u65b0\u805e",
    "\U0001f600", "e\u0301", ".git", ".ssh/authorized_keys", "index.html", "x" * 200, "/" * 300, "../" * 1400, "y" * 4096,
]
FIELDS = ["title", "url", "source", "id", "language", "section"]
# Nothing of this may reach a terminal; ends of lines and tabs are layout.
RAW = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SAFE = re.compile(r"[a-z0-9][a-z0-9-]*\.(txt|json|html|md|xml|bin)")


def name(rng):
    return "".join(rng.choice(PIECES) for _ in range(rng.choice((1, 1, 2, 3, 5))))[:rng.choice((30, 300, 5000))]


def articles(rng, count):
    for i in range(count):
        a = {"text": "Text %d %s" % (i, name(rng))}
        for field in FIELDS:
            if rng.random() < 0.6:
                a[field] = name(rng)
        for field in ("authors", "tags"):
            if rng.random() < 0.3:
                a[field] = [name(rng) for _ in range(3)]
        if rng.random() < 0.5:
            a["published"] = "2024-%02d-%02d" % (i % 12 + 1, i % 28 + 1)
        yield a


def tree(root, leave_out):
    """Everything below a folder but the one left out: names, kinds, sizes, and where links lead."""
    found = {}
    for at, folders, files in os.walk(root):
        folders[:] = [f for f in folders if os.path.join(at, f) != leave_out]
        for f in folders + files:
            path = os.path.join(at, f)
            st = os.lstat(path)
            found[path] = (st.st_mode, st.st_size if f in files else 0, st.st_mtime_ns if f in files else 0)
    return found


def on_terminal(*arguments, limit=300):
    """What the program prints on a terminal, both streams."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", COLUMNS="100")
        os.execv(FICHE, [FICHE, *arguments])
    out, end = [], time.time() + limit
    while time.time() < end:
        if not select.select([fd], [], [], 1)[0]:
            continue
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out.append(piece)
    os.close(fd)
    os.waitpid(pid, 0)
    return b"".join(out)


def raw_in(output):
    text = output.decode("utf-8", "surrogateescape")
    wrong = [m for m in re.finditer("[\udc80-\udcff]", text)] + list(RAW.finditer(text))
    return ["%r in %r" % (m.group(), text[max(0, m.start() - 40):m.end() + 40]) for m in wrong]


def test_files(tap, box, archive, count):
    """All ways to make files of articles, and nothing outside the folder that was named."""
    deep = os.path.join(box, "a", "b", "c")
    os.makedirs(deep)
    ways = [("extract", ["extract", archive, "--all-versions", "-d"], 10000)]
    for form in ("json", "raw"):
        ways.append(("extract --as " + form, ["extract", archive, "--as", form, "--limit", "1000", "-d"], 1000))
    ways.append(("export --to html", ["export", archive, "--to", "html", "--limit", "500", "-o"], 500))
    ways.append(("export --to bagit", ["export", archive, "--to", "bagit", "-o"], 5))
    ways.append(("export --partition", ["export", archive, "--to", "jsonl", "--partition", "source,language,section", "--limit",
                                        "500", "-o"], 300))
    for what, way, least in ways:
        target = os.path.join(deep, "out")
        before = tree(box, target)
        done = fiche(*way, target, cwd=deep)
        after = tree(box, target)
        wrong = ["%s %s" % (before.get(p), p) for p in set(before) ^ set(after)] if before != after else []
        wrong += [] if done.returncode == 0 else ["exit code %d: %s" % (done.returncode, done.stderr.decode(errors="replace"))]
        inside = tree(target, None)
        wrong += ["not a file: %r" % p for p, st in inside.items() if st[0] & 0o170000 not in (0o100000, 0o040000)]
        wrong += ["control characters in %r" % p for p in inside if RAW.search(p) or "\n" in p]
        if what.startswith("extract"):
            wrong += ["odd name %r" % p for p in os.listdir(target) if not SAFE.fullmatch(p) or len(p) > 120]
        wrong += [] if len(inside) >= min(least, count) else ["only %d files" % len(inside)]
        tap.test(wrong, "%s makes no file outside its folder (%d inside)" % (what, len(inside)))
        shutil.rmtree(target)


def test_terminal(tap, archive, bad):
    ways = [
        ["list", archive, "--color", "never"], ["list", archive, "--json", "--limit", "2000"],
        ["list", archive, "--format", "csv", "--limit", "2000"], ["show", archive, "--limit", "700", "--color", "never"],
        ["show", archive, "--json", "--limit", "700", "--color", "never"], ["extract", archive, "--limit", "2000"],
        ["extract", archive, "--as", "json", "--limit", "2000"], ["search", archive, "text", "--limit", "500", "--color", "never"],
        ["search", archive, "text", "--json", "--limit", "500"],
        ["search", archive, "text", "--limit", "1", "--facet", "source", "--facet", "tag", "--color", "never"],
        ["info", archive, "--names", "source"], ["info", archive, "--names", "tag", "--json"], ["diff", archive, bad],
        ["verify", bad, "--progress", "never"], ["list", "no\x1b[2J\u202e\x9b file"], ["show", archive, "\x1b]0;x\a"],
        ["search", archive, "\x1b[2J\u202e", "--color", "never"], ["\x1b[2J"],
    ]
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError as e:
        print("# what terminals get was not tried: %s" % e)
        return
    for way in ways:
        out = on_terminal(*way)
        wrong = raw_in(out)
        wrong += [] if len(out) > 10 else ["printed nothing"]
        tap.test(wrong, "%s on a terminal (%d bytes)" % (" ".join(w.encode("unicode_escape").decode() for w in way).replace(
            os.path.dirname(archive) + "/", ""), len(out)))


def test_links(tap, box, archive):
    """Links under the very names that files will get."""
    out, victim = os.path.join(box, "links"), os.path.join(box, "victim")
    fiche("extract", archive, "--as", "json", "--limit", "300", "-d", out)
    names = os.listdir(out)
    shutil.rmtree(out)

    def plant():
        os.makedirs(out)
        with open(victim, "w") as f:
            f.write("untouched")
        for i, n in enumerate(names):
            os.symlink((victim, os.path.join(box, "new-%d" % i), "/dev/full")[i % 3], os.path.join(out, n))

    def harm():
        wrong = [] if open(victim).read() == "untouched" else ["a file outside was written to"]
        return wrong + ["%s was made" % p for p in os.listdir(box) if p.startswith("new-")]

    for option, code in ((None, 5), ("--skip-existing", 0), ("--overwrite", 0)):
        plant()
        done = fiche("extract", archive, "--as", "json", "--limit", "300", "-d", out, *([option] if option else []))
        wrong = harm() + ([] if done.returncode == code else ["exit code %d: %s" % (done.returncode, done.stderr[-300:])])
        links = sum(os.path.islink(os.path.join(out, n)) for n in names)
        expected = 0 if option == "--overwrite" else len(names)
        wrong += [] if links == expected else ["%d links of %d are left" % (links, expected)]
        tap.test(wrong, "links that lie there are not followed, %s" % (option or "without an option"))
        shutil.rmtree(out)

    # And while it works: the names become links to elsewhere again and again, and so does the folder itself.
    for option in ("--skip-existing", "--overwrite"):
        plant()
        elsewhere, stop = os.path.join(box, "elsewhere"), threading.Event()
        os.makedirs(elsewhere, exist_ok=True)
        fd = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
        planted = [0]

        def attack():
            rng = random.Random(1)
            while not stop.is_set():
                n = rng.choice(names)
                try:
                    os.unlink(n, dir_fd=fd)
                except OSError:
                    pass
                try:
                    os.symlink(victim if rng.random() < 0.5 else os.path.join(box, "new-" + n), n, dir_fd=fd)
                    planted[0] += 1
                except OSError:
                    pass
                if rng.random() < 0.01:
                    try:
                        os.rename(out, out + ".away")
                        os.symlink(elsewhere, out)
                        os.unlink(out)
                        os.rename(out + ".away", out)
                    except OSError:
                        pass

        attacker = threading.Thread(target=attack)
        attacker.start()
        for _ in range(5):
            fiche("extract", archive, "--as", "json", "--limit", "300", "-d", out, option)
        stop.set()
        attacker.join()
        os.close(fd)
        wrong = harm() + (["no link was planted"] if planted[0] == 0 else [])
        tap.test(wrong, "nor links that appear meanwhile, %s (%d planted)" % (option, planted[0]))
        for left in (out, out + ".away"):
            if os.path.islink(left):
                os.unlink(left)
            else:
                shutil.rmtree(left, ignore_errors=True)
        shutil.rmtree(elsewhere)

    target = os.path.join(box, "parts")
    for form, link in (("source=__none__", box), ("source=__none__", "/nowhere")):
        os.makedirs(target)
        os.symlink(link, os.path.join(target, form))
        before = tree(box, target)
        done = fiche("export", archive, "--to", "jsonl", "--partition", "source", "-o", target)
        wrong = [] if tree(box, target) == before else ["something was made outside"]
        wrong += [] if done.returncode == 5 else ["exit code %d" % done.returncode]
        tap.test(wrong, "a folder of a partition that is a link to %s is refused" % ("a folder" if link == box else "nothing"))
        shutil.rmtree(target)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print("# %d articles, seed %d" % (count, seed))
    tap, rng = Tap(), random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="fiche-names-") as box:
        archive, bad = os.path.join(box, "x.fiche"), os.path.join(box, "bad.fiche")
        with open(os.path.join(box, "in.jsonl"), "w") as f:
            for a in articles(rng, count):
                f.write(json.dumps(a) + "\n")
        done = fiche("pack", "-q", archive, f.name)
        tap.test([] if done.returncode in (0, 3) and not raw_in(done.stderr) else [done.stderr.decode(errors="replace")], "pack")
        with open(archive, "rb") as f:
            raw = bytearray(f.read())
        for at in range(5000, len(raw), len(raw) // 7):
            raw[at] ^= 1
        with open(bad, "wb") as f:
            f.write(raw)
        test_files(tap, box, archive, count)
        test_terminal(tap, archive, bad)
        test_links(tap, box, archive)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
