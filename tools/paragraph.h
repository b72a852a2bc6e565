/* SPDX-License-Identifier: Apache-2.0 */
/* paragraph.h - long text, wrapped to the width of a terminal. */
#ifndef TOOLS_PARAGRAPH_H
#define TOOLS_PARAGRAPH_H

#include <stddef.h>

#include "str.h"

/*
 * Append `text`, whose line ends are kept, with lines of at most `columns` (0:
 * not wrapped) broken at spaces and between wide characters.  `indent` spaces
 * stand before each line.  What could disturb a terminal is spelled out.
 */
void paragraph_wrap(struct str *out, const char *text, size_t len,
                    size_t columns, size_t indent);

#endif
