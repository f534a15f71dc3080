/* A $match that cannot fail moves before stages that do not touch what it reads. */
#include "engine/rules/rules.h"

#include "engine/stage/match.h"

/* The first place at which the $match at i may stand. */
static size_t earliest(const struct pipeline *p, size_t i, const struct needs *reads)
{
	while (i > 0) {
		const struct stage_ops *ops = p->stages[i - 1]->ops;

		if (ops->lets_pass == NULL || !ops->lets_pass(p->stages[i - 1], reads))
			break;
		i--;
	}
	return i;
}

int rule_match_early(struct compiler *c, struct pipeline *p, bool *ret)
{
	struct needs *reads = compile_alloc(c, 1, sizeof *reads);

	if (reads == NULL)
		return compile_nomem(c);
	for (size_t i = 1; i < p->n_stages; i++) {
		struct stage *match = p->stages[i];

		if (!match_is_safe(match))
			continue;
		*reads = (struct needs){ .n = 0 };
		match->ops->needs(match, reads);
		size_t to = earliest(p, i, reads);
		for (size_t k = i; k > to; k--)
			p->stages[k] = p->stages[k - 1];
		p->stages[to] = match;
		*ret |= to != i;
	}
	return 0;
}
