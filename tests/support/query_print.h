/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_print.h - a query as text: AND(WORD(flood) NOT(PREFIX(draft))).
 *
 * `title:` stands in front of what is looked for in the title only, `exact:` in
 * front of exact words; both are left out below PHRASE and NEAR, where they
 * follow from what stands above.
 */
#ifndef SUPPORT_QUERY_PRINT_H
#define SUPPORT_QUERY_PRINT_H

#include "base/buf.h"
#include "index/query.h"

/* NOTHING if there is no tree. */
void query_print(struct buf *out, const struct query *q);

/* Abort if the tree breaks what index/query.h and spec 6.9 promise. */
void query_check(const struct query *q);

#endif
