/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_front_matter.c - any bytes as a text with a head; see fuzz_format.h. */
#include "fuzz/fuzz_format.h"

FUZZ_FORMAT("front-matter",
            FUZZ_SEED("---\ntitle: \"a\\\"b\"\ntags: [a, 'b''c']\nauthors:\n"
                      "- x\n- name: y\ntext: |\n  a\n  b\n---\n<p>x</p>"),
            FUZZ_SEED("+++\ntitle = 'a'\ntags = [\n\"b\",]\n[x]\n+++\nText"))
