/* Fields that no stage behind reads are not computed. */
#include "engine/rules/rules.h"

int rule_unused(struct compiler *c, struct pipeline *p, bool *ret)
{
	struct needs *later = compile_alloc(c, 1, sizeof *later);

	if (later == NULL)
		return compile_nomem(c);
	for (size_t i = 0; i + 1 < p->n_stages; i++) {
		struct stage *s = p->stages[i];
		const struct pipeline rest = { p->stages + i + 1, p->n_stages - i - 1 };

		if (s->ops->drop_unused == NULL)
			continue;
		*later = (struct needs){ .n = 0 };
		pipeline_needs(&rest, later);
		/* What passes to the end of the pipeline is read by whoever gets the answer. */
		if (!later->all && pipeline_replaces(&rest))
			*ret |= s->ops->drop_unused(c, s, later);
	}
	return 0;
}
