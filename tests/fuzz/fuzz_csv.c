/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv.c - any bytes as a table; see fuzz_format.h. */
#include "fuzz/fuzz_format.h"

FUZZ_FORMAT("csv", FUZZ_SEED("title,text\na,\"b\"\"\nc\"\nd,e,f\n"),
            FUZZ_SEED("sep=;\r\ntitle;url\r\n\"a;b\r\nc;d\r\n"),
            FUZZ_SEED("\xff\xfet\0i\0t\0l\0e\0\t\0u\0\n\0a\0\t\0b\0"),
            FUZZ_SEED("title|text\rcaf\xe9|<p>x</p>\r"))
