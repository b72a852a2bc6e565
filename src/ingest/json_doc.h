/* SPDX-License-Identifier: Apache-2.0 */
/* json_doc.h - what is asked of JSON documents beside their format. */
#ifndef INGEST_JSON_DOC_H
#define INGEST_JSON_DOC_H

#include "ingest/format.h"

/* '{' or '[' first: it can be read if the user says so (--records-at). */
bool json_doc_begins(const struct look *look);

#endif
