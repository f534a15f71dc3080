/* $and $or $nor: several filters, together. */
#include "engine/query/node.h"

static int match_any(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	for (uint32_t i = 0; i < q->n_args; i++) {
		TRY(eval_tick(ev));
		TRY(q->args[i]->match(q->args[i], ev, v, ret));
		if (*ret)
			return 0;
	}
	*ret = false;
	return 0;
}

enum logical { AND, OR, NOR };

static int compile_filters(struct compiler *c, const struct query_op *op, bool is_item,
                           struct array *specs, struct query **list)
{
	uint32_t n = array_n(c->arena, specs);
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct value spec = array_get(c->arena, specs, i);

		compile_enter_index(c, i);
		if (spec.type != VALUE_OBJECT)
			rc = compile_fail(c, 2, op->info.name,
			                  "$or/$and/$nor entries need to be full objects");
		else if (query_compile_filter(c, spec, is_item, &list[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

static int logical_compile(struct compiler *c, const struct query_op *op,
                           const struct query_site *site, struct value spec, struct query **ret)
{
	if (spec.type != VALUE_ARRAY)
		return compile_fail(c, 2, op->info.name, "%s must be an array", op->info.name);
	uint32_t n = array_n(c->arena, spec.array);
	if (n == 0)
		return compile_fail(c, 2, op->info.name, "$and/$or/$nor must be a nonempty array");
	struct query **list = compile_alloc(c, n, sizeof(struct query *));
	if (list == NULL)
		return compile_nomem(c);
	TRY(compile_filters(c, op, site->is_item, spec.array, list));
	if (op->option == AND)
		return query_create_and(c, list, n, ret);

	struct query *any = query_create(c, sizeof *any);
	if (any == NULL)
		return ERR_PIPELINE;
	any->match = any->test = match_any;
	any->args = list;
	any->n_args = n;
	*ret = op->option == OR ? any : query_create_not(c, any);
	return *ret == NULL ? compile_nomem(c) : 0;
}

const struct query_op query_logical_ops[] = {
	{
		.info = {
			.name = "$and",
			.doc = "All of the filters match.",
			.usage = "{$and: [filter, …]}",
		},
		.places = QUERY_TOP,
		.compile = logical_compile,
		.option = AND,
	},
	{
		.info = {
			.name = "$or",
			.doc = "One of the filters matches, or several do.",
			.usage = "{$or: [filter, …]}",
		},
		.places = QUERY_TOP,
		.compile = logical_compile,
		.option = OR,
	},
	{
		.info = {
			.name = "$nor",
			.doc = "None of the filters matches.",
			.usage = "{$nor: [filter, …]}",
		},
		.places = QUERY_TOP,
		.compile = logical_compile,
		.option = NOR,
	},
	{ 0 }
};
