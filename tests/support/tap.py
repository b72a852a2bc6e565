# SPDX-License-Identifier: Apache-2.0
"""What tests in Python tell meson: one line for each, and why not."""


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def test(self, wrong, name):
        """`wrong`: what is to be complained of, line by line; nothing else makes a test pass"""
        wrong = [line for line in wrong if line]
        self.count, self.failed = self.count + 1, self.failed + bool(wrong)
        print("%s %d - %s" % ("not ok" if wrong else "ok", self.count, name))
        print("".join("# %.600s\n" % line for line in wrong[:9]), end="", flush=True)

    def end(self):
        print("1..%d" % self.count)
        return self.failed > 0
