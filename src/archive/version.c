/* SPDX-License-Identifier: Apache-2.0 */
/* version.c - which library this is. */

#include <zstd.h>

#include "fiche/fiche.h"

const char *fiche_version(void)
{
	return FICHE_VERSION;
}

const char *fiche_zstd_version(void)
{
	return ZSTD_versionString();
}
