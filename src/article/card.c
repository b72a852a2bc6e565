/* SPDX-License-Identifier: Apache-2.0 */
/*
 * card.c - split a record into card and body, and join them; see card.h.
 *
 * Encoders differ in few habits (is '/' escaped, are letters beyond ASCII), and
 * each keeps to its own.  So a string's habits are read off its escapes, and
 * whether they explain every byte is found out by joining.
 */

#include "article/card.h"

#include <string.h>

#include "article/record.h"
#include "base/err.h"
#include "base/utf8.h"

/* The bits of a style (spec "Cards").  Unset: as short as RFC 8259 allows. */
enum {
	STYLE_ASCII = 1,  /* all beyond ASCII as \uXXXX */
	STYLE_SLASH = 2,  /* \/ */
	STYLE_UPPER = 4,  /* hex digits in upper case */
	STYLE_DEL = 8,    /* \u007f */
	STYLE_LONG = 16,  /* \u0008 and \u000c for \b and \f */
	STYLE_HTML = 32,  /* \u003c \u003e \u0026 */
	STYLE_LINES = 64, /* \u2028 and \u2029 */
	STYLE_APOS = 128, /* \u0027 */
};

/* ---- Writing a string in a style ---- */

/* Mark the bytes at which the style may write something else. */
static void mark_bytes(bool special[256], unsigned style)
{
	memset(special, 0, 256 * sizeof(*special));
	memset(special, 1, 0x20 * sizeof(*special));
	special['"'] = special['\\'] = true;
	special['/'] = (style & STYLE_SLASH) != 0;
	special[0x7f] = (style & STYLE_DEL) != 0;
	special['<'] = special['>'] = special['&'] = (style & STYLE_HTML) != 0;
	special['\''] = (style & STYLE_APOS) != 0;
	if (style & STYLE_ASCII)
		memset(special + 0x80, 1, 0x80 * sizeof(*special));
	special[0xe2] = (style & (STYLE_ASCII | STYLE_LINES)) != 0;
}

static void put_unit(struct buf *out, uint32_t unit, unsigned style)
{
	const char *hex =
		style & STYLE_UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
	char raw[6] = { '\\',
		        'u',
		        hex[unit >> 12 & 15],
		        hex[unit >> 8 & 15],
		        hex[unit >> 4 & 15],
		        hex[unit & 15] };

	buf_put(out, raw, sizeof(raw));
}

static void put_ascii(struct buf *out, char c, unsigned style)
{
	static const char from[] = "\"\\/\n\r\t\b\f";
	static const char to[] = "\"\\/nrtbf";
	const char *which = c ? strchr(from, c) : NULL;
	char raw[2] = { '\\', '\0' };

	if (!which || ((c == '\b' || c == '\f') && (style & STYLE_LONG))) {
		put_unit(out, (uint8_t)c, style);
		return;
	}
	raw[1] = to[which - from];
	buf_put(out, raw, sizeof(raw));
}

/* Returns how many bytes of `text` were written. */
static size_t put_high(struct buf *out, const char *text, size_t len,
                       unsigned style)
{
	uint32_t c;
	size_t n = utf8_decode(&c, text, len);

	if (n == 0) {
		/* Only in a body that nobody split: it will not fit. */
		buf_put(out, text, 1);
		return 1;
	}
	if (!(style & STYLE_ASCII) && c != 0x2028 && c != 0x2029) {
		buf_put(out, text, n);
	} else if (c < 0x10000) {
		put_unit(out, c, style);
	} else {
		c -= 0x10000;
		put_unit(out, 0xd800 + (c >> 10), style);
		put_unit(out, 0xdc00 + (c & 0x3ff), style);
	}
	return n;
}

/* All bytes of a word the same. */
#define EACH(byte) (UINT64_MAX / 255 * (byte))

/*
 * Skip eight bytes at a time that no style without extra characters escapes:
 * from U+0020 on, no quote, no backslash, and nothing from U+0080 on if
 * `ascii`.
 */
static size_t skip_plain(const char *text, size_t at, size_t len, bool ascii)
{
	uint64_t w, quote, slash, hit;

	for (; len - at >= sizeof(w); at += sizeof(w)) {
		memcpy(&w, text + at, sizeof(w));
		quote = w ^ EACH('"');
		slash = w ^ EACH('\\');
		hit = ((w - EACH(0x20)) & ~w) | ((quote - EACH(1)) & ~quote) |
		      ((slash - EACH(1)) & ~slash) | (ascii ? w : 0);
		if (hit & EACH(0x80))
			break;
	}
	return at;
}

static void put_piece(struct buf *out, const char *text, size_t len,
                      unsigned style)
{
	const unsigned extra =
		~(unsigned)(STYLE_ASCII | STYLE_UPPER | STYLE_LONG);
	bool special[256];
	size_t from = 0, at = 0;

	mark_bytes(special, style);
	if (len)
		(void)buf_reserve(out, len);
	for (;;) {
		if (!(style & extra))
			at = skip_plain(text, at, len, style & STYLE_ASCII);
		while (at < len && !special[(uint8_t)text[at]])
			at++;
		if (at > from)
			buf_put(out, text + from, at - from);
		if (at == len)
			return;
		if ((uint8_t)text[at] < 0x80)
			put_ascii(out, text[at++], style);
		else
			at += put_high(out, text + at, len - at, style);
		from = at;
	}
}

/* ---- Joining ---- */

/* A walk over the placeholders of a card and the pieces in its body. */
struct pieces {
	const char *card, *card_end;
	const char *body;
	size_t body_left;
	size_t count; /* pieces seen */

	const char *at;  /* of the placeholder found: its first byte */
	const char *end; /* and behind it */
	unsigned style;
	struct fiche_text piece;
};

static void pieces_init(struct pieces *p, const char *card, size_t card_len,
                        const char *body, size_t body_len)
{
	memset(p, 0, sizeof(*p));
	p->card = p->at = p->end = card_len ? card : "";
	p->card_end = p->card + card_len;
	p->body = body_len ? body : "";
	p->body_left = body_len;
}

/* The next quote that a placeholder follows, or NULL.  It need not be a good
 * placeholder. */
static const char *find_placeholder(const char *at, const char *start,
                                    const char *end)
{
	while (at != end) {
		at = memchr(at, '\\', (size_t)(end - at));
		if (!at)
			return NULL;
		if (at > start && at[-1] == '"' &&
		    placeholder_begins(at, (size_t)(end - at)))
			return at;
		at++;
	}
	return NULL;
}

/* Cut the next piece off the body.  LFs stand between pieces only. */
static bool take_piece(struct pieces *p, size_t len)
{
	if (p->count) {
		if (p->body_left == 0 || *p->body != '\n')
			return false;
		p->body++;
		p->body_left--;
	}
	if (len > p->body_left)
		return false;
	p->piece.ptr = p->body;
	p->piece.len = len;
	p->body += len;
	p->body_left -= len;
	p->count++;
	return true;
}

/* Returns 1 for a piece, 0 at the end of a card that fits, -1 for one that
 * does not. */
static int pieces_next(struct pieces *p)
{
	const char *found = find_placeholder(p->end, p->card, p->card_end);
	struct placeholder ph;
	size_t n;

	if (!found)
		return p->body_left ? -1 : 0;
	n = placeholder_decode(&ph, found, (size_t)(p->card_end - found));
	if (n == 0 || found + n == p->card_end || found[n] != '"' ||
	    !take_piece(p, ph.len))
		return -1;
	p->at = found;
	p->end = found + n;
	p->style = ph.style;
	return 1;
}

int card_join(struct buf *out, const char *card, size_t card_len,
              const char *body, size_t body_len, struct fiche_error *err)
{
	size_t old_len = out->len;
	struct pieces p;
	const char *from;
	int r;

	pieces_init(&p, card, card_len, body, body_len);
	from = p.card;
	while ((r = pieces_next(&p)) > 0) {
		buf_put(out, from, (size_t)(p.at - from));
		put_piece(out, p.piece.ptr, p.piece.len, p.style);
		from = p.end;
	}
	buf_put(out, from, (size_t)(p.card_end - from));
	if (r == 0 && buf_ok(out))
		return 0;
	if (r == 0)
		return err_nomem(err);
	out->len = old_len;
	return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
	               "the placeholders of a card do not fit its body");
}

bool card_piece(struct fiche_text *out, size_t index, const char *card,
                size_t card_len, const char *body, size_t body_len)
{
	struct fiche_text found = { NULL, 0 };
	struct pieces p;
	bool any = false;
	int r;

	pieces_init(&p, card, card_len, body, body_len);
	while ((r = pieces_next(&p)) > 0)
		if (p.count - 1 == index) {
			found = p.piece;
			any = true;
		}
	if (r < 0 || !any)
		return false;
	*out = found;
	return true;
}

/* ---- Splitting ---- */

struct splitter {
	struct buf *card, *body;
	const struct rules *rules;
	const char *copied; /* the record is in the card up to here */
	bool careful;       /* try each string on its own */
	struct buf scratch;
	size_t count;
};

static unsigned unit_at(const char *at)
{
	unsigned unit = 0;

	for (unsigned i = 0; i < 4; i++) {
		unsigned c = (uint8_t)at[i];

		unit = unit << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return unit;
}

/* Two escapes in one string may contradict; joining will tell. */
static unsigned style_of_unit(const char *at, bool has_high)
{
	unsigned unit = unit_at(at), style = 0;

	for (unsigned i = 0; i < 4; i++)
		if (at[i] >= 'A' && at[i] <= 'F')
			style |= STYLE_UPPER;
	if (unit == 0x2028 || unit == 0x2029)
		style |= has_high ? STYLE_LINES : STYLE_ASCII;
	else if (unit >= 0x80)
		style |= STYLE_ASCII;
	else if (unit == 0x7f)
		style |= STYLE_DEL;
	else if (unit == '\b' || unit == '\f')
		style |= STYLE_LONG;
	else if (unit == '<' || unit == '>' || unit == '&')
		style |= STYLE_HTML;
	else if (unit == '\'')
		style |= STYLE_APOS;
	return style;
}

static unsigned find_style(const struct json_item *s)
{
	const char *at = s->raw, *end = at + s->raw_len;
	unsigned style = 0;

	while (at != end) {
		at = memchr(at, '\\', (size_t)(end - at));
		if (!at)
			break;
		if (at[1] == '/')
			style |= STYLE_SLASH;
		if (at[1] == 'u')
			style |= style_of_unit(at + 2, s->has_high);
		at += at[1] == 'u' ? 6 : 2;
	}
	return style;
}

static bool is_same(struct buf *scratch, const struct json_item *s,
                    const char *text, size_t len, unsigned style)
{
	buf_clear(scratch);
	put_piece(scratch, text, len, style);
	return buf_ok(scratch) && scratch->len == s->raw_len &&
	       memcmp(scratch->ptr, s->raw, s->raw_len) == 0;
}

/* Move a string to the body, unless it has to stay. */
static void lift(struct splitter *sp, const struct json_item *s)
{
	unsigned style = s->has_escape ? find_style(s) : 0;
	size_t old_len = sp->body->len, from;
	bool exact;

	if ((style & STYLE_ASCII) && s->has_high)
		return;
	if (sp->count)
		buf_put(sp->body, "\n", 1);
	from = sp->body->len;
	json_unescape(sp->body, s->raw, s->raw_len, &exact);
	if (!exact ||
	    (sp->careful &&
	     !is_same(&sp->scratch, s, (const char *)sp->body->ptr + from,
	              sp->body->len - from, style))) {
		sp->body->len = old_len;
		return;
	}
	buf_put(sp->card, sp->copied, (size_t)(s->raw - sp->copied));
	placeholder_encode(sp->card, style, sp->body->len - from);
	sp->copied = s->raw + s->raw_len;
	sp->count++;
}

/* Does a card need the value itself, however long?  Fields are read from it. */
static bool is_core(const struct record_item *item)
{
	for (size_t i = 0; i < item->alias_count; i++)
		if (item->aliases[i].field != FIELD_TEXT)
			return true;
	return false;
}

static bool is_lifted(const struct record_item *item,
                      const struct record_text *text)
{
	const char *raw = item->json.raw;

	if (item->json.type != JSON_STRING || item->json.raw_len == 0)
		return false;
	if (text->found && raw == text->string.raw)
		return true;
	/* A text of several strings is read from the card, so it stays. */
	if (text->found && !text->string.raw && raw > text->from &&
	    raw < text->to)
		return false;
	/* In a card, a blank string must not look like a text. */
	return item->json.raw_len >= CARD_LIFT_MIN && !is_core(item) &&
	       record_usable(&item->json);
}

static bool find_text(struct record_text *out, const struct rules *rules,
                      const char *json, size_t len)
{
	struct record_item item;
	struct record r;

	memset(out, 0, sizeof(*out));
	record_init(&r, rules, json, len);
	for (;;)
		switch (record_next(&r, &item)) {
		case JSON_BAD:
			return false;
		case JSON_END:
			/* A record that has placeholders of its own cannot be
			 * told from a card. */
			return r.pieces == 0;
		default:
			if (item.alias_count)
				record_text_see(out, &item, r.json.end);
		}
}

static bool split(struct splitter *sp, const struct record_text *text,
                  const char *json, size_t len)
{
	unsigned core_depth = 0; /* below a value at this depth nothing moves */
	struct record_item item;
	enum json_type type;
	struct record r;

	sp->copied = json;
	sp->count = 0;
	record_init(&r, sp->rules, json, len);
	while ((type = record_next(&r, &item)) != JSON_END) {
		if (type == JSON_BAD)
			return false;
		if (type == JSON_CLOSE) {
			if (item.json.depth == core_depth)
				core_depth = 0;
		} else if (core_depth) {
			continue;
		} else if (type == JSON_OBJECT || type == JSON_ARRAY) {
			if (is_core(&item))
				core_depth = item.json.depth;
		} else if (is_lifted(&item, text)) {
			lift(sp, &item.json);
		}
	}
	buf_put(sp->card, sp->copied, (size_t)(json + len - sp->copied));
	return buf_ok(sp->card) && buf_ok(sp->body);
}

static bool joins(struct splitter *sp, size_t card_from, size_t body_from,
                  const char *json, size_t len)
{
	buf_clear(&sp->scratch);
	if (card_join(&sp->scratch, (const char *)sp->card->ptr + card_from,
	              sp->card->len - card_from,
	              sp->body->ptr ? (const char *)sp->body->ptr + body_from
	                            : NULL,
	              sp->body->len - body_from, NULL) < 0)
		return false;
	return sp->scratch.len == len &&
	       memcmp(sp->scratch.ptr, json, len) == 0;
}

bool card_split(struct buf *card, struct buf *body, const struct rules *rules,
                const char *json, size_t len)
{
	struct splitter sp = { .card = card, .body = body, .rules = rules };
	size_t card_from = card->len, body_from = body->len;
	struct record_text text;
	bool ok = false;

	if (!find_text(&text, rules, json, len))
		return false;
	/* First trust the habits found; if they fail, weigh each string. */
	for (int i = 0; i < 2 && !ok; i++) {
		sp.careful = i > 0;
		card->len = card_from;
		body->len = body_from;
		ok = split(&sp, &text, json, len) &&
		     joins(&sp, card_from, body_from, json, len);
	}
	buf_done(&sp.scratch);
	if (!ok) {
		card->len = card_from;
		body->len = body_from;
	}
	return ok;
}

/* How a card ends whose file has a text beside it; then digits, and this. */
#define FILE_TEXT "\"text\":\"\\u001f0:"
#define FILE_END  "\"}"

/* The place of FILE_TEXT at the end of a card, and the length behind it. */
static bool find_file_text(size_t *len, const char *card, size_t card_len)
{
	const size_t before = sizeof(FILE_TEXT) - 1,
		     after = sizeof(FILE_END) - 1;
	size_t digits = 0, at;
	struct placeholder p;

	if (card_len < after ||
	    memcmp(card + card_len - after, FILE_END, after) != 0)
		return false;
	at = card_len - after;
	while (at > 0 && digits < 20 && card[at - 1] >= '0' &&
	       card[at - 1] <= '9') {
		at--;
		digits++;
	}
	if (digits == 0 || at < before ||
	    memcmp(card + at - before, FILE_TEXT, before) != 0)
		return false;
	at -= sizeof("\\u001f0:") - 1;
	/* Not with leading zeros, nor too large for a size. */
	if (placeholder_decode(&p, card + at, card_len - after - at) !=
	    card_len - after - at)
		return false;
	*len = p.len;
	return true;
}

int card_file(struct fiche_text *record, struct fiche_text *text,
              const char *card, size_t card_len, const char *body,
              size_t body_len, struct fiche_error *err)
{
	size_t len;

	*record = *text = (struct fiche_text){ body, body_len };
	if (!find_file_text(&len, card, card_len))
		return 0;
	if (len >= body_len || body[body_len - len - 1] != '\n')
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "the text beside a file does not fit its card");
	record->len = body_len - len - 1;
	text->ptr = body + record->len + 1;
	text->len = len;
	return 0;
}

void card_file_put(struct buf *out, const char *card, size_t card_len,
                   size_t text_len)
{
	size_t end = card_len;

	/* The '}'; blanks may follow it. */
	while (end > 0 && card[end - 1] != '}')
		end--;
	if (end == 0)
		return;
	end--;
	buf_put(out, card, end);
	while (end > 0 && (card[end - 1] == ' ' || card[end - 1] == '\t' ||
	                   card[end - 1] == '\r'))
		end--;
	if (end > 0 && card[end - 1] != '{')
		buf_u8(out, ',');
	buf_printf(out, FILE_TEXT "%zu" FILE_END, text_len);
}
