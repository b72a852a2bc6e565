/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fiche.h - everything of libfiche.
 *
 * Reading:  fiche_reader_open, then fiche_select for numbers of records, then
 *           fiche_view_card / _article / _record for each.
 * Finding:  fiche_query_parse, fiche_search, then fiche_hits_get.
 * Writing:  fiche_writer_open, fiche_writer_add_json ..., fiche_writer_commit.
 * Checking: fiche_verify.
 * Copying:  fiche_copy, from a reader to a writer; fiche_diff.
 * Caution:  fiche_confine, before an archive of unknown origin.
 *
 * No global state; no locale; nothing is printed.
 */
#ifndef FICHE_FICHE_H
#define FICHE_FICHE_H

#include "fiche/article.h"
#include "fiche/confine.h"
#include "fiche/error.h"
#include "fiche/explain.h"
#include "fiche/lost.h"
#include "fiche/proof.h"
#include "fiche/reader.h"
#include "fiche/rebuild.h"
#include "fiche/redact.h"
#include "fiche/repair.h"
#include "fiche/search.h"
#include "fiche/verify.h"
#include "fiche/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0" */
FICHE_API const char *fiche_version(void);
/* Of the libzstd in use, "1.5.4". */
FICHE_API const char *fiche_zstd_version(void);

#ifdef __cplusplus
}
#endif

#endif
