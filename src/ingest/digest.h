/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h - digests with a label, as WARC has them: "sha1:3I42H3S6NNFQ2...".
 */
#ifndef INGEST_DIGEST_H
#define INGEST_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"

enum digest_verdict {
	DIGEST_GOOD,
	DIGEST_BAD,
	DIGEST_UNKNOWN, /* another algorithm, or no digest at all */
};

/* Is `label` the digest of these bytes?  md5, sha1, sha256, sha384 and sha512,
 * in base32 or hex. */
enum digest_verdict digest_check(struct fiche_text label, const void *bytes,
                                 size_t len);

#endif
