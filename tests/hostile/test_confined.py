#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command that reads an archive confines itself before, misses nothing by that, and says so where it cannot.

With the program in the environment variable FICHE.  What is refused is looked for with strace, if that is there.
"""
import ctypes, json, os, platform, re, shutil, struct, subprocess, sys, tempfile

from program import FICHE, fiche
from tap import Tap

# What is tried first, and done in another way then: clone3() and the number of processors by libc, settings of libcrypto, tables
# of iconv by libarchive, owners of files by SQLite.
HARMLESS = re.compile(r"clone3\(|/sys/devices/system/cpu|/proc/stat|openssl\.cnf|/gconv/|umask\(|fch(own|mod)\(")
COMMANDS = {
    "list": ["list", "x.fiche"], "list as CSV": ["list", "x.fiche", "--format", "csv"], "show": ["show", "x.fiche", "--limit", "3"],
    "search": ["search", "x.fiche", "bridge"], "search in several": ["search", "x.fiche", "y.fiche", "bridge", "--facet", "source"],
    "search by scanning": ["search", "--scan", "x.fiche", "bridge"], "info": ["info", "x.fiche"],
    "extract": ["extract", "x.fiche"], "extract into a folder": ["extract", "x.fiche", "-d", "out"],
    "extract over files": ["extract", "x.fiche", "-d", "out", "--overwrite"], "diff": ["diff", "x.fiche", "y.fiche"],
    "verify": ["verify", "x.fiche", "y.fiche"], "verify with threads": ["verify", "x.fiche", "--threads", "4"],
    "verify --quick": ["verify", "--quick", "x.fiche"], "repair": ["repair", "x.fiche", "-o", "mended.fiche"],
    "merge": ["merge", "merged.fiche", "x.fiche", "y.fiche"], "merge into one": ["merge", "--append", "merged.fiche", "x.fiche"],
    "compact": ["compact", "x.fiche", "-o", "compact.fiche"], "reindex": ["reindex", "basic.fiche"],
    "split": ["split", "x.fiche", "--by", "year", "-o", "part-{year}.fiche"],
    "sign": ["sign", "x.fiche", "--key", "me.key"], "verify a signature": ["verify", "x.fiche", "--key", "me.key.pub"],
    "verify against": ["verify", "x.fiche", "--against", "x.fiche.checkpoint"],
    "prove": ["prove", "x.fiche", "https://example.org/7", "-o", "7.proof"],
    "check-proof": ["check-proof", "7.proof", "7.json", "--key", "me.key.pub"],
    "export": ["export", "x.fiche", "--to", "jsonl"], "export to a device": ["export", "x.fiche", "--to", "jsonl", "-o", "/dev/null"],
    "a damaged archive": ["verify", "bad.fiche"], "what is no archive": ["list", "x.jsonl"], "nothing": ["list", "nothing.fiche"],
}
for to in ("csv", "warc", "html", "bagit", "sqlite", "parquet", "tar", "zip", "bibtex"):
    COMMANDS["export --to " + to] = ["export", "-q", "x.fiche", "--to", to, "-o", "exported-" + to]
CODES = {"diff": 1, "a damaged archive": 4, "what is no archive": 6, "nothing": 5}


def ground(box):
    os.chdir(box)
    with open("x.jsonl", "w") as f:
        for i in range(300):
            f.write(json.dumps({"id": str(i), "url": "https://example.org/%d" % i, "title": "A bridge %d" % i, "source": "s%d" % (i % 3),
                                "published": "20%02d-01-01" % (i % 9 + 10), "text": "The bridge was built. " * 20}) + "\n")
    with open("y.jsonl", "w") as f:
        f.write("".join(open("x.jsonl").readlines()[100:]))
    for a in (["pack", "-q", "x.fiche", "x.jsonl"], ["pack", "-q", "y.fiche", "y.jsonl"],
              ["pack", "-q", "--index", "basic", "basic.fiche", "x.jsonl"], ["keygen", "-q", "me", "-o", "me.key"]):
        done = fiche(*a)
        assert done.returncode == 0, done.stderr
    raw = fiche("extract", "--raw", "x.fiche", "https://example.org/7").stdout
    with open("7.json", "wb") as f:
        f.write(raw)
    with open("x.fiche", "rb") as f:
        content = bytearray(f.read())
    content[5000] ^= 1
    with open("bad.fiche", "wb") as f:
        f.write(content)


def clean():
    for name in ("mended.fiche", "merged.fiche", "compact.fiche", "7.proof"):
        if os.path.exists(name) and name != "7.proof":
            os.unlink(name)
    for name in os.listdir("."):
        if name.startswith("part-"):
            os.unlink(name)


# A poorer system: calls that are answered with an error (BPF by hand: load the number, compare, return)

def without(calls, error, first_argument=None):
    def install():
        libc = ctypes.CDLL(None, use_errno=True)
        steps = [(0x20, 0, 0, 0)]
        for call in calls:
            if first_argument is None:
                steps += [(0x15, 0, 1, call), (0x06, 0, 0, 0x50000 | error)]
            else:
                steps += [(0x15, 0, 4, call), (0x20, 0, 0, 16), (0x15, 0, 1, first_argument), (0x06, 0, 0, 0x50000 | error),
                          (0x06, 0, 0, 0x7fff0000)]
        steps.append((0x06, 0, 0, 0x7fff0000))
        program = b"".join(struct.pack("HBBI", *s) for s in steps)
        buffer = ctypes.create_string_buffer(program, len(program))
        header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(buffer)))
        libc.prctl(38, 1, 0, 0, 0)
        if libc.prctl(22, 2, header, 0, 0) != 0:
            os._exit(99)
    return install


def calls(trace):
    """strace's lines, each call in one: where several threads call at once it parts them"""
    begun = {}
    for line in trace.split("\n"):
        pid = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[pid] = line.removesuffix("<unfinished ...>")
            continue
        resumed = re.match(r"\d+ +<\.\.\. \w+ resumed>(.*)", line)
        yield begun.pop(pid, "") + resumed[1] if resumed else line


def test_refusals(tap):
    strace = shutil.which("strace")
    if strace and subprocess.run([strace, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        strace = None
    clean()
    for name, command in COMMANDS.items():
        trace = [strace, "-f", "-qq", "-o", "trace"] if strace else []
        done = subprocess.run(trace + [FICHE, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        code = CODES.get(name, 0)
        wrong = [] if done.returncode == code else ["exit code %d: %s" % (done.returncode, done.stderr[-300:])]
        wrong += [] if b"confine" not in done.stderr else [done.stderr.decode(errors="replace")]
        if strace:
            confined = False
            for line in calls(open("trace", errors="replace").read()):
                if confined and re.search(r"= -1 (ENOSYS|EPERM|EACCES)|SIGSYS", line) and not HARMLESS.search(line):
                    wrong.append(line)
                confined |= "PR_SET_SECCOMP" in line and line.endswith("= 0")
                # fiche-import begins anew.
                confined &= not re.search(r"execve\(.*= 0$", line)
            wrong += [] if confined else ["not confined"]
        tap.test(wrong, name + (" is confined, and nothing is refused" if strace else " works (strace is not there)"))


def test_poorer(tap):
    arm = platform.machine() == "aarch64"
    prctl = 167 if arm else 157
    systems = {
        "an old kernel": (without((444, 445, 446), 38), b"no Landlock"),
        "a kernel that has it switched off": (without((444, 445, 446), 95), b"no Landlock"),
        "a container that forbids it": (without((444, 445, 446), 1), b"no Landlock"),
        "a system without filters": (without((prctl,), 22, 22), b"no filter of system calls"),
    }
    for name, (install, lacks) in systems.items():
        clean()
        wrong = []
        for command in (["verify", "x.fiche"], ["repair", "x.fiche", "-o", "mended.fiche"]):
            done = fiche(*command, preexec_fn=install)
            note = b"fiche: %s: this system cannot confine the program (%s); it goes on without\n" % (command[0].encode(), lacks)
            wrong += [] if done.returncode == 0 and done.stderr == note else ["%d %s" % (done.returncode, done.stderr)]
        for command in (["verify", "--status", "x.fiche"], ["list", "x.fiche"], ["search", "-q", "x.fiche", "bridge"],
                        ["extract", "x.fiche", "-q", "-d", "out-of-" + name.replace(" ", "-")]):
            done = fiche(*command, preexec_fn=install)
            wrong += [] if done.returncode == 0 and not done.stderr else ["%s: %d %s" % (command, done.returncode, done.stderr)]
        tap.test(wrong, "%s: verify and repair say so, and all go on" % name)


def main():
    tap = Tap()
    if "__asan_init" in subprocess.run(["sh", "-c", 'nm "$0" 2>/dev/null; true', FICHE], stdout=subprocess.PIPE).stdout.decode():
        print("1..0 # SKIP a build with a sanitizer is not confined")
        return 0
    if platform.machine() not in ("x86_64", "aarch64"):
        print("1..0 # SKIP not for this processor")
        return 0
    here = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="fiche-confined-") as box:
        ground(box)
        done = fiche("verify", "x.fiche")
        if b"cannot confine" in done.stderr:
            print("1..0 # SKIP %s" % done.stderr.decode().strip())
            os.chdir(here)
            return 0
        test_refusals(tap)
        test_poorer(tap)
        os.chdir(here)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
