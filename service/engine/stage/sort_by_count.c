/* $sortByCount: how often each value occurs, the most frequent first. */
#include "engine/stage/chain.h"
#include "engine/stage/grouping.h"
#include "engine/stage/sort.h"

static int check_expression(struct compiler *c, struct value v)
{
	bool is_operator = v.type == VALUE_OBJECT && object_n(c->arena, v.object) > 0 &&
	                   str_starts_with(object_key(v.object, 0), STR("$"));

	if (v.type == VALUE_OBJECT && !is_operator)
		return compile_fail(c, 40147, "$sortByCount",
		                    "the sortByCount field must be defined as a $-prefixed path or an "
		                    "expression inside an object");
	if (v.type == VALUE_STRING && !str_starts_with(value_str(v), STR("$")))
		return compile_fail(c, 40148, "$sortByCount",
		                    "the sortByCount field must be defined as a $-prefixed path or an "
		                    "expression inside an object");
	if (v.type != VALUE_OBJECT && v.type != VALUE_STRING)
		return compile_fail(
			c, 40149, "$sortByCount",
			"the sortByCount field must be specified as a string or as an object");
	return 0;
}

static struct value object_of_one(struct compiler *c, struct str key, struct value v)
{
	return object_build(c->arena, &key, &v, 1);
}

static int sort_by_count_compile(struct compiler *c, struct value v, struct stage **ret)
{
	struct stage **stages = compile_alloc(c, 2, sizeof *stages);
	struct group_spec *group;
	struct sort_spec *sort;

	if (stages == NULL)
		return compile_nomem(c);
	TRY(check_expression(c, v));
	stages[0] = group_stage_create(c, &group);
	if (stages[0] == NULL)
		return ERR_PIPELINE;
	TRY(group_spec_set_key(c, group, v));
	TRY(group_spec_reserve(c, group, 1));
	TRY(group_spec_add_output(c, group, STR("count"),
	                          object_of_one(c, STR("$sum"), value_int(1))));
	TRY(sort_spec_compile(c, "$sortByCount", object_of_one(c, STR("count"), value_int(-1)),
	                      &sort));
	stages[1] = sort_stage_create(c, sort);
	if (stages[1] == NULL)
		return ERR_PIPELINE;
	return chain_create(c, stages, 2, ret);
}

const struct stage_op stage_sort_by_count_ops[] = {
	{
		.name = "$sortByCount",
		.doc = "How often each value of an expression occurs, the most frequent first.",
		.usage = "{$sortByCount: expression}",
		.compile = sort_by_count_compile,
	},
	{ 0 }
};
