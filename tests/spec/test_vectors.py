#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every vector of format-spec/vectors has the verdict that it names: by reader.py and, where the environment
variable FICHE names the program, by `fiche verify`. A vector says `# verdict: WORD` (without it: good) and,
in `# finding:`, words of the sentence that reader.py must find, or `search.py --check` where `# reader:` names it.
"""
import glob, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SPEC = os.path.join(HERE, "..", "..", "format-spec")
sys.path.insert(0, HERE)
import hexvec

EXITS = {"CORRUPT": 4, "TRUNCATED": 4, "UNSUPPORTED": 6, "FOREIGN": 6, "LIMIT": 9}


def said(text, key):
    m = re.search("^# %s: (.*)$" % key, text, re.M)
    return m.group(1) if m else None


def main():
    names = sorted(glob.glob(os.path.join(SPEC, "vectors", "*.hex")))
    readers = {"reader.py": "verify", "search.py": "--check"}
    program = os.environ.get("FICHE")
    print("1..%d" % (len(names) * (2 if program else 1)))
    n = failed = 0
    for path in names:
        with open(path, encoding="ascii") as f:
            text = f.read()
        name, data = os.path.basename(path)[:-4], bytes(hexvec.Vector(path).out)
        want, finding = EXITS.get(said(text, "verdict"), 0), said(text, "finding") or "ok"
        reader = said(text, "reader") or "reader.py"
        programs = [(reader, [sys.executable, os.path.join(SPEC, reader), readers[reader]])]
        programs += [("fiche", [program, "verify"])] if program else []
        with tempfile.NamedTemporaryFile(suffix=".fiche") as f:
            f.write(data)
            f.flush()
            done = [subprocess.run(call + [f.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    for _, call in programs]
        for (who, _), result in zip(programs, done):
            code, output = result.returncode, result.stdout.decode("utf-8", "replace")
            good = who == "fiche" or finding in output
            n += 1
            good = good and code == want
            failed += not good
            print("%s %d - %s %s" % ("ok" if good else "not ok", n, who, name))
            if not good:
                print("# exit code %d, %d wanted; wanted in the output: %s" % (code, want, finding))
                print("".join("# %s\n" % line for line in output.splitlines()), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
