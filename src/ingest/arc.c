/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arc.c - ARC, which was before WARC: the head of a record is one line.
 *
 *   v1: URL IP-address date type length
 *   v2: URL IP-address date type status checksum location offset name length
 *
 * URLs were written as they came, blanks and all, so the line is read from its
 * end: the date, fourteen digits, is the anchor.
 */
#include <string.h>

#include "ingest/captures.h"
#include "ingest/format.h"

#define START_MAX ((size_t)16 << 10) /* no longer line begins a record */
#define WORDS_MAX 10

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The last word of a line, cut off from it. */
static struct fiche_text last_word(struct fiche_text *line)
{
	struct fiche_text word = { line->ptr, 0 };
	size_t at;

	while (line->len > 0 && line->ptr[line->len - 1] == ' ')
		line->len--;
	for (at = line->len; at > 0 && line->ptr[at - 1] != ' ';)
		at--;
	word.ptr += at;
	word.len = line->len - at;
	line->len = at;
	return word;
}

static bool is_date(struct fiche_text word)
{
	size_t i = 0;

	while (i < word.len && is_digit(word.ptr[i]))
		i++;
	return i == word.len && i >= 12 && i <= 18;
}

struct arc_line {
	struct fiche_text url, date, type, length;
};

/* Does it have all its parts, and a URL in front? */
static bool read_line(struct arc_line *out, const uint8_t *at, size_t len)
{
	const uint8_t *lf;
	struct fiche_text line = { (const char *)at, 0 }, behind = { "", 0 };
	struct fiche_text word = behind;
	size_t i = 0, n = 0;

	if (len == 0 || !is_letter(line.ptr[0]))
		return false;
	lf = memchr(at, '\n', len < START_MAX ? len : START_MAX);
	if (lf == NULL)
		return false;
	line.len = (size_t)(lf - at);
	while (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	while (i < line.len && i < 16 && line.ptr[i] != ':')
		i++;
	if (i == line.len || line.ptr[i] != ':')
		return false;
	out->length = last_word(&line);
	do {
		behind = word;
		word = last_word(&line);
		n++;
	} while (n < WORDS_MAX && word.len > 0 && !is_date(word));
	out->date = word;
	out->type = behind;
	(void)last_word(&line); /* the address of the server */
	out->url = head_trim(line);
	return is_date(word) && behind.len > 0 && out->url.len > 0;
}

/* The address of a line that begins a record is never without a length. */
static bool starts(const uint8_t *at, size_t len)
{
	struct arc_line line;
	uint64_t n;

	return read_line(&line, at, len) &&
	       (head_number(&n, line.length) || head_is(line.length, "-1"));
}

/* Fourteen digits to 2014-02-16T05:02:20Z; `out` has room for it. */
static struct fiche_text read_date(char out[24], struct fiche_text digits)
{
	static const char pattern[] = "0000-00-00T00:00:00Z";
	struct fiche_text text = { out, sizeof(pattern) - 1 };
	size_t n = 0;

	if (digits.len < 14)
		return digits;
	for (size_t i = 0; i < text.len; i++)
		out[i] = pattern[i] == '0' ? digits.ptr[n++] : pattern[i];
	return text;
}

static void read_head(struct capture_head *out, const uint8_t *at, size_t len)
{
	struct arc_line line;

	if (!read_line(&line, at, len))
		return;
	out->has_length = head_number(&out->length, line.length);
	out->url = line.url;
	out->type = line.type;
	out->date = read_date(out->date_room, line.date);
	out->is_content = !head_begins(line.url, "dns:") &&
	                  !head_begins(line.url, "filedesc:");
	if (!out->is_content)
		out->kind = (struct fiche_text){
			line.url.ptr,
			head_begins(line.url, "dns:") ? 3 : 8,
		};
}

static int read_arc(const struct input *i, struct fiche_error *err)
{
	static const struct capture_shape shape = {
		.type = "application/x-internet-archive",
		.start_max = START_MAX,
		.separator_max = 1,
		.one_line = true,
		.starts = starts,
		.read_head = read_head,
	};

	return captures_read(i, &shape, err);
}

static bool sniff_arc(const struct look *look)
{
	const uint8_t *at = look->ptr, *end = at + look->len;
	struct fiche_text text;

	while (at < end && (*at == '\r' || *at == '\n'))
		at++;
	text = (struct fiche_text){ (const char *)at, (size_t)(end - at) };
	return starts(at, text.len) &&
	       (head_begins(text, "filedesc://") || look_named(look, ".arc"));
}

const struct format format_arc = { "arc", sniff_arc, read_arc };
