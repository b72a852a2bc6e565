/* SPDX-License-Identifier: Apache-2.0 */
/* pieces.h - a file for reading that is put together of pieces of another. */
#ifndef IO_PIECES_H
#define IO_PIECES_H

#include "io/io.h"

/* The bytes [at, at + size) are those that stand at `from` in the file below.
 */
struct io_piece {
	uint64_t at, from, size;
};

/*
 * A file of `size` bytes: the pieces, which are copied, ascend and do not meet,
 * with zeros between them and behind the last.  It owns `below`, unless this
 * fails.  0 or FICHE_ERR_NOMEM.
 */
int io_pieces(struct io_file **out, struct io_file *below,
              const struct io_piece *pieces, size_t count, uint64_t size,
              struct fiche_error *err);

#endif
