/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.h - what a web page or a plain text says about itself: the facts for its
 * card, and its text without the furniture around it.
 *
 * These are guesses, made when a document is packed and kept in its card; the
 * document stays as it is, and no reader ever guesses again.  So they may get
 * better at any time without a change of the format.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "article/facts.h"
#include "fiche/error.h"

struct page_options {
	/* From outside the document, e.g. of HTTP: "text/html; charset=x" is
	 * "x" here.  NULL if nobody said so. */
	const char *charset;
	/* When it was packed, for years that are not written: seconds since
	 * 1970. */
	int64_t now;
};

/*
 * Read an HTML document in any encoding.  Facts that are set already (the URL
 * of a WARC record, say) are kept; f->url helps to make links whole.  Sets
 * has_text.  Returns 0 or FICHE_ERR_NOMEM; no document is an error.
 */
int page_read_html(struct facts *f, const void *bytes, size_t len,
                   const struct page_options *opt, struct fiche_error *err);

/* The same of a plain text: title, dateline, furniture. has_text is set only if
 * the text differs from the bytes. */
int page_read_text(struct facts *f, const void *bytes, size_t len,
                   const struct page_options *opt, struct fiche_error *err);

/*
 * Append the text of a piece of HTML (UTF-8) such as feeds and APIs have in a
 * field: all of it, but no scripts and styles; blocks are paragraphs with an
 * empty line between them.  Returns 0 or FICHE_ERR_NOMEM.
 */
struct buf;
int page_html_text(struct buf *out, const char *html, size_t len,
                   struct fiche_error *err);

#endif
