/* SPDX-License-Identifier: Apache-2.0 */
/* charset_labels.h - the names that people give to encodings. */
#ifndef PAGE_CHARSET_LABELS_H
#define PAGE_CHARSET_LABELS_H

#include <stddef.h>

struct encoding {
	const char *name;   /* of the WHATWG Encoding Standard */
	const char *iconv;  /* what iconv(3) calls it, or a superset of it */
	const char *labels; /* in lower case, one blank between them */
};

/* The encoding of a label in any case, blanks around it passed over; NULL if
 * it is none. */
const struct encoding *charset_find(const char *label, size_t len);

#endif
