#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real file systems, on loop devices, go down while an archive is appended to, as if the power had gone.

Each is shut down at some moment without writing its journal (FS_IOC_SHUTDOWN), unmounted and mounted again: what
was not synced by then is lost. Whatever is left: every commit that was acknowledged is there, to the byte, and no
other damage than what the commit on its way may have; then more is appended. Last, a file system whose own medium is
full: a sync that fails, and the next one that says all is well.

Needs root, loop devices and mkfs. APPENDER and FICHE name the programs; CYCLES (3) how often each goes down, SEED (1)
when; KINDS, separated by blanks, which of them.
"""
import fcntl, json, os, random, shutil, struct, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import Tap

APPENDER, FICHE = os.environ["APPENDER"], os.environ["FICHE"]
CYCLES = int(os.environ.get("CYCLES", "3"))
SEED = int(os.environ.get("SEED", "1"))
FS_IOC_SHUTDOWN, NOLOGFLUSH = 0x8004587D, 2
NEW_EVERY = 50  # cycles: another archive, so that creating one is met as well

KINDS = {
    "ext4": (["mkfs.ext4", "-q", "-F"], "data=ordered"),
    "ext4-writeback": (["mkfs.ext4", "-q", "-F"], "data=writeback"),
    "ext4-no-journal": (["mkfs.ext4", "-q", "-F", "-O", "^has_journal"], "rw"),
    "xfs": (["mkfs.xfs", "-q", "-f"], "rw"),
}


def run(*arguments):
    return subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def must(*arguments):
    done = run(*arguments)
    if done.returncode != 0:
        raise OSError("%s: %s" % (" ".join(arguments), done.stderr.decode()))


class Disk:
    """A file system in a file."""
    def __init__(self, folder, kind, size):
        self.image, self.place = os.path.join(folder, "image"), os.path.join(folder, "place")
        self.kind, (make, self.options) = kind, KINDS[kind]
        os.mkdir(self.place)
        with open(self.image, "wb") as f:
            f.truncate(size)
        must(*make, self.image)
        self.mount()

    def mount(self):
        # Without a journal it has to be put right first, as at every boot.
        if "no-journal" in self.kind and run("e2fsck", "-fy", self.image).returncode > 2:
            raise OSError("e2fsck cannot put the file system right")
        must("mount", "-o", "loop," + self.options, self.image, self.place)

    def unmount(self):
        for _ in range(50):
            if run("umount", self.place).returncode == 0:
                return
            time.sleep(0.1)
        must("umount", self.place)

    def shut_down(self):
        fd = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, FS_IOC_SHUTDOWN, struct.pack("I", NOLOGFLUSH))
        finally:
            os.close(fd)

    def close(self):
        run("umount", self.place)


def append(archive, count, then=None, after=0.0):
    """Lines (time, text) that tell what was acknowledged, the exit code, and the complaint; `then` is done after some
    seconds."""
    child = subprocess.Popen([APPENDER, archive, str(count)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if then:
        threading.Timer(after, then).start()
    said = [(time.monotonic(), line.strip()) for line in child.stdout]
    why = child.stderr.read()
    return said, child.wait(), why


def look(archive):
    """Generations and articles as `verify` and `list` tell, and what is wrong."""
    done = run(FICHE, "verify", archive, "--json")
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    report, wrong = lines[-1], []
    # A footer may be torn; and of the last commit, if it was on its way, articles.
    for finding in lines[:-1]:
        if "footer" not in finding["message"]:
            wrong.append(finding["message"])
    listed = run(FICHE, "list", archive, "--json", "--sort", "archive").stdout.decode().splitlines()
    if [json.loads(line)["source_id"] for line in listed] != ["m%d" % i for i in range(len(listed))]:
        wrong.append("other articles than went in")
    return report["generations"], len(listed), wrong


class Cycle:
    """One file system that goes down again and again."""
    def __init__(self, disk, seed):
        self.disk, self.random = disk, random.Random(seed)
        self.number = self.acked = self.commits = self.given_up = self.on_its_way = self.late = 0
        self.archive = None

    def new_archive(self):
        self.number += 1
        if self.archive and os.path.exists(self.archive):
            os.remove(self.archive)
        self.archive, self.acked = os.path.join(self.disk.place, "a%d.fiche" % self.number), 0

    def once(self):
        """Append until it goes down; what is wrong then."""
        down, began = threading.Event(), []

        def go_down():
            began.append(time.monotonic())
            self.disk.shut_down()
            down.set()
        said, code, why = append(self.archive, 100000, go_down, self.random.random() ** 2 * 0.5)
        down.wait()
        if said and said[0][1] == "given up":
            self.given_up += 1
            self.acked -= 1  # it had been seen, damaged, but nobody had acknowledged it
            said = said[1:]
        # A sync that runs while the file system goes down may say that all is well: no power cut does.
        sure = [int(line) for when, line in said if when < began[0]]
        most = max([self.acked] + [int(line) for _, line in said]) + 1
        self.commits, self.late = self.commits + len(sure), self.late + len(said) - len(sure)
        self.acked = max([self.acked] + sure)
        self.disk.unmount()
        self.disk.mount()
        wrong = self.check(most)
        if code != 1:
            wrong.append("the appender ended with %d: %s" % (code, why))
        return ["%s, archive %d: %s" % (self.disk.kind, self.number, w) for w in wrong]

    def check(self, most):
        if not os.path.exists(self.archive):
            return ["the archive is not there"] if self.acked else []
        generations, articles, wrong = look(self.archive)
        if generations == 0 and self.acked == 0:
            return []
        if generations > self.acked:
            wrong = []  # its articles may be damaged; then the next append gives it up
            self.on_its_way += 1
        if not self.acked <= generations <= most or articles < self.acked:
            wrong.append("%d commits acknowledged, %d shown, with %d articles" % (self.acked, generations, articles))
        self.acked = generations  # what is shown now is there for good
        return wrong


def go_down_again_and_again(kind):
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        disk = Disk(folder, kind, 320 << 20)
        try:
            cycle = Cycle(disk, SEED)
            for i in range(CYCLES):
                if i % NEW_EVERY == 0:
                    cycle.new_archive()
                wrong += cycle.once()
        finally:
            disk.close()
    return wrong, "%s went down %d times: %d commits acknowledged, %d while it went down; %d more came through, %d given up" % (
        kind, CYCLES, cycle.commits, cycle.late, cycle.on_its_way, cycle.given_up)


def full_medium():
    """A file system believes that it has room, but what it stands on has none: its writes fail when it is too late."""
    wrong, refused = [], 0
    with tempfile.TemporaryDirectory() as folder:
        must("mount", "-t", "tmpfs", "-o", "size=24m", "none", folder)
        try:
            disk = Disk(folder, "ext4", 64 << 20)
            archive = os.path.join(disk.place, "a.fiche")
            acked = len(append(archive, 20)[0])  # with room
            if acked != 20:
                wrong.append("only %d commits with room" % acked)
            with open(os.path.join(folder, "filler"), "wb") as f:
                try:
                    while True:
                        f.write(b"\1" * 65536)
                        f.flush()
                except OSError:
                    pass
            for _ in range(20):
                said, code, _ = append(archive, 5)
                acked = max([acked] + [int(line) for _, line in said if line.isdigit()])
                refused += code == 1
            if not refused:
                wrong.append("nothing failed")
            os.remove(os.path.join(folder, "filler"))
            disk.unmount()
            disk.mount()
            generations, articles, found = look(archive)
            if not acked <= generations <= acked + 1 or articles < acked:
                wrong.append("%d commits acknowledged, %d on the medium, with %d articles" % (acked, generations, articles))
            said, code, why = append(archive, 5)
            if code != 0:
                wrong.append("with room again: %s" % why)
            if look(archive)[0] < acked + 5:
                wrong.append("what was added with room again is not there")
            disk.unmount()
        finally:
            run("umount", os.path.join(folder, "place"))
            must("umount", folder)
    return wrong, "a full medium below a file system: %d of 20 runs failed, %d commits kept" % (refused, acked)


def can_mount(kind):
    try:
        with tempfile.TemporaryDirectory() as folder:
            Disk(folder, kind, 320 << 20).close()
        return True
    except (OSError, subprocess.SubprocessError):
        return False


def main():
    tap = Tap()
    kinds = [k for k in os.environ.get("KINDS", " ".join(KINDS)).split()
             if os.geteuid() == 0 and shutil.which(KINDS[k][0][0]) and can_mount(k)]
    if not kinds:
        print("1..0 # SKIP needs root, loop devices and mkfs")
        return 0
    print("# SEED=%d" % SEED)
    for kind in kinds:
        tap.test(*go_down_again_and_again(kind))
    if "ext4" in kinds:
        tap.test(*full_medium())
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
