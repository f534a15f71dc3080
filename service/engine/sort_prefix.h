/*
 * Sort prefixes: the beginning of a document's sort keys as 16 bytes whose plain order is the order
 * of the keys, so that most comparisons are those of two integers.
 */
#ifndef ENGINE_SORT_PREFIX_H
#define ENGINE_SORT_PREFIX_H

#include "engine/sort_spec.h"

struct sort_prefix {
	uint64_t high, low;
};

/*
 * Different prefixes order as the keys do.  true: the prefix says all, so equal ones mean equal
 * keys if both say all; false: when equal, the keys have to be compared.
 */
bool sort_prefix_make(const struct sort_spec *spec, const struct value *keys,
                      struct sort_prefix *ret);

static inline int sort_prefix_cmp(struct sort_prefix x, struct sort_prefix y)
{
	if (x.high != y.high)
		return x.high < y.high ? -1 : 1;
	return (x.low > y.low) - (x.low < y.low);
}

#endif
