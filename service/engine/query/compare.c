/* $eq $gt $gte $lt $lte $ne: a value against a constant of the same type. */
#include <math.h>
#include <string.h>

#include "doc/number.h"
#include "engine/query/node.h"

/* Which orders of a value to the constant are wanted. */
enum order { BELOW = 1, EQUAL = 2, ABOVE = 4 };

struct compare {
	struct query query;
	struct value with;
	unsigned orders;
	bool is_nan;
};

static bool is_nan(struct value v)
{
	return (v.type == VALUE_DOUBLE && isnan(v.f64)) ||
	       (v.type == VALUE_DECIMAL && str_is(value_str(v), "NaN"));
}

static bool is_wanted(unsigned orders, int order)
{
	return orders & (order < 0 ? BELOW : order > 0 ? ABOVE : EQUAL);
}

static int compare_test(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	const struct compare *cmp = (const struct compare *)q;

	if (value_is_nullish(v) || value_is_nullish(cmp->with))
		*ret = value_is_nullish(v) && value_is_nullish(cmp->with) && (cmp->orders & EQUAL);
	else if (value_rank(v.type) != value_rank(cmp->with.type))
		*ret = false;
	else if (cmp->is_nan || is_nan(v))
		*ret = cmp->is_nan && is_nan(v) && (cmp->orders & EQUAL);
	else if (cmp->orders == EQUAL)
		*ret = value_eq(ev->arena, v, cmp->with);
	else
		*ret = is_wanted(cmp->orders, value_cmp(ev->arena, v, cmp->with));
	return 0;
}

/* ---- by the bytes of a value ---- */

static enum glance glance_of(bool is_match)
{
	return is_match ? GLANCE_YES : GLANCE_NO;
}

static bool is_container(char first)
{
	return first == '{' || first == '[';
}

/* What is written with an escape is longer than what it stands for. */
static enum glance glance_string_eq(const struct query *q, struct eval *ev, const char *text,
                                    uint32_t len)
{
	struct value with = ((const struct compare *)q)->with;

	(void)ev;
	if (text[0] != '"')
		return is_container(text[0]) ? GLANCE_UNSURE : GLANCE_NO;
	if (len - 2 <= with.len) {
		if (len - 2 < with.len || memcmp(text + 1, with.text, with.len) != 0)
			return GLANCE_NO;
		return memchr(with.text, '\\', with.len) != NULL ? GLANCE_NO : GLANCE_YES;
	}
	return memchr(text + 1, '\\', len - 2) != NULL ? GLANCE_UNSURE : GLANCE_NO;
}

static enum glance glance_string(const struct query *q, struct eval *ev, const char *text,
                                 uint32_t len)
{
	const struct compare *cmp = (const struct compare *)q;

	(void)ev;
	if (text[0] != '"')
		return is_container(text[0]) ? GLANCE_UNSURE : GLANCE_NO;
	if (memchr(text + 1, '\\', len - 2) != NULL)
		return GLANCE_UNSURE;
	return glance_of(is_wanted(cmp->orders, str_cmp((struct str){ text + 1, len - 2 },
	                                                value_str(cmp->with))));
}

static enum glance glance_number(const struct query *q, struct eval *ev, const char *text,
                                 uint32_t len)
{
	const struct compare *cmp = (const struct compare *)q;

	if (text[0] != '-' && (unsigned char)(text[0] - '0') > 9)
		return is_container(text[0]) ? GLANCE_UNSURE : GLANCE_NO;
	struct value v = number_parse(text, len);
	if (v.type == VALUE_INT && cmp->with.type == VALUE_INT)
		return glance_of(
			is_wanted(cmp->orders, (v.i64 > cmp->with.i64) - (v.i64 < cmp->with.i64)));
	return glance_of(is_wanted(cmp->orders, value_cmp(ev->arena, v, cmp->with)));
}

static enum glance glance_bool(const struct query *q, struct eval *ev, const char *text,
                               uint32_t len)
{
	const struct compare *cmp = (const struct compare *)q;

	(void)ev;
	(void)len;
	if (text[0] != 't' && text[0] != 'f')
		return is_container(text[0]) ? GLANCE_UNSURE : GLANCE_NO;
	return glance_of(is_wanted(cmp->orders, (text[0] == 't') - cmp->with.boolean));
}

static enum glance glance_null(const struct query *q, struct eval *ev, const char *text,
                               uint32_t len)
{
	const struct compare *cmp = (const struct compare *)q;

	(void)ev;
	(void)len;
	if (is_container(text[0]))
		return GLANCE_UNSURE;
	return glance_of(text[0] == 'n' && (cmp->orders & EQUAL));
}

static query_glance_fn *choose_glance(const struct compare *cmp)
{
	switch ((enum value_type)cmp->with.type) {
	case VALUE_STRING: return cmp->orders == EQUAL ? glance_string_eq : glance_string;
	case VALUE_INT:
	case VALUE_LONG: return glance_number;
	case VALUE_DOUBLE: return cmp->is_nan ? NULL : glance_number;
	case VALUE_BOOL: return glance_bool;
	case VALUE_NULL: return glance_null;
	default: return NULL;
	}
}

/* ---- compiling ---- */

static int compile_orders(struct compiler *c, const struct query_site *site, struct value with,
                          unsigned orders, struct query **ret)
{
	struct compare *cmp = query_create_leaf(c, sizeof *cmp, site, compare_test);

	if (cmp == NULL)
		return ERR_PIPELINE;
	if (!value_share(c->arena, with))
		return compile_nomem(c);
	cmp->with = with;
	cmp->orders = orders;
	cmp->is_nan = is_nan(with);
	cmp->query.glance = choose_glance(cmp);
	*ret = &cmp->query;
	return 0;
}

int query_compile_value(struct compiler *c, const struct query_site *site, struct value v,
                        struct query **ret)
{
	if (query_is_regex(c, v))
		return query_compile_regex(c, site, v, ret);
	return compile_orders(c, site, v, EQUAL, ret);
}

static int compare_compile(struct compiler *c, const struct query_op *op,
                           const struct query_site *site, struct value spec, struct query **ret)
{
	if (op->option != EQUAL && query_is_regex(c, spec))
		return compile_fail(c, 2, op->info.name,
		                    "Can't have RegEx as arg to predicate over field '%.*s'.",
		                    STR_ARG(query_path_text(site->path)));
	return compile_orders(c, site, spec, (unsigned)op->option, ret);
}

static int ne_compile(struct compiler *c, const struct query_op *op, const struct query_site *site,
                      struct value spec, struct query **ret)
{
	struct query *eq = NULL;

	if (query_is_regex(c, spec))
		return compile_fail(c, 2, op->info.name, "Can't have regex as arg to $ne.");
	TRY(query_compile_value(c, site, spec, &eq));
	*ret = query_create_not(c, eq);
	return *ret == NULL ? compile_nomem(c) : 0;
}

const struct query_op query_compare_ops[] = {
	{
		.info = {
			.name = "$eq",
			.doc = "The field equals the value; an array does when one of its items does.",
			.usage = "{field: {$eq: value}}",
		},
		.places = QUERY_FIELD,
		.compile = compare_compile,
		.option = EQUAL,
	},
	{
		.info = {
			.name = "$gt",
			.doc = "The field is greater than the value and of the same type.",
			.usage = "{field: {$gt: value}}",
		},
		.places = QUERY_FIELD,
		.compile = compare_compile,
		.option = ABOVE,
	},
	{
		.info = {
			.name = "$gte",
			.doc = "The field is at least the value and of the same type.",
			.usage = "{field: {$gte: value}}",
		},
		.places = QUERY_FIELD,
		.compile = compare_compile,
		.option = ABOVE | EQUAL,
	},
	{
		.info = {
			.name = "$lt",
			.doc = "The field is less than the value and of the same type.",
			.usage = "{field: {$lt: value}}",
		},
		.places = QUERY_FIELD,
		.compile = compare_compile,
		.option = BELOW,
	},
	{
		.info = {
			.name = "$lte",
			.doc = "The field is at most the value and of the same type.",
			.usage = "{field: {$lte: value}}",
		},
		.places = QUERY_FIELD,
		.compile = compare_compile,
		.option = BELOW | EQUAL,
	},
	{
		.info = {
			.name = "$ne",
			.doc = "The field does not equal the value; an array when none of its items does.",
			.usage = "{field: {$ne: value}}",
		},
		.places = QUERY_FIELD,
		.compile = ne_compile,
	},
	{ 0 }
};
