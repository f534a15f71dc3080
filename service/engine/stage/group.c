/* $group: documents with the same key become one. */
#include "engine/stage/grouping.h"

struct group_stage {
	struct stage stage;
	struct group_spec spec;
};

static int group_open(struct node *n)
{
	const struct group_stage *s = (const struct group_stage *)n->stage;

	return grouping_init(n->state, n->ev, &s->spec);
}

static int group_push(struct node *n, struct value *docs, size_t n_docs)
{
	return grouping_add(n->state, n, docs, n_docs);
}

static int group_finish(struct node *n)
{
	return grouping_emit(n->state, n);
}

static int group_merge(struct node *n, struct node *other)
{
	return grouping_merge(n->state, n->ev, other->state);
}

static bool group_can_merge(const struct stage *stage)
{
	return group_spec_can_merge(&((const struct group_stage *)stage)->spec);
}

static bool group_merges_apart(const struct node *n)
{
	return grouping_merges_apart(n->state);
}

static int group_join(struct node *n, struct node *const *others, size_t n_others)
{
	const struct grouping **states = arena_array(n->ev->keep, n_others, sizeof *states);

	if (states == NULL)
		return eval_check(n->ev);
	for (size_t i = 0; i < n_others; i++)
		states[i] = others[i]->state;
	grouping_join(n->state, states, n_others);
	return 0;
}

_Static_assert(STAGE_SHARES == GROUP_SHARES, "shares of a merge are those of a table");

static int group_merge_share(const struct node *n, struct eval *ev, size_t share)
{
	return grouping_merge_share(n->state, ev, share);
}

static size_t group_n_held(const struct node *n)
{
	const struct grouping *g = n->state;

	return group_spec_makes_apart(g->spec) ? grouping_n_held(g) : 0;
}

static int group_make(const struct node *n, struct eval *ev, size_t first, struct value *docs,
                      size_t n_held, size_t *ret_n)
{
	return grouping_make(n->state, ev, first, docs, n_held, ret_n);
}

static void group_needs(const struct stage *stage, struct needs *needs)
{
	group_spec_needs(&((const struct group_stage *)stage)->spec, needs);
}

static const struct stage_ops group_ops = {
	.effect = STAGE_REPLACES,
	.state_size = sizeof(struct grouping),
	.open = group_open,
	.push = group_push,
	.finish = group_finish,
	.merge = group_merge,
	.keeps_copies = true,
	.can_merge = group_can_merge,
	.merges_apart = group_merges_apart,
	.join = group_join,
	.merge_share = group_merge_share,
	.n_held = group_n_held,
	.make = group_make,
	.needs = group_needs,
};

static int compile_fields(struct compiler *c, struct group_spec *spec, struct object *fields)
{
	uint32_t n = object_n(c->arena, fields);
	int rc = 0;

	TRY(group_spec_reserve(c, spec, n));
	for (uint32_t i = 0; i < n; i++) {
		struct str name = object_key(fields, i);
		struct value v = object_at(c->arena, fields, i);

		compile_enter(c, name);
		if (str_is(name, "_id") ? group_spec_set_key(c, spec, v) != 0
		                        : group_spec_add_output(c, spec, name, v) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

struct stage *group_stage_create(struct compiler *c, struct group_spec **ret_spec)
{
	struct group_stage *s = stage_create(c, sizeof *s, &group_ops);

	if (s == NULL)
		return NULL;
	*ret_spec = &s->spec;
	return &s->stage;
}

static int group_compile(struct compiler *c, struct value v, struct stage **ret)
{
	struct group_spec *spec;
	struct stage *stage = group_stage_create(c, &spec);

	if (stage == NULL)
		return ERR_PIPELINE;
	if (v.type != VALUE_OBJECT)
		return compile_fail(c, 15947, "$group",
		                    "a group's fields must be specified in an object");
	TRY(compile_fields(c, spec, v.object));
	if (spec->n_parts == 0)
		return compile_fail(c, 15955, "$group", "a group specification must include an _id");
	*ret = stage;
	return 0;
}

const struct stage_op stage_group_ops[] = {
	{
		.name = "$group",
		.doc = "One document for each different _id, with accumulators over those that share it.",
		.usage = "{$group: {_id: expression, field: {$accumulator: expression}, …}}",
		.compile = group_compile,
	},
	{ 0 }
};
