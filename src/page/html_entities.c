/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_entities.c - character references; see html_entities.h.
 *
 * The names of HTML 4 and those of HTML 5 that people write.  None stands for
 * more bytes than its name has, so that a text never grows.
 */

#include "page/html_entities.h"

#include <stdint.h>
#include <string.h>

/* Of names that need no `;`. */
#define BARE_MIN 2
#define BARE_MAX 6

struct entity {
	char name[10];
	uint16_t code;
	bool bare; /* also without `;` */
};

/* Sorted by name. */
static const struct entity entities[] = {
	{ "AElig", 0xc6, true },      { "AMP", 0x26, true },
	{ "Aacute", 0xc1, true },     { "Abreve", 0x102, false },
	{ "Acirc", 0xc2, true },      { "Agrave", 0xc0, true },
	{ "Alpha", 0x391, false },    { "Amacr", 0x100, false },
	{ "Aogon", 0x104, false },    { "Aring", 0xc5, true },
	{ "Atilde", 0xc3, true },     { "Auml", 0xc4, true },
	{ "Beta", 0x392, false },     { "COPY", 0xa9, true },
	{ "Cacute", 0x106, false },   { "Ccaron", 0x10c, false },
	{ "Ccedil", 0xc7, true },     { "Ccirc", 0x108, false },
	{ "Cdot", 0x10a, false },     { "Chi", 0x3a7, false },
	{ "Dagger", 0x2021, false },  { "Dcaron", 0x10e, false },
	{ "Delta", 0x394, false },    { "Dstrok", 0x110, false },
	{ "ETH", 0xd0, true },        { "Eacute", 0xc9, true },
	{ "Ecaron", 0x11a, false },   { "Ecirc", 0xca, true },
	{ "Edot", 0x116, false },     { "Egrave", 0xc8, true },
	{ "Emacr", 0x112, false },    { "Eogon", 0x118, false },
	{ "Epsilon", 0x395, false },  { "Eta", 0x397, false },
	{ "Euml", 0xcb, true },       { "GT", 0x3e, true },
	{ "Gamma", 0x393, false },    { "Gbreve", 0x11e, false },
	{ "Gdot", 0x120, false },     { "Iacute", 0xcd, true },
	{ "Icirc", 0xce, true },      { "Idot", 0x130, false },
	{ "Igrave", 0xcc, true },     { "Imacr", 0x12a, false },
	{ "Iogon", 0x12e, false },    { "Iota", 0x399, false },
	{ "Iuml", 0xcf, true },       { "Kappa", 0x39a, false },
	{ "LT", 0x3c, true },         { "Lacute", 0x139, false },
	{ "Lambda", 0x39b, false },   { "Lcaron", 0x13d, false },
	{ "Lstrok", 0x141, false },   { "Mu", 0x39c, false },
	{ "Nacute", 0x143, false },   { "Ncaron", 0x147, false },
	{ "Ncedil", 0x145, false },   { "NewLine", 0xa, false },
	{ "NoBreak", 0x2060, false }, { "Ntilde", 0xd1, true },
	{ "Nu", 0x39d, false },       { "OElig", 0x152, false },
	{ "Oacute", 0xd3, true },     { "Ocirc", 0xd4, true },
	{ "Odblac", 0x150, false },   { "Ograve", 0xd2, true },
	{ "Omacr", 0x14c, false },    { "Omega", 0x3a9, false },
	{ "Omicron", 0x39f, false },  { "Oslash", 0xd8, true },
	{ "Otilde", 0xd5, true },     { "Ouml", 0xd6, true },
	{ "Phi", 0x3a6, false },      { "Pi", 0x3a0, false },
	{ "Prime", 0x2033, false },   { "Psi", 0x3a8, false },
	{ "QUOT", 0x22, true },       { "REG", 0xae, true },
	{ "Racute", 0x154, false },   { "Rcaron", 0x158, false },
	{ "Rho", 0x3a1, false },      { "Sacute", 0x15a, false },
	{ "Scaron", 0x160, false },   { "Scedil", 0x15e, false },
	{ "Sigma", 0x3a3, false },    { "THORN", 0xde, true },
	{ "TRADE", 0x2122, false },   { "Tab", 0x9, false },
	{ "Tau", 0x3a4, false },      { "Tcaron", 0x164, false },
	{ "Tcedil", 0x162, false },   { "Theta", 0x398, false },
	{ "Uacute", 0xda, true },     { "Ubreve", 0x16c, false },
	{ "Ucirc", 0xdb, true },      { "Udblac", 0x170, false },
	{ "Ugrave", 0xd9, true },     { "Umacr", 0x16a, false },
	{ "Uogon", 0x172, false },    { "Upsilon", 0x3a5, false },
	{ "Uring", 0x16e, false },    { "Uuml", 0xdc, true },
	{ "Xi", 0x39e, false },       { "Yacute", 0xdd, true },
	{ "Yuml", 0x178, false },     { "Zacute", 0x179, false },
	{ "Zdot", 0x17b, false },     { "Zeta", 0x396, false },
	{ "aacute", 0xe1, true },     { "abreve", 0x103, false },
	{ "acirc", 0xe2, true },      { "acute", 0xb4, true },
	{ "aelig", 0xe6, true },      { "agrave", 0xe0, true },
	{ "alefsym", 0x2135, false }, { "alpha", 0x3b1, false },
	{ "amacr", 0x101, false },    { "amp", 0x26, true },
	{ "and", 0x2227, false },     { "ang", 0x2220, false },
	{ "aogon", 0x105, false },    { "apos", 0x27, false },
	{ "aring", 0xe5, true },      { "ast", 0x2a, false },
	{ "asymp", 0x2248, false },   { "atilde", 0xe3, true },
	{ "auml", 0xe4, true },       { "bdquo", 0x201e, false },
	{ "beta", 0x3b2, false },     { "blank", 0x2423, false },
	{ "block", 0x2588, false },   { "boxh", 0x2500, false },
	{ "boxv", 0x2502, false },    { "brvbar", 0xa6, true },
	{ "bsol", 0x5c, false },      { "bull", 0x2022, false },
	{ "bullet", 0x2022, false },  { "cacute", 0x107, false },
	{ "cap", 0x2229, false },     { "caret", 0x2041, false },
	{ "ccaron", 0x10d, false },   { "ccedil", 0xe7, true },
	{ "ccirc", 0x109, false },    { "cdot", 0x10b, false },
	{ "cedil", 0xb8, true },      { "cent", 0xa2, true },
	{ "centerdot", 0xb7, false }, { "check", 0x2713, false },
	{ "chi", 0x3c7, false },      { "circ", 0x2c6, false },
	{ "clubs", 0x2663, false },   { "colon", 0x3a, false },
	{ "comma", 0x2c, false },     { "commat", 0x40, false },
	{ "cong", 0x2245, false },    { "copy", 0xa9, true },
	{ "copysr", 0x2117, false },  { "crarr", 0x21b5, false },
	{ "cross", 0x2717, false },   { "cup", 0x222a, false },
	{ "curren", 0xa4, true },     { "dArr", 0x21d3, false },
	{ "dagger", 0x2020, false },  { "darr", 0x2193, false },
	{ "dash", 0x2010, false },    { "dcaron", 0x10f, false },
	{ "deg", 0xb0, true },        { "delta", 0x3b4, false },
	{ "diams", 0x2666, false },   { "divide", 0xf7, true },
	{ "dollar", 0x24, false },    { "dstrok", 0x111, false },
	{ "eacute", 0xe9, true },     { "ecaron", 0x11b, false },
	{ "ecirc", 0xea, true },      { "edot", 0x117, false },
	{ "egrave", 0xe8, true },     { "emacr", 0x113, false },
	{ "empty", 0x2205, false },   { "emsp", 0x2003, false },
	{ "emsp13", 0x2004, false },  { "emsp14", 0x2005, false },
	{ "ensp", 0x2002, false },    { "eogon", 0x119, false },
	{ "epsilon", 0x3b5, false },  { "equals", 0x3d, false },
	{ "equiv", 0x2261, false },   { "eta", 0x3b7, false },
	{ "eth", 0xf0, true },        { "euml", 0xeb, true },
	{ "euro", 0x20ac, false },    { "excl", 0x21, false },
	{ "exist", 0x2203, false },   { "female", 0x2640, false },
	{ "fnof", 0x192, false },     { "forall", 0x2200, false },
	{ "frac12", 0xbd, true },     { "frac13", 0x2153, false },
	{ "frac14", 0xbc, true },     { "frac15", 0x2155, false },
	{ "frac18", 0x215b, false },  { "frac23", 0x2154, false },
	{ "frac34", 0xbe, true },     { "frac38", 0x215c, false },
	{ "frac58", 0x215d, false },  { "frac78", 0x215e, false },
	{ "frasl", 0x2044, false },   { "gamma", 0x3b3, false },
	{ "gbreve", 0x11f, false },   { "gdot", 0x121, false },
	{ "ge", 0x2265, false },      { "grave", 0x60, false },
	{ "gt", 0x3e, true },         { "hArr", 0x21d4, false },
	{ "hairsp", 0x200a, false },  { "half", 0xbd, false },
	{ "harr", 0x2194, false },    { "hearts", 0x2665, false },
	{ "hellip", 0x2026, false },  { "horbar", 0x2015, false },
	{ "hyphen", 0x2010, false },  { "iacute", 0xed, true },
	{ "icirc", 0xee, true },      { "iexcl", 0xa1, true },
	{ "igrave", 0xec, true },     { "imacr", 0x12b, false },
	{ "image", 0x2111, false },   { "incare", 0x2105, false },
	{ "infin", 0x221e, false },   { "inodot", 0x131, false },
	{ "int", 0x222b, false },     { "iogon", 0x12f, false },
	{ "iota", 0x3b9, false },     { "iquest", 0xbf, true },
	{ "isin", 0x2208, false },    { "iuml", 0xef, true },
	{ "kappa", 0x3ba, false },    { "lArr", 0x21d0, false },
	{ "lacute", 0x13a, false },   { "lambda", 0x3bb, false },
	{ "lang", 0x2329, false },    { "laquo", 0xab, true },
	{ "larr", 0x2190, false },    { "lbrace", 0x7b, false },
	{ "lbrack", 0x5b, false },    { "lcaron", 0x13e, false },
	{ "lceil", 0x2308, false },   { "lcub", 0x7b, false },
	{ "ldquo", 0x201c, false },   { "ldquor", 0x201e, false },
	{ "le", 0x2264, false },      { "lfloor", 0x230a, false },
	{ "lowast", 0x2217, false },  { "lowbar", 0x5f, false },
	{ "loz", 0x25ca, false },     { "lpar", 0x28, false },
	{ "lrm", 0x200e, false },     { "lsaquo", 0x2039, false },
	{ "lsqb", 0x5b, false },      { "lsquo", 0x2018, false },
	{ "lsquor", 0x201a, false },  { "lstrok", 0x142, false },
	{ "lt", 0x3c, true },         { "macr", 0xaf, true },
	{ "male", 0x2642, false },    { "mdash", 0x2014, false },
	{ "micro", 0xb5, true },      { "middot", 0xb7, true },
	{ "minus", 0x2212, false },   { "mldr", 0x2026, false },
	{ "mu", 0x3bc, false },       { "nabla", 0x2207, false },
	{ "nacute", 0x144, false },   { "nbsp", 0xa0, true },
	{ "ncaron", 0x148, false },   { "ncedil", 0x146, false },
	{ "ndash", 0x2013, false },   { "ne", 0x2260, false },
	{ "ni", 0x220b, false },      { "nldr", 0x2025, false },
	{ "not", 0xac, true },        { "notin", 0x2209, false },
	{ "nsub", 0x2284, false },    { "ntilde", 0xf1, true },
	{ "nu", 0x3bd, false },       { "num", 0x23, false },
	{ "numero", 0x2116, false },  { "numsp", 0x2007, false },
	{ "oacute", 0xf3, true },     { "ocirc", 0xf4, true },
	{ "odblac", 0x151, false },   { "oelig", 0x153, false },
	{ "ograve", 0xf2, true },     { "ohm", 0x3a9, false },
	{ "oline", 0x203e, false },   { "omacr", 0x14d, false },
	{ "omega", 0x3c9, false },    { "omicron", 0x3bf, false },
	{ "oplus", 0x2295, false },   { "or", 0x2228, false },
	{ "ordf", 0xaa, true },       { "ordm", 0xba, true },
	{ "oslash", 0xf8, true },     { "otilde", 0xf5, true },
	{ "otimes", 0x2297, false },  { "ouml", 0xf6, true },
	{ "para", 0xb6, true },       { "part", 0x2202, false },
	{ "percnt", 0x25, false },    { "period", 0x2e, false },
	{ "permil", 0x2030, false },  { "perp", 0x22a5, false },
	{ "phi", 0x3c6, false },      { "phone", 0x260e, false },
	{ "pi", 0x3c0, false },       { "piv", 0x3d6, false },
	{ "plus", 0x2b, false },      { "plusmn", 0xb1, true },
	{ "pound", 0xa3, true },      { "prime", 0x2032, false },
	{ "prod", 0x220f, false },    { "prop", 0x221d, false },
	{ "psi", 0x3c8, false },      { "puncsp", 0x2008, false },
	{ "quest", 0x3f, false },     { "quot", 0x22, true },
	{ "rArr", 0x21d2, false },    { "racute", 0x155, false },
	{ "radic", 0x221a, false },   { "rang", 0x232a, false },
	{ "raquo", 0xbb, true },      { "rarr", 0x2192, false },
	{ "rbrack", 0x5d, false },    { "rcaron", 0x159, false },
	{ "rceil", 0x2309, false },   { "rcub", 0x7d, false },
	{ "rdquo", 0x201d, false },   { "rdquor", 0x201d, false },
	{ "real", 0x211c, false },    { "reg", 0xae, true },
	{ "rfloor", 0x230b, false },  { "rho", 0x3c1, false },
	{ "rlm", 0x200f, false },     { "rpar", 0x29, false },
	{ "rsaquo", 0x203a, false },  { "rsqb", 0x5d, false },
	{ "rsquo", 0x2019, false },   { "rsquor", 0x2019, false },
	{ "sacute", 0x15b, false },   { "sbquo", 0x201a, false },
	{ "scaron", 0x161, false },   { "scedil", 0x15f, false },
	{ "sdot", 0x22c5, false },    { "sect", 0xa7, true },
	{ "semi", 0x3b, false },      { "shy", 0xad, true },
	{ "sigma", 0x3c3, false },    { "sigmaf", 0x3c2, false },
	{ "sim", 0x223c, false },     { "sol", 0x2f, false },
	{ "spades", 0x2660, false },  { "squ", 0x25a1, false },
	{ "star", 0x2606, false },    { "starf", 0x2605, false },
	{ "sub", 0x2282, false },     { "sube", 0x2286, false },
	{ "sum", 0x2211, false },     { "sup", 0x2283, false },
	{ "sup1", 0xb9, true },       { "sup2", 0xb2, true },
	{ "sup3", 0xb3, true },       { "supe", 0x2287, false },
	{ "szlig", 0xdf, true },      { "tau", 0x3c4, false },
	{ "tcaron", 0x165, false },   { "tcedil", 0x163, false },
	{ "there4", 0x2234, false },  { "theta", 0x3b8, false },
	{ "thetasym", 0x3d1, false }, { "thinsp", 0x2009, false },
	{ "thorn", 0xfe, true },      { "tilde", 0x2dc, false },
	{ "times", 0xd7, true },      { "trade", 0x2122, false },
	{ "uArr", 0x21d1, false },    { "uacute", 0xfa, true },
	{ "uarr", 0x2191, false },    { "ubreve", 0x16d, false },
	{ "ucirc", 0xfb, true },      { "udblac", 0x171, false },
	{ "ugrave", 0xf9, true },     { "umacr", 0x16b, false },
	{ "uml", 0xa8, true },        { "uogon", 0x173, false },
	{ "upsih", 0x3d2, false },    { "upsilon", 0x3c5, false },
	{ "uring", 0x16f, false },    { "uuml", 0xfc, true },
	{ "verbar", 0x7c, false },    { "vert", 0x7c, false },
	{ "weierp", 0x2118, false },  { "xi", 0x3be, false },
	{ "yacute", 0xfd, true },     { "yen", 0xa5, true },
	{ "yuml", 0xff, true },       { "zacute", 0x17a, false },
	{ "zdot", 0x17c, false },     { "zeta", 0x3b6, false },
	{ "zwj", 0x200d, false },     { "zwnj", 0x200c, false },
};

/* What 0x80 to 0x9f are in Windows-1252; 0 stays as it is. */
static const uint16_t windows_1252[32] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
	0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static unsigned hex_value(char c)
{
	if (is_digit(c))
		return (unsigned)(c - '0');
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

static size_t put_utf8(char *out, uint32_t code)
{
	size_t n = 0;

	if (code < 0x80) {
		out[n++] = (char)code;
	} else if (code < 0x800) {
		out[n++] = (char)(0xc0 | code >> 6);
	} else if (code < 0x10000) {
		out[n++] = (char)(0xe0 | code >> 12);
		out[n++] = (char)(0x80 | (code >> 6 & 0x3f));
	} else {
		out[n++] = (char)(0xf0 | code >> 18);
		out[n++] = (char)(0x80 | (code >> 12 & 0x3f));
		out[n++] = (char)(0x80 | (code >> 6 & 0x3f));
	}
	if (code >= 0x80)
		out[n++] = (char)(0x80 | (code & 0x3f));
	return n;
}

static const struct entity *find(const char *name, size_t len)
{
	size_t low = 0, high = sizeof(entities) / sizeof(*entities);

	if (len >= sizeof(entities->name))
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strncmp(entities[middle].name, name, len);

		if (order == 0 && entities[middle].name[len] == '\0')
			return &entities[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* `&#...` at `at`: how many bytes it has, or 0. */
static size_t number_at(uint32_t *code, const char *at, size_t len)
{
	unsigned base = 10, digit;
	uint32_t value = 0;
	size_t n = 2, digits;

	if (len > 2 && (at[2] | 0x20) == 'x') {
		base = 16;
		n = 3;
	}
	for (digits = n; n < len; n++) {
		digit = hex_value(at[n]);
		if (digit >= base)
			break;
		if (value < 0x110000)
			value = value * base + digit;
	}
	if (n == digits)
		return 0;
	if (n < len && at[n] == ';')
		n++;
	if (value >= 0x80 && value < 0xa0 && windows_1252[value - 0x80])
		value = windows_1252[value - 0x80];
	if (value == 0 || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		value = 0xfffd;
	*code = value;
	return n;
}

static size_t name_at(uint32_t *code, const char *at, size_t len, bool attr)
{
	const struct entity *e;
	size_t n = 1;

	while (n < len && n <= sizeof(e->name) && is_alnum(at[n]))
		n++;
	if (n < len && at[n] == ';') {
		e = find(at + 1, n - 1);
		if (e) {
			*code = e->code;
			return n + 1;
		}
	}
	if (n > BARE_MAX + 1)
		n = BARE_MAX + 1;
	for (; n > BARE_MIN; n--) {
		e = find(at + 1, n - 1);
		if (!e || !e->bare)
			continue;
		if (attr && n < len && (at[n] == '=' || is_alnum(at[n])))
			return 0;
		*code = e->code;
		return n;
	}
	return 0;
}

size_t html_entities(char *out, const char *text, size_t len, bool attr)
{
	const char *end = text + len, *amp;
	uint32_t code = 0;
	size_t done = 0, n;

	while (text < end) {
		amp = memchr(text, '&', (size_t)(end - text));
		if (!amp)
			amp = end;
		memcpy(out + done, text, (size_t)(amp - text));
		done += (size_t)(amp - text);
		text = amp;
		len = (size_t)(end - text);
		if (len == 0)
			break;
		n = len > 1 && text[1] == '#' ? number_at(&code, text, len)
		                              : name_at(&code, text, len, attr);
		if (n) {
			done += put_utf8(out + done, code);
			text += n;
		} else {
			out[done++] = *text++;
		}
	}
	return done;
}
