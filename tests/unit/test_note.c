/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_note.c - keys, notes, checkpoints and proofs as texts: those of other
 * programs, and what forgers would write.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "fiche/proof.h"
#include "format/merkle.h"
#include "format/note.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* ---- Keys and notes ---- */

/* The example of the first program for signed notes. */
static const char example_public[] =
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n";
static const char example_private[] =
	"PRIVATE+KEY+PeterNeumann+c74f20a3+"
	"AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n";
#define EXAMPLE_TEXT                                                           \
	"If you think cryptography is the answer to your problem,\n"           \
	"then you don't know what your problem is.\n"
#define EXAMPLE_LINE                                                           \
	"\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/"                           \
	"SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6Ry" \
	"yB"                                                                   \
	"wJnAM=\n"
#define OTHER_LINE "\xe2\x80\x94 example.org/witness AAAAAQIDBAUGBwg=\n"
static const char example_note[] = EXAMPLE_TEXT "\n" EXAMPLE_LINE;

static struct note_key read_key(const char *text)
{
	struct fiche_error err = { 0 };
	struct note_key k;

	if (note_key_read(&k, text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	return k;
}

static void keys_and_notes_are_those_of_other_programs(void **state)
{
	struct note_key secret = read_key(example_private),
			open = read_key(example_public), made;
	struct fiche_error err = { 0 };
	struct buf b = { 0 };

	(void)state;
	assert_true(secret.can_sign);
	assert_false(open.can_sign);
	assert_memory_equal(secret.key, open.key, 32);
	assert_int_equal(
		note_key_make(&made, "PeterNeumann", secret.seed, &err), 0);
	note_key_put_private(&b, &made);
	assert_int_equal(b.len, strlen(example_private));
	assert_memory_equal(b.ptr, example_private, b.len);
	buf_clear(&b);
	note_key_put_public(&b, &secret);
	assert_int_equal(b.len, strlen(example_public));
	assert_memory_equal(b.ptr, example_public, b.len);
	buf_clear(&b);
	buf_text(&b, EXAMPLE_TEXT);
	assert_int_equal(note_sign(&b, &secret, &err), 0);
	assert_int_equal(b.len, strlen(example_note));
	assert_memory_equal(b.ptr, example_note, b.len);
	assert_int_equal(fiche_note_verify(example_note, example_public, &err),
	                 0);
	buf_done(&b);
}

static void a_key_that_was_changed_or_cut_is_none(void **state)
{
	static const char *const texts[] = { example_public, example_private };
	struct fiche_error err = { 0 };
	struct note_key want, have;
	char key[FICHE_KEY_MAX];

	(void)state;
	for (size_t t = 0; t < 2; t++) {
		size_t len = strlen(texts[t]);

		want = read_key(texts[t]);
		for (size_t n = 0; n < len - 1; n++)
			assert_int_equal(
				note_key_read(&have, texts[t], n, &err),
				FICHE_ERR_INPUT);
		for (size_t bit = 0; bit < len * 8; bit++) {
			memcpy(key, texts[t], len);
			key[bit / 8] ^= (char)(1 << bit % 8);
			if (note_key_read(&have, key, len, &err) == 0)
				assert_memory_equal(&have, &want, sizeof(want));
			else
				assert_true(bit / 8 < len - 1 ||
				            (uint8_t)key[len - 1] > ' ');
		}
	}
}

static void names_of_keys_have_no_blanks_and_no_plus(void **state)
{
	static const char *const bad[] = {
		"",          "a b",           "a+b",           "a\n",
		"\t",        "a\xc2\xa0z",    "a\xe3\x80\x80", "\xe2\x80\xa8z",
		"\xc2\x85z", "\xe2\x80\x89z", "\xff",          "\xc0\xa0",
	};
	uint8_t seed[32] = { 7 };
	struct fiche_error err = { 0 };
	char longest[NOTE_NAME_MAX + 2];
	struct note_key k;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(note_key_make(&k, bad[i], seed, &err),
		                 FICHE_ERR_INPUT);
	memset(longest, 'x', sizeof(longest));
	longest[NOTE_NAME_MAX + 1] = '\0';
	assert_int_equal(note_key_make(&k, longest, seed, &err),
	                 FICHE_ERR_INPUT);
	longest[NOTE_NAME_MAX] = '\0';
	assert_int_equal(note_key_make(&k, longest, seed, &err), 0);
	assert_int_equal(note_key_make(&k, "библиотека.example", seed, &err),
	                 0);
}

static void no_bit_of_a_signed_note_is_free(void **state)
{
	char note[sizeof(example_note)];
	size_t len = strlen(example_note);
	struct note_key k = read_key(example_public);
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t n = 0; n < len; n++)
		assert_int_not_equal(note_verify(example_note, n, &k, &err), 0);
	for (size_t bit = 0; bit < len * 8; bit++) {
		memcpy(note, example_note, len);
		note[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_not_equal(note_verify(note, len, &k, &err), 0);
	}
}

static void signatures_of_others_say_nothing(void **state)
{
	static const struct {
		int want;
		const char *note;
	} rows[] = {
		{ 0, EXAMPLE_TEXT "\n" OTHER_LINE EXAMPLE_LINE },
		{ 0, EXAMPLE_TEXT "\n" EXAMPLE_LINE OTHER_LINE OTHER_LINE },
		{ 0, EXAMPLE_TEXT "\n" EXAMPLE_LINE EXAMPLE_LINE },
		{ 1, EXAMPLE_TEXT "\n" OTHER_LINE },
		{ 1, EXAMPLE_TEXT "\n" },
		/* our name and another id, our id and another name */
		{ 1, EXAMPLE_TEXT "\n\xe2\x80\x94 PeterNeumann "
		                  "AAAAAQIDBAUGBwg=\n" },
		{ 1, EXAMPLE_TEXT "\n\xe2\x80\x94 PeterNeumanN "
		                  "x08goAECAwQFBgcI\n" },
		{ 1, EXAMPLE_TEXT "\n\xe2\x80\x94 PeterNeuman "
		                  "x08goAECAwQFBgcI\n" },
		/* our name and id, and no signature of this kind */
		{ -1, EXAMPLE_TEXT "\n\xe2\x80\x94 PeterNeumann "
		                   "x08gowECAwQFBgcI\n" },
		{ -1,
		  EXAMPLE_TEXT "\n" EXAMPLE_LINE "\xe2\x80\x94 PeterNeumann "
		               "x08gowECAwQFBgcI\n" },
	};
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int r = fiche_note_verify(rows[i].note, example_public, &err);

		if (r != (rows[i].want < 0 ? FICHE_ERR_INPUT : rows[i].want))
			fail_msg("row %zu: %d", i, r);
	}
}

static void what_is_no_note_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"\n",
		EXAMPLE_TEXT,
		EXAMPLE_TEXT EXAMPLE_LINE,
		EXAMPLE_TEXT "\nnot signed by anybody\n" EXAMPLE_LINE,
		EXAMPLE_TEXT "\n" EXAMPLE_LINE "trusted\n",
		EXAMPLE_TEXT "\n" EXAMPLE_LINE "no line end",
		EXAMPLE_TEXT "\n-- example.org AAAAAQIDBAUGBwg=\n" EXAMPLE_LINE,
		EXAMPLE_TEXT "\n\xe2\x80\x94 a+b AAAAAQIDBAUGBwg=\n",
		EXAMPLE_TEXT "\n\xe2\x80\x94  AAAAAQIDBAUGBwg=\n",
		EXAMPLE_TEXT "\n\xe2\x80\x94 a\n",
		EXAMPLE_TEXT "\n\xe2\x80\x94 a AAAA\n",
		EXAMPLE_TEXT "\n\xe2\x80\x94 a AAAAAA==\n",
		EXAMPLE_TEXT "\n\xe2\x80\x94 a AAAAAQIDBAUGBwh=\n",
		EXAMPLE_TEXT "\n\xe2\x80\x94 a AAAA AQIDBAUGBwg=\n",
		"a\r\n\n" EXAMPLE_LINE,
		"a\r\n\r\n" EXAMPLE_LINE,
		"a\tb\n\n" EXAMPLE_LINE,
		"a\x1b[2J\n\n" EXAMPLE_LINE,
		"a\xff\n\n" EXAMPLE_LINE,
		"a\xed\xa0\x80\n\n" EXAMPLE_LINE,
	};
	struct note_key k = read_key(example_public);
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (fiche_note_verify(rows[i], example_public, &err) !=
		    FICHE_ERR_INPUT)
			fail_msg("row %zu was taken", i);
	assert_int_equal(note_verify("a\0\n\n", 4, &k, &err), FICHE_ERR_INPUT);
}

static void what_is_no_note_is_not_signed(void **state)
{
	static const char *const rows[] = {
		"",
		"a",
		"a\r\n",
		"a\x01\n",
		"\xff\n",
		"a\n\nb\n",
		EXAMPLE_TEXT "\n" EXAMPLE_LINE "no line end",
	};
	static char note[FICHE_NOTE_MAX];
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		strcpy(note, rows[i]);
		assert_int_equal(fiche_note_sign(note, example_private, &err),
		                 FICHE_ERR_INPUT);
		assert_string_equal(note, rows[i]);
	}
	strcpy(note, "a\n");
	assert_int_equal(fiche_note_sign(note, example_public, &err),
	                 FICHE_ERR_INPUT);
	memset(note, 'a', sizeof(note));
	note[FICHE_NOTE_MAX - 50] = '\n';
	note[FICHE_NOTE_MAX - 49] = '\0';
	assert_int_equal(fiche_note_sign(note, example_private, &err),
	                 FICHE_ERR_LIMIT);
}

static void sixteen_large_signatures_fit(void **state)
{
	static uint8_t large[4 + 2420];
	static char note[FICHE_NOTE_MAX];
	struct fiche_error err = { 0 };
	struct buf b = { 0 };

	(void)state;
	buf_text(&b, EXAMPLE_TEXT "\n");
	for (uint8_t i = 0; i < 16; i++) {
		large[4] = i;
		buf_printf(&b, "\xe2\x80\x94 example.org/%u ", i);
		base64_put(&b, large, sizeof(large));
		buf_u8(&b, '\n');
	}
	assert_in_range(b.len, 50000, sizeof(note) - 1);
	memcpy(note, b.ptr, b.len);
	assert_int_equal(fiche_note_sign(note, example_private, &err), 0);
	assert_int_equal(fiche_note_verify(note, example_public, &err), 0);
	buf_done(&b);
}

/* ---- Checkpoints ---- */

#define ORIGIN "fiche-archive/000102030405060708090a0b0c0d0e0f"
#define HEAD   "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void checkpoints_are_three_lines_and_maybe_more(void **state)
{
	static const struct {
		const char *note;
		uint64_t size;
	} good[] = {
		{ ORIGIN "\n0\n" HEAD "\n", 0 },
		{ ORIGIN "\n7\n" HEAD "\n", 7 },
		{ ORIGIN "\n9223372036854775807\n" HEAD "\n", INT64_MAX },
		{ ORIGIN "\n7\n" HEAD "\nmore\nlines\n", 7 },
		{ ORIGIN "\n7\n" HEAD "\n\n", 7 },
		{ ORIGIN "\n7\n" HEAD "\n\n" OTHER_LINE, 7 },
		{ ORIGIN "\n7\n" HEAD "\nmore\n\n" OTHER_LINE OTHER_LINE, 7 },
	};
	struct fiche_error err = { 0 };
	struct buf b = { 0 };
	struct checkpoint c;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(checkpoint_read(&c, good[i].note,
		                                 strlen(good[i].note), &err),
		                 0);
		assert_string_equal(c.origin, ORIGIN);
		assert_int_equal(c.size, good[i].size);
		buf_clear(&b);
		checkpoint_put(&b, &c);
		assert_memory_equal(b.ptr, good[i].note, i < 3 ? b.len : 40);
	}
	buf_done(&b);
}

static void what_is_no_checkpoint_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		ORIGIN,
		ORIGIN "\n7\n" HEAD,
		ORIGIN "\n7\n" HEAD "\nmore",
		ORIGIN "\n7\n\n" HEAD "\n",
		ORIGIN "\n7\n" HEAD "\n\nmore\n",
		ORIGIN "\n7\n" HEAD "\n\n\n" OTHER_LINE,
		ORIGIN "\n7\n" HEAD "\n\nmore\n\n" OTHER_LINE,
		ORIGIN "\n7\n" HEAD "\n\n" OTHER_LINE "more\n",
		ORIGIN "\n7\n\n" OTHER_LINE,
		ORIGIN "\n07\n" HEAD "\n",
		ORIGIN "\n00\n" HEAD "\n",
		ORIGIN "\n+7\n" HEAD "\n",
		ORIGIN "\n-7\n" HEAD "\n",
		ORIGIN "\n 7\n" HEAD "\n",
		ORIGIN "\n7 \n" HEAD "\n",
		ORIGIN "\n7e1\n" HEAD "\n",
		ORIGIN "\n\xd9\xa7\n" HEAD "\n",
		ORIGIN "\n9223372036854775808\n" HEAD "\n",
		ORIGIN "\n18446744073709551616\n" HEAD "\n",
		ORIGIN "\n99999999999999999999999999999999\n" HEAD "\n",
		ORIGIN "\n\n" HEAD "\n",
		"\n7\n" HEAD "\n",
		"7\n" HEAD "\n",
		"\xff\n7\n" HEAD "\n",
		ORIGIN "\r\n7\r\n" HEAD "\r\n",
		ORIGIN "\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n",
		ORIGIN "\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
		ORIGIN "\n7\n " HEAD "\n",
	};
	struct fiche_error err = { 0 };
	char note[300];
	struct checkpoint c;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (checkpoint_read(&c, bad[i], strlen(bad[i]), &err) !=
		    FICHE_ERR_INPUT)
			fail_msg("taken: %s", bad[i]);
	(void)snprintf(note, sizeof(note), "%0201d\n7\n" HEAD "\n", 0);
	assert_int_equal(checkpoint_read(&c, note, strlen(note), &err),
	                 FICHE_ERR_INPUT);
	assert_int_equal(checkpoint_read(&c, note + 1, strlen(note + 1), &err),
	                 0);
	note[7] = '\0';
	assert_int_equal(
		checkpoint_read(&c, note + 1, strlen(note + 8) + 7, &err),
		FICHE_ERR_INPUT);
}

/* ---- Proofs ---- */

static void digest_of(uint8_t out[32], uint64_t record)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "record %u", (unsigned)record);

	assert_int_equal(fiche_record_digest(out, text, (size_t)n), 0);
}

static void head_of(uint8_t out[32], uint64_t from, uint64_t to)
{
	struct merkle m = { 0 };
	uint8_t digest[32];

	for (uint64_t i = from; i < to; i++) {
		digest_of(digest, i);
		assert_int_equal(merkle_add(&m, digest), 0);
	}
	assert_int_equal(
		merkle_head(out, m.peaks[0], merkle_peak_count(m.leaves)), 0);
}

/* A proof with a checkpoint that the example's key signed. */
static void make_proof(struct buf *out, const char *origin, uint64_t index,
                       uint64_t size)
{
	struct note_key k = read_key(example_private);
	struct merkle_range r[MERKLE_PEAKS_MAX];
	struct fiche_error err = { 0 };
	struct checkpoint c = { .size = size };
	struct proof p = { .index = index };
	struct buf note = { 0 };

	(void)snprintf(c.origin, sizeof(c.origin), "%s", origin);
	head_of(c.head, 0, size);
	checkpoint_put(&note, &c);
	assert_int_equal(note_sign(&note, &k, &err), 0);
	p.count = merkle_path(r, index, size);
	for (unsigned i = 0; i < p.count; i++)
		head_of(p.path[i], r[i].from, r[i].to);
	p.note = (struct fiche_text){ (char *)note.ptr, note.len };
	proof_put(out, &p);
	buf_u8(out, '\0');
	assert_true(buf_ok(out));
	buf_done(&note);
}

static bool is_believed(struct fiche_proof_info *out, const char *proof,
                        uint64_t record)
{
	struct fiche_error err = { 0 };
	uint8_t digest[32];

	digest_of(digest, record);
	return fiche_proof_check(out, proof, digest, &err) == 0 &&
	       fiche_note_verify(out->note, example_public, &err) == 0;
}

static void no_bit_of_a_proof_changes_what_it_says(void **state)
{
	static struct fiche_proof_info info;
	struct buf b = { 0 };
	char *text, kept;
	size_t len;

	(void)state;
	make_proof(&b, ORIGIN, 5, 7);
	text = (char *)b.ptr;
	len = b.len - 1;
	assert_true(is_believed(&info, text, 5));
	assert_int_equal(info.number, 5);
	assert_int_equal(info.records, 7);
	assert_string_equal(info.origin, ORIGIN);
	for (size_t bit = 0; bit < len * 8; bit++) {
		text[bit / 8] ^= (char)(1 << bit % 8);
		assert_false(is_believed(&info, text, 5));
		text[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t n = 0; n < len; n++) {
		kept = text[n];
		text[n] = '\0';
		assert_false(is_believed(&info, text, 5));
		text[n] = kept;
	}
	buf_done(&b);
}

static void a_proof_is_for_one_record_at_one_place(void **state)
{
	static struct fiche_proof_info info;
	struct buf b = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 13; i++) {
		buf_clear(&b);
		make_proof(&b, ORIGIN, i, 13);
		for (uint64_t other = 0; other < 14; other++)
			assert_int_equal(
				is_believed(&info, (char *)b.ptr, other),
				other == i);
	}
	buf_clear(&b);
	make_proof(&b, "example.com/certificates", 1, 2);
	assert_false(is_believed(&info, (char *)b.ptr, 1));
	buf_clear(&b);
	make_proof(&b, ORIGIN "0", 1, 2);
	assert_false(is_believed(&info, (char *)b.ptr, 1));
	buf_done(&b);
}

#define START "c2sp.org/tlog-proof@v1\n"
#define NOTE  ORIGIN "\n7\n" HEAD "\n"

static void what_is_no_proof_is_refused(void **state)
{
	static const struct {
		bool good;
		const char *text;
	} rows[] = {
		{ true, START "index 0\n\n" NOTE },
		{ true, START "extra AAAA\nindex 0\n\n" NOTE },
		{ true, START "index 9223372036854775807\n" HEAD "\n\n" NOTE },
		{ false, "" },
		{ false, START },
		{ false, "c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE },
		{ false, "index 0\n\n" NOTE },
		{ false, " " START "index 0\n\n" NOTE },
		{ false, START "index 0\n" },
		{ false, START "index 0\n" NOTE },
		{ false, START "index 0\n" HEAD "\n" },
		{ false, START "\nindex 0\n\n" NOTE },
		{ false, START "index \n\n" NOTE },
		{ false, START "index\n\n" NOTE },
		{ false, START "Index 0\n\n" NOTE },
		{ false, START "index  0\n\n" NOTE },
		{ false, START "index 00\n\n" NOTE },
		{ false, START "index -1\n\n" NOTE },
		{ false, START "index 9223372036854775808\n\n" NOTE },
		{ false, START "index 18446744073709551616\n\n" NOTE },
		{ false, START "extra \nindex 0\n\n" NOTE },
		{ false, START "extra AAA\nindex 0\n\n" NOTE },
		{ false, START "extra A\x1b[m\nindex 0\n\n" NOTE },
		{ false, START "extra AAAA\nextra AAAA\nindex 0\n\n" NOTE },
		{ false, START "index 0\nextra AAAA\n\n" NOTE },
		{ false, START "index 0\nAAAA\n\n" NOTE },
		{ false, START "index 0\n" HEAD " \n\n" NOTE },
		{ false, "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\n" NOTE },
		{ false, START "index 0\r\n\n" NOTE },
	};
	struct fiche_error err = { 0 };
	struct proof p;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int r = proof_read(&p, rows[i].text, strlen(rows[i].text),
		                   &err);

		if (r != (rows[i].good ? 0 : FICHE_ERR_INPUT))
			fail_msg("%d: %s", r, rows[i].text);
	}
	assert_int_equal(proof_read(&p, START "index \0\n\n" NOTE,
	                            sizeof(START "index \0\n\n" NOTE) - 1,
	                            &err),
	                 FICHE_ERR_INPUT);
}

static void a_path_has_64_lines_at_most(void **state)
{
	struct fiche_error err = { 0 };
	struct proof p;

	(void)state;
	for (unsigned lines = 63; lines < 67; lines++) {
		struct buf b = { 0 };

		buf_text(&b, START "index 0\n");
		for (unsigned i = 0; i < lines; i++)
			buf_text(&b, HEAD "\n");
		buf_text(&b, "\n" NOTE);
		assert_int_equal(proof_read(&p, (char *)b.ptr, b.len, &err),
		                 lines > 64 ? FICHE_ERR_INPUT : 0);
		if (lines <= 64)
			assert_int_equal(p.count, lines);
		buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_notes_are_those_of_other_programs),
		cmocka_unit_test(a_key_that_was_changed_or_cut_is_none),
		cmocka_unit_test(names_of_keys_have_no_blanks_and_no_plus),
		cmocka_unit_test(no_bit_of_a_signed_note_is_free),
		cmocka_unit_test(signatures_of_others_say_nothing),
		cmocka_unit_test(what_is_no_note_is_refused),
		cmocka_unit_test(what_is_no_note_is_not_signed),
		cmocka_unit_test(sixteen_large_signatures_fit),
		cmocka_unit_test(checkpoints_are_three_lines_and_maybe_more),
		cmocka_unit_test(what_is_no_checkpoint_is_refused),
		cmocka_unit_test(no_bit_of_a_proof_changes_what_it_says),
		cmocka_unit_test(a_proof_is_for_one_record_at_one_place),
		cmocka_unit_test(what_is_no_proof_is_refused),
		cmocka_unit_test(a_path_has_64_lines_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
