#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every vector of format-spec/vectors has the verdict that it names: by reader.py and, where the environment
variable FICHE names the program, by `fiche verify`. A vector says `# verdict: WORD` (without it: good) and,
in `# finding:`, words of the sentence that reader.py must find.
"""
import glob, io, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SPEC = os.path.join(HERE, "..", "..", "format-spec")
sys.path[:0] = [HERE, SPEC]
import hexvec, reader


def said(text, key):
    m = re.search("^# %s: (.*)$" % key, text, re.M)
    return m.group(1) if m else None


def main():
    names = sorted(glob.glob(os.path.join(SPEC, "vectors", "*.hex")))
    program = os.environ.get("FICHE")
    print("1..%d" % (len(names) * (2 if program else 1)))
    n = failed = 0
    for path in names:
        with open(path, encoding="ascii") as f:
            text = f.read()
        name, data = os.path.basename(path)[:-4], bytes(hexvec.Vector(path).out)
        want, finding = reader.EXITS.get(said(text, "verdict"), 0), said(text, "finding") or "ok"
        out = io.BytesIO()
        code = reader.run(data, "verify", "", None, False, out, out)
        results = [("reader.py", code, out.getvalue().decode(), finding in out.getvalue().decode())]
        if program:
            with tempfile.NamedTemporaryFile(suffix=".fiche") as f:
                f.write(data)
                f.flush()
                done = subprocess.run([program, "verify", f.name], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
            results.append(("fiche", done.returncode, done.stdout.decode("utf-8", "replace"), True))
        for who, code, output, good in results:
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
