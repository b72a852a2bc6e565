/* SPDX-License-Identifier: Apache-2.0 */
/* links.h - addresses in pages: made whole, compared, and asked for a day. */
#ifndef PAGE_LINKS_H
#define PAGE_LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "fiche/article.h"

/* http:// or https:// and more. */
bool links_is_whole(struct fiche_text url);

/* Append `ref` as seen from `base`, which is whole or empty; nothing if that is
 * no address of the web. */
void links_join(struct buf *out, struct fiche_text base, struct fiche_text ref);

/* The same page, but for scheme, "www.", query, fragment and a last slash? */
bool links_is_same(struct fiche_text a, struct fiche_text b);

/* Append the day in a path, "/2019/03/21/" or "/20190321", or at least the
 * month; nothing if there is none from 1990 up to `now`. */
void links_put_day(struct buf *out, struct fiche_text url, int64_t now);

#endif
