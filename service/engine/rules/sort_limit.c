/* $sort with $limit (and $skip) behind it: what is beyond the limit need not be kept. */
#include "engine/rules/rules.h"

void rule_sort_limit(struct pipeline *pipeline)
{
	uint64_t n_wanted = UINT64_MAX;

	for (size_t i = pipeline->n_stages; i-- > 0;) {
		struct stage *s = pipeline->stages[i];

		if (s->ops->take_limit != NULL && n_wanted != UINT64_MAX)
			s->ops->take_limit(s, n_wanted);
		n_wanted = s->ops->looks_at != NULL ? s->ops->looks_at(s, n_wanted) : UINT64_MAX;
	}
}
