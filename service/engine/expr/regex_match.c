/* $regexMatch, $regexFind and $regexFindAll: regular expressions. */
#include "base/utf8.h"
#include "engine/expr/expr.h"
#include "engine/regex.h"

enum { INPUT, REGEX, OPTIONS, N_ARGS };

static const struct expr_param params[] = {
	[INPUT] = { .name = "input" },
	[REGEX] = { .name = "regex" },
	[OPTIONS] = { .name = "options" },
	[N_ARGS] = { 0 },
};

/* Of a match: {match, idx, captures}. */
static const struct str match_keys[] = { { "match", 5 }, { "idx", 3 }, { "captures", 8 } };
static const struct shape match_shape = { .n = 3, .keys = match_keys, .is_lasting = true };

/* A pattern that is constant is compiled with the plan; is_null: it is, and matches nothing. */
struct constant {
	const struct regex *regex;
	bool is_null;
};

struct wrong {
	int mongo_code;    /* 0: nothing is wrong */
	const char *words; /* behind the operator's name */
};

/* What is wrong with pattern and options, in the order in which the server looks. */
static void check_types(struct value pattern, struct value options, struct wrong *ret)
{
	*ret = (struct wrong){ 0 };
	if (!value_is_nullish(pattern) && pattern.type != VALUE_STRING)
		*ret = (struct wrong){ 51105, " needs 'regex' to be of type string or regex" };
	else if (!value_is_nullish(options) && options.type != VALUE_STRING)
		*ret = (struct wrong){ 51106, " needs 'options' to be of type string" };
	else if (pattern.type == VALUE_STRING && memchr(pattern.text, 0, pattern.len) != NULL)
		*ret = (struct wrong){ 51109,
			               ": regular expression cannot contain an embedded null byte" };
	else if (options.type == VALUE_STRING && memchr(options.text, 0, options.len) != NULL)
		*ret = (struct wrong){
			51110, ": regular expression options cannot contain an embedded null byte"
		};
}

static struct str options_of(struct value options)
{
	return options.type == VALUE_STRING ? value_str(options) : STR("");
}

static int problem_code(const struct regex_problem *problem)
{
	return problem->fault == REGEX_FAULT_OPTION ? 51108 : 51111;
}

static const char *problem_prefix(const struct regex_problem *problem)
{
	return problem->fault == REGEX_FAULT_OPTION ? ": " : ": Invalid Regex: ";
}

/* ---- compiling ---- */

static int compile_constant(struct compiler *c, struct expr *e)
{
	struct value pattern = expr_constant_value(e->args[REGEX]);
	struct value options = e->args[OPTIONS] != NULL ? expr_constant_value(e->args[OPTIONS])
	                                                : NUL_VALUE;
	struct constant *constant = compile_alloc(c, 1, sizeof *constant);
	struct regex_problem problem;
	struct wrong wrong;

	if (constant == NULL)
		return compile_nomem(c);
	check_types(pattern, options, &wrong);
	if (wrong.mongo_code != 0)
		return compile_fail(c, wrong.mongo_code, e->op->name, "%s%s", e->op->name,
		                    wrong.words);
	e->data = constant;
	constant->is_null = pattern.type != VALUE_STRING;
	if (constant->is_null)
		return 0;
	constant->regex = regex_compile(c->arena, value_str(pattern), options_of(options), &problem);
	if (constant->regex != NULL)
		return 0;
	if (problem.fault == REGEX_FAULT_NOMEM)
		return compile_nomem(c);
	return compile_fail(c, problem_code(&problem), e->op->name, "%s%s%s", e->op->name,
	                    problem_prefix(&problem), problem.message);
}

/* {$literal: v}: a pattern may begin with a dollar sign. */
static struct value literal(struct compiler *c, struct value v)
{
	const struct str name = STR("$literal");

	return object_build(c->arena, &name, &v, 1);
}

/* What Extended JSON's {$regularExpression: {pattern, options}} says, or NULL. */
static struct object *regular_expression(struct compiler *c, struct value v)
{
	if (v.type != VALUE_OBJECT || object_n(c->arena, v.object) != 1 ||
	    !str_is(object_key(v.object, 0), "$regularExpression"))
		return NULL;
	v = object_at(c->arena, v.object, 0);
	if (v.type != VALUE_OBJECT || object_find(c->arena, v.object, STR("pattern")) < 0 ||
	    object_find(c->arena, v.object, STR("options")) < 0)
		return NULL;
	return v.object;
}

/* A regular expression that is a value of its own stands for its pattern and its options. */
static int unfold_regex(struct compiler *c, const struct expr_op *op, struct value *spec)
{
	struct value given, options;
	struct object *regex;
	struct object_builder b;

	if (spec->type != VALUE_OBJECT)
		return 0;
	regex = regular_expression(c, object_get(c->arena, spec->object, STR("regex")));
	if (regex == NULL)
		return 0;
	given = object_get(c->arena, spec->object, STR("options"));
	options = object_get(c->arena, regex, STR("options"));
	if (!value_is_nullish(given) && options.type == VALUE_STRING && options.len > 0)
		return compile_fail(c, 51107, op->name,
		                    "%s: found regex options specified in both 'regex' and "
		                    "'options' fields",
		                    op->name);
	object_builder_init(&b, c->arena, object_n(c->arena, spec->object) + 1);
	for (uint32_t i = 0; i < object_n(c->arena, spec->object); i++)
		object_builder_add(&b, object_key(spec->object, i),
		                   object_at(c->arena, spec->object, i));
	object_builder_add(&b, STR("regex"),
	                   literal(c, object_get(c->arena, regex, STR("pattern"))));
	if (value_is_nullish(given))
		object_builder_add(&b, STR("options"), literal(c, options));
	*spec = object_builder_finish(&b);
	return 0;
}

/* The arguments; constants are folded whatever the rules are: no rule decides what compiles. */
static int compile_args(struct compiler *c, const struct expr_op *op, struct value spec,
                        struct expr **ret)
{
	unsigned rules = c->rules, applied = c->rules_applied;

	c->rules |= PLAN_RULE_FOLD;
	int rc = expr_compile_params(c, op, spec, ret);
	c->rules = rules;
	if (!(rules & PLAN_RULE_FOLD))
		c->rules_applied = applied;
	return rc;
}

static int regex_compile_expr(struct compiler *c, const struct expr_op *op, struct value spec,
                              struct expr **ret)
{
	struct expr *e;

	TRY(unfold_regex(c, op, &spec));
	TRY(compile_args(c, op, spec, &e));
	if (e->args[INPUT] == NULL)
		return compile_fail(c, 31022, op->name, "%s requires 'input' parameter", op->name);
	if (e->args[REGEX] == NULL)
		return compile_fail(c, 31023, op->name, "%s requires 'regex' parameter", op->name);
	if (expr_is_constant(e->args[REGEX]) &&
	    (e->args[OPTIONS] == NULL || expr_is_constant(e->args[OPTIONS])))
		TRY(compile_constant(c, e));
	*ret = e;
	return 0;
}

/* ---- evaluating ---- */

/* *ret is NULL when the pattern is null. */
static int eval_regex(const struct expr *e, struct eval *ev, const struct regex **ret)
{
	const struct constant *constant = e->data;
	struct value pattern, options = NUL_VALUE;
	struct regex_problem problem;
	struct wrong wrong;

	if (constant != NULL) {
		*ret = constant->regex;
		return 0;
	}
	TRY(expr_eval(e->args[REGEX], ev, &pattern));
	if (e->args[OPTIONS] != NULL)
		TRY(expr_eval(e->args[OPTIONS], ev, &options));
	check_types(pattern, options, &wrong);
	if (wrong.mongo_code != 0)
		return expr_fail(e, ev, wrong.mongo_code, "%s%s", e->op->name, wrong.words);
	*ret = NULL;
	if (pattern.type != VALUE_STRING)
		return 0;
	*ret = regex_compile_cached(ev, value_str(pattern), options_of(options), &problem);
	if (*ret != NULL)
		return 0;
	if (problem.fault == REGEX_FAULT_NOMEM)
		return eval_check(ev);
	return expr_fail(e, ev, problem_code(&problem), "%s%s%s", e->op->name,
	                 problem_prefix(&problem), problem.message);
}

/* *ret_regex is NULL when there is nothing to look for, or nothing to look at. */
static int eval_parts(const struct expr *e, struct eval *ev, struct str *ret_text,
                      const struct regex **ret_regex)
{
	struct value input;

	TRY(expr_eval(e->args[INPUT], ev, &input));
	TRY(eval_regex(e, ev, ret_regex));
	if (!value_is_nullish(input) && input.type != VALUE_STRING)
		return expr_fail(e, ev, 51104, "%s needs 'input' to be of type string", e->op->name);
	if (input.type != VALUE_STRING)
		*ret_regex = NULL;
	else
		*ret_text = value_str(input);
	return 0;
}

static int regex_match_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	const struct regex *re;
	bool is_match = false;
	struct str text;

	TRY(eval_parts(e, ev, &text, &re));
	if (re != NULL)
		TRY(regex_matches(re, ev, text, &is_match));
	*ret = value_bool(is_match);
	return 0;
}

/* A place in a text, counted in both ways. */
struct place {
	size_t byte;
	size_t code_point;
};

static void place_move(struct place *place, struct str text, size_t byte)
{
	place->code_point += utf8_count((struct str){ text.data + place->byte, byte - place->byte });
	place->byte = byte;
}

static struct value part(struct str text, const size_t *offsets)
{
	if (offsets[0] == REGEX_UNSET)
		return NUL_VALUE;
	return value_string((struct str){ text.data + offsets[0], offsets[1] - offsets[0] });
}

static int match_value(struct eval *ev, const struct regex *re, struct str text,
                       const size_t *offsets, size_t code_point, struct value *ret)
{
	uint32_t n_groups = regex_n_pairs(re) - 1;
	struct value *values = arena_array(ev->arena, match_shape.n, sizeof *values);
	struct value *groups = arena_array(ev->arena, n_groups, sizeof *groups);

	if (values == NULL || groups == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < n_groups; i++)
		groups[i] = part(text, offsets + 2 * (i + 1));
	values[0] = part(text, offsets);
	values[1] = value_whole((int64_t)code_point);
	values[2] = array_take(ev->arena, groups, n_groups);
	*ret = object_from_shape(ev->arena, &match_shape, values);
	return 0;
}

static int regex_find_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct place place = { 0 };
	const struct regex *re;
	const size_t *offsets = NULL;
	struct str text;

	TRY(eval_parts(e, ev, &text, &re));
	if (re != NULL)
		TRY(regex_find(re, ev, text, 0, &offsets));
	if (offsets == NULL) {
		*ret = NUL_VALUE;
		return 0;
	}
	place_move(&place, text, offsets[0]);
	return match_value(ev, re, text, offsets, place.code_point, ret);
}

/* After an empty match the next character is passed over; at the very end there is no match. */
static int find_all(struct eval *ev, const struct regex *re, struct str text,
                    struct array_builder *b)
{
	struct place place = { 0 };
	const size_t *offsets;

	do {
		struct value match;

		TRY(regex_find(re, ev, text, place.byte, &offsets));
		if (offsets == NULL)
			return 0;
		size_t end = offsets[1];
		bool is_empty = end <= offsets[0];
		place_move(&place, text, offsets[0]);
		TRY(match_value(ev, re, text, offsets, place.code_point, &match));
		array_builder_add(b, match);
		if (!is_empty)
			place_move(&place, text, end);
		else if (place.byte < text.len)
			place_move(&place, text, place.byte + utf8_len(text.data[place.byte]));
	} while (place.byte < text.len);
	return 0;
}

static int regex_find_all_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	const struct regex *re;
	struct array_builder b;
	struct str text;

	array_builder_init(&b, ev->arena, 0);
	TRY(eval_parts(e, ev, &text, &re));
	if (re != NULL)
		TRY(find_all(ev, re, text, &b));
	*ret = array_builder_finish(&b);
	return 0;
}

const struct expr_op expr_regex_match_ops[] = {
	{
		.name = "$regexFind",
		.doc = "The first match of a regular expression: {match, idx, captures}.",
		.usage = "{$regexFind: {input: string, regex: string, options: \"imxsu\"}}",
		.eval = regex_find_eval,
		.compile = regex_compile_expr,
		.params = params,
		.object_code = 51103,
		.unknown_code = 31024,
	},
	{
		.name = "$regexFindAll",
		.doc = "Every match of a regular expression, as $regexFind gives one.",
		.usage = "{$regexFindAll: {input: string, regex: string, options: \"imxsu\"}}",
		.eval = regex_find_all_eval,
		.compile = regex_compile_expr,
		.params = params,
		.object_code = 51103,
		.unknown_code = 31024,
	},
	{
		.name = "$regexMatch",
		.doc = "Does a regular expression match somewhere in a string?",
		.usage = "{$regexMatch: {input: string, regex: string, options: \"imxsu\"}}",
		.eval = regex_match_eval,
		.compile = regex_compile_expr,
		.params = params,
		.object_code = 51103,
		.unknown_code = 31024,
	},
	{ 0 }
};
