#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program that FICHE names is killed at its calls to the system, one run for each call, by strace.

Whatever it was doing: all that was acknowledged is there, `verify` finds nothing but perhaps the bytes of an
interrupted append, no other file has changed, and the same command can be given again. A commit counts as
acknowledged when its fdatasync has returned. TRIALS (20) says how many calls of each command are tried, evenly
spread, 0: all; COMMITS (6) how many commits `pack` makes in one run; APPENDS (4) how many times one article is added to
an archive that grows, each killed at every fourth of its calls, in turn.
"""
import collections, json, os, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import Tap

FICHE = os.environ["FICHE"]
TRIALS = int(os.environ.get("TRIALS", "20"))
COMMITS = int(os.environ.get("COMMITS", "6"))
APPENDS = int(os.environ.get("APPENDS", "4"))
MADE = "made.fiche"
INTACT, TAIL = 0, 4  # what verify answers


def run(*arguments, **more):
    return subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def fiche(*arguments):
    done = run(FICHE, *arguments)
    return done.returncode, done.stdout.decode()


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, first, count, words=9):
    with open(path, "w") as f:
        for i in range(first, first + count):
            f.write(json.dumps({"id": "m%d" % i, "title": "Number %d" % i, "text": "Words %d. " % (i * 7919) * words}) + "\n")


def ids(path):
    return [json.loads(line)["source_id"] for line in fiche("list", path, "--json", "--sort", "archive")[1].splitlines()]


def names(first, count):
    return ["m%d" % i for i in range(first, first + count)]


# One command

class Command:
    """What is done, to MADE, in a folder that holds copies of `files`."""
    def __init__(self, name, arguments, files, before, after, end, commits=True):
        self.name, self.arguments, self.files = name, arguments, files
        self.before = before  # ids that are there at first; None: the archive is not there
        self.after = after  # the number of commits done -> ids
        self.end = end  # commits when all is done
        self.commits = commits  # or the archive gets its name when it is whole

    def stage(self):
        for name in os.listdir("."):
            os.remove(name)
        for path in self.files:
            shutil.copyfile(os.path.join("..", path), os.path.basename(path))

    def traced(self, *options):
        return run("strace", "-f", "-qq", "-o", "../log", *options, FICHE, *self.arguments)

    def calls(self):
        """(name, ordinal) of each call from the first one that touches a file of ours, in order."""
        self.stage()
        done = self.traced("-e", "trace=all")
        if done.returncode != 0:
            sys.exit("%s: %s" % (self.name, done.stderr.decode()))
        seen, counts, found = False, collections.Counter(), []
        for line in open("../log", errors="replace"):
            call = line.split(None, 1)[1].split("(", 1)
            if len(call) < 2 or not call[0].isidentifier():
                continue
            counts[call[0]] += 1
            seen = seen or ".fiche\"" in call[1] and call[0] != "execve"
            if seen and call[0] not in ("exit_group", "execve"):
                found.append((call[0], counts[call[0]]))
        self.syncs = sum("fdatasync(" in line for line in open("../log"))
        return found

    def acknowledged(self):
        """Commits that were synced before the end; the syncs before the first one are those of every run."""
        if not self.commits:
            return 0
        done = sum("fdatasync(" in line and line.rstrip().endswith("= 0") for line in open("../log"))
        return max(0, done - (self.syncs - self.end))


def wrong_now(command, commits):
    """What is wrong after a kill; `commits` were acknowledged."""
    wrong = []
    if not os.path.exists(MADE):
        return ["there is no archive"] if commits or command.before is not None else []
    code, said = fiche("verify", MADE, "--json")
    report = json.loads(said.splitlines()[-1])
    have = ids(MADE)
    if command.before is None and not commits and not report["generations"]:
        # Before the first commit, whole blocks are all there is to show; verify calls that damage, as it may be.
        return [] if have == command.after(1)[:len(have)] else ["no commit, shown %s" % have]
    if code not in (INTACT, TAIL) or report["findings"]:
        wrong.append("verify: %d, %s" % (code, said))
    if (code == TAIL) != bool(report["tail_size"]):
        wrong.append("verify: %d with a tail of %d bytes" % (code, report["tail_size"]))
    if have not in [command.after(n) for n in range(commits, min(commits + 1, command.end) + 1)]:
        wrong.append("%d commits acknowledged, shown %s" % (commits, have))
    return wrong


def wrong_later(command):
    """What is wrong when it is done again."""
    wrong = []
    again = command.arguments
    if os.path.exists(MADE) and "-o" not in again and "-a" not in again and again[0] in ("pack", "merge"):
        again = again + ["-a"]
    if os.path.exists(MADE) and "-o" in again:
        # What has no commit yet is in the way; what has one is finished.
        if json.loads(fiche("info", MADE, "--json")[1])["generation"]:
            return ["shown %s" % ids(MADE)] if ids(MADE) != command.after(command.end) else []
        os.remove(MADE)
    done = run(FICHE, *again)
    if done.returncode != 0:
        wrong.append("again: %d, %s" % (done.returncode, done.stderr.decode()))
    code, said = fiche("verify", MADE)
    if code != INTACT:
        wrong.append("then verify: %d, %s" % (code, said))
    if ids(MADE) != command.after(command.end):
        wrong.append("then shown %s" % ids(MADE))
    return wrong


def try_at(command, call, ordinal):
    command.stage()
    others = [os.path.basename(f) for f in command.files if os.path.basename(f) != MADE]
    kept = [read(f) for f in others]
    done = command.traced("-e", "trace=fdatasync,execve," + call, "-e", "inject=%s:signal=SIGKILL:when=%d" % (call, ordinal))
    commits = command.acknowledged()
    if done.returncode == 0:
        commits = command.end
    wrong = wrong_now(command, commits) + wrong_later(command)
    if kept != [read(f) for f in others]:
        wrong.append("another file has changed")
    return done.returncode != 0, ["%s %d: %s" % (call, ordinal, w) for w in wrong]


def commands():
    """Archives to begin with, in the folder above, and what is done to them."""
    write("first.jsonl", 0, 3)
    write("more.jsonl", 3, 2)
    write("many.jsonl", 0, COMMITS)
    quick = ["-q", "-j", "1", "--level", "1"]
    fiche("pack", *quick, "first.fiche", "first.jsonl")
    write("other.jsonl", 10, 4)
    fiche("pack", *quick, "other.fiche", "other.jsonl")
    # One whose last append was interrupted.
    os.mkdir("tail")
    with open("tail/" + MADE, "wb") as f:
        f.write(read("first.fiche") + read("other.fiche")[4096:7000])
    os.mkdir("whole")
    shutil.copyfile("first.fiche", "whole/" + MADE)
    with open("damaged.fiche", "wb") as f:
        f.write(read("other.fiche")[:5000] + b"!" + read("other.fiche")[5001:])
    first, more, other = names(0, 3), names(3, 2), names(10, 4)
    return [
        Command("pack", ["pack", *quick, "--checkpoint", "1", MADE, "many.jsonl"], ["many.jsonl"], None,
                lambda n: names(0, n), COMMITS),
        Command("pack behind an interrupted append", ["pack", *quick, "-a", MADE, "more.jsonl"],
                ["tail/" + MADE, "more.jsonl"], first, lambda n: first + (more if n else []), 1),
        Command("reindex", ["reindex", "-q", "-j", "1", MADE], ["whole/" + MADE], first, lambda n: first, 1),
        Command("merge", ["merge", "-q", "-j", "1", "-a", MADE, "other.fiche"], ["whole/" + MADE, "other.fiche"], first,
                lambda n: first + (other if n else []), 1),
        Command("compact", ["compact", "-q", "-j", "1", "-o", MADE, "other.fiche"], ["other.fiche"], None,
                lambda n: other if n else [], 1),
        Command("repair", ["repair", "-q", "damaged.fiche", "other.fiche", "-o", MADE], ["damaged.fiche", "other.fiche"],
                None, lambda n: other if n else [], 1, commits=False),
    ]


def appends():
    """One article more, again and again."""
    write("../grows.jsonl", 0, 1)
    fiche("pack", "-q", "-j", "1", "--level", "1", "../grown.fiche", "../grows.jsonl")
    for n in range(1, APPENDS + 1):
        write("../grows.jsonl", n, 1)
        shutil.copyfile("../grown.fiche", "../whole/" + MADE)
        yield Command("append %d" % n, ["pack", "-q", "-j", "1", "--level", "1", "-a", MADE, "grows.jsonl"],
                      ["whole/" + MADE, "grows.jsonl"], names(0, n), lambda m, n=n: names(0, n + m), 1)
        fiche("pack", "-q", "-j", "1", "--level", "1", "-a", "../grown.fiche", "../grows.jsonl")


def kill_at_each(command, which):
    """how many of how many calls were killed, and what is wrong"""
    calls = command.calls()
    tried, killed, wrong = calls[which], 0, []
    for call, ordinal in tried:
        was_killed, found = try_at(command, call, ordinal)
        killed, wrong = killed + was_killed, wrong + ["%s: %s" % (command.name, w) for w in found]
    # Some calls are not made in every run: how memory is got, say.
    if killed < len(tried) * 3 // 4:
        wrong.append("%s: only %d of %d were killed" % (command.name, killed, len(tried)))
    return killed, len(calls), wrong


def can_kill():
    return shutil.which("strace") and run("strace", "-o", "/dev/null", "-e", "inject=exit_group:signal=SIGKILL",
                                          "true").returncode == -9


def main():
    tap = Tap()
    if not can_kill():
        print("1..0 # SKIP strace is missing, or may not trace")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        todo = commands()
        os.mkdir("here")
        os.chdir("here")
        for command in todo:
            step = max(1, len(command.calls()) // TRIALS) if TRIALS else 1
            killed, calls, wrong = kill_at_each(command, slice(0, None, step))
            tap.test(wrong, "%s, killed at %d of its %d calls" % (command.name, killed, calls))
        killed, calls, wrong = 0, 0, []
        for n, command in enumerate(appends()):
            more = kill_at_each(command, slice(n % 4, None, 4))
            killed, calls, wrong = killed + more[0], calls + more[1], wrong + more[2]
        tap.test(wrong, "%d appends in a row, killed at %d of their %d calls" % (APPENDS, killed, calls))
        os.chdir("/")
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
