/* SPDX-License-Identifier: Apache-2.0 */
/* parity.h - Reed-Solomon parity inside an archive (spec 3.8). */
#ifndef FICHE_PARITY_H
#define FICHE_PARITY_H

#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How much; the numbers are those of the format. */
enum fiche_parity {
	FICHE_PARITY_OTHER = 0, /* written by another program */
	FICHE_PARITY_LITE = 1,  /* 7 %: scattered damage */
	FICHE_PARITY_STD = 2,   /* 14 %: and a hole of a sixteenth */
	FICHE_PARITY_ARCH = 3,  /* 29 %: and two of them */
};

#ifdef __cplusplus
}
#endif

#endif
