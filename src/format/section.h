/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section.h - the 96 bytes in front of every section, the SUPERBLOCK, and the
 * FOOTER (spec 3.1, 3.2, 3.7).
 */
#ifndef FORMAT_SECTION_H
#define FORMAT_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

#define SECTION_HEADER_SIZE 96
#define SUPERBLOCK_SIZE     4096
#define FOOTER_SIZE         64
#define COMMIT_ALIGN        4096
#define FRAME_MAGIC         0x184D2A5Bu
#define SECTION_SYNC                                                           \
	"\x89"                                                                 \
	"FCH\r\n\x1a\n"
#define SECTION_SYNC_SIZE 8
#define SECTION_SYNC_AT   8 /* of the sync bytes in the header */
#define UUID_SIZE         16

enum section_type {
	SECTION_SUPERBLOCK = 1,
	SECTION_DICT = 2,
	SECTION_DATA = 3,
	SECTION_INDEX = 4,
	SECTION_COMMIT = 5,
	SECTION_PARITY = 6,
	SECTION_WITHDRAWAL = 8,
};

#define SECTION_VERSION  1
#define SECTION_CRITICAL 1

struct section {
	uint8_t type;
	uint8_t version;
	uint16_t flags;
	uint32_t inner_len; /* payload bytes inside the skippable frame */
	uint64_t offset;
	uint64_t sequence;
	uint64_t payload_len;
	uint8_t uuid[UUID_SIZE];
	uint8_t sha256[32];
};

/* Bytes from the start of the section to the start of the next one. */
uint64_t section_size(const struct section *s);

void section_encode(uint8_t out[SECTION_HEADER_SIZE], const struct section *s);

/*
 * Decode the header found at `at`.  Its offset, frame lengths and flags are
 * checked, not its payload.  `uuid` may be NULL (any).  An unknown type is no
 * error here unless it is critical.
 *
 * Returns 0, FICHE_ERR_CORRUPT or FICHE_ERR_UNSUPPORTED.
 */
int section_decode(struct section *out, const uint8_t raw[SECTION_HEADER_SIZE],
                   uint64_t at, const uint8_t *uuid, struct fiche_error *err);

bool section_type_known(uint8_t type);

struct superblock {
	uint16_t major, minor;
	uint32_t read_features, append_features;
	uint16_t suite;
	uint16_t profile; /* 0 dictionaries, 1 plain */
	int64_t created;
};

#define FORMAT_MAJOR  1
#define FORMAT_MINOR  0
#define PROFILE_PLAIN 1

/* The whole SUPERBLOCK section, header included. */
int superblock_encode(uint8_t out[SUPERBLOCK_SIZE], const struct superblock *sb,
                      const uint8_t uuid[UUID_SIZE]);
/*
 * Check and decode.  FICHE_ERR_FOREIGN (no sync bytes), FICHE_ERR_CORRUPT,
 * FICHE_ERR_UNSUPPORTED.  *section gets the header.
 */
int superblock_decode(struct superblock *out, struct section *section,
                      const uint8_t raw[SUPERBLOCK_SIZE],
                      struct fiche_error *err);

/* Shared by SUPERBLOCK and COMMIT: may this program read? */
int format_check_version(uint16_t major, uint32_t read_features, uint64_t at,
                         struct fiche_error *err);

struct footer {
	uint64_t commit_offset;
	uint64_t commit_size;
	uint64_t generation;
	uint64_t end;
	uint8_t uuid8[8];
};

void footer_encode(uint8_t out[FOOTER_SIZE], const struct footer *f);
/* `end` is where the 64 bytes end in the file.  FICHE_ERR_CORRUPT if they are
 * no footer, or none that belongs there. */
int footer_decode(struct footer *out, const uint8_t raw[FOOTER_SIZE],
                  uint64_t end, struct fiche_error *err);

#endif
