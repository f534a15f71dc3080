/* $unwind: a document for each item of an array. */
#include "engine/stage/fan_out.h"
#include "engine/stage/field_place.h"
#include "engine/stage/stage.h"

struct unwind_stage {
	struct stage stage;
	struct field_place path;
	struct field_place index; /* n_parts is 0 when it is not asked for */
	bool keeps_empty;
};

struct unwind_state {
	struct fan_out out;
	struct field_finder path, index;
};

static int unwind_open(struct node *n)
{
	const struct unwind_stage *s = (const struct unwind_stage *)n->stage;
	struct unwind_state *state = n->state;

	TRY(field_finder_init(&state->path, &s->path, n->ev));
	TRY(field_finder_init(&state->index, &s->index, n->ev));
	return fan_out_init(&state->out, n);
}

static void unwind_close(struct node *n)
{
	fan_out_deinit(&((struct unwind_state *)n->state)->out);
}

static int emit(struct node *n, struct value doc, struct value index)
{
	const struct unwind_stage *s = (const struct unwind_stage *)n->stage;
	struct unwind_state *state = n->state;
	struct value ignored;

	if (s->index.n_parts > 0 && doc.type == VALUE_OBJECT) {
		TRY(field_find(&state->index, n->ev, n->ev->arena, doc, &ignored));
		doc = field_put(&state->index, n->ev, index);
	}
	if (doc.type != VALUE_OBJECT)
		return eval_check(n->ev);
	return fan_out_add(&state->out, n, doc,
	                   doc.object->shape != NULL ? doc.object->shape->n : 1);
}

static int unwind_array(struct node *n, struct value doc, struct array *items)
{
	const struct unwind_stage *s = (const struct unwind_stage *)n->stage;
	struct unwind_state *state = n->state;
	uint32_t n_items = array_n(state->out.outer, items);

	if (n_items == 0 && s->keeps_empty) {
		TRY(eval_check(n->ev));
		doc = field_put(&state->path, n->ev, MISSING);
		return emit(n, doc, NUL_VALUE);
	}
	for (uint32_t i = 0; i < n_items && node_is_wanted(n); i++) {
		TRY(eval_tick(n->ev));
		doc = field_put(&state->path, n->ev, items->items[i]);
		TRY(emit(n, doc, value_long(i)));
	}
	return 0;
}

/* The array is opened in the outer arena: its items outlive a flush. */
static int unwind_document(struct node *n, struct value doc)
{
	const struct unwind_stage *s = (const struct unwind_stage *)n->stage;
	struct unwind_state *state = n->state;
	struct value v;

	TRY(field_find(&state->path, n->ev, state->out.outer, doc, &v));
	if (v.type == VALUE_ARRAY)
		return unwind_array(n, doc, v.array);
	if (value_is_nullish(v) && !s->keeps_empty)
		return 0;
	return emit(n, doc, NUL_VALUE);
}

static int unwind_documents(struct node *n, struct value *docs, size_t n_docs)
{
	for (size_t i = 0; i < n_docs && node_is_wanted(n); i++)
		TRY(unwind_document(n, docs[i]));
	return 0;
}

static int unwind_push(struct node *n, struct value *docs, size_t n_docs)
{
	struct unwind_state *state = n->state;

	fan_out_begin(&state->out, n);
	int rc = unwind_documents(n, docs, n_docs);
	return fan_out_end(&state->out, n, rc);
}

static void unwind_needs(const struct stage *stage, struct needs *needs)
{
	needs_add(needs, ((const struct unwind_stage *)stage)->path.parts[0]);
}

static bool unwind_lets_pass(const struct stage *stage, const struct needs *reads)
{
	const struct unwind_stage *s = (const struct unwind_stage *)stage;

	return !needs_has(reads, s->path.parts[0]) &&
	       (s->index.n_parts == 0 || !needs_has(reads, s->index.parts[0]));
}

static const struct stage_ops unwind_ops = {
	.effect = STAGE_CHANGES,
	.state_size = sizeof(struct unwind_state),
	.open = unwind_open,
	.push = unwind_push,
	.close = unwind_close,
	.needs = unwind_needs,
	.lets_pass = unwind_lets_pass,
	.is_apart = true,
	.emits_short = true,
};

static int compile_index(struct compiler *c, struct unwind_stage *s, struct value v)
{
	if (v.type != VALUE_STRING || v.len == 0)
		return compile_fail(c, 28810, "$unwind",
		                    "expected a non-empty string for the includeArrayIndex  option to "
		                    "$unwind stage, got %s",
		                    value_type_name(v.type));
	if (v.text[0] == '$')
		return compile_fail(c, 28822, "$unwind",
		                    "includeArrayIndex option to $unwind stage "
		                    "should not be prefixed with a '$': %.*s",
		                    STR_ARG(value_str(v)));
	return field_place_compile(c, value_str(v), &s->index);
}

static int compile_option(struct compiler *c, struct unwind_stage *s, struct str name,
                          struct value v, struct value *path)
{
	static const char *const known[] = {
		"path",
		"includeArrayIndex",
		"preserveNullAndEmptyArrays",
	};

	if (str_is(name, "path")) {
		if (v.type != VALUE_STRING)
			return compile_fail(c, 28808, "$unwind",
			                    "expected a string as the path for $unwind "
			                    "stage, got %s",
			                    value_type_name(v.type));
		*path = v;
		return 0;
	}
	if (str_is(name, "includeArrayIndex"))
		return compile_index(c, s, v);
	if (!str_is(name, "preserveNullAndEmptyArrays"))
		return compile_fail_unknown(c, 28811, name, known, ARRAY_LEN(known),
		                            "unrecognized option to $unwind stage: %.*s",
		                            STR_ARG(name));
	if (v.type != VALUE_BOOL)
		return compile_fail(c, 28809, "$unwind",
		                    "expected a boolean for the "
		                    "preserveNullAndEmptyArrays option to $unwind stage, got %s",
		                    value_type_name(v.type));
	s->keeps_empty = v.boolean;
	return 0;
}

static int compile_options(struct compiler *c, struct unwind_stage *s, struct object *options,
                           struct value *path)
{
	uint32_t n = object_n(c->arena, options);
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct str name = object_key(options, i);

		compile_enter(c, name);
		if (compile_option(c, s, name, object_at(c->arena, options, i), path) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

static int unwind_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct unwind_stage *s = stage_create(c, sizeof *s, &unwind_ops);
	struct value path = spec.type == VALUE_STRING ? spec : MISSING;

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_STRING && spec.type != VALUE_OBJECT)
		return compile_fail(c, 15981, "$unwind",
		                    "expected either a string or an object as "
		                    "specification for $unwind stage, got %s",
		                    value_type_name(spec.type));
	if (spec.type == VALUE_OBJECT)
		TRY(compile_options(c, s, spec.object, &path));
	if (path.type == VALUE_MISSING || path.len == 0)
		return compile_fail(c, 28812, "$unwind", "no path specified to $unwind stage");
	if (path.text[0] != '$')
		return compile_fail(c, 28818, "$unwind",
		                    "path option to $unwind stage should be prefixed with a '$': %.*s",
		                    STR_ARG(value_str(path)));
	*ret = &s->stage;
	return field_place_compile(c, (struct str){ path.text + 1, path.len - 1 }, &s->path);
}

const struct stage_op stage_unwind_ops[] = {
	{
		.name = "$unwind",
		.doc = "A document for each item of an array, with the item in its place.",
		.usage = "{$unwind: \"$path\"} or {$unwind: {path: \"$path\", includeArrayIndex: field, "
			 "preserveNullAndEmptyArrays: boolean}}",
		.compile = unwind_compile,
	},
	{ 0 }
};
