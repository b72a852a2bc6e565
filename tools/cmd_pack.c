/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_pack.c - fiche pack: from inputs to an archive.
 *
 * Whatever happens, what was good is committed before the program ends: at a
 * signal, and also when some inputs could not be read.
 */

#include "commands.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "explain.h"
#include "fiche/fiche.h"
#include "fiche/ingest.h"
#include "output.h"
#include "pack_options.h"
#include "progress.h"
#include "protecting.h"
#include "rejects.h"
#include "stop.h"
#include "str.h"

#define NAMED_REJECTS 10 /* more than these are only counted */

struct pack {
	struct tool *tool;
	const struct args *args;
	const char *path;
	struct pack_options options;
	struct rejects rejects;
	const char *exclude[3]; /* files that are no input */
	struct progress progress;
	struct protecting parity;
	struct fiche_writer *writer;
	struct fiche_explain *explain;
	struct fiche_ingest *reader;
	struct fiche_ingest_stats in;
	struct fiche_writer_stats out;
	uint64_t named; /* rejects that got a message */
	uint64_t oversize;
	uint64_t bytes_before; /* of the archive that is added to */
	bool created;
	bool dropped; /* nothing came in: no archive was left behind */
};

/* ---- what the library tells meanwhile ------------------------------ */

static void on_reject(void *ctx, const struct fiche_origin *origin,
                      const void *bytes, size_t len,
                      const struct fiche_error *why)
{
	struct pack *p = ctx;
	struct str where = { 0 }, kept = { 0 };

	rejects_put(&p->rejects, bytes, len, true);
	(void)tool_raise(p->tool, RC_REJECTS);
	if (p->named < NAMED_REJECTS) {
		str_add(&where, origin && origin->file ? origin->file : "-");
		if (origin && origin->line > 0)
			str_printf(&where, ":%llu",
			           (unsigned long long)origin->line);
		rejects_describe(&p->rejects, &kept);
		complain(p->tool, str_get(&where), "%s (%s skipped%s)",
		         why->text,
		         origin && origin->line > 0 ? "record" : "file",
		         str_get(&kept));
		str_done(&where);
		str_done(&kept);
	}
	p->named++;
}

static void on_oversize(void *ctx, const void *bytes, size_t len)
{
	struct pack *p = ctx;

	rejects_put(&p->rejects, bytes, len, len == 0);
	p->oversize += len == 0;
}

static void on_message(void *ctx, enum fiche_ingest_level level,
                       const char *where, const char *what)
{
	struct pack *p = ctx;

	if (level == FICHE_INGEST_NOTE)
		note(p->tool, where, "%s", what);
	else
		complain(p->tool, where, "%s", what);
}

static void on_record(void *ctx, const void *json, size_t len, bool is_file)
{
	struct pack *p = ctx;

	/* A refused record is counted there. */
	if (fiche_explain_add(p->explain, json, len, is_file, NULL) ==
	    FICHE_ERR_NOMEM)
		(void)out_of_memory(p->tool);
}

static void on_written(void *ctx, uint64_t records, uint64_t bytes_in,
                       uint64_t bytes_out)
{
	struct pack *p = ctx;

	p->progress.count = records;
	p->progress.in = bytes_in;
	p->progress.out = bytes_out;
	progress_update(&p->progress);
}

static void on_read(void *ctx, uint64_t done, uint64_t total)
{
	struct pack *p = ctx;

	p->progress.done = done;
	p->progress.total = total;
	progress_update(&p->progress);
}

static bool on_poll(void *ctx)
{
	struct pack *p = ctx;

	if (stop_status_wanted())
		progress_line(&p->progress);
	return stop_signal() != 0;
}

/* ---- doing it ------------------------------------------------------ */

/* "news.fiche already exists (812 345 records)" */
static int say_exists(struct pack *p)
{
	struct fiche_reader *r = NULL;
	struct fiche_info info;
	struct fiche_error err;
	struct str count = { 0 };

	if (fiche_reader_open(&r, p->path, NULL, &err) == 0) {
		fiche_reader_info(r, &info);
		str_counted(&count, info.records, "record");
		complain(p->tool, NULL, "%s already exists (%s)", p->path,
		         str_get(&count));
		hint(p->tool, "use --append to add to it, or choose another "
		              "name");
	} else {
		complain(p->tool, NULL, "%s already exists, and is no archive",
		         p->path);
		hint(p->tool, "choose another name");
	}
	fiche_reader_close(r);
	str_done(&count);
	return tool_raise(p->tool, RC_IO);
}

/* What a dry run can say of the archive without touching it. */
static int check_archive(struct pack *p)
{
	struct fiche_reader *r = NULL;
	struct fiche_error err = { 0 };
	struct stat st;
	int status;

	if (stat(p->path, &st) != 0)
		return errno == ENOENT ? 0
		                       : system_failed(p->tool, p->path, errno);
	if (p->options.writer.mode == FICHE_CREATE)
		return say_exists(p);
	status = fiche_reader_open(&r, p->path, NULL, &err);
	fiche_reader_close(r);
	return status < 0 ? library_failed(p->tool, p->path, status, &err) : 0;
}

static int open_writer(struct pack *p)
{
	struct fiche_error err = { 0 };
	int r;

	r = fiche_writer_open(&p->writer, p->path, &p->options.writer, &err);
	if (r == FICHE_ERR_IO && err.sys_errno == ENOENT &&
	    p->options.writer.mode == FICHE_APPEND) {
		p->options.writer.mode = FICHE_CREATE;
		r = fiche_writer_open(&p->writer, p->path, &p->options.writer,
		                      &err);
		if (r == 0)
			note(p->tool, p->path,
			     "not there yet; a new archive is made");
	}
	if (r == FICHE_ERR_EXISTS)
		return say_exists(p);
	if (r == FICHE_ERR_BUSY) {
		(void)library_failed(p->tool, p->path, r, &err);
		hint(p->tool, "another program is adding to it; try again "
		              "when it is done");
		return RC_BUSY;
	}
	if (r == FICHE_ERR_CORRUPT && !p->options.writer.give_up_commit) {
		(void)library_failed(p->tool, p->path, r, &err);
		hint(p->tool, "'fiche verify' says more; another copy may be "
		              "whole; --give-up-commit adds all the same");
		return RC_DAMAGED;
	}
	if (r < 0)
		return library_failed(p->tool, p->path, r, &err);
	p->created = p->options.writer.mode == FICHE_CREATE;
	fiche_writer_stats(p->writer, &p->out);
	p->bytes_before = p->created ? 0 : p->out.file_size;
	if (p->out.void_bytes > 0) {
		struct str size = { 0 };

		str_size(&size, p->out.void_bytes);
		note(p->tool, p->path,
		     "%s of an interrupted append are declared void",
		     str_get(&size));
		str_done(&size);
	}
	return 0;
}

/* The bytes of all inputs, or 0 if one is not a plain file. */
static uint64_t input_bytes(const struct args *a)
{
	uint64_t sum = 0;
	struct stat st;

	for (size_t i = 1; i < a->operand_count; i++) {
		if (stat(a->operands[i], &st) != 0 || !S_ISREG(st.st_mode) ||
		    st.st_size < 0)
			return 0;
		sum += (uint64_t)st.st_size;
	}
	return sum;
}

/* Behind a full disk, say. */
static void hint_go_on(const struct pack *p)
{
	struct str s = { 0 };

	str_counted(&s, p->out.total_records, "committed record");
	hint(p->tool,
	     "%s kept; when that is mended, give the same command%s to go on",
	     str_get(&s),
	     args_have(p->args, OPT_APPEND) ? "" : " with --append");
	str_done(&s);
}

static int feed(struct pack *p)
{
	const struct args *a = p->args;
	struct fiche_error err = { 0 };
	int r;

	p->options.ingest.stop = on_poll;
	p->options.ingest.message = on_message;
	p->options.ingest.progress = on_read;
	p->options.ingest.oversize = on_oversize;
	p->options.ingest.ctx = p;
	p->options.ingest.record = p->explain ? on_record : NULL;
	p->options.ingest.progress_total = input_bytes(a);
	/* Also when a new version of it has been installed meanwhile. */
	p->options.ingest.worker = "/proc/self/exe";
	p->options.ingest.dry_run = p->options.dry_run;
	/* They may stand in a folder that is read. */
	p->exclude[0] = p->path;
	p->exclude[1] =
		p->rejects.path.len > 0 ? str_get(&p->rejects.path) : NULL;
	p->options.ingest.exclude = p->exclude;
	p->options.ingest.defaults = p->options.writer.defaults;
	r = fiche_ingest_new(&p->reader, p->writer, &p->options.ingest, &err);
	for (size_t i = 1; i < a->operand_count && r == 0; i++) {
		if (stop_signal() != 0)
			break;
		r = fiche_ingest_path(p->reader, a->operands[i], &p->in, &err);
	}
	/* Behind a failure of the writer this would only fail again. */
	if (r == 0 && p->writer)
		r = fiche_writer_commit(p->writer, &err);
	progress_end(&p->progress);
	if (r < 0) {
		(void)library_failed(p->tool, p->path, r, &err);
		if (p->writer)
			fiche_writer_stats(p->writer, &p->out);
		if (r == FICHE_ERR_IO && p->writer)
			hint_go_on(p);
	}
	return r;
}

/* ---- saying what was done ------------------------------------------ */

/* What the records say of when they were published, and nobody can read. */
static void doubt_dates(struct pack *p)
{
	uint64_t other = p->out.unreadable_dates - p->out.ambiguous_dates;

	if (p->out.ambiguous_dates > 0) {
		complain(p->tool, NULL,
		         "ambiguous date '%s'; records with such a date: %llu",
		         p->out.ambiguous_date,
		         (unsigned long long)p->out.ambiguous_dates);
		hint(p->tool, "they are packed, but not found by date; "
		              "--date-order dmy or mdy tells what is meant");
	} else if (other > 0) {
		note(p->tool, NULL,
		     "a date that cannot be read, '%s'; records with such a "
		     "date: %llu",
		     p->out.unreadable_date, (unsigned long long)other);
	}
}

static void judge(struct pack *p)
{
	uint64_t refused = p->out.rejected + p->in.too_long + p->in.skipped;

	if (refused > 0 || p->in.inputs_failed > 0 || p->in.damaged > 0)
		(void)tool_raise(p->tool, RC_REJECTS);
	/* Nothing came in at all: that is not "done, but". */
	if (p->in.inputs_failed > 0 && p->in.records == 0)
		(void)tool_raise(p->tool, RC_IO);
	if (stop_signal() != 0)
		p->tool->exit_code = RC_SIGNAL + stop_signal();
}

static void print_json(const struct pack *p)
{
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "summary");
	str_key_text(&s, "archive", p->path);
	str_key_bool(&s, "dry_run", p->options.dry_run);
	str_key_count(&s, "inputs", p->in.inputs);
	str_key_count(&s, "inputs_failed", p->in.inputs_failed);
	str_key_count(&s, "records_read", p->in.records);
	str_key_count(&s, "packed", p->out.records);
	str_key_count(&s, "duplicates", p->out.duplicates);
	str_key_count(&s, "redacted_here", p->out.redacted_here);
	str_key_count(&s, "new_versions", p->out.versions);
	str_key_count(&s, "shared_bodies", p->out.shared_bodies);
	str_key_count(&s, "rejected", p->out.rejected);
	str_key_count(&s, "too_long", p->in.too_long);
	str_key_count(&s, "skipped", p->in.skipped);
	str_key_count(&s, "damaged", p->in.damaged);
	str_key_count(&s, "unreadable_dates", p->out.unreadable_dates);
	str_key_count(&s, "ambiguous_dates", p->out.ambiguous_dates);
	str_key_count(&s, "verbatim", p->out.verbatim);
	str_key_count(&s, "bytes_in", p->in.bytes);
	str_key_count(&s, "bytes_added",
	              p->out.file_size > p->bytes_before
	                      ? p->out.file_size - p->bytes_before
	                      : 0);
	str_key_count(&s, "file_size", p->out.file_size);
	str_key_count(&s, "structure_bytes", p->out.structure_bytes);
	str_key_count(&s, "total_records", p->out.total_records);
	str_key_count(&s, "generation", p->out.generation);
	if (p->parity.done)
		protecting_json(&p->parity, &s);
	str_key(&s, "seconds");
	str_printf(&s, "%.3f", progress_seconds(&p->progress));
	str_key_bool(&s, "interrupted", stop_signal() != 0);
	str_key_count(&s, "exit_code", (uint64_t)p->tool->exit_code);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

/* "  31 duplicates · 4 new versions of known URLs · 17 rejected → FILE" */
static void print_rest(const struct pack *p, uint64_t refused)
{
	static const char dot[] = " \xc2\xb7 ";
	struct str s = { 0 };

	if (p->out.duplicates > 0) {
		str_counted(&s, p->out.duplicates, "exact duplicate");
		str_add(&s, " skipped");
	}
	if (p->out.redacted_here > 0)
		str_printf(&s, ", %llu of them redacted here",
		           (unsigned long long)p->out.redacted_here);
	if (p->out.versions > 0) {
		str_add(&s, s.len > 0 ? dot : "");
		str_counted(&s, p->out.versions, "new version");
		str_add(&s, " of known URLs");
	}
	if (refused > 0) {
		str_add(&s, s.len > 0 ? dot : "");
		str_counted(&s, refused, "record");
		str_add(&s, " rejected");
		/* What was skipped while reading is not in it. */
		if (p->rejects.path.len > 0 && !p->rejects.failed &&
		    refused > p->in.skipped)
			str_printf(&s, " \xe2\x86\x92 %s",
			           str_get(&p->rejects.path));
	}
	if (p->in.damaged > 0) {
		str_add(&s, s.len > 0 ? dot : "");
		str_counted(&s, p->in.damaged, "damaged record");
		str_add(&s, " kept");
	}
	if (p->in.inputs_failed > 0) {
		str_add(&s, s.len > 0 ? dot : "");
		str_counted(&s, p->in.inputs_failed, "input");
		str_add(&s, " not read in full");
	}
	if (s.len > 0) {
		output_text("  ");
		str_char(&s, '\n');
		(void)output_line(&s);
	}
	str_done(&s);
}

static void print_summary(const struct pack *p)
{
	uint64_t refused = p->out.rejected + p->in.too_long + p->in.skipped;
	struct str s = { 0 };

	if (p->tool->quiet)
		return;
	str_add(&s, p->options.dry_run ? "would pack " : "packed ");
	str_counted(&s, p->options.dry_run ? p->in.records : p->out.records,
	            p->options.dry_run ? "record" : "article");
	str_add(&s, " from ");
	str_counted(&s, p->in.inputs, "file");
	if (p->options.dry_run) {
		str_add(&s, " (");
		str_size(&s, p->in.bytes);
		str_add(&s, ")");
	} else {
		uint64_t added = p->out.file_size > p->bytes_before
		                         ? p->out.file_size - p->bytes_before
		                         : 0;

		str_add(&s, " in ");
		str_seconds(&s, progress_seconds(&p->progress));
		str_printf(&s, " \xe2\x86\x92 %s (", p->path);
		if (!p->created) {
			str_add(&s, "+");
			str_size(&s, added);
			str_add(&s, ", now ");
		}
		str_size(&s, p->out.file_size);
		if (p->out.records > 0 && added > 0)
			str_printf(&s, ", %.1f\xc3\x97",
			           (double)p->out.bytes_in / (double)added);
		str_add(&s, ")");
	}
	str_char(&s, '\n');
	(void)output_line(&s);
	str_done(&s);
	print_rest(p, refused);
	protecting_print(&p->parity);
}

/* A name misspelled should not leave an empty archive in the way. */
static void drop_empty(struct pack *p)
{
	if (!p->created || p->out.total_records > 0 || p->in.records > 0 ||
	    p->in.inputs_failed == 0 || unlink(p->path) != 0)
		return;
	p->dropped = true;
	complain(p->tool, p->path,
	         "nothing could be read, so no archive is "
	         "made");
}

/* Parity of what came in, and was not protected before.  Who stops packing does
 * not want to wait for it. */
static void protect(struct pack *p)
{
	if (p->options.dry_run || p->dropped || stop_signal() != 0)
		return;
	/* Protecting takes the writer's lock. */
	fiche_writer_close(p->writer);
	p->writer = NULL;
	protecting_finish(&p->parity, &p->out, p->path, NULL);
}

static void say_stopped(const struct pack *p)
{
	struct str s = { 0 };

	if (stop_signal() == 0 || p->options.dry_run || p->dropped)
		return;
	str_counted(&s, p->out.total_records, "record");
	complain(p->tool, p->path, "stopped; the archive is valid, %s kept",
	         str_get(&s));
	hint(p->tool,
	     "to go on, give the same command%s; what is packed "
	     "already will be recognised",
	     args_have(p->args, OPT_APPEND) ? "" : " with --append");
	str_done(&s);
}

int run_worker(int argc, char **argv)
{
	if (argc != 3 || strcmp(argv[1], FICHE_INGEST_WORKER) != 0)
		return -1;
	return fiche_ingest_worker(argv[2]);
}

int cmd_pack(struct tool *t, const struct args *args)
{
	struct pack p = { .tool = t, .args = args, .path = args->operands[0] };
	int r;

	r = pack_options_read(&p.options, t, args);
	if (r == 0)
		r = protecting_init(&p.parity, t, args);
	if (r != 0)
		goto out;
	p.options.writer.on_reject = on_reject;
	p.options.writer.on_progress = on_written;
	p.options.writer.ctx = &p;
	rejects_init(&p.rejects, t, args_value(args, OPT_REJECTS), p.path);
	progress_begin(&p.progress, t, args,
	               p.options.dry_run ? "reading" : "packing",
	               p.options.dry_run ? NULL : "article");
	if (p.options.explain &&
	    fiche_explain_new(&p.explain, p.options.writer.defaults, NULL) < 0)
		(void)out_of_memory(t);
	r = p.options.dry_run ? check_archive(&p) : open_writer(&p);
	if (r == 0) {
		stop_install();
		r = feed(&p);
		if (p.writer)
			fiche_writer_stats(p.writer, &p.out);
	}
	if (p.named > NAMED_REJECTS)
		complain(t, NULL, "%llu more records skipped",
		         (unsigned long long)(p.named - NAMED_REJECTS));
	doubt_dates(&p);
	judge(&p);
	if (r == 0)
		drop_empty(&p);
	if (r == 0)
		protect(&p);
	if (r == 0)
		say_stopped(&p);
	if (p.explain && p.options.json)
		explain_print_json(p.explain);
	else if (p.explain)
		explain_print(t, p.explain);
	if (p.options.json)
		print_json(&p);
	else if (r == 0 && !p.dropped)
		print_summary(&p);
	fiche_explain_free(p.explain);
	fiche_writer_close(p.writer);
	fiche_ingest_free(p.reader);
	rejects_close(&p.rejects);
out:
	pack_options_done(&p.options);
	return t->exit_code;
}
