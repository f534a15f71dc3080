/* $setWindowFields: fields computed for each document from those around it. */
#include "engine/stage/set_window_fields.h"

#include "engine/accum/window.h"
#include "engine/spec_fields.h"
#include "engine/stage/partitions.h"
#include "engine/stage/projection.h"
#include "engine/stage/splice.h"

#define FLUSH_MIN ((size_t)STAGE_BATCH / 2) /* documents worth handing on at a partition's end */

/* What functions compute is bound to variables, and a projection puts these into the documents. */
struct window_stage {
	struct stage stage;
	struct expr *partition_by; /* NULL: one partition */
	struct sort_spec *sort_by; /* NULL: as they come */
	struct window_fn *fns;
	uint32_t *slots; /* of the variables, one a function */
	size_t n_fns;
	struct projection projection;
	struct splice_spec *splice; /* NULL: documents are taken apart */
};

struct window_run {
	const struct window_stage *stage;
	struct node *node;
	struct partitions partitions;
	struct projection_state projection;
	struct splice splice;
	struct arena arena; /* of the partition at hand */
	void **fn_states;
	struct value *values; /* of the functions, for the document at hand */
	struct value *docs;   /* waiting to be handed on */
	size_t n_docs;
};

/* ---- running ---- */

static int window_open(struct node *n)
{
	const struct window_stage *s = (const struct window_stage *)n->stage;
	struct window_run *run = n->state;

	*run = (struct window_run){ .stage = s, .node = n, .splice = { .spec = s->splice } };
	arena_init(&run->arena, n->ev->keep->budget);
	run->arena.witness = n->ev->keep;
	return partitions_init(&run->partitions, n->ev, s->partition_by, s->sort_by);
}

static void window_close(struct node *n)
{
	struct window_run *run = n->state;

	if (run->arena.budget != NULL)
		arena_deinit(&run->arena);
	partitions_deinit(&run->partitions);
}

static int window_push(struct node *n, struct value *docs, size_t n_docs)
{
	struct window_run *run = n->state;

	for (size_t i = 0; i < n_docs; i++) {
		struct value doc = splice_take(&run->splice, n->ev, docs[i]);

		node_bind(n, doc, i);
		TRY(partitions_add(&run->partitions, n->ev, doc));
	}
	return 0;
}

static int flush(struct window_run *run)
{
	size_t n_docs = run->n_docs;

	run->n_docs = 0;
	TRY(eval_check(run->node->ev));
	TRY(node_emit(run->node, run->docs, n_docs));
	return node_empty_scratch(run->node);
}

static int compute(struct window_run *run, struct window_part *part, size_t i, struct value *ret)
{
	const struct window_stage *s = run->stage;
	struct eval *ev = part->ev;

	for (size_t k = 0; k < s->n_fns; k++) {
		struct value *v = &ev->vars[s->slots[k]];

		TRY(s->fns[k].op->next(&s->fns[k], part, run->fn_states[k], i, v));
		v->flags = 0; /* it goes under another name */
		run->values[k] = *v;
	}
	if (splice_add(&run->splice, ev, part->rows[i]->doc, run->values, ret))
		return 0;
	window_bind(part, i);
	return projection_apply(&s->projection, &run->projection, ev, part->rows[i]->doc, ret);
}

static int start_functions(struct window_run *run, struct window_part *part)
{
	const struct window_stage *s = run->stage;

	run->fn_states = arena_array(part->arena, s->n_fns, sizeof *run->fn_states);
	if (run->fn_states == NULL)
		return eval_check(part->ev);
	for (size_t k = 0; k < s->n_fns; k++) {
		const struct window_fn *f = &s->fns[k];

		run->fn_states[k] = arena_zalloc(part->arena, 1, f->op->state_size);
		if (run->fn_states[k] == NULL)
			return eval_check(part->ev);
		if (f->op->start != NULL)
			TRY(f->op->start(f, part, run->fn_states[k]));
	}
	return 0;
}

static int run_partition(struct window_run *run, struct window_part *part)
{
	TRY(start_functions(run, part));
	for (size_t i = 0; i < part->n && node_is_wanted(run->node); i++) {
		sorter_fetch_ahead(part->rows, part->n, i);
		TRY(eval_tick(part->ev));
		TRY(compute(run, part, i, &run->docs[run->n_docs]));
		if (++run->n_docs == STAGE_BATCH)
			TRY(flush(run));
	}
	/* What waits may refer to the partition's memory, which goes when nothing waits. */
	if (run->n_docs >= FLUSH_MIN)
		TRY(flush(run));
	if (run->n_docs == 0) {
		TRY(eval_check(part->ev));
		arena_reset(&run->arena);
	}
	return 0;
}

static int run_partitions(struct window_run *run, struct eval *ev)
{
	for (size_t i = 0; i < run->partitions.n && node_is_wanted(run->node); i++) {
		struct window_part part = {
			.ev = ev,
			.sorter = &run->partitions.sorter,
			.arena = &run->arena,
		};

		TRY(partitions_sort(&run->partitions, ev, i, &part.rows, &part.n));
		TRY(run_partition(run, &part));
	}
	return run->n_docs > 0 ? flush(run) : 0;
}

static int window_finish(struct node *n)
{
	struct window_run *run = n->state;
	struct arena *states = n->ev->states;

	TRY(partitions_seal(&run->partitions, n->ev));
	run->docs = arena_array(n->ev->keep, STAGE_BATCH, sizeof *run->docs);
	run->values = arena_array(n->ev->keep, run->stage->n_fns, sizeof *run->values);
	if (run->docs == NULL || run->values == NULL)
		return eval_check(n->ev);
	n->ev->states = &run->arena;
	int rc = run_partitions(run, n->ev);
	n->ev->states = states;
	return rc;
}

static void window_needs(const struct stage *stage, struct needs *needs)
{
	const struct window_stage *s = (const struct window_stage *)stage;

	needs_add_expr(needs, s->partition_by);
	if (s->sort_by != NULL)
		sort_spec_needs(s->sort_by, needs);
	for (size_t k = 0; k < s->n_fns; k++)
		accum_needs(s->fns[k].accum, needs);
}

/* Fields within fields take their documents apart. */
static int window_splice(struct compiler *c, struct stage *stage, const struct needs *reads,
                         bool *ret)
{
	struct window_stage *s = (struct window_stage *)stage;
	const struct projection_node *root = &s->projection.root;
	struct needs *all = compile_alloc(c, 1, sizeof *all);
	struct str *adds = compile_alloc(c, root->n_fields, sizeof *adds);

	if (all == NULL || adds == NULL)
		return compile_nomem(c);
	*all = *reads;
	window_needs(stage, all);
	for (size_t i = 0; i < root->n_fields; i++) {
		if (root->fields[i].expr == NULL)
			return 0;
		adds[i] = root->fields[i].name;
	}
	if (all->all || root->n_fields == 0)
		return 0;
	s->splice = splice_spec_create(c, all, adds, (uint32_t)root->n_fields);
	*ret = s->splice != NULL;
	return s->splice != NULL ? 0 : ERR_PIPELINE;
}

static const struct stage_ops window_ops = {
	.effect = STAGE_CHANGES,
	.state_size = sizeof(struct window_run),
	.open = window_open,
	.push = window_push,
	.finish = window_finish,
	.close = window_close,
	.needs = window_needs,
	.splice = window_splice,
};

/* ---- compiling ---- */

/* A variable that no pipeline can name, and the expression that reads it. */
static int bind_slot(struct compiler *c, uint32_t *ret_slot, struct expr **ret)
{
	struct scope *scope = c->scope;

	*ret_slot = compile_bind(c, STR("window"));
	int rc = expr_compile_path(c, STR("$$window"), ret);
	c->scope = scope;
	return rc;
}

static int compile_output(struct compiler *c, struct window_stage *s, struct str path,
                          struct value spec)
{
	struct window_fn *f = &s->fns[s->n_fns];
	struct expr *e;

	TRY(window_fn_compile(c, path, spec, s->sort_by, f));
	TRY(bind_slot(c, &s->slots[s->n_fns], &e));
	TRY(projection_put(c, &s->projection, path, e));
	s->n_fns++;
	return 0;
}

static int compile_outputs(struct compiler *c, struct window_stage *s, struct object *output)
{
	uint32_t n = object_n(c->arena, output);
	int rc = 0;

	s->fns = compile_alloc(c, n, sizeof *s->fns);
	s->slots = compile_alloc(c, n, sizeof *s->slots);
	if (s->fns == NULL || s->slots == NULL)
		return compile_nomem(c);
	s->projection.mode = PROJECTION_ADD;
	s->projection.conflict_code = 6307900;
	compile_enter(c, STR("output"));
	for (uint32_t i = 0; i < n; i++) {
		struct str path = object_key(output, i);

		compile_enter(c, path);
		if (compile_output(c, s, path, object_at(c->arena, output, i)) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	compile_leave(c);
	return rc != 0 ? rc : projection_seal(c, &s->projection);
}

/* A constant array is an error without any document, so constants are found here in any case. */
static int compile_partition(struct compiler *c, struct window_stage *s, struct value spec)
{
	unsigned rules = c->rules;
	int rc;

	if (spec.type == VALUE_MISSING)
		return 0;
	compile_enter(c, STR("partitionBy"));
	c->rules |= PLAN_RULE_FOLD;
	rc = expr_compile(c, spec, &s->partition_by);
	c->rules = rules;
	if (rc == 0 && expr_is_constant(s->partition_by) &&
	    expr_constant_value(s->partition_by).type == VALUE_ARRAY)
		rc = compile_fail(c, 14, NULL,
		                  "An expression used to partition cannot evaluate to "
		                  "value of type array");
	compile_leave(c);
	return rc;
}

int window_stage_compile(struct compiler *c, struct value partition_by, struct value sort_by,
                         struct value output, struct stage **ret)
{
	struct window_stage *s = stage_create(c, sizeof *s, &window_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	TRY(compile_partition(c, s, partition_by));
	if (sort_by.type != VALUE_MISSING) {
		compile_enter(c, STR("sortBy"));
		int rc = sort_spec_compile(c, "$setWindowFields", sort_by, &s->sort_by);
		compile_leave(c);
		TRY(rc);
	}
	TRY(compile_outputs(c, s, output.object));
	*ret = &s->stage;
	return 0;
}

static int set_window_fields_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct value partition_by, sort_by, output;
	const struct spec_field fields[] = {
		{ "partitionBy", false, VALUE_MISSING, &partition_by },
		{ "sortBy", false, VALUE_OBJECT, &sort_by },
		{ "output", true, VALUE_OBJECT, &output },
	};

	if (spec.type != VALUE_OBJECT)
		return compile_fail(
			c, 9, "$setWindowFields",
			"the $setWindowFields stage specification must be an object, found %s",
			value_type_name(spec.type));
	TRY(spec_fields_read(c, "$setWindowFields", spec, fields, ARRAY_LEN(fields)));
	return window_stage_compile(c, partition_by, sort_by, output, ret);
}

const struct stage_op stage_set_window_fields_ops[] = {
	{
		.name = "$setWindowFields",
		.doc = "Fields computed for each document from those around it, partition by partition.",
		.usage = "{$setWindowFields: {partitionBy: expression, sortBy: {field: 1 or -1, …}, "
			 "output: {field: {$function: …, window: …}, …}}}",
		.compile = set_window_fields_compile,
	},
	{ 0 }
};
