/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_mail.c - any bytes as mail; see fuzz_format.h. */
#include "fuzz/fuzz_format.h"

FUZZ_FORMAT("mail",
            FUZZ_SEED("From a Fri Mar  1 12:00:00 2024\nFrom: A <a@b>\n"
                      "Subject: =?utf-8?B?U27DtiBhbmQ=?= =?x?q?_=41?=\n\nx\n"
                      ">From y\n\nFrom b Fri Mar  1 12:00:00 2024\nA: b\n\n"),
            FUZZ_SEED("Content-Type: multipart/mixed; boundary=\"a\"\n\n--a\n"
                      "Content-Transfer-Encoding: base64\n\neHg=\n--a\n"
                      "Content-Type: text/html; charset=koi8-r\n\n<p>x\xc1"
                      "\n--a--\n"),
            FUZZ_SEED("List-Id: \"x\" <y>\nContent-Transfer-Encoding: "
                      "quoted-printable\nFrom: a@b (c)\n\na=\nb=41=4"))
