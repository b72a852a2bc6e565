/* SPDX-License-Identifier: Apache-2.0 */
/* describe.h - how a record is named to people, as far as anything still tells.
 */
#ifndef ARCHIVE_DESCRIBE_H
#define ARCHIVE_DESCRIBE_H

#include "fiche/reader.h"

struct description {
	const char *id, *title; /* into what follows, or NULL */
	char hex[65], text[256];
};

/* The id that the index has, and the title if the card can be read. */
void describe_record(struct description *out, struct fiche_view *v,
                     uint64_t number);

#endif
