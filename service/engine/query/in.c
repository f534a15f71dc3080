/* $in $nin: a value that is in a list, or is not; by hash, however long the list is. */
#include <string.h>

#include "doc/number.h"
#include "engine/query/node.h"
#include "engine/value_set.h"

struct in {
	struct query query;
	struct value_set values; /* without null: missing is it too */
	bool has_null;
	uint64_t lens; /* a bit for each length of a string, modulo 64 */
};

static bool contains(const struct in *in, struct arena *a, struct value v)
{
	return value_set_find(&in->values, a, v) >= 0;
}

static int in_test(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	const struct in *in = (const struct in *)q;

	*ret = value_is_nullish(v) ? in->has_null : contains(in, ev->arena, v);
	for (uint32_t i = 0; i < q->n_args && !*ret; i++) /* regular expressions */
		TRY(q->args[i]->test(q->args[i], ev, v, ret));
	return 0;
}

static uint64_t len_bit(size_t len)
{
	return UINT64_C(1) << (len & 63);
}

static enum glance in_glance(const struct query *q, struct eval *ev, const char *text, uint32_t len)
{
	const struct in *in = (const struct in *)q;
	struct value v;

	switch (text[0]) {
	case '{':
	case '[': return GLANCE_UNSURE;
	case 'n': return in->has_null ? GLANCE_YES : GLANCE_NO;
	case 't':
	case 'f': v = value_bool(text[0] == 't'); break;
	case '"':
		if (memchr(text + 1, '\\', len - 2) != NULL)
			return GLANCE_UNSURE;
		if (!(in->lens & len_bit(len - 2)))
			return GLANCE_NO;
		v = value_string((struct str){ text + 1, len - 2 });
		break;
	default: v = number_parse(text, len); break;
	}
	return contains(in, ev->arena, v) ? GLANCE_YES : GLANCE_NO;
}

int query_check_listed(struct compiler *c, const char *op, struct value v)
{
	if (!query_is_conditions(c, v))
		return 0;
	if (str_is(STR("$all"), op))
		return compile_fail(c, 2, op, "no $ expressions in $all");
	return compile_fail(c, 2, op, "cannot nest $ under %s", op);
}

static int add_item(struct compiler *c, const struct query_op *op, const struct query_site *site,
                    struct in *in, struct value v)
{
	TRY(query_check_listed(c, op->info.name, v));
	if (query_is_regex(c, v)) {
		TRY(query_compile_regex(c, site, v, &in->query.args[in->query.n_args]));
		in->query.n_args++;
		return 0;
	}
	if (v.type == VALUE_NULL) {
		in->has_null = true;
		return 0;
	}
	if (v.type == VALUE_STRING)
		in->lens |= len_bit(v.len);
	if (!value_share(c->arena, v))
		return compile_nomem(c);
	(void)value_set_add(&in->values, v); /* twice is once */
	return 0;
}

static int add_items(struct compiler *c, const struct query_op *op, const struct query_site *site,
                     struct in *in, struct array *items)
{
	uint32_t n = array_n(c->arena, items);
	int rc = 0;

	value_set_init(&in->values, c->arena, n);
	in->query.args = compile_alloc(c, n, sizeof(struct query *));
	if (in->query.args == NULL)
		return compile_nomem(c);
	for (uint32_t i = 0; i < n; i++) {
		compile_enter_index(c, i);
		if (add_item(c, op, site, in, array_get(c->arena, items, i)) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

enum in_option { IN, NIN };

static int in_compile(struct compiler *c, const struct query_op *op, const struct query_site *site,
                      struct value spec, struct query **ret)
{
	struct in *in = query_create_leaf(c, sizeof *in, site, in_test);

	if (in == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_ARRAY)
		return compile_fail(c, 2, op->info.name, "%s needs an array", op->info.name);
	TRY(add_items(c, op, site, in, spec.array));
	if (in->query.n_args == 0)
		in->query.glance = in_glance;
	*ret = op->option == IN ? &in->query : query_create_not(c, &in->query);
	return *ret == NULL ? compile_nomem(c) : 0;
}

const struct query_op query_in_ops[] = {
	{
		.info = {
			.name = "$in",
			.doc = "The field, or an item of it when it is an array, is one of the values.",
			.usage = "{field: {$in: [value, …]}}",
		},
		.places = QUERY_FIELD,
		.compile = in_compile,
		.option = IN,
	},
	{
		.info = {
			.name = "$nin",
			.doc = "Neither the field nor an item of it is one of the values.",
			.usage = "{field: {$nin: [value, …]}}",
		},
		.places = QUERY_FIELD,
		.compile = in_compile,
		.option = NIN,
	},
	{ 0 }
};
