/* SPDX-License-Identifier: Apache-2.0 */
/*
 * furniture.h - the words of web pages that no story consists of: "Subscribe",
 * "Log in", "Share", "Comments".
 */
#ifndef PAGE_FURNITURE_H
#define PAGE_FURNITURE_H

#include <stdbool.h>

#include "fiche/article.h"

/* Is this short line one of those, or does it begin with one? */
bool furniture_is(struct fiche_text line);

#endif
