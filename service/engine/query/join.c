/* Joins: filters that an index over one field can answer first. */
#include "engine/query/node.h"

static bool reads_document(const struct expr *e)
{
	const struct expr_path *path = expr_as_path(e);

	if (e->flags & (EXPR_VOLATILE | EXPR_WHOLE_DOCUMENT))
		return true;
	if (path != NULL && (path->slot == VAR_ROOT || path->slot == VAR_CURRENT))
		return true;
	for (uint32_t i = 0; i < e->n_args; i++)
		if (e->args[i] != NULL && reads_document(e->args[i]))
			return true;
	return false;
}

static bool is_op(const struct expr *e, const char *name)
{
	return e->op != NULL && str_is(str_from(name), e->op->name);
}

/* A field of more than one part may give an array of what the index knows one by one. */
static bool join_of(const struct expr *field, const struct expr *value, struct query_join *ret)
{
	const struct expr_path *path = expr_as_field(field);

	if (path == NULL || path->n_parts != 1 || reads_document(value))
		return false;
	*ret = (struct query_join){ .field = path->parts[0], .value = value };
	return true;
}

static bool find_in_expr(const struct expr *e, struct query_join *ret)
{
	if (is_op(e, "$eq"))
		return join_of(e->args[0], e->args[1], ret) || join_of(e->args[1], e->args[0], ret);
	for (uint32_t i = 0; is_op(e, "$and") && i < e->n_args; i++)
		if (find_in_expr(e->args[i], ret))
			return true;
	return false;
}

static bool find_in_query(const struct query *q, struct query_join *ret)
{
	if (q->expr != NULL)
		return find_in_expr(q->expr, ret);
	for (uint32_t i = 0; q->match == query_match_all && i < q->n_args; i++)
		if (find_in_query(q->args[i], ret))
			return true;
	return false;
}

/* What cannot fail may be asked in any order, and of fewer documents. */
bool query_find_join(const struct query *q, struct query_join *ret)
{
	return !query_may_fail(q) && find_in_query(q, ret);
}
