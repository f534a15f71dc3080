/* What leaves a stage that adds fields is its input's text and these, when nobody behind takes it apart. */
#include "engine/rules/rules.h"

/* What the stages behind read of documents that they all let through; false: they do something else. */
static bool only_pass(const struct pipeline *p, size_t from, struct needs *reads)
{
	for (size_t i = from; i < p->n_stages && !reads->all; i++) {
		const struct stage *s = p->stages[i];

		if (s->ops->effect != STAGE_PASSES)
			return false;
		if (s->ops->needs != NULL)
			s->ops->needs(s, reads);
	}
	return !reads->all;
}

int rule_splice(struct compiler *c, struct pipeline *p, bool *ret)
{
	struct needs *reads = compile_alloc(c, 1, sizeof *reads);

	if (reads == NULL)
		return compile_nomem(c);
	for (size_t i = 0; i < p->n_stages; i++) {
		struct stage *s = p->stages[i];

		*reads = (struct needs){ .n = 0 };
		if (s->ops->splice != NULL && only_pass(p, i + 1, reads))
			TRY(s->ops->splice(c, s, reads, ret));
	}
	return 0;
}
