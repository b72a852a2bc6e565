/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reseal.h - make every check of a changed archive fit again, so that what
 * stands behind the checks is reached.
 */
#ifndef SUPPORT_RESEAL_H
#define SUPPORT_RESEAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Walk the sections as far as their lengths lead, and correct in each: offset,
 * head CRC, page CRCs, tables of parity, batch, predecessor and segment hashes,
 * payload SHA-256 and header CRC; and the footer behind a commit.
 */
void reseal(uint8_t *bytes, size_t len);
/* The CRC alone of a section's header, and of a footer. */
void reseal_header(uint8_t *header);
void reseal_footer(uint8_t *f);

#endif
