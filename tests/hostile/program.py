# SPDX-License-Identifier: Apache-2.0
"""The program that the tests of this folder are about."""
import os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
FICHE = os.environ["FICHE"]


def fiche(*arguments, **more):
    return subprocess.run([FICHE, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=300, **more)
