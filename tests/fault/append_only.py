#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a writer asks of the system, as strace tells: everything is written at the end of the archive, nothing is cut
off or punched out, behind an interrupted append neither; nothing is acknowledged before the one fdatasync of its
commit. And all of it works on a file that only accepts more (`chattr +a`), where root and the file system have that.

FICHE and APPENDER name the programs.
"""
import json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import Tap

APPENDER, FICHE = os.environ["APPENDER"], os.environ["FICHE"]
COMMITS = 20
TRACED = "trace=write,pwrite64,pwritev,pwritev2,writev,ftruncate,truncate,fallocate,fdatasync,fsync,sync_file_range," \
         "rename,renameat2,unlink,unlinkat,copy_file_range,sendfile"
CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")


def run(*arguments):
    return subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def write(path, name):
    with open(path, "w") as f:
        for i in range(9):
            f.write(json.dumps({"id": "%s%d" % (name, i), "text": "About %s, %d. " % (name, i) * 30}) + "\n")


def make():
    """An archive that an interrupted append left, and articles to add."""
    write("more.jsonl", "more")
    write("other.jsonl", "other")
    run(APPENDER, "a.fiche", "3")
    run(FICHE, "pack", "-q", "other.fiche", "other.jsonl")
    with open("a.fiche", "ab") as a, open("other.fiche", "rb") as other:
        a.write(other.read()[4096:7001])  # no whole page


def commands():
    """Name, command, commits."""
    quick = ["-q", "-j", "1"]
    return [
        ("append", [APPENDER, "a.fiche", str(COMMITS)], COMMITS),
        ("pack", [FICHE, "pack", *quick, "-a", "a.fiche", "more.jsonl"], 1),
        ("reindex", [FICHE, "reindex", *quick, "a.fiche"], 1),
        ("merge", [FICHE, "merge", *quick, "-a", "a.fiche", "other.fiche"], 1),
    ]


def judge(size, commits):
    """What is wrong with the calls in the log, if the archive had this size at first."""
    wrong, syncs, written = [], 0, False
    for line in open("log", errors="replace"):
        found = CALL.match(line)
        if not found:
            continue
        call, told, result = found.group(1), found.group(2), int(found.group(3))
        ours = re.match(r"\d+<[^>]*/a\.fiche>", told)
        if ours and call == "pwrite64":
            at = int(told.rsplit(",", 1)[1])
            if at != size:
                wrong.append("written at %d of %d: %s" % (at, size, line))
            size, written = at + result, True
        elif ours and call == "write":
            size, written = size + result, True
        elif ours and call == "fdatasync":
            syncs, written = syncs + 1, False
        elif ours and call == "fallocate" and "FALLOC_FL_KEEP_SIZE" in told and "PUNCH" not in told:
            pass
        elif ours or "a.fiche" in told and call in ("truncate", "rename", "renameat2", "unlink", "unlinkat"):
            wrong.append("not to be done: " + line)
        elif call == "write" and told.startswith("1<") and written:
            wrong.append("said before it was durable: " + line)
    if os.path.getsize("a.fiche") != size:
        wrong.append("%d bytes were written by other calls" % (os.path.getsize("a.fiche") - size))
    # One when it is opened, since what is built on has to be durable too.
    if syncs != commits + 1:
        wrong.append("%d commits took %d syncs" % (commits, syncs))
    return wrong


def trace(tap, how):
    for name, command, commits in commands():
        size = os.path.getsize("a.fiche")
        done = run("strace", "-f", "-y", "-qq", "-o", "log", "-s", "8", "-e", TRACED, *command)
        wrong = judge(size, commits)
        if done.returncode != 0:
            wrong.append(done.stderr.decode())
        checked = run(FICHE, "verify", "a.fiche")
        if checked.returncode != 0:
            wrong.append(checked.stdout.decode() + checked.stderr.decode())
        tap.test(wrong, "%s%s: %d bytes behind %d, one sync for each commit" % (
            name, how, os.path.getsize("a.fiche") - size, size))


def can_trace():
    return shutil.which("strace") and run("strace", "-o", "/dev/null", "true").returncode == 0


def main():
    if not can_trace():
        print("1..0 # SKIP strace is missing, or may not trace")
        return 0
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make()
        trace(tap, "")
        for name in ("a.fiche", "other.fiche"):
            os.remove(name)
        make()
        if shutil.which("chattr") and run("chattr", "+a", "a.fiche").returncode == 0:
            try:
                trace(tap, " to a file that only grows")
            finally:
                run("chattr", "-a", "a.fiche")
        else:
            tap.count += 1
            print("ok %d # SKIP chattr +a needs root and a file system that has it" % tap.count)
        os.chdir("/")
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
