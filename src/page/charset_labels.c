/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charset_labels.c - the labels of the WHATWG Encoding Standard, and a few more
 * that detectors and old servers use; see charset_labels.h.
 *
 * Browsers read `iso-8859-1` as Windows-1252 and `gb2312` as GB 18030, because
 * that is what such pages are written in.
 */

#include "page/charset_labels.h"

#include <string.h>

static const struct encoding encodings[] = {
	{ "UTF-8", "UTF-8",
	  "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 "
	  "x-unicode20utf8 utf8mb4 utf-8-bom utf-8-sig" },
	{ "windows-1252", "CP1252",
	  "windows-1252 iso-8859-1 latin1 ansi_x3.4-1968 ascii cp1252 cp819 "
	  "csisolatin1 ibm819 iso-ir-100 iso8859-1 iso88591 iso_8859-1 "
	  "iso_8859-1:1987 l1 us-ascii x-cp1252 latin-1 iso-latin-1 "
	  "x-user-defined" },
	{ "windows-1251", "CP1251",
	  "windows-1251 cp1251 x-cp1251 win-1251 cp-1251" },
	{ "windows-1250", "CP1250", "windows-1250 cp1250 x-cp1250" },
	{ "windows-1253", "CP1253", "windows-1253 cp1253 x-cp1253" },
	{ "windows-1254", "CP1254",
	  "windows-1254 iso-8859-9 cp1254 csisolatin5 iso-ir-148 iso8859-9 "
	  "iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 x-cp1254" },
	{ "windows-1255", "CP1255", "windows-1255 cp1255 x-cp1255" },
	{ "windows-1256", "CP1256", "windows-1256 cp1256 x-cp1256" },
	{ "windows-1257", "CP1257", "windows-1257 cp1257 x-cp1257" },
	{ "windows-1258", "CP1258", "windows-1258 cp1258 x-cp1258" },
	{ "windows-874", "CP874",
	  "windows-874 tis-620 iso-8859-11 dos-874 iso8859-11 iso885911 "
	  "tis620" },
	{ "gb18030", "GB18030",
	  "gb18030 gb2312 gbk chinese csgb2312 csiso58gb231280 gb_2312 "
	  "gb_2312-80 iso-ir-58 x-gbk euc-cn cp936 ms936 windows-936" },
	{ "Big5", "BIG5-HKSCS",
	  "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950" },
	{ "Shift_JIS", "CP932",
	  "shift_jis shift-jis sjis x-sjis windows-31j ms_kanji csshiftjis "
	  "ms932 cp932" },
	{ "EUC-JP", "EUC-JP-MS", "euc-jp eucjp x-euc-jp cseucpkdfmtjapanese" },
	{ "ISO-2022-JP", "ISO-2022-JP-3", "iso-2022-jp csiso2022jp" },
	{ "EUC-KR", "CP949",
	  "euc-kr euckr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean "
	  "cseuckr csksc56011987 iso-ir-149 windows-949 cp949 uhc ms949" },
	{ "ISO-2022-KR", "ISO-2022-KR", "iso-2022-kr csiso2022kr" },
	{ "KOI8-R", "KOI8-R", "koi8-r koi koi8 koi8_r cskoi8r" },
	{ "KOI8-U", "KOI8-U", "koi8-u koi8-ru" },
	{ "IBM866", "CP866", "ibm866 866 cp866 csibm866" },
	{ "x-mac-cyrillic", "MAC-CYRILLIC",
	  "x-mac-cyrillic x-mac-ukrainian mac-cyrillic" },
	{ "macintosh", "MACINTOSH",
	  "macintosh mac csmacintosh x-mac-roman macroman" },
	{ "ISO-8859-2", "ISO-8859-2",
	  "iso-8859-2 latin2 csisolatin2 iso-ir-101 iso8859-2 iso88592 "
	  "iso_8859-2 iso_8859-2:1987 l2" },
	{ "ISO-8859-3", "ISO-8859-3",
	  "iso-8859-3 latin3 csisolatin3 iso-ir-109 iso8859-3 iso88593 "
	  "iso_8859-3 iso_8859-3:1988 l3" },
	{ "ISO-8859-4", "ISO-8859-4",
	  "iso-8859-4 latin4 csisolatin4 iso-ir-110 iso8859-4 iso88594 "
	  "iso_8859-4 iso_8859-4:1988 l4" },
	{ "ISO-8859-5", "ISO-8859-5",
	  "iso-8859-5 cyrillic csisolatincyrillic iso-ir-144 iso8859-5 "
	  "iso88595 iso_8859-5 iso_8859-5:1988" },
	{ "ISO-8859-6", "ISO-8859-6",
	  "iso-8859-6 arabic asmo-708 csiso88596e csiso88596i "
	  "csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i iso-ir-127 "
	  "iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987" },
	{ "ISO-8859-7", "ISO-8859-7",
	  "iso-8859-7 greek greek8 csisolatingreek ecma-118 elot_928 "
	  "iso-ir-126 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 "
	  "sun_eu_greek" },
	{ "ISO-8859-8", "ISO-8859-8",
	  "iso-8859-8 hebrew csiso88598e csisolatinhebrew iso-8859-8-e "
	  "iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual "
	  "iso-8859-8-i logical csiso88598i" },
	{ "ISO-8859-10", "ISO-8859-10",
	  "iso-8859-10 latin6 csisolatin6 iso-ir-157 iso8859-10 iso885910 "
	  "l6" },
	{ "ISO-8859-13", "ISO-8859-13", "iso-8859-13 iso8859-13 iso885913" },
	{ "ISO-8859-14", "ISO-8859-14", "iso-8859-14 iso8859-14 iso885914" },
	{ "ISO-8859-15", "ISO-8859-15",
	  "iso-8859-15 latin9 csisolatin9 iso8859-15 iso885915 iso_8859-15 "
	  "l9" },
	{ "ISO-8859-16", "ISO-8859-16", "iso-8859-16" },
	{ "VISCII", "VISCII", "viscii" },
	{ "UTF-16LE", "UTF-16LE",
	  "utf-16le utf-16 csunicode iso-10646-ucs-2 ucs-2 unicode "
	  "unicodefeff" },
	{ "UTF-16BE", "UTF-16BE", "utf-16be unicodefffe" },
	{ "UTF-32LE", "UTF-32LE", "utf-32le utf-32" },
	{ "UTF-32BE", "UTF-32BE", "utf-32be" },
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int has_label(const char *labels, const char *label, size_t len)
{
	size_t n;

	for (; *labels; labels += n + (labels[n] == ' ')) {
		n = strcspn(labels, " ");
		if (n == len && memcmp(labels, label, len) == 0)
			return 1;
	}
	return 0;
}

const struct encoding *charset_find(const char *label, size_t len)
{
	char word[32];

	while (len && is_blank(*label)) {
		label++;
		len--;
	}
	while (len && is_blank(label[len - 1]))
		len--;
	if (len == 0 || len > sizeof(word))
		return NULL;
	for (size_t i = 0; i < len; i++)
		word[i] = lower(label[i]);
	for (size_t i = 0; i < sizeof(encodings) / sizeof(*encodings); i++)
		if (has_label(encodings[i].labels, word, len))
			return &encodings[i];
	return NULL;
}
