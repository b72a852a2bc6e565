/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle_sniff.c - bundles, by their magic numbers.
 *
 * A zip is often something else in disguise: documents of office programs and
 * electronic books stay the files they are.
 */
#include <string.h>

#include "ingest/bundle.h"

#define TAR_BLOCK    ((size_t)512)
#define ZIP_HEAD     ((size_t)30)
#define ISO_AT       ((size_t)32768)
#define LHA_HEAD     ((size_t)22)
#define LHA_LEVEL_AT 20

static bool has(const struct look *look, size_t at, const char *magic,
                size_t len)
{
	return look->len >= len && at <= look->len - len &&
	       memcmp(look->ptr + at, magic, len) == 0;
}

#define HAS(look, at, magic) has(look, at, magic, sizeof(magic) - 1)

/* A number as tar headers have it: octal digits, blanks or NUL around them. */
static bool octal(uint64_t *out, const uint8_t *at, size_t len)
{
	size_t i = 0;
	uint64_t n = 0;
	bool any = false;

	while (i < len && at[i] == ' ')
		i++;
	for (; i < len && at[i] >= '0' && at[i] <= '7'; i++) {
		n = n * 8 + (uint64_t)(at[i] - '0');
		any = true;
	}
	while (i < len && (at[i] == ' ' || at[i] == '\0'))
		i++;
	*out = n;
	return any && i == len;
}

/* Before POSIX tar had no magic, but always a checksum. */
static bool is_tar(const struct look *look)
{
	const uint8_t *p = look->ptr;
	uint64_t stored, sum = 0;

	if (HAS(look, 257, "ustar\0") || HAS(look, 257, "ustar "))
		return true;
	if (look->len < TAR_BLOCK || p[0] == '\0' ||
	    !octal(&stored, p + 148, 8))
		return false;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : p[i];
	return sum == stored;
}

/* Does the name of its first member begin so? */
static bool zip_starts(const struct look *look, const char *name)
{
	return has(look, ZIP_HEAD, name, strlen(name));
}

static bool is_document(const struct look *look)
{
	static const char *const first[] = { "mimetype", "[Content_Types].xml",
		                             "META-INF/", "_rels/", NULL };

	for (const char *const *f = first; *f != NULL; f++)
		if (zip_starts(look, *f))
			return true;
	return false;
}

/* A web archive in a zip?  Its reader makes sure of it. */
static bool may_be_wacz(const struct look *look)
{
	static const char *const first[] = { "archive/", "indexes/", "pages/",
		                             "datapackage", NULL };

	if (look_named(look, ".wacz"))
		return true;
	for (const char *const *f = first; *f != NULL; f++)
		if (zip_starts(look, *f))
			return true;
	return false;
}

static const char *zip_kind(const struct look *look)
{
	if (HAS(look, 0, "PK\3\4"))
		return is_document(look)   ? NULL
		       : may_be_wacz(look) ? "wacz"
		                           : "zip";
	return HAS(look, 0, "PK\5\6") || HAS(look, 0, "PK\7\10PK\3\4") ? "zip"
	                                                               : NULL;
}

static bool is_lha(const struct look *look)
{
	const uint8_t *p = look->ptr;

	return look->len >= LHA_HEAD &&
	       (HAS(look, 2, "-lh") || HAS(look, 2, "-lz")) && p[6] == '-' &&
	       p[LHA_LEVEL_AT] <= 3;
}

static bool is_cpio(const struct look *look)
{
	/* Six digits might begin any text; its next ones are digits too. */
	if (!HAS(look, 0, "070701") && !HAS(look, 0, "070702") &&
	    !HAS(look, 0, "070707"))
		return false;
	for (size_t i = 6; i < 70; i++) {
		uint8_t c = i < look->len ? look->ptr[i] : 0;

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') &&
		    !(c >= 'A' && c <= 'F'))
			return false;
	}
	return true;
}

const char *bundle_sniff(const struct look *look)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *kind;
	} magics[] = {
#define MAGIC(text, kind) { text, sizeof(text) - 1, kind }
		MAGIC("7z\xbc\xaf\x27\x1c", "7z"),
		MAGIC("Rar!\x1a\x07\0", "rar"),
		MAGIC("Rar!\x1a\x07\1\0", "rar5"),
		MAGIC("MSCF\0\0\0\0", "cab"),
		MAGIC("!<arch>\n", "ar"),
		MAGIC("xar!\0", "xar"),
#undef MAGIC
	};

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (has(look, 0, magics[i].magic, magics[i].len))
			return magics[i].kind;
	if (HAS(look, 0, "PK"))
		return zip_kind(look);
	if (is_tar(look))
		return "tar";
	if (is_cpio(look))
		return "cpio";
	if (HAS(look, ISO_AT, "\1CD001"))
		return "iso";
	return is_lha(look) ? "lha" : NULL;
}

bool bundle_needs_seek(const char *kind)
{
	static const char *const kinds[] = { "zip", "wacz", "7z", "iso", NULL };

	for (const char *const *k = kinds; *k != NULL; k++)
		if (strcmp(*k, kind) == 0)
			return true;
	return false;
}
