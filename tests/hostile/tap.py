# SPDX-License-Identifier: Apache-2.0
"""What the tests of this folder share."""
import os, subprocess

FICHE = os.environ["FICHE"]


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def test(self, wrong, name):
        self.count, self.failed = self.count + 1, self.failed + bool(wrong)
        print("%s %d - %s" % ("not ok" if wrong else "ok", self.count, name))
        print("".join("# %.600s\n" % line for line in wrong[:9]), end="", flush=True)

    def end(self):
        print("1..%d" % self.count)
        return self.failed > 0


def fiche(*arguments, **more):
    return subprocess.run([FICHE, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=300, **more)
