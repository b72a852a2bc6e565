/* SPDX-License-Identifier: Apache-2.0 */
/* interrupted.c - see interrupted.h. */

#include "support/interrupted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "base/alloc.h"
#include "support/image_io.h"

/* What a reader sees of a file. */
struct sight {
	uint64_t generation;
	uint64_t end;
	bool damaged; /* articles of the last commit */
	bool torn;    /* its footer */
};

/* One run of the operation. */
struct interrupted {
	const struct operation *op;
	const struct interruptions *how;
	struct interrupted_tally *tally;
	unsigned depth;                  /* 1: the repetition */
	const struct interrupted *first; /* then: of this one */
	struct staged_file files[INTERRUPTED_FILES];
	struct medium medium;
	struct distinct states;
	struct buf after; /* the file as the operation leaves it */
	struct sight before;
	/* The commits that were added, the oldest first. */
	struct sight *made;
	size_t made_count, made_cap;
	bool done; /* run() had returned */
};

static struct io_memory *stage(const struct staged_file *files, size_t count)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	for (size_t i = 0; i < count; i++)
		if (files[i].bytes)
			assert_int_equal(io_memory_put(m, files[i].path,
			                               files[i].bytes,
			                               files[i].len),
			                 0);
	return m;
}

static void open_image(struct archive *a, struct image_io *place,
                       const uint8_t *bytes, size_t len)
{
	struct fiche_error err = { 0 };
	struct io_file *file;

	image_io_init(place, bytes, len);
	assert_int_equal(io_open(&place->io, "", IO_READ, &file, &err), 0);
	if (archive_open(a, file, &err) != 0)
		fail_msg("opening: %s", err.text);
}

static struct sight sight_of(const struct archive *a)
{
	struct sight s = { .end = a->end, .torn = a->footer_damaged };

	if (a->has_commit) {
		s.generation = a->last.commit.generation;
		s.damaged = a->last.batch_damaged;
	}
	return s;
}

static struct sight look(const uint8_t *bytes, size_t len)
{
	struct image_io place;
	struct archive a;
	struct sight s;

	open_image(&a, &place, bytes, len);
	s = sight_of(&a);
	archive_close(&a);
	return s;
}

/* Which commits the operation has made, from the last one down. */
static void learn_commits(struct interrupted *x)
{
	uint64_t old = x->files[0].bytes ? x->files[0].len : 0;
	struct image_io place;
	struct archive a;

	open_image(&a, &place, x->after.ptr, x->after.len);
	while (a.has_commit && a.last.section.offset >= old) {
		assert_int_equal(alloc_grow(&x->made, &x->made_cap,
		                            x->made_count + 1,
		                            sizeof(*x->made)),
		                 0);
		memmove(x->made + 1, x->made, x->made_count * sizeof(*x->made));
		x->made[0] = sight_of(&a);
		assert_false(x->made[0].damaged);
		x->made_count++;
		assert_int_equal(archive_step_back(&a, NULL), 0);
	}
	archive_close(&a);
}

static bool is_known(const struct interrupted *x, const struct sight *s)
{
	const struct sight *b = &x->before;

	if (!x->done && s->generation == b->generation && s->end == b->end &&
	    s->damaged == b->damaged)
		return true;
	for (size_t i = x->done ? x->made_count - 1 : 0; i < x->made_count; i++)
		if (s->generation == x->made[i].generation &&
		    s->end == x->made[i].end)
			return !s->damaged || !x->done;
	return false;
}

/* Of the attempt before?  Then it has no footer. */
static bool is_revived(const struct interrupted *x, const struct sight *s)
{
	return x->first && !x->done && s->torn && is_known(x->first, s);
}

static void run_and_cut(const struct interrupted *like,
                        const struct staged_file *file, unsigned depth);

static void check(void *ctx, const struct medium *m)
{
	struct interrupted *x = ctx;
	const struct buf *right = &x->after;
	uint64_t from = m->durable, same;
	struct sight s;
	bool known;

	if (!distinct_add(&x->states, medium_hash(m)))
		return;
	s = look(m->image.ptr, m->image.len);
	known = is_known(x, &s);
	if (!known && !is_revived(x, &s))
		fail_msg("%s, depth %u, state %zu: generation %llu that ends "
		         "at %llu%s%s",
		         x->op->name, x->depth, x->states.count,
		         (unsigned long long)s.generation,
		         (unsigned long long)s.end,
		         s.damaged ? ", damaged" : "",
		         x->done ? ", after all was done" : "");
	same = s.end - (s.torn ? FOOTER_SIZE : 0);
	if (!known) {
		right = &x->first->after;
		from = x->first->before.end;
		x->tally->revived++;
	}
	if (!s.damaged && same > from)
		assert_memory_equal(m->image.ptr + from, right->ptr + from,
		                    same - from);
	x->tally->damaged += s.damaged;
	x->tally->finished +=
		x->made_count > 0 && s.end == x->made[x->made_count - 1].end;
	if (x->depth > 0) {
		x->tally->nested_states++;
		return;
	}
	x->tally->states++;
	if (x->how->repeat_every &&
	    x->states.count % x->how->repeat_every == 0) {
		struct staged_file left = { x->files[0].path, m->image.ptr,
			                    m->image.len };

		x->tally->repeated++;
		run_and_cut(x, &left, x->depth + 1);
	}
}

static void check_others(const struct interrupted *x, struct io_memory *m)
{
	const uint8_t *bytes;
	size_t len;

	for (size_t i = 1; i < x->op->file_count; i++) {
		const struct staged_file *f = &x->files[i];

		assert_int_equal(io_memory_get(m, f->path, &bytes, &len),
		                 f->bytes != NULL);
		if (!f->bytes)
			continue;
		assert_int_equal(len, f->len);
		assert_memory_equal(bytes, f->bytes, len);
	}
}

static void run(struct interrupted *x, struct io_memory *m)
{
	struct fiche_error err = { 0 };
	const uint8_t *bytes;
	size_t len;

	if (x->op->run(m, &err) != 0)
		fail_msg("%s, depth %u: %s", x->op->name, x->depth, err.text);
	check_others(x, m);
	if (x->op->check_done)
		x->op->check_done(m);
	assert_true(io_memory_get(m, x->files[0].path, &bytes, &len));
	buf_put(&x->after, bytes, len);
	assert_true(buf_ok(&x->after));
	learn_commits(x);
}

/* Cut at each operation that was logged. */
static void cut(struct interrupted *x, struct io_memory *m)
{
	const struct cut_plan *plan = &x->how->plan[x->depth];
	size_t n = io_memory_log_count(m);

	for (size_t i = 0; i < n; i++) {
		struct io_logged e = io_memory_log_at(m, i);

		if (e.path[0] == '\0')
			continue; /* it never got a name: nothing is left */
		assert_string_equal(e.path, x->files[0].path);
		medium_apply(&x->medium, &e);
		x->done = i + 1 == n && x->made_count > 0;
		if (!x->medium.named)
			continue;
		x->tally->cuts++;
		medium_cut(&x->medium, plan, check, x);
	}
	assert_int_equal(x->medium.writes, 0);
}

/* `file` instead of the first one of the operation. */
static void run_and_cut(const struct interrupted *like,
                        const struct staged_file *file, unsigned depth)
{
	struct interrupted x = { .op = like->op,
		                 .how = like->how,
		                 .tally = like->tally,
		                 .depth = depth,
		                 .first = depth > 0 ? like : NULL };
	struct io_memory *m;

	memcpy(x.files, like->op->files, sizeof(x.files));
	x.files[0] = *file;
	if (file->bytes)
		x.before = look(file->bytes, file->len);
	else
		x.before.end = SUPERBLOCK_SIZE;
	m = stage(x.files, x.op->file_count);
	medium_init(&x.medium, file->bytes, file->bytes ? file->len : 0,
	            like->how->seed);
	run(&x, m);
	cut(&x, m);
	io_memory_free(m);
	medium_done(&x.medium);
	distinct_done(&x.states);
	buf_done(&x.after);
	alloc_free(x.made);
}

void interrupt_everywhere(const struct operation *op,
                          const struct interruptions *how,
                          struct interrupted_tally *tally)
{
	const struct interrupted first = { .op = op,
		                           .how = how,
		                           .tally = tally };

	run_and_cut(&first, &op->files[0], 0);
}

void interrupted_say(const char *name, const struct interrupted_tally *t)
{
	print_message("%s: %zu cuts, %zu states; repeated in %zu of them, with "
	              "%zu states of the repetition; %zu states were finished, "
	              "%zu had damaged articles, in %zu the first attempt "
	              "was seen again\n",
	              name, t->cuts, t->states, t->repeated, t->nested_states,
	              t->finished, t->damaged, t->revived);
}
