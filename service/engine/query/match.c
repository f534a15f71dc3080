/* Asking a query of a document. */
#include "engine/query/node.h"

struct ask {
	const struct query *q;
	struct eval *ev;
};

static int ask_value(void *arg, struct value v, bool *ret_done)
{
	const struct ask *ask = arg;

	return ask->q->test(ask->q, ask->ev, v, ret_done);
}

static int match_all_values(const struct query *q, struct eval *ev, struct value doc, bool *ret)
{
	struct ask ask = { .q = q, .ev = ev };

	return query_path_walk(q->path, ev, doc, q->reach, ask_value, &ask, ret);
}

int query_leaf_match(const struct query *q, struct eval *ev, struct value doc, bool *ret)
{
	struct value v;

	if (!q->has_short_cut || !query_path_plain(q->path, ev, doc, &v))
		return match_all_values(q, ev, doc, ret);
	if (v.type == VALUE_RAW && q->glance != NULL) {
		enum glance glance = q->glance(q, ev, v.text, v.len);

		if (LIKELY(glance != GLANCE_UNSURE)) {
			*ret = glance == GLANCE_YES;
			return 0;
		}
	}
	v = value_decode(ev->arena, v);
	if (v.type == VALUE_ARRAY)
		return match_all_values(q, ev, doc, ret);
	return q->test(q, ev, v, ret);
}

int query_match(const struct query *q, struct eval *ev, struct value doc, bool *ret)
{
	return q->match(q, ev, doc, ret);
}

bool query_may_fail(const struct query *q)
{
	if (q->may_fail || (q->expr != NULL && !expr_is_safe(q->expr)))
		return true;
	for (uint32_t i = 0; i < q->n_args; i++)
		if (query_may_fail(q->args[i]))
			return true;
	return false;
}

int query_merge(struct compiler *c, struct query *first, struct query *second, struct query **ret)
{
	struct query **both = compile_alloc(c, 2, sizeof(struct query *));

	if (both == NULL)
		return compile_nomem(c);
	both[0] = first;
	both[1] = second;
	return query_create_and(c, both, 2, ret);
}

void query_needs(const struct query *q, struct needs *needs)
{
	if (q->reads_all)
		needs_all(needs);
	needs_add_expr(needs, q->expr);
	if (q->path != NULL) { /* what is below it is asked of its values */
		needs_add(needs, q->path->parts[0]);
		return;
	}
	for (uint32_t i = 0; i < q->n_args; i++)
		query_needs(q->args[i], needs);
}
