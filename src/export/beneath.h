/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beneath.h - files and folders made in a folder, whoever else is at work in
 * it.
 *
 * No link is followed on the way, and ".." and absolute names lead nowhere.
 */
#ifndef EXPORT_BENEATH_H
#define EXPORT_BENEATH_H

#include "fiche/error.h"

/* A descriptor of an existing folder that is no link, or -1 with errno. */
int beneath_open(const char *folder);
/* A new file; a descriptor for writing, or -1 with errno. */
int beneath_create(int folder, const char *name);
/* A new folder.  0, or -1 with errno: EEXIST also if a link is there. */
int beneath_mkdir(int folder, const char *name);

#endif
