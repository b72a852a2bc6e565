/* SPDX-License-Identifier: Apache-2.0 */
/* json_doc.h - what is asked of JSON documents beside their format. */
#ifndef INGEST_JSON_DOC_H
#define INGEST_JSON_DOC_H

#include "ingest/format.h"

/* A document, or the beginning of one that was damaged? */
bool json_sniff(const struct look *look);
/* An object with articles in it, be it on one line? */
bool json_sniff_answer(const struct look *look);

/* '{' or '[' first: it can be read if the user says so (--records-at). */
bool json_doc_begins(const struct look *look);

#endif
