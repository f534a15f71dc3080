/* $sort with $limit (and $skip) behind it: what is beyond the limit need not be kept. */
#include "engine/rules/rules.h"

int rule_sort_limit(struct compiler *c, struct pipeline *pipeline, bool *ret)
{
	uint64_t n_wanted = UINT64_MAX;

	(void)c;
	for (size_t i = pipeline->n_stages; i-- > 0;) {
		struct stage *s = pipeline->stages[i];

		if (s->ops->take_limit != NULL && n_wanted != UINT64_MAX) {
			s->ops->take_limit(s, n_wanted);
			*ret = true;
		}
		n_wanted = s->ops->looks_at != NULL ? s->ops->looks_at(s, n_wanted) : UINT64_MAX;
	}
	return 0;
}
