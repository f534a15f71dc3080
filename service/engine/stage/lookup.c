/* $lookup: compiling one. */
#include "engine/stage/lookup.h"

#include "engine/stage/match.h"

struct options {
	struct value from, as, local, foreign, let, pipeline;
};

static int read_option(struct compiler *c, struct str name, struct value v, struct options *o)
{
	static const char *const known[] = {
		"from", "as", "localField", "foreignField", "let", "pipeline",
	};
	struct value *const places[] = {
		&o->from, &o->as, &o->local, &o->foreign, &o->let, &o->pipeline,
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (!str_is(name, known[i]))
			continue;
		if (i < 4 && v.type != VALUE_STRING)
			return compile_fail(c, 9, "$lookup",
			                    "$lookup argument '%s: %s' must be a string, is type %s",
			                    known[i], compile_text(c, v), value_type_name(v.type));
		*places[i] = v;
		return 0;
	}
	return compile_fail_unknown(c, 9, name, known, ARRAY_LEN(known),
	                            "unknown argument to $lookup: %.*s: %s", STR_ARG(name),
	                            compile_text(c, v));
}

static int read_options(struct compiler *c, struct object *spec, struct options *o)
{
	uint32_t n = object_n(c->arena, spec);
	int rc = 0;

	*o = (struct options){ MISSING, MISSING, MISSING, MISSING, MISSING, MISSING };
	for (uint32_t i = 0; i < n; i++) {
		struct str name = object_key(spec, i);

		compile_enter(c, name);
		if (read_option(c, name, object_at(c->arena, spec, i), o) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

static bool is_given(struct value v)
{
	return v.type != VALUE_MISSING;
}

static int check_options(struct compiler *c, const struct options *o)
{
	if (!is_given(o->as))
		return compile_fail(c, 9, "$lookup", "must specify 'as' field for a $lookup");
	if (!is_given(o->from) && !is_given(o->pipeline))
		return compile_fail(c, 9, "$lookup", "must specify 'pipeline' when 'from' is empty");
	if (is_given(o->local) != is_given(o->foreign))
		return compile_fail(c, 9, "$lookup",
		                    "$lookup requires both or neither of 'localField' "
		                    "and 'foreignField' to be specified");
	if (!is_given(o->pipeline) && !is_given(o->local))
		return compile_fail(c, 9, "$lookup",
		                    "$lookup requires either 'pipeline' or both "
		                    "'localField' and 'foreignField' to be specified");
	if (is_given(o->let) && !is_given(o->pipeline))
		return compile_fail(c, 9, "$lookup",
		                    "$lookup with a 'let' argument must also specify 'pipeline'");
	if (is_given(o->let) && o->let.type != VALUE_OBJECT)
		return compile_fail(c, 9, "$lookup",
		                    "$lookup argument 'let: %s' must be an object, is type %s",
		                    compile_text(c, o->let), value_type_name(o->let.type));
	return 0;
}

static int compile_path(struct compiler *c, const char *option, struct value v,
                        const struct query_path **ret)
{
	struct field_place checked;
	int rc;

	compile_enter(c, str_from(option));
	rc = field_place_compile(c, value_str(v), &checked);
	if (rc == 0) {
		*ret = query_path_create(c, value_str(v));
		rc = *ret == NULL ? ERR_PIPELINE : 0;
	}
	compile_leave(c);
	return rc;
}

/* The expressions first: none of them sees a variable that is made here. */
static int compile_lets(struct compiler *c, struct lookup_stage *s, struct object *let)
{
	int rc = 0;

	s->n_lets = object_n(c->arena, let);
	s->lets = compile_alloc(c, s->n_lets, sizeof *s->lets);
	if (s->lets == NULL)
		return compile_nomem(c);
	compile_enter(c, STR("let"));
	for (size_t i = 0; i < s->n_lets; i++) {
		struct lookup_let *l = &s->lets[i];

		l->name = object_key(let, (uint32_t)i);
		compile_enter(c, l->name);
		if (compile_check_variable(c, l->name) != 0 ||
		    expr_compile(c, object_at(c->arena, let, (uint32_t)i), &l->expr) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	compile_leave(c);
	for (size_t i = 0; i < s->n_lets; i++)
		s->lets[i].slot = compile_bind(c, s->lets[i].name);
	return rc;
}

/* The pipeline still asks for itself: the index only spares it what it would refuse. */
static int find_join(struct compiler *c, struct lookup_stage *s)
{
	const struct query *q = s->sub.pipeline.n_stages > 0 ? match_query(s->sub.pipeline.stages[0])
	                                                     : NULL;
	struct query_join join;

	if (!(c->rules & PLAN_RULE_JOIN) || s->sub.is_constant || q == NULL ||
	    !query_find_join(q, &join))
		return 0;
	s->foreign = query_path_create(c, join.field);
	if (s->foreign == NULL)
		return ERR_PIPELINE;
	s->join = join.value;
	c->rules_applied |= PLAN_RULE_JOIN;
	return 0;
}

static int compile_pipeline(struct compiler *c, struct lookup_stage *s, const struct options *o)
{
	struct scope *scope = c->scope;
	int rc = 0;

	if (is_given(o->let))
		rc = compile_lets(c, s, o->let.object);
	compile_enter(c, STR("pipeline"));
	if (sub_pipeline_compile(c, "$lookup", o->pipeline, &s->sub) != 0)
		rc = ERR_PIPELINE;
	compile_leave(c);
	c->scope = scope;
	if (rc != 0)
		return rc;
	s->has_pipeline = true;
	if (!is_given(o->from) && !s->sub.has_documents)
		return compile_fail(c, 9, "$lookup",
		                    "$lookup without 'from' must have a pipeline with "
		                    "$documents as its first stage");
	return s->local == NULL ? find_join(c, s) : 0;
}

static int lookup_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct lookup_stage *s = stage_create(c, sizeof *s, &lookup_stage_ops);
	struct options o;

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 9, "$lookup",
		                    "the $lookup stage specification must be an object, but found %s",
		                    value_type_name(spec.type));
	TRY(read_options(c, spec.object, &o));
	TRY(check_options(c, &o));
	if (is_given(o.from))
		s->from = value_str(o.from);
	TRY(field_place_compile(c, value_str(o.as), &s->as));
	if (is_given(o.local)) {
		TRY(compile_path(c, "localField", o.local, &s->local));
		TRY(compile_path(c, "foreignField", o.foreign, &s->foreign));
	}
	if (is_given(o.pipeline))
		TRY(compile_pipeline(c, s, &o));
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_lookup_ops[] = {
	{
		.name = "$lookup",
		.doc = "Adds an array of the documents of a collection that go with each document.",
		.usage = "{$lookup: {from: collection, localField: field, foreignField: field, "
			 "let: {name: expression, …}, pipeline: [stage, …], as: field}}",
		.compile = lookup_compile,
	},
	{ 0 }
};
