/* Grouping: keys of a chunk of documents, then their groups, then their accumulators. */
#include "engine/stage/grouping.h"

#define CHUNK GROUPING_CHUNK

/* ---- compiling ---- */

int group_spec_set_key(struct compiler *c, struct group_spec *spec, struct value id)
{
	struct expr *e;

	TRY(expr_compile(c, id, &e));
	spec->parts = compile_alloc(c, 1, sizeof *spec->parts);
	if (spec->parts == NULL)
		return compile_nomem(c);
	spec->parts[0] = e;
	spec->n_parts = 1;
	spec->is_constant = expr_is_constant(e);
	/* Fields of an object are compared one by one, and made an object once a group. */
	if (expr_is_object(e) && e->n_args > 0) {
		spec->parts = e->args;
		spec->names = e->keys;
		spec->n_parts = e->n_args;
	}
	return 0;
}

int group_spec_reserve(struct compiler *c, struct group_spec *spec, uint32_t n)
{
	spec->outputs = compile_alloc(c, n, sizeof *spec->outputs);
	return spec->outputs == NULL ? compile_nomem(c) : 0;
}

int group_spec_add_output(struct compiler *c, struct group_spec *spec, struct str name,
                          struct value accumulator)
{
	struct group_output *output = &spec->outputs[spec->n_outputs];

	if (str_find(name, '.') < name.len)
		return compile_fail(c, 40235, NULL, "The field name '%.*s' cannot contain '.'",
		                    STR_ARG(name));
	if (name.len > 0 && name.data[0] == '$')
		return compile_fail(c, 40236, NULL,
		                    "The field name '%.*s' cannot be an operator name",
		                    STR_ARG(name));
	output->name = name;
	TRY(accum_compile(c, name, accumulator, &output->accum));

	struct accum *a = output->accum;
	output->is_constant = a->op->add != NULL && a->op->add_document == NULL &&
	                      a->input != NULL && expr_is_constant(a->input);
	if ((c->rules & PLAN_RULE_TALLY) && output->is_constant && a->op->of_int != NULL &&
	    expr_constant_value(a->input).type == VALUE_INT) {
		a->op = a->op->of_int;
		c->rules_applied |= PLAN_RULE_TALLY;
	}
	spec->has_init |= a->op->init != NULL;
	output->state_at = spec->states_size;
	spec->states_size += (a->op->state_size + 15) & ~(size_t)15;
	spec->n_outputs++;
	return 0;
}

void group_spec_needs(const struct group_spec *spec, struct needs *needs)
{
	for (uint32_t i = 0; i < spec->n_parts; i++)
		needs_add_expr(needs, spec->parts[i]);
	for (uint32_t i = 0; i < spec->n_outputs; i++)
		accum_needs(spec->outputs[i].accum, needs);
}

bool group_spec_can_merge(const struct group_spec *spec)
{
	for (uint32_t i = 0; i < spec->n_outputs; i++)
		if (spec->outputs[i].accum->op->flags & ACCUM_MERGE_ROUNDS)
			return false;
	return true;
}

bool group_spec_merges_apart(const struct group_spec *spec)
{
	for (uint32_t i = 0; i < spec->n_outputs; i++)
		if (!(spec->outputs[i].accum->op->flags & ACCUM_MERGE_APART))
			return false;
	return true;
}

bool group_spec_makes_apart(const struct group_spec *spec)
{
	for (uint32_t i = 0; i < spec->n_outputs; i++)
		if (spec->outputs[i].accum->op->flags & ACCUM_RESULT_OPENS)
			return false;
	return true;
}

/* ---- running ---- */

static int make_shapes(struct grouping *g, struct eval *ev)
{
	const struct group_spec *spec = g->spec;
	struct str *names = arena_array(ev->keep, spec->n_outputs + 1, sizeof *names);

	if (names == NULL)
		return eval_check(ev);
	names[0] = STR("_id");
	for (uint32_t i = 0; i < spec->n_outputs; i++)
		names[i + 1] = spec->outputs[i].name;
	struct shape *shape = shape_create(ev->keep, names, spec->n_outputs + 1);
	if (shape == NULL)
		return eval_check(ev);
	eval_keep_shape(ev, shape);
	g->shape = shape;
	if (spec->names == NULL)
		return 0;
	shape = shape_create(ev->keep, spec->names, spec->n_parts);
	if (shape == NULL)
		return eval_check(ev);
	eval_keep_shape(ev, shape);
	g->key_shape = shape;
	return 0;
}

int grouping_init(struct grouping *g, struct eval *ev, const struct group_spec *spec)
{
	*g = (struct grouping){ .spec = spec };
	TRY(group_table_init(&g->table, ev, spec->n_parts, spec->states_size));
	g->parts = arena_array(ev->keep, CHUNK * (size_t)spec->n_parts, sizeof *g->parts);
	g->hashes = arena_array(ev->keep, CHUNK, sizeof *g->hashes);
	g->groups = arena_array(ev->keep, CHUNK, sizeof *g->groups);
	if (g->parts == NULL || g->hashes == NULL || g->groups == NULL)
		return eval_check(ev);
	return make_shapes(g, ev);
}

/* Of one part alone missing is null; among several it is a key of its own. */
static int read_key(const struct group_spec *spec, struct eval *ev, struct group_part *parts)
{
	for (uint32_t i = 0; i < spec->n_parts; i++) {
		struct group_part *part = &parts[i];

		TRY(expr_eval_raw(spec->parts[i], ev, &part->found));
		if (part->found.type == VALUE_MISSING && spec->n_parts == 1)
			part->found = NUL_VALUE;
		part->value = value_decode(ev->arena, part->found);
	}
	return 0;
}

static struct value group_key(const struct grouping *g, struct eval *ev, struct group *group)
{
	const struct group_spec *spec = g->spec;

	if (spec->names == NULL)
		return group->key[0];
	for (uint32_t i = 0; i < spec->n_parts; i++)
		if (group->key[i].type == VALUE_MISSING)
			return object_build(ev->arena, spec->names, group->key, spec->n_parts);
	return object_from_shape(ev->arena, g->key_shape, group->key);
}

/* What accumulators are told when a group begins ($firstN's n) may depend on the group's key. */
static void bind_key(const struct grouping *g, struct eval *ev, struct group *group)
{
	static const struct shape nothing = { .n = 0 };
	struct value key = value_decode(ev->arena, group_key(g, ev, group));

	if (key.type != VALUE_OBJECT)
		key = object_from_shape(ev->arena, &nothing, NULL);
	eval_set_root(ev, key);
}

static int find_group(struct grouping *g, struct eval *ev, size_t i)
{
	bool is_new;

	TRY(group_table_find(&g->table, ev, g->hashes[i], &g->parts[i * g->spec->n_parts],
	                     &g->groups[i], &is_new));
	if (!is_new || !g->spec->has_init)
		return 0;
	bind_key(g, ev, g->groups[i]);
	for (uint32_t k = 0; k < g->spec->n_outputs; k++) {
		const struct group_output *output = &g->spec->outputs[k];
		char *states = group_states(&g->table, g->groups[i]);

		if (output->accum->op->init != NULL)
			TRY(output->accum->op->init(output->accum, ev, states + output->state_at));
	}
	return 0;
}

static void prefetch_groups(const struct grouping *g, size_t n)
{
	if (group_table_is_small(&g->table))
		return;
	for (size_t i = 0; i < n; i++)
		group_table_prefetch_slot(&g->table, g->hashes[i]);
	for (size_t i = 0; i < n; i++)
		group_table_prefetch_group(&g->table, g->hashes[i]);
	for (size_t i = 0; i < n; i++)
		group_table_prefetch_key(&g->table, g->hashes[i]);
}

static int find_groups(struct grouping *g, struct node *n, struct value *docs, size_t first,
                       size_t n_docs)
{
	const struct group_spec *spec = g->spec;

	for (size_t i = 0; i < n_docs; i++) {
		struct group_part *parts = &g->parts[i * spec->n_parts];

		node_bind(n, docs[first + i], first + i);
		TRY(read_key(spec, n->ev, parts));
		g->hashes[i] = group_key_hash(n->ev, parts, spec->n_parts);
	}
	prefetch_groups(g, n_docs);
	for (size_t i = 0; i < n_docs; i++)
		TRY(find_group(g, n->ev, i));
	return 0;
}

static int find_only_group(struct grouping *g, struct node *n, size_t n_docs)
{
	TRY(read_key(g->spec, n->ev, g->parts));
	g->hashes[0] = group_key_hash(n->ev, g->parts, g->spec->n_parts);
	TRY(find_group(g, n->ev, 0));
	for (size_t i = 1; i < n_docs; i++)
		g->groups[i] = g->groups[0];
	return 0;
}

static int add_document(const struct group_spec *spec, struct eval *ev, char *states)
{
	for (uint32_t k = 0; k < spec->n_outputs; k++) {
		const struct group_output *output = &spec->outputs[k];
		const struct accum *a = output->accum;

		if (output->is_constant)
			TRY(a->op->add(a, ev, states + output->state_at, a->input->constant));
		else
			TRY(accum_add(a, ev, states + output->state_at));
	}
	return 0;
}

static int add_chunk(struct grouping *g, struct node *n, struct value *docs, size_t first,
                     size_t n_docs)
{
	if (g->spec->is_constant)
		TRY(find_only_group(g, n, n_docs));
	else
		TRY(find_groups(g, n, docs, first, n_docs));
	for (size_t i = 0; i < n_docs; i++) {
		node_bind(n, docs[first + i], first + i);
		TRY(add_document(g->spec, n->ev, group_states(&g->table, g->groups[i])));
	}
	return 0;
}

int grouping_add(struct grouping *g, struct node *n, struct value *docs, size_t n_docs)
{
	for (size_t first = 0; first < n_docs; first += CHUNK)
		TRY(add_chunk(g, n, docs, first, MIN(n_docs - first, (size_t)CHUNK)));
	return 0;
}

static int make_document(const struct grouping *g, struct eval *ev, struct group *group,
                         struct value *ret)
{
	const struct group_spec *spec = g->spec;
	struct value *values = arena_array(ev->arena, spec->n_outputs + 1, sizeof *values);
	char *states = group_states(&g->table, group);

	if (values == NULL)
		return eval_check(ev);
	values[0] = group_key(g, ev, group);
	for (uint32_t k = 0; k < spec->n_outputs; k++) {
		const struct group_output *output = &spec->outputs[k];

		TRY(output->accum->op->result(output->accum, ev, states + output->state_at,
		                              &values[k + 1]));
		if (values[k + 1].type == VALUE_MISSING)
			values[k + 1] = NUL_VALUE;
	}
	*ret = object_from_shape(ev->arena, g->shape, values);
	return 0;
}

/* Group i of all, where those of the others stand behind its own. */
static struct group *held_at(const struct grouping *g, size_t i)
{
	size_t k = 0;

	if (i < g->table.n_groups)
		return group_table_at(&g->table, i);
	for (i -= g->table.n_groups; i >= g->others[k]->table.n_groups; k++)
		i -= g->others[k]->table.n_groups;
	return group_table_at(&g->others[k]->table, i);
}

size_t grouping_n_held(const struct grouping *g)
{
	size_t n = g->table.n_groups;

	for (size_t k = 0; k < g->n_others; k++)
		n += g->others[k]->table.n_groups;
	return n;
}

/* The text of a key is written with the document, soon. */
int grouping_make(const struct grouping *g, struct eval *ev, size_t first, struct value *docs,
                  size_t n_held, size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = first; i < first + n_held; i++) {
		struct group *group = held_at(g, i);

		if (group->is_merged)
			continue;
		group_prefetch_key(group);
		TRY(make_document(g, ev, group, &docs[n]));
		n++;
	}
	*ret_n = n;
	return 0;
}

int grouping_emit(struct grouping *g, struct node *n)
{
	size_t n_held = grouping_n_held(g), n_now, n_docs;

	n->ev->document = -1;
	for (size_t first = 0; first < n_held && node_is_wanted(n); first += n_now) {
		n_now = MIN(n_held - first, (size_t)STAGE_BATCH);
		struct value *docs = arena_array(n->ev->arena, n_now, sizeof *docs);

		TRY(eval_tick_n(n->ev, n_now));
		if (docs == NULL)
			return eval_check(n->ev);
		TRY(grouping_make(g, n->ev, first, docs, n_now, &n_docs));
		TRY(node_emit(n, docs, n_docs));
		TRY(node_empty_scratch(n));
	}
	return 0;
}
