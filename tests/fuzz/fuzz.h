/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.h - what a fuzz target offers to an engine, or to replay_main.c. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Optional.  Append the target's seed number `i` to `out`; false if there is no
 * such seed.  Weak in replay_main.c, unknown to engines.
 */
bool fuzz_seed(size_t i, struct buf *out);

#endif
