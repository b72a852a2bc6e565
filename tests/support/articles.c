/* SPDX-License-Identifier: Apache-2.0 */
/* articles.c - see articles.h. */

#include "support/articles.h"

#define WORDS 12
#define CYCLE 14 /* the roles of records repeat */

struct language {
	const char *code;
	const char *space; /* between two words */
	const char *source[2];
	const char *word[WORDS];
};

static const struct language languages[] = {
	{ "en",
	  " ",
	  { "harbour-post.example", "inland.example" },
	  { "council", "harbour", "votes", "the", "bridge", "on", "ferry",
	    "delayed", "again", "said", "mayor", "winter" } },
	{ "ru",
	  " ",
	  { "vestnik.example", "sever.example" },
	  { "город", "мост", "через", "реку", "закрыт", "до", "весны", "мэр",
	    "сообщил", "что", "паром", "снова" } },
	{ "pt",
	  " ",
	  { "diario.example", "costa.example" },
	  { "a", "ponte", "câmara", "votação", "não", "será", "amanhã", "porto",
	    "inverno", "balsa", "atrasada", "disse" } },
	{ "zh",
	  "",
	  { "chenbao.example", "gang.example" },
	  { "市长", "大桥", "渡轮", "延误", "冬天", "会议", "港口", "表决",
	    "今天", "明天", "说", "关闭" } },
	{ "ar",
	  " ",
	  { "sahil.example", "mina.example" },
	  { "الميناء", "الجسر", "العبارة", "تأخرت", "مجلس", "المدينة", "قال",
	    "الشتاء", "اليوم", "غدا", "التصويت", "مغلق" } },
};

#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

uint64_t articles_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void put_words(struct buf *out, const struct language *l, uint64_t seed,
                      size_t len)
{
	size_t end = out->len + len;
	uint64_t state = seed;

	while (buf_ok(out) && out->len < end) {
		uint64_t r = articles_random(&state);

		buf_text(out, l->word[r % WORDS]);
		/* Numbers keep it from compressing to nothing. */
		if (r >> 32 & 1)
			buf_printf(out, "%s%u", l->space,
			           (unsigned)(r >> 40 & 0xfff));
		buf_text(out, (r >> 33 & 15) == 0 ? ". " : l->space);
	}
}

static void put_date(struct buf *out, size_t i)
{
	unsigned year = 1990 + (unsigned)(i * 7 % 35);
	unsigned month = 1 + (unsigned)(i % 12), day = 1 + (unsigned)(i % 28);

	switch (i % 6) {
	case 0:
		break;
	case 1:
		buf_printf(out, ",\"published\":\"%04u\"", year);
		break;
	case 2:
		buf_printf(out, ",\"published\":\"%04u-%02u\"", year, month);
		break;
	case 3:
		buf_printf(out, ",\"published\":\"%04u-%02u-%02u\"", year,
		           month, day);
		break;
	default:
		buf_printf(out,
		           ",\"published\":\"%04u-%02u-%02uT%02u:30:%02u%s\"",
		           year, month, day, (unsigned)(i % 24),
		           (unsigned)(i % 60), i & 1 ? "Z" : "+05:30");
		break;
	}
}

void articles_line(struct buf *out, unsigned seed, size_t i, size_t text_len)
{
	size_t role = i % CYCLE;
	size_t page = i, text = i;
	const struct language *l;

	if (role == 5) { /* the same record again */
		articles_line(out, seed, i - 3, text_len);
		return;
	}
	if (role == 6 || role == 9) /* another version of a page */
		page = i - 3;
	if (role == 8) /* another page with the same text */
		text = i - 1;
	l = &languages[(page + text / CYCLE) % LANGUAGES];
	if (text != page)
		l = &languages[(text + text / CYCLE) % LANGUAGES];
	buf_printf(out, "{\"id\":\"%u-%zu\",\"url\":\"https://%s/%zu\"", seed,
	           i, l->source[page & 1], page);
	buf_text(out, ",\"title\":\"");
	put_words(out, l, (uint64_t)seed << 32 | i, 24);
	buf_printf(out, "\",\"source\":\"%s\",\"language\":\"%s\"",
	           l->source[page & 1], l->code);
	put_date(out, page);
	if (page != i)
		buf_printf(out, ",\"modified\":\"2021-05-%02uT10:00:00Z\"",
		           (unsigned)(1 + i % 28));
	buf_printf(out, ",\"tags\":[\"t%zu\",\"%s\"]", i % 5,
	           l->word[i % WORDS]);
	/* An escape that no style of ours writes: stored verbatim. */
	if (role == 11)
		buf_text(out, ",\"note\":\"\\u0041\\ud800\"");
	buf_text(out, ",\"text\":\"");
	put_words(out, l, (uint64_t)seed << 32 | (text + 1000000), text_len);
	buf_text(out, "\"}");
}

void articles_file(struct buf *card, struct buf *bytes, unsigned seed, size_t i,
                   size_t text_len)
{
	const struct language *l = &languages[i % LANGUAGES];

	buf_printf(card,
	           "{\"path\":\"%u/%zu.txt\",\"type\":\"text/plain\","
	           "\"language\":\"%s\",\"title\":\"page %zu\"}",
	           seed, i, l->code, i);
	buf_printf(bytes, "page %zu of %u\n", i, seed);
	put_words(bytes, l, (uint64_t)seed << 32 | (i + 2000000), text_len);
}
