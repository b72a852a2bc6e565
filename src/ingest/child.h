/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child.h - a process that parses for us: started, fed, listened to, ended.
 *
 * It may hang, die or be taken over; nothing here waits for it longer than a
 * moment.
 */
#ifndef INGEST_CHILD_H
#define INGEST_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fiche/error.h"

struct child {
	pid_t pid; /* 0: none */
	int to;    /* what it reads from us, or -1 */
	int from;  /* what it says, or -1 */
};

/*
 * Start `program` with the arguments `option` and `kind`; its standard input is
 * `file`, or if that is -1 what child_send() sends.  Without a program, this
 * one is forked and `work` called there, which is allowed only while there is
 * one thread.
 *
 * Returns 0 or FICHE_ERR_IO.  *c must be given to child_end() in either case.
 */
int child_start(struct child *c, const char *program, const char *option,
                const char *kind, int (*work)(const char *kind), int file,
                struct fiche_error *err);

/* Wait a moment.  *readable: child_receive() will not block; *writable: nor
 * will child_send().  The latter is looked for only if it is not NULL. */
int child_wait(const struct child *c, bool *readable, bool *writable,
               struct fiche_error *err);

/* As many bytes as go at once; 0: it reads no more. */
size_t child_send(struct child *c, const uint8_t *ptr, size_t len);
void child_send_end(struct child *c);

/* Returns 0, FICHE_END or FICHE_ERR_IO. */
int child_receive(struct child *c, uint8_t *out, size_t cap, size_t *got,
                  struct fiche_error *err);

/*
 * End it, if it has not ended yet.  When it said no more (FICHE_END above),
 * *why tells how it ended: "was killed by signal 31".
 */
void child_end(struct child *c, char *why, size_t cap);

#endif
