/* SPDX-License-Identifier: Apache-2.0 */
/* html_entities.h - character references: `&amp;`, `&#8220;`, `&#x93;`. */
#ifndef PAGE_HTML_ENTITIES_H
#define PAGE_HTML_ENTITIES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Write `text` to `out`, which has room for as many bytes, with its references
 * resolved as browsers do: numbers 128 to 159 are of Windows-1252, the names of
 * Latin-1 may lack their `;`.  What is none is copied.  Returns the length,
 * never more than `len`.  In an attribute (`attr`), `&copy=1` is none.
 */
size_t html_entities(char *out, const char *text, size_t len, bool attr);

#endif
