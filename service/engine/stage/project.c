/* $project, $addFields, $set and $unset: documents by a projection. */
#include <string.h>

#include "engine/stage/projection.h"
#include "engine/stage/stage.h"

struct project_stage {
	struct stage stage;
	struct projection projection;
};

static int project_push(struct node *n, struct value *docs, size_t n_docs)
{
	const struct project_stage *s = (const struct project_stage *)n->stage;

	for (size_t i = 0; i < n_docs; i++) {
		node_bind(n, docs[i], i);
		TRY(projection_apply(&s->projection, n->state, n->ev, docs[i], &docs[i]));
	}
	TRY(eval_check(n->ev));
	return node_emit(n, docs, n_docs);
}

static void project_needs(const struct stage *stage, struct needs *needs)
{
	projection_needs(&((const struct project_stage *)stage)->projection, needs);
}

static bool project_lets_pass(const struct stage *stage, const struct needs *reads)
{
	const struct projection *p = &((const struct project_stage *)stage)->projection;

	return projection_is_safe(p) && projection_spares(p, reads);
}

static bool project_drop_unused(struct compiler *c, struct stage *stage, const struct needs *later)
{
	return projection_drop_unused(c, &((struct project_stage *)stage)->projection, later);
}

static const struct stage_ops replacing_ops = {
	.effect = STAGE_REPLACES,
	.state_size = sizeof(struct projection_state),
	.push = project_push,
	.needs = project_needs,
	.lets_pass = project_lets_pass,
	.drop_unused = project_drop_unused,
	.is_apart = true,
};

static const struct stage_ops changing_ops = {
	.effect = STAGE_CHANGES,
	.state_size = sizeof(struct projection_state),
	.push = project_push,
	.needs = project_needs,
	.lets_pass = project_lets_pass,
	.drop_unused = project_drop_unused,
	.is_apart = true,
};

/* ---- the specification ---- */

struct spec {
	struct compiler *c;
	struct projection *p;
	bool is_id_kept; /* "_id": 1 was said */
	size_t n_others; /* fields besides a plain "_id": 0 or 1 */
};

static bool is_flag(struct value v)
{
	return value_is_number(v) || v.type == VALUE_BOOL;
}

static bool is_operator(struct compiler *c, struct object *o)
{
	return object_n(c->arena, o) > 0 && object_key(o, 0).len > 0 &&
	       object_key(o, 0).data[0] == '$';
}

static struct str path_join(struct compiler *c, struct str above, struct str name)
{
	const char *joined;

	if (above.len == 0)
		return name;
	joined = arena_printf(c->arena, "%.*s.%.*s", STR_ARG(above), STR_ARG(name));
	return joined == NULL ? name : str_from(joined);
}

static int put_flag(struct spec *s, struct str path, bool is_kept)
{
	enum projection_mode mode = is_kept ? PROJECTION_INCLUDE : PROJECTION_EXCLUDE;

	if (str_is(path, "_id")) {
		s->is_id_kept = is_kept;
		s->p->is_id_dropped = !is_kept;
		return 0;
	}
	s->n_others++;
	if (s->p->mode == PROJECTION_UNDECIDED)
		s->p->mode = mode;
	if (s->p->mode != mode)
		return compile_fail(s->c, is_kept ? 31253 : 31254, NULL,
		                    "Cannot do %s on field %.*s in %s projection",
		                    is_kept ? "inclusion" : "exclusion", STR_ARG(path),
		                    is_kept ? "exclusion" : "inclusion");
	return projection_put(s->c, s->p, path, NULL);
}

/* An unknown operator right in a field of $project has a code of its own. */
static int check_known(struct spec *s, struct value v)
{
	if (s->p->mode == PROJECTION_ADD || v.type != VALUE_OBJECT || !is_operator(s->c, v.object) ||
	    object_n(s->c->arena, v.object) != 1 || expr_op_find(object_key(v.object, 0)) != NULL)
		return 0;
	return expr_fail_unknown(s->c, object_key(v.object, 0), true);
}

static int put_computed(struct spec *s, struct str path, struct value v)
{
	const char *prefix = s->c->prefix;
	struct expr *e = NULL;

	s->n_others++;
	if (s->p->mode == PROJECTION_EXCLUDE)
		return compile_fail(s->c, 31252, NULL,
		                    "Cannot use expression other than $meta in exclusion projection");
	TRY(check_known(s, v));
	int rc = expr_compile(s->c, v, &e);
	s->c->prefix = prefix;
	TRY(rc);
	if (s->p->mode == PROJECTION_UNDECIDED)
		s->p->mode = PROJECTION_INCLUDE;
	return projection_put(s->c, s->p, path, e);
}

static int put_fields(struct spec *s, struct str above, struct object *o);

static int put(struct spec *s, struct str path, struct value v)
{
	bool is_object = v.type == VALUE_OBJECT && !is_operator(s->c, v.object);

	if (s->p->mode != PROJECTION_ADD && is_flag(v))
		return put_flag(s, path, value_is_true(v));
	if (!is_object)
		return put_computed(s, path, v);
	if (object_n(s->c->arena, v.object) > 0)
		return put_fields(s, path, v.object);
	if (s->p->mode == PROJECTION_ADD)
		return put_computed(s, path, v);
	return compile_fail(
		s->c, 51270, NULL,
		"An empty sub-projection is not a valid value. Found empty object at path %.*s",
		STR_ARG(path));
}

static int put_fields(struct spec *s, struct str above, struct object *o)
{
	uint32_t n = object_n(s->c->arena, o);
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct str key = object_key(o, i);

		compile_enter(s->c, key);
		if (put(s, path_join(s->c, above, key), object_at(s->c->arena, o, i)) != 0)
			rc = ERR_PIPELINE;
		compile_leave(s->c);
	}
	return rc;
}

/* What was said of _id, once the rest has decided what kind of projection it is. */
static int settle_id(struct spec *s)
{
	struct projection *p = s->p;

	if (p->mode == PROJECTION_UNDECIDED)
		p->mode = p->is_id_dropped ? PROJECTION_EXCLUDE : PROJECTION_INCLUDE;
	if (p->mode == PROJECTION_EXCLUDE && p->is_id_dropped)
		return projection_put(s->c, p, STR("_id"), NULL);
	return 0;
}

static int compile_fields(struct compiler *c, struct object *o, struct project_stage *stage)
{
	struct spec s = { .c = c, .p = &stage->projection };

	TRY(put_fields(&s, (struct str){ "", 0 }, o));
	if (s.p->mode != PROJECTION_ADD)
		TRY(settle_id(&s));
	return projection_seal(c, s.p);
}

static int compile_prefixed(struct compiler *c, const char *prefix, struct object *o,
                            struct project_stage *stage)
{
	const char *before = c->prefix;

	c->prefix = prefix;
	int rc = compile_fields(c, o, stage);
	c->prefix = before;
	return rc;
}

static int project_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct project_stage *s = stage_create(c, sizeof *s, &replacing_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 15969, "$project",
		                    "$project specification must be an object");
	if (object_n(c->arena, spec.object) == 0)
		return compile_fail(c, 51272, "$project",
		                    "Invalid $project :: caused by :: projection specification must have "
		                    "at least one field");
	TRY(compile_prefixed(c, "Invalid $project :: caused by :: ", spec.object, s));
	if (s->projection.mode == PROJECTION_EXCLUDE)
		s->stage.ops = &changing_ops;
	*ret = &s->stage;
	return 0;
}

static int add_compile(struct compiler *c, const char *name, const char *prefix, struct value spec,
                       struct stage **ret)
{
	struct project_stage *s = stage_create(c, sizeof *s, &changing_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 40272, name,
		                    "%s specification stage must be an object, got %s", name,
		                    value_type_name(spec.type));
	s->projection.mode = PROJECTION_ADD;
	if (object_n(c->arena, spec.object) == 0)
		return compile_fail(c, 40177, name, "%sspecification must have at least one field",
		                    prefix);
	TRY(compile_prefixed(c, prefix, spec.object, s));
	*ret = &s->stage;
	return 0;
}

static int add_fields_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	return add_compile(c, "$addFields", "Invalid $addFields :: caused by :: ", spec, ret);
}

static int set_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	return add_compile(c, "$set", "Invalid $set :: caused by :: ", spec, ret);
}

static int unset_path(struct compiler *c, struct value path, struct projection *p)
{
	if (path.type != VALUE_STRING)
		return compile_fail(c, 31120, "$unset",
		                    "$unset specification must be a string or an array containing only "
		                    "string values");
	return projection_put(c, p, value_str(path), NULL);
}

static int unset_paths(struct compiler *c, struct value spec, struct projection *p)
{
	uint32_t n = array_n(c->arena, spec.array);
	int rc = 0;

	if (n == 0)
		return compile_fail(c, 31119, "$unset",
		                    "$unset specification must be a string or an array with at least one "
		                    "field");
	for (uint32_t i = 0; i < n; i++) {
		compile_enter_index(c, i);
		if (unset_path(c, array_get(c->arena, spec.array, i), p) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

static int unset_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct project_stage *s = stage_create(c, sizeof *s, &changing_ops);

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_STRING && spec.type != VALUE_ARRAY)
		return compile_fail(c, 31002, "$unset",
		                    "$unset specification must be a string or an array");
	s->projection.mode = PROJECTION_EXCLUDE;
	if (spec.type == VALUE_STRING)
		TRY(unset_path(c, spec, &s->projection));
	else
		TRY(unset_paths(c, spec, &s->projection));
	TRY(projection_seal(c, &s->projection));
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_project_ops[] = {
	{
		.name = "$project",
		.doc = "Documents with the fields named kept, left out, or computed.",
		.usage = "{$project: {field: 1 | 0 | expression, …}}",
		.compile = project_compile,
	},
	{
		.name = "$addFields",
		.doc = "Documents with fields added or replaced.",
		.usage = "{$addFields: {field: expression, …}}",
		.compile = add_fields_compile,
	},
	{
		.name = "$set",
		.doc = "Documents with fields added or replaced; another name of $addFields.",
		.usage = "{$set: {field: expression, …}}",
		.compile = set_compile,
	},
	{
		.name = "$unset",
		.doc = "Documents without the fields named.",
		.usage = "{$unset: field | [field, …]}",
		.compile = unset_compile,
	},
	{ 0 }
};
