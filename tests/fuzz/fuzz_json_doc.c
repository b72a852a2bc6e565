/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_json_doc.c - any bytes as a JSON document; see fuzz_format.h. */
#include "fuzz/fuzz_format.h"

FUZZ_FORMAT("json",
            FUZZ_SEED("[{\"title\":\"a\"},{\"title\":\"b\"},]{\"x\":[1]}]"),
            FUZZ_SEED("{\"articles\":[{\"url\":\"http://a/b\"}],\"n\":1}"),
            FUZZ_SEED("{\"a\":{\"title\":\"x\"},\"b\":{\"text\":\"y\"}}"),
            FUZZ_SEED("[1,\"x\",{\"title\":\"a\"b},{\"title\":\"c\"}"),
            FUZZ_SEED("{\"content\":\"<p>a</p><p>b</p>\",\"html\":\"<b>\"}"))
