/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phrases.h - the words of web pages that no story consists of: "Subscribe",
 * "Log in", "Share", "Comments".
 */
#ifndef PAGE_PHRASES_H
#define PAGE_PHRASES_H

#include <stdbool.h>

#include "fiche/article.h"

/* Is this short line one of those, or does it begin with one? */
bool phrases_is_furniture(struct fiche_text line);

#endif
