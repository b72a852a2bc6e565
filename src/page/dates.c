/* SPDX-License-Identifier: Apache-2.0 */
/* dates.c - a reader of dates that people write for people; see dates.h. */

#include "page/dates.h"

#include <string.h>

#include "article/date.h"
#include "page/letters.h"

/* English, German, French, Spanish, Portuguese, Italian, Russian, Ukrainian in
 * the cases that stand beside a day; then Dutch, Scandinavian, Polish, Czech,
 * Turkish, Indonesian. */
static const char *const months[12] = {
	"january jan januar jänner jän janvier janv enero ene janeiro gennaio "
	"gen января январь янв січня січень січ januari stycznia styczeń sty "
	"ledna leden ocak oca",
	"february feb februar feber février févr fév febrero fevereiro fev "
	"febbraio февраля февраль фев февр лютого лютий лют februari lutego "
	"luty lut února únor şubat şub",
	"march mar märz mär mrz mars marzo março марта март мар березня "
	"березень бер maart mrt marts marca marzec března březen mart maret",
	"april apr avril avr abril abr aprile апреля апрель апр квітня "
	"квітень кві kwietnia kwiecień kwi dubna duben nisan nis",
	"may mai mayo maio maggio mag мая май травня травень тра mei maj maja "
	"května květen mayıs",
	"june jun juni juin junio junho giugno giu июня июнь июн червня "
	"червень чер czerwca czerwiec cze června červen haziran haz",
	"july jul juli juillet juil julio julho luglio lug июля июль июл "
	"липня липень лип lipca lipiec července červenec temmuz tem",
	"august aug août aou agosto ago августа август авг серпня серпень сер "
	"augustus augusti sierpnia sierpień sie srpna srpen ağustos ağu "
	"agustus agu",
	"september sep sept septembre septiembre setiembre setembro set "
	"settembre сентября сентябрь сен сент вересня вересень вер września "
	"wrzesień wrz září eylül eyl",
	"october oct oktober okt octobre octubre outubro out ottobre ott "
	"октября октябрь окт жовтня жовтень жов października październik paź "
	"října říjen ekim eki",
	"november nov novembre noviembre novembro ноября ноябрь ноя нояб "
	"листопада листопад лис listopada kasım kas",
	"december dec dezember dez décembre déc diciembre dic dezembro "
	"dicembre декабря декабрь дек грудня грудень гру desember des grudnia "
	"grudzień gru prosince prosinec aralık ara",
};

static const char *const weekdays[7] = {
	"monday montag lundi lunes segunda lunedì понедельник понеділок",
	"tuesday dienstag mardi martes terça martedì вторник вівторок",
	"wednesday mittwoch mercredi miércoles quarta mercoledì среда среду "
	"середа середу",
	"thursday donnerstag jeudi jueves quinta giovedì четверг четвер",
	"friday freitag vendredi viernes sexta venerdì пятница пятницу "
	"п'ятниця п'ятницю",
	"saturday samstag sonnabend samedi sábado sabato суббота субботу "
	"субота суботу",
	"sunday sonntag dimanche domingo domenica воскресенье неділя неділю",
};

static const struct {
	const char *name;
	int minutes;
} zones[] = {
	{ "z", 0 },      { "utc", 0 },    { "gmt", 0 },    { "cet", 60 },
	{ "mez", 60 },   { "cest", 120 }, { "mesz", 120 }, { "bst", 60 },
	{ "eet", 120 },  { "eest", 180 }, { "msk", 180 },  { "мск", 180 },
	{ "est", -300 }, { "edt", -240 }, { "cst", -360 }, { "cdt", -300 },
	{ "mst", -420 }, { "mdt", -360 }, { "pst", -480 }, { "pdt", -420 },
	{ "jst", 540 },  { "kst", 540 },  { "sast", 120 }, { "wib", 420 },
	{ "aest", 600 }, { "aedt", 660 },
};

/* What is still to be read. */
struct rest {
	const char *at;
	size_t len;
};

static void pass(struct rest *r, size_t n)
{
	r->at += n;
	r->len -= n;
}

static bool take(struct rest *r, const char *text)
{
	size_t n = strlen(text);

	if (r->len < n || memcmp(r->at, text, n) != 0)
		return false;
	pass(r, n);
	return true;
}

static void skip_blanks(struct rest *r)
{
	/* More of them part a date from what is no longer it. */
	for (int i = 0; i < 16; i++)
		if (!take(r, " ") && !take(r, "\t") && !take(r, "\n") &&
		    !take(r, "\r") && !take(r, "\xc2\xa0") &&
		    !take(r, "\xe2\x80\xaf"))
			break;
}

static bool is_digit(const struct rest *r, size_t i)
{
	return i < r->len && r->at[i] >= '0' && r->at[i] <= '9';
}

/* Digits at the beginning; more than five are five. */
static size_t digits(const struct rest *r)
{
	size_t n = 0;

	while (n < 5 && is_digit(r, n))
		n++;
	return n;
}

static bool number(unsigned *out, struct rest *r, size_t min, size_t max)
{
	size_t n = digits(r);

	if (n < min || n > max)
		return false;
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out = *out * 10 + (unsigned)(r->at[i] - '0');
	pass(r, n);
	return true;
}

static bool take_word(struct rest *r, const char *list)
{
	char word[LETTERS_WORD];
	size_t n = letters_word(word, r->at, r->len);

	if (n == 0 || !letters_in(list, word))
		return false;
	pass(r, n);
	return true;
}

static bool take_month(unsigned *out, struct rest *r)
{
	char word[LETTERS_WORD];
	size_t n = letters_word(word, r->at, r->len);

	for (unsigned i = 0; n && i < 12; i++)
		if (letters_in(months[i], word)) {
			*out = i + 1;
			pass(r, n);
			(void)take(r, ".");
			return true;
		}
	return false;
}

static bool take_year(unsigned *out, struct rest *r)
{
	struct rest from = *r;
	unsigned year;

	if (!number(&year, &from, 4, 4) || year < 1500 || year > 2199)
		return false;
	/* "March 5, 2000:30" is none, "March 5, 2020: a day" is one. */
	if (from.len > 1 && (*from.at == ':' || *from.at == '-') &&
	    is_digit(&from, 1))
		return false;
	*out = year;
	*r = from;
	return true;
}

/* "of", "de", "del", ... between day, month and year. */
static void skip_of(struct rest *r)
{
	skip_blanks(r);
	(void)take_word(r, "of de del do den");
	skip_blanks(r);
}

static void skip_ordinal(struct rest *r)
{
	if (!take_word(r, "st nd rd th er re e ª"))
		if (!take(r, ".") && !take(r, "\xc2\xba") &&
		    !take(r, "\xc2\xb0"))
			(void)take(r, "-\xd0\xb3\xd0\xbe");
}

static void year_behind(struct dates_day *d, struct rest *r)
{
	struct rest from = *r;

	skip_blanks(&from);
	(void)take(&from, ",");
	skip_of(&from);
	if (take_year(&d->year, &from))
		*r = from;
}

/* 21. November 2007, 21 de noviembre de 2007, 21-Nov-2007 */
static bool day_then_month(struct dates_day *d, struct rest *r)
{
	if (!number(&d->day, r, 1, 2))
		return false;
	skip_ordinal(r);
	(void)take(r, "-");
	skip_of(r);
	if (!take_month(&d->month, r))
		return false;
	(void)take(r, "-");
	year_behind(d, r);
	return true;
}

/* 2007-11-21, 2007/11/21, 2007. 11. 21., and with CJK marks. */
static bool year_first(struct dates_day *d, struct rest *r)
{
	static const char *const marks[][3] = {
		{ "-", "-", "" },
		{ "/", "/", "" },
		{ ".", ".", "" },
		{ "\xe5\xb9\xb4", "\xe6\x9c\x88", "\xe6\x97\xa5" },
		{ "\xeb\x85\x84", "\xec\x9b\x94", "\xec\x9d\xbc" },
	};

	if (!number(&d->year, r, 4, 4) || d->year < 1500 || d->year > 2199)
		return false;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		if (!take(r, marks[i][0]))
			continue;
		if (i >= 2)
			skip_blanks(r);
		if (!number(&d->month, r, 1, 2) || !take(r, marks[i][1]))
			return false;
		if (i >= 2)
			skip_blanks(r);
		return number(&d->day, r, 1, 2) &&
		       (marks[i][2][0] == '\0' || take(r, marks[i][2]));
	}
	return false;
}

/* 21.11.2007; with another mark one field must be above 12, or the language
 * tell. */
static bool year_last(struct dates_day *d, struct rest *r, bool day_first)
{
	unsigned first, second;
	char mark;

	if (!number(&first, r, 1, 2) || r->len == 0)
		return false;
	mark = *r->at;
	if (mark != '.' && mark != '/' && mark != '-')
		return false;
	pass(r, 1);
	if (mark == '.')
		skip_blanks(r);
	if (!number(&second, r, 1, 2) || r->len == 0 || *r->at != mark)
		return false;
	pass(r, 1);
	if (mark == '.')
		skip_blanks(r);
	if (mark == '.' && digits(r) == 2 && first > 0) {
		/* 21.11.07 says no century; none but ours is meant. */
		(void)number(&d->year, r, 2, 2);
		d->year += d->year < 70 ? 2000 : 1900;
		if (r->len && (*r->at == '.' || *r->at == ':'))
			return false;
	} else if (!take_year(&d->year, r)) {
		return false;
	}
	if (mark != '.' && !day_first && first <= 12 && second <= 12 &&
	    first != second)
		return false;
	if (mark != '.' && second > 12) {
		d->month = first;
		d->day = second;
	} else {
		d->day = first;
		d->month = second;
	}
	return true;
}

/* Month and day in Chinese and Japanese, without a year. */
static bool cjk_day(struct dates_day *d, struct rest *r)
{
	return number(&d->month, r, 1, 2) && take(r, "\xe6\x9c\x88") &&
	       number(&d->day, r, 1, 2) && take(r, "\xe6\x97\xa5");
}

/* What parts a date and its time: a comma, a bar, "at", "um", ... */
static void skip_to_time(struct rest *r)
{
	static const char *const marks[] = {
		",",
		"|",
		"-",
		"/",
		"@",
		"\xe2\x80\x93",
		"\xe2\x80\x94",
		"\xe2\x80\xa2",
		"\xc2\xb7",
		"(",
	};

	(void)take_word(r, "t");
	for (int i = 0; i < 3; i++) {
		skip_blanks(r);
		for (size_t m = 0; m < sizeof(marks) / sizeof(*marks); m++)
			if (take(r, marks[m]))
				break;
		skip_blanks(r);
		(void)take_word(r, "at um ore alle à às as a las los kl klo в "
		                   "о г р uhr saat pukul om ob den");
		(void)take(r, ".");
	}
}

static void take_half(struct dates_day *d, struct rest *r)
{
	struct rest from = *r;
	bool pm;

	skip_blanks(&from);
	if (from.len < 2)
		return;
	pm = *from.at == 'p' || *from.at == 'P';
	if (!pm && *from.at != 'a' && *from.at != 'A')
		return;
	pass(&from, 1);
	(void)take(&from, ".");
	if (!take_word(&from, "m"))
		return;
	(void)take(&from, ".");
	if (d->hour <= 12)
		d->hour = d->hour % 12 + (pm ? 12 : 0);
	*r = from;
}

static bool take_offset(struct dates_day *d, struct rest *r)
{
	struct rest from = *r;
	unsigned hours = 0, minutes = 0;
	int sign;

	if (from.len < 3 || (*from.at != '+' && *from.at != '-'))
		return false;
	sign = *from.at == '-' ? -1 : 1;
	pass(&from, 1);
	if (digits(&from) == 4) {
		(void)number(&hours, &from, 4, 4);
		minutes = hours % 100;
		hours /= 100;
	} else {
		if (!number(&hours, &from, 2, 2))
			return false;
		if (take(&from, ":") && !number(&minutes, &from, 2, 2))
			return false;
	}
	if (hours > 14 || minutes > 59)
		return false;
	d->zone = sign * (int)(hours * 60 + minutes);
	d->has_zone = true;
	*r = from;
	return true;
}

static void take_zone(struct dates_day *d, struct rest *r)
{
	char word[LETTERS_WORD];
	struct rest from = *r;
	size_t n;

	skip_blanks(&from);
	(void)take(&from, "(");
	n = letters_word(word, from.at, from.len);
	for (size_t i = 0; n && i < sizeof(zones) / sizeof(*zones); i++)
		if (strcmp(zones[i].name, word) == 0) {
			d->zone = zones[i].minutes;
			d->has_zone = true;
			pass(&from, n);
			*r = from;
			break;
		}
	if (take_offset(d, &from))
		*r = from;
}

/* 14:05, 14h05, 2:05 pm, 14.05 Uhr */
static void take_time(struct dates_day *d, struct rest *r)
{
	struct rest from = *r, back;
	bool dot;

	skip_to_time(&from);
	if (!number(&d->hour, &from, 1, 2))
		return;
	dot = from.len && *from.at == '.';
	if (!take(&from, ":") && !take(&from, "h") && !take(&from, "H") &&
	    !take(&from, "."))
		return;
	d->minute = d->second = 0;
	if (!number(&d->minute, &from, 2, 2))
		return;
	if (take(&from, ":") && !number(&d->second, &from, 2, 2))
		return;
	/* A fraction. */
	if (d->second && from.len > 1 && *from.at == '.' && is_digit(&from, 1))
		for (pass(&from, 1); is_digit(&from, 0);)
			pass(&from, 1);
	take_half(d, &from);
	back = from;
	skip_blanks(&back);
	if (take_word(&back, "uhr"))
		from = back;
	else if (dot)
		return;
	if (d->hour > 23 || d->minute > 59 || d->second > 59)
		return;
	take_zone(d, &from);
	d->has_time = true;
	*r = from;
}

/* November 21st, 2007; and as Java prints it, Nov 21 14:05:09 CET 2007 */
static bool month_first(struct dates_day *d, struct rest *r)
{
	struct rest from;

	if (!take_month(&d->month, r))
		return false;
	skip_blanks(r);
	if (!number(&d->day, r, 1, 2))
		return false;
	(void)take_word(r, "st nd rd th");
	year_behind(d, r);
	from = *r;
	if (d->year)
		return true;
	take_time(d, &from);
	skip_blanks(&from);
	if (d->has_time && take_year(&d->year, &from))
		*r = from;
	else
		d->has_time = d->has_zone = false;
	return true;
}

static bool is_day(const struct dates_day *d)
{
	int64_t year, at;
	unsigned month, day, second;

	if (d->month < 1 || d->month > 12 || d->day < 1 || d->day > 31)
		return false;
	at = date_from_civil(d->year ? d->year : 2000, d->month, d->day);
	date_to_civil(at, &year, &month, &day, &second);
	return month == d->month;
}

bool dates_read(struct dates_day *out, const char *text, size_t len,
                bool day_first)
{
	const struct rest start = { text, len };
	struct dates_day d;

	for (int form = 0; form < 5; form++) {
		struct rest r = start;
		bool ok;

		d = (struct dates_day){ 0 };
		if (!is_digit(&start, 0) && form > 0)
			break;
		ok = form == 0   ? month_first(&d, &r)
		     : form == 1 ? year_first(&d, &r)
		     : form == 2 ? year_last(&d, &r, day_first)
		     : form == 3 ? day_then_month(&d, &r)
		                 : cjk_day(&d, &r);
		if (!ok || is_digit(&r, 0) || !is_day(&d))
			continue;
		if (d.year && !d.has_time)
			take_time(&d, &r);
		d.end = len - r.len;
		*out = d;
		return true;
	}
	return false;
}

bool dates_find(struct dates_day *out, const char *text, size_t len,
                bool day_first)
{
	bool word = false, digit = false;
	unsigned n;

	for (size_t at = 0; at < len; at += n) {
		uint32_t c = letters_at(&n, text + at, len - at);
		bool is_number = c >= '0' && c <= '9';
		bool is_letter = letters_is(c);

		if (((is_number && !digit) || (is_letter && !word)) &&
		    dates_read(out, text + at, len - at, day_first) &&
		    out->year) {
			out->at = at;
			out->end += at;
			return true;
		}
		digit = is_number;
		/* CJK words have no blank before a date. */
		word = is_letter && c < 0x1100;
	}
	return false;
}

void dates_put(struct buf *out, const struct dates_day *d)
{
	int zone = d->zone < 0 ? -d->zone : d->zone;

	if (d->year)
		buf_printf(out, "%04u-%02u-%02u", d->year, d->month, d->day);
	else
		buf_printf(out, "XXXX-%02u-%02u", d->month, d->day);
	if (!d->has_time)
		return;
	buf_printf(out, "T%02u:%02u", d->hour, d->minute);
	if (d->second)
		buf_printf(out, ":%02u", d->second);
	if (d->has_zone && d->zone == 0)
		buf_text(out, "Z");
	else if (d->has_zone)
		buf_printf(out, "%c%02d:%02d", d->zone < 0 ? '-' : '+',
		           zone / 60, zone % 60);
}

unsigned dates_weekday(const char *word)
{
	for (unsigned i = 0; i < 7; i++)
		if (letters_in(weekdays[i], word))
			return i + 1;
	return 0;
}
