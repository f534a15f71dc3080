/* $regex $options: strings that a regular expression is found in, and the expression itself. */
#include "engine/query/node.h"
#include "engine/regex.h"

struct regex_query {
	struct query query;
	const struct regex *regex;
	struct str pattern, options;
};

/* {$regularExpression: {pattern: …, options: …}}: what it says, or false. */
static bool open_literal(struct arena *a, struct value v, struct value *pattern,
                         struct value *options)
{
	struct value spec;

	if (v.type != VALUE_OBJECT || object_n(a, v.object) != 1 ||
	    !str_is(object_key(v.object, 0), "$regularExpression"))
		return false;
	spec = object_at(a, v.object, 0);
	*pattern = *options = MISSING;
	if (spec.type == VALUE_OBJECT) {
		*pattern = object_get(a, spec.object, STR("pattern"));
		*options = object_get(a, spec.object, STR("options"));
	}
	return true;
}

static bool is_itself(const struct regex_query *q, struct eval *ev, struct value v)
{
	struct value pattern, options;

	return open_literal(ev->arena, v, &pattern, &options) && pattern.type == VALUE_STRING &&
	       options.type == VALUE_STRING && str_eq(value_str(pattern), q->pattern) &&
	       str_eq(value_str(options), q->options);
}

static int regex_test(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	const struct regex_query *regex = (const struct regex_query *)q;

	*ret = false;
	if (v.type == VALUE_STRING)
		return regex_matches(regex->regex, ev, value_str(v), ret);
	*ret = v.type == VALUE_OBJECT && is_itself(regex, ev, v);
	return 0;
}

static int create(struct compiler *c, const struct query_site *site, struct str pattern,
                  struct str options, struct query **ret)
{
	struct regex_query *q = query_create_leaf(c, sizeof *q, site, regex_test);
	struct regex_problem problem;

	if (q == NULL)
		return ERR_PIPELINE;
	if (memchr(pattern.data, '\0', pattern.len) != NULL)
		return compile_fail(c, 51109, "$regex",
		                    "Regular expression cannot contain an embedded null byte");
	q->pattern = pattern;
	q->options = options;
	q->regex = regex_compile(c->arena, pattern, options, &problem);
	q->query.may_fail = true; /* max-regex-steps */
	if (q->regex != NULL) {
		*ret = &q->query;
		return 0;
	}
	if (problem.fault == REGEX_FAULT_NOMEM)
		return compile_nomem(c);
	if (problem.fault == REGEX_FAULT_OPTION)
		return compile_fail(c, 51108, "$options", "%s", problem.message);
	return compile_fail(c, 51091, "$regex", "Regular expression is invalid: %s",
	                    problem.message);
}

/* ---- {$regularExpression: {pattern: …, options: …}} ---- */

bool query_is_regex(struct compiler *c, struct value v)
{
	struct value pattern, options;

	return open_literal(c->arena, v, &pattern, &options);
}

int query_compile_regex(struct compiler *c, const struct query_site *site, struct value v,
                        struct query **ret)
{
	struct value pattern = MISSING, options = MISSING;

	(void)open_literal(c->arena, v, &pattern, &options);
	if (pattern.type != VALUE_STRING || options.type != VALUE_STRING)
		return compile_fail(c, 9, "$regularExpression",
		                    "$regularExpression must be {pattern: string, options: string}");
	return create(c, site, value_str(pattern), value_str(options), ret);
}

/* ---- {$regex: …, $options: …} ---- */

static int regex_compile_op(struct compiler *c, const struct query_op *op,
                            const struct query_site *site, struct value spec, struct query **ret)
{
	struct value options = object_get(c->arena, site->siblings, STR("$options"));

	if (query_is_regex(c, spec)) {
		if (options.type != VALUE_MISSING)
			return compile_fail(c, 51074, op->info.name,
			                    "options set in both $regex and $options");
		return query_compile_regex(c, site, spec, ret);
	}
	if (spec.type != VALUE_STRING)
		return compile_fail(c, 2, op->info.name, "$regex has to be a string");
	if (options.type == VALUE_MISSING)
		options = value_string(STR(""));
	if (options.type != VALUE_STRING)
		return compile_fail(c, 2, op->info.name, "$options has to be a string");
	return create(c, site, value_str(spec), value_str(options), ret);
}

/* What it says is taken up by $regex beside it. */
static int options_compile_op(struct compiler *c, const struct query_op *op,
                              const struct query_site *site, struct value spec, struct query **ret)
{
	(void)spec;
	(void)ret;
	if (object_find(c->arena, site->siblings, STR("$regex")) < 0)
		return compile_fail(c, 2, op->info.name, "$options needs a $regex");
	return 0;
}

const struct query_op query_regex_ops[] = {
	{
		.info = {
			.name = "$regex",
			.doc = "The string, or one in the array, holds a match of the regular expression.",
			.usage = "{field: {$regex: string, $options: string}}",
		},
		.places = QUERY_FIELD,
		.compile = regex_compile_op,
	},
	{
		.info = {
			.name = "$options",
			.doc = "Options of the $regex beside it: i, m, x, s and u.",
			.usage = "{field: {$regex: string, $options: string}}",
		},
		.places = QUERY_FIELD,
		.compile = options_compile_op,
	},
	{ 0 }
};
