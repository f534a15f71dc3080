/* Two $match in a row are one: a document is bound once and leaves at the first no. */
#include "engine/rules/rules.h"

#include "engine/stage/match.h"

int rule_match_merge(struct compiler *c, struct pipeline *p, bool *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_stages; i++) {
		/* Only what cannot fail: an error names the document as its own stage counts it. */
		if (n > 0 && match_is_safe(p->stages[n - 1]) && match_is_safe(p->stages[i])) {
			TRY(match_merge(c, p->stages[n - 1], p->stages[i]));
			*ret = true;
			continue;
		}
		p->stages[n++] = p->stages[i];
	}
	p->n_stages = n;
	return 0;
}
