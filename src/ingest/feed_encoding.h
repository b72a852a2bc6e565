/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_encoding.h - encodings that expat does not know: those of one byte to a
 * character, and those of one or two.
 */
#ifndef INGEST_FEED_ENCODING_H
#define INGEST_FEED_ENCODING_H

#include <expat.h>

/* An XML_UnknownEncodingHandler; `ctx` is not used. */
int XMLCALL feed_encoding(void *ctx, const XML_Char *name, XML_Encoding *out);

#endif
