/* SPDX-License-Identifier: Apache-2.0 */
/* match.c - see match.h. */

#include "index/match.h"

/* What rounding can take from a bound that was exact. */
#define BOUND_SLACK 1.000001

/* ---- costs ---- */

static void sort_children(struct match *m, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct match *c = m->plan[i];
		size_t to = i;

		for (; to > 0 && m->plan[to - 1]->cost > c->cost; to--)
			m->plan[to] = m->plan[to - 1];
		m->plan[to] = c;
	}
}

void match_prepare(struct match *m)
{
	const size_t wanted = m->child_count - m->excluded;

	if (m->kind == MATCH_LIST)
		m->cost = m->list.count;
	else if (m->kind == MATCH_SET)
		m->cost = m->end;
	for (size_t i = 0; i < m->child_count; i++) {
		match_prepare(m->child[i]);
		m->plan[i] = m->child[i];
	}
	if (m->kind == MATCH_AND) {
		sort_children(m, wanted);
		m->cost = wanted > 0 ? m->plan[0]->cost : 0;
	} else if (m->kind == MATCH_OR) {
		m->cost = 0;
		for (size_t i = 0; i < m->child_count; i++)
			m->cost += m->child[i]->cost;
	}
}

/* ---- seeking ---- */

static uint32_t seek_list(struct match *m, uint32_t target)
{
	uint32_t at = list_seek(&m->list, target);

	while (m->title && at != LIST_END && !list_posting(&m->list)->title)
		at = m->list.bad ? LIST_END : list_seek(&m->list, at + 1);
	return at;
}

static uint32_t seek_set(const struct match *m, uint32_t target)
{
	uint64_t bit = m->base + target;
	const uint64_t end = m->base + m->end;

	if (target >= m->end)
		return MATCH_END;
	if (!m->bits)
		return target;
	while (bit < end) {
		uint64_t word = m->bits[bit / 64] >> bit % 64;

		if (word) {
			bit += (unsigned)__builtin_ctzll(word);
			return bit < end ? (uint32_t)(bit - m->base)
			                 : MATCH_END;
		}
		bit += 64 - bit % 64;
	}
	return MATCH_END;
}

static uint32_t seek_or(struct match *m, uint32_t target)
{
	uint32_t least = MATCH_END;

	for (size_t i = 0; i < m->child_count; i++) {
		uint32_t at = match_seek(m->child[i], target);

		least = at < least ? at : least;
	}
	return least;
}

static uint32_t seek_and(struct match *m, uint32_t target)
{
	const size_t wanted = m->child_count - m->excluded;
	size_t i = 0;

	while (target != MATCH_END && i < m->child_count) {
		uint32_t at = match_seek(m->plan[i], target);

		if (i < wanted && at != target) {
			target = at;
			i = 0;
			continue;
		}
		if (i >= wanted && at == target) {
			target++;
			i = 0;
			continue;
		}
		i++;
	}
	return target;
}

uint32_t match_seek(struct match *m, uint32_t target)
{
	if (m->placed && m->at >= target)
		return m->at;
	m->placed = true;
	switch (m->kind) {
	case MATCH_LIST:
		m->at = seek_list(m, target);
		break;
	case MATCH_SET:
		m->at = seek_set(m, target);
		break;
	case MATCH_AND:
		m->at = seek_and(m, target);
		break;
	case MATCH_OR:
		m->at = seek_or(m, target);
		break;
	}
	return m->at;
}

/* ---- weights ---- */

static inline double list_score(struct match *m)
{
	const struct posting *p = list_posting(&m->list);

	return p->idx == m->at
	               ? match_posting_score(p, m->weights->norms[p->idx],
	                                     m->weight, m->weights->length_part)
	               : 0;
}

double match_score(struct match *m)
{
	double sum = 0;

	switch (m->kind) {
	case MATCH_LIST:
		return list_score(m);
	case MATCH_SET:
		return 0;
	case MATCH_AND:
	case MATCH_OR:
		for (size_t i = 0; i < m->child_count - m->excluded; i++) {
			struct match *c = m->child[i];

			if (c->at == m->at)
				sum += c->kind == MATCH_LIST ? list_score(c)
				                             : match_score(c);
		}
		break;
	}
	return sum;
}

double match_block_bound(const struct match *m, uint8_t impact)
{
	double part = impact * m->weights->stretch / 255;

	return m->weight * (part < 1 ? part : 1) * BOUND_SLACK;
}

double match_bound(struct match *m, uint32_t target, uint32_t *until)
{
	double sum = 0;
	uint32_t end;

	*until = MATCH_END;
	switch (m->kind) {
	case MATCH_LIST:
		return match_block_bound(m,
		                         list_impact(&m->list, target, until));
	case MATCH_SET:
		return 0;
	case MATCH_AND:
	case MATCH_OR:
		for (size_t i = 0; i < m->child_count - m->excluded; i++) {
			sum += match_bound(m->child[i], target, &end);
			*until = end < *until ? end : *until;
		}
		break;
	}
	return sum;
}

bool match_is_bad(const struct match *m)
{
	if (m->kind == MATCH_LIST)
		return m->list.bad;
	for (size_t i = 0; i < m->child_count; i++)
		if (match_is_bad(m->child[i]))
			return true;
	return false;
}
