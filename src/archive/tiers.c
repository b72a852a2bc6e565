/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tiers.c - which segments to merge (spec 4.7): eight of about the same size
 * become one, so that n commits leave about 7 log8(n) segments.
 */

#include "archive/writer.h"

#define FAN 8
/* A section must stay below 4 GiB; about 100 bytes a record. */
#define RECORDS_MAX ((uint64_t)20000000)

size_t tiers_to_merge(const uint64_t *records, size_t count, uint64_t added)
{
	size_t merged = 0;

	while (count - merged >= FAN - 1) {
		const uint64_t *last = records + count - merged - (FAN - 1);
		uint64_t least = added, most = added, sum = added;

		for (size_t i = 0; i < FAN - 1; i++) {
			least = last[i] < least ? last[i] : least;
			most = last[i] > most ? last[i] : most;
			sum += last[i];
		}
		if (most / FAN >= least || sum > RECORDS_MAX)
			break;
		added = sum;
		merged += FAN - 1;
	}
	return merged;
}
