/* SPDX-License-Identifier: Apache-2.0 */
/* realign.c - see realign.h. */

#include "archive/realign.h"

#include "archive/shifts.h"

/* Whose copies they are: of the first that begins with a good header. */
static const uint8_t *find_uuid(struct section *s, struct io_file **files,
                                size_t count)
{
	uint8_t raw[SECTION_HEADER_SIZE];

	for (size_t i = 0; i < count; i++)
		if (io_read(files[i], 0, raw, sizeof(raw), NULL) == 0 &&
		    section_decode(s, raw, 0, NULL, NULL) == 0)
			return s->uuid;
	return NULL;
}

static void tell(const struct shifts *s, const struct fiche_repair_options *opt)
{
	for (size_t i = 1; opt && opt->on_shift && i < s->count; i++)
		opt->on_shift(opt->ctx, s->run[i].from, shifts_before(s, i));
}

int realign_copies(struct io_file **files, size_t *count,
                   const struct fiche_repair_options *opt, uint64_t *shifts,
                   struct fiche_error *err)
{
	struct section first;
	struct shifts_options how = { .pass_over = true };
	size_t copies = *count;
	int r = 0;

	*shifts = 0;
	how.uuid = find_uuid(&first, files, copies);
	for (size_t i = 0; r == 0 && i < copies; i++) {
		struct shifts s;

		r = shifts_find(&s, files[i], &how, err);
		if (r == 0 && s.count > 0)
			r = shifts_views(&s, &files[i], &files[*count], err);
		if (r == 0 && s.count > 0)
			++*count;
		if (r == 0 && i == 0 && s.count > 0) {
			*shifts = s.count - 1;
			tell(&s, opt);
		}
		shifts_done(&s);
	}
	return r;
}
