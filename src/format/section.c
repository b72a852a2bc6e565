/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section.c - headers, SUPERBLOCK and FOOTER (spec 3.1, 3.2, 3.7).
 *
 * Checks run in the order that gives the most useful answer: sync bytes mean
 * "not ours", the CRC means "damaged", and only bytes proven intact may say
 * "you need a newer reader".
 */

#include "format/section.h"

#include <string.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/utf8.h"

#define CRC_AT          20
#define FRAME_HEAD      8 /* magic and length of a skippable frame */
#define FOOTER_CRC_AT   52
#define FOOTER_MAGIC_AT 56
#define FOOTER_MAGIC                                                           \
	"\x89"                                                                 \
	"FCE\r\n\x1a\n"
#define SUPERBLOCK_TEXT_AT 32

static const char superblock_text[] =
	"\n\n"
	"This file is a fiche: an archive of news articles, made to be read "
	"for\n"
	"decades, with or without the program that wrote it.\n\n"
	"HOW TO READ IT WITH THE fiche PROGRAM\n"
	"  fiche list FILE      fiche show FILE ID      fiche verify FILE\n\n"
	"HOW TO READ IT WITHOUT\n"
	"The file is a sequence of Zstandard frames (RFC 8878).  Skippable "
	"frames\n"
	"with the magic number 0x184D2A5B hold structure, plain frames hold "
	"the\n"
	"articles: always two in a row, first the cards (one JSON object a "
	"line, the\n"
	"metadata), then the bodies (the texts in the same order, a line feed "
	"behind\n"
	"each).  If the archive has no dictionaries,   zstd -dc FILE   prints\n"
	"everything.  With dictionaries, decode frame by frame with   zstd -D "
	"DICT .\n\n"
	"Every section begins with a header of 96 bytes, little-endian:\n"
	"   0 u32 0x184D2A5B        4 u32 length of this skippable frame's "
	"content\n"
	"   8 [8] 89 46 43 48 0D 0A 1A 0A          16 u8 type      17 u8 "
	"version\n"
	"  18 u16 flags            20 u32 CRC-32 of bytes 0-19 and 24-95\n"
	"  24 u64 own offset       32 u64 sequence    40 u64 payload length\n"
	"  48 [16] UUID            64 [32] SHA-256 of the payload\n"
	"The next section begins behind the payload.  Types: 1 this one, 2 "
	"dictionary,\n"
	"3 articles, 4 index, 5 commit.\n"
	"Dictionary payload: u32 id, u8 class, 3 zeros, u64 length, one zstd "
	"frame.\n"
	"Articles payload: u64 number of the first record, u32 how many, u32 "
	"length of\n"
	"this head, u32 stored and u32 raw length of the cards, u32 dictionary "
	"id of\n"
	"the cards (0: none), u32 of the bodies, u64 stored and u64 raw length "
	"of the\n"
	"bodies, u32 length of the defaults, u32 zero, the defaults (JSON), a "
	"varint\n"
	"for each record, CRC-32; then the two frames.  The varint is\n"
	"length * 8 + shared * 4 + kind: length of the body, or, if shared, "
	"how many\n"
	"records back its body stands.  Kind 2: the record is the body.  Kind "
	"1: the\n"
	"record is the body, a JSON line.  Kind 0: the record is the card, in "
	"which\n"
	"each  \"\\u001fS:N\"  stands for a string whose N bytes are the next "
	"piece of the\n"
	"body (one line feed between two pieces).\n"
	"The SHA-256 of a record is its id.\n\n"
	"A commit ends each generation of the file; nothing before it ever "
	"changes.\n"
	"The specification is called \"The fiche archive format\".\n";

uint64_t section_size(const struct section *s)
{
	return SECTION_HEADER_SIZE + s->payload_len;
}

bool section_type_known(uint8_t type)
{
	return (type >= SECTION_SUPERBLOCK && type <= SECTION_PARITY) ||
	       type == SECTION_WITHDRAWAL;
}

static uint32_t header_crc(const uint8_t raw[SECTION_HEADER_SIZE])
{
	uint32_t crc = crc32_add(0, raw, CRC_AT);

	return crc32_add(crc, raw + CRC_AT + 4,
	                 SECTION_HEADER_SIZE - CRC_AT - 4);
}

void section_encode(uint8_t out[SECTION_HEADER_SIZE], const struct section *s)
{
	put_u32(out, FRAME_MAGIC);
	put_u32(out + 4, SECTION_HEADER_SIZE - FRAME_HEAD + s->inner_len);
	memcpy(out + SECTION_SYNC_AT, SECTION_SYNC, SECTION_SYNC_SIZE);
	out[16] = s->type;
	out[17] = s->version;
	out[18] = (uint8_t)s->flags;
	out[19] = (uint8_t)(s->flags >> 8);
	put_u64(out + 24, s->offset);
	put_u64(out + 32, s->sequence);
	put_u64(out + 40, s->payload_len);
	memcpy(out + 48, s->uuid, UUID_SIZE);
	memcpy(out + 64, s->sha256, 32);
	put_u32(out + CRC_AT, header_crc(out));
}

int section_decode(struct section *out, const uint8_t raw[SECTION_HEADER_SIZE],
                   uint64_t at, const uint8_t *uuid, struct fiche_error *err)
{
	struct section s;
	struct cursor c;
	uint32_t magic, frame_len, crc;

	cursor_init(&c, raw, SECTION_HEADER_SIZE);
	magic = cursor_u32(&c);
	frame_len = cursor_u32(&c);
	(void)cursor_take(&c, SECTION_SYNC_SIZE);
	s.type = cursor_u8(&c);
	s.version = cursor_u8(&c);
	s.flags = cursor_u16(&c);
	crc = cursor_u32(&c);
	s.offset = cursor_u64(&c);
	s.sequence = cursor_u64(&c);
	s.payload_len = cursor_u64(&c);
	cursor_copy(&c, s.uuid, UUID_SIZE);
	cursor_copy(&c, s.sha256, 32);

	if (magic != FRAME_MAGIC ||
	    memcmp(raw + SECTION_SYNC_AT, SECTION_SYNC, SECTION_SYNC_SIZE) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "no section begins here");
	if (crc != header_crc(raw))
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "section header CRC mismatch");
	if (s.offset != at)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "section says that it stands at %llu",
		               (unsigned long long)s.offset);
	if (uuid && memcmp(uuid, s.uuid, UUID_SIZE) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "section belongs to another archive");
	if (s.flags & ~SECTION_CRITICAL)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "reserved section flags 0x%x are set",
		               (unsigned)s.flags);
	if (!section_type_known(s.type) && (s.flags & SECTION_CRITICAL))
		return err_set(err, FICHE_ERR_UNSUPPORTED, at,
		               "section type %u needs a newer program",
		               (unsigned)s.type);
	if (section_type_known(s.type) && s.version != SECTION_VERSION)
		return err_set(err, FICHE_ERR_UNSUPPORTED, at,
		               "version %u of section type %u needs a newer "
		               "program",
		               (unsigned)s.version, (unsigned)s.type);
	/* Parity is for those who mend; who reads can do without. */
	if (section_type_known(s.type) &&
	    (s.type != SECTION_PARITY) != (s.flags & SECTION_CRITICAL))
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "section type %u %s the critical flag",
		               (unsigned)s.type,
		               s.type == SECTION_PARITY ? "has" : "lacks");
	if (frame_len < SECTION_HEADER_SIZE - FRAME_HEAD ||
	    s.payload_len > INT64_MAX - at - SECTION_HEADER_SIZE)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "section has an impossible length");
	s.inner_len = frame_len - (SECTION_HEADER_SIZE - FRAME_HEAD);
	if (s.type == SECTION_DATA ? s.inner_len > s.payload_len
	                           : s.inner_len != s.payload_len)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "section and frame lengths disagree");
	*out = s;
	return 0;
}

int superblock_encode(uint8_t out[SUPERBLOCK_SIZE], const struct superblock *sb,
                      const uint8_t uuid[UUID_SIZE])
{
	uint8_t *p = out + SECTION_HEADER_SIZE;
	struct section s = {
		.type = SECTION_SUPERBLOCK,
		.version = SECTION_VERSION,
		.flags = SECTION_CRITICAL,
		.inner_len = SUPERBLOCK_SIZE - SECTION_HEADER_SIZE,
		.payload_len = SUPERBLOCK_SIZE - SECTION_HEADER_SIZE,
	};

	memset(p, 0, SUPERBLOCK_SIZE - SECTION_HEADER_SIZE);
	put_u32(p, sb->major | (uint32_t)sb->minor << 16);
	put_u32(p + 4, sb->read_features);
	put_u32(p + 8, sb->append_features);
	put_u32(p + 12, sb->suite | (uint32_t)sb->profile << 16);
	put_u64(p + 16, (uint64_t)sb->created);
	memcpy(p + SUPERBLOCK_TEXT_AT, superblock_text,
	       sizeof(superblock_text) - 1);
	memcpy(s.uuid, uuid, UUID_SIZE);
	if (sha256_of(s.sha256, p, SUPERBLOCK_SIZE - SECTION_HEADER_SIZE) < 0)
		return FICHE_ERR_NOMEM;
	section_encode(out, &s);
	return 0;
}

_Static_assert(sizeof(superblock_text) <= SUPERBLOCK_SIZE -
                                                  SECTION_HEADER_SIZE -
                                                  SUPERBLOCK_TEXT_AT,
               "the text fits the superblock");

int format_check_version(uint16_t major, uint32_t read_features, uint64_t at,
                         struct fiche_error *err)
{
	if (major != FORMAT_MAJOR)
		return err_set(err, FICHE_ERR_UNSUPPORTED, at,
		               "this file needs format %u, this program reads "
		               "format %u",
		               (unsigned)major, FORMAT_MAJOR);
	if (read_features)
		return err_set(err, FICHE_ERR_UNSUPPORTED, at,
		               "reading needs features 0x%x that this program "
		               "does not know",
		               (unsigned)read_features);
	return 0;
}

int superblock_decode(struct superblock *out, struct section *section,
                      const uint8_t raw[SUPERBLOCK_SIZE],
                      struct fiche_error *err)
{
	const uint8_t *payload = raw + SECTION_HEADER_SIZE, *end;
	struct superblock sb;
	struct section s;
	struct cursor c;
	uint8_t sha[32];
	size_t len;
	int r;

	if (memcmp(raw + SECTION_SYNC_AT, SECTION_SYNC, SECTION_SYNC_SIZE) != 0)
		return err_set(err, FICHE_ERR_FOREIGN, 0,
		               "this is not a fiche archive");
	r = section_decode(&s, raw, 0, NULL, err);
	if (r < 0)
		return r;
	if (s.type != SECTION_SUPERBLOCK || section_size(&s) != SUPERBLOCK_SIZE)
		return err_set(err, FICHE_ERR_CORRUPT, 0,
		               "the first section is no superblock");
	if (sha256_of(sha, payload, SUPERBLOCK_SIZE - SECTION_HEADER_SIZE) < 0)
		return err_nomem(err);
	if (memcmp(sha, s.sha256, 32) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, 0,
		               "superblock SHA-256 mismatch");

	cursor_init(&c, payload, SUPERBLOCK_SIZE - SECTION_HEADER_SIZE);
	sb.major = cursor_u16(&c);
	sb.minor = cursor_u16(&c);
	sb.read_features = cursor_u32(&c);
	sb.append_features = cursor_u32(&c);
	sb.suite = cursor_u16(&c);
	sb.profile = cursor_u16(&c);
	sb.created = (int64_t)cursor_u64(&c);
	r = format_check_version(sb.major, sb.read_features, 0, err);
	if (r < 0)
		return r;
	if (sb.suite != 1)
		return err_set(err, FICHE_ERR_UNSUPPORTED, 0,
		               "hash suite %u needs a newer program",
		               (unsigned)sb.suite);
	cursor_zeros(&c, 8);
	if (!cursor_ok(&c) || s.sequence != 0)
		return err_set(err, FICHE_ERR_CORRUPT, 0,
		               "reserved bytes of the superblock are set");
	end = memchr(c.at, 0, c.left);
	len = end ? (size_t)(end - c.at) : c.left;
	if (!utf8_is_valid((const char *)c.at, len))
		return err_set(err, FICHE_ERR_CORRUPT, 0,
		               "the text of the superblock is not UTF-8");
	(void)cursor_take(&c, len);
	cursor_zeros(&c, c.left);
	if (!cursor_ok(&c))
		return err_set(err, FICHE_ERR_CORRUPT, 0,
		               "the text of the superblock is not padded with "
		               "zeros");
	*out = sb;
	*section = s;
	return 0;
}

static uint32_t footer_crc(const uint8_t raw[FOOTER_SIZE])
{
	uint32_t crc = crc32_add(0, raw, FOOTER_CRC_AT);

	return crc32_add(crc, raw + FOOTER_MAGIC_AT, 8);
}

void footer_encode(uint8_t out[FOOTER_SIZE], const struct footer *f)
{
	put_u32(out, FRAME_MAGIC);
	put_u32(out + 4, FOOTER_SIZE - FRAME_HEAD);
	put_u64(out + 8, f->commit_offset);
	put_u64(out + 16, f->commit_size);
	put_u64(out + 24, f->generation);
	put_u64(out + 32, f->end);
	memcpy(out + 40, f->uuid8, 8);
	put_u32(out + 48, 0);
	memcpy(out + FOOTER_MAGIC_AT, FOOTER_MAGIC, 8);
	put_u32(out + FOOTER_CRC_AT, footer_crc(out));
}

int footer_decode(struct footer *out, const uint8_t raw[FOOTER_SIZE],
                  uint64_t end, struct fiche_error *err)
{
	uint64_t at = end - FOOTER_SIZE;
	struct footer f;
	struct cursor c;
	uint32_t magic, len, crc;

	cursor_init(&c, raw, FOOTER_SIZE);
	magic = cursor_u32(&c);
	len = cursor_u32(&c);
	f.commit_offset = cursor_u64(&c);
	f.commit_size = cursor_u64(&c);
	f.generation = cursor_u64(&c);
	f.end = cursor_u64(&c);
	cursor_copy(&c, f.uuid8, 8);
	cursor_zeros(&c, 4);
	crc = cursor_u32(&c);

	if (magic != FRAME_MAGIC || len != FOOTER_SIZE - FRAME_HEAD ||
	    memcmp(raw + FOOTER_MAGIC_AT, FOOTER_MAGIC, 8) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, at, "no footer here");
	if (crc != footer_crc(raw) || !cursor_ok(&c))
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "footer CRC mismatch");
	if (f.end != end || f.commit_size < SECTION_HEADER_SIZE ||
	    f.commit_size > at - SUPERBLOCK_SIZE ||
	    f.commit_offset != at - f.commit_size)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "footer does not belong here");
	*out = f;
	return 0;
}
