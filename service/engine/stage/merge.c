/* $merge: compiling one. */
#include "engine/stage/merge.h"

struct options {
	struct value into, on, let, matched, not_matched;
};

static const char *const matched_names[] = {
	[MATCHED_MERGE] = "merge",
	[MATCHED_REPLACE] = "replace",
	[MATCHED_KEEP_EXISTING] = "keepExisting",
	[MATCHED_FAIL] = "fail",
	[MATCHED_PIPELINE] = "pipeline",
};

static const char *const not_matched_names[] = {
	[NOT_MATCHED_INSERT] = "insert",
	[NOT_MATCHED_DISCARD] = "discard",
	[NOT_MATCHED_FAIL] = "fail",
};

static int read_options(struct compiler *c, struct object *spec, struct options *o)
{
	static const char *const known[] = { "into", "on", "let", "whenMatched", "whenNotMatched" };
	struct value *const places[] = { &o->into, &o->on, &o->let, &o->matched, &o->not_matched };
	uint32_t n = object_n(c->arena, spec);
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct str name = object_key(spec, i);
		size_t k = 0;

		while (k < ARRAY_LEN(known) && !str_is(name, known[k]))
			k++;
		if (k == ARRAY_LEN(known))
			rc = compile_fail_unknown(c, 40415, name, known, ARRAY_LEN(known),
			                          "BSON field '$merge.%.*s' is an unknown field.",
			                          STR_ARG(name));
		else
			*places[k] = object_at(c->arena, spec, i);
	}
	return rc;
}

/* ---- on ---- */

static int compile_on_name(struct compiler *c, struct merge_stage *s, struct value v)
{
	if (v.type != VALUE_STRING)
		return compile_fail(c, 51134, "$merge",
		                    "$merge 'on' array elements must be strings, but found %s",
		                    value_type_name(v.type));
	return field_place_compile(c, value_str(v), &s->on[s->n_on++]);
}

static int compile_on(struct compiler *c, struct merge_stage *s, struct value on)
{
	uint32_t n = on.type == VALUE_ARRAY ? array_n(c->arena, on.array) : 1;

	if (on.type == VALUE_MISSING) {
		on = value_string(STR("_id"));
		s->is_on_id = true;
	}
	if (on.type != VALUE_STRING && on.type != VALUE_ARRAY)
		return compile_fail(c, 51186, "$merge",
		                    "$merge 'on' field must be either a string or an "
		                    "array of strings, but found %s",
		                    value_type_name(on.type));
	if (n == 0)
		return compile_fail(c, 51187, "$merge",
		                    "If explicitly specifying $merge 'on', must include at least one "
		                    "field");
	s->on = compile_alloc(c, n, sizeof *s->on);
	if (s->on == NULL)
		return compile_nomem(c);
	if (on.type == VALUE_STRING) {
		s->is_on_id |= str_is(value_str(on), "_id");
		return compile_on_name(c, s, on);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct value v = array_get(c->arena, on.array, i);

		for (uint32_t k = 0; k < i; k++)
			if (value_eq(c->arena, v, array_get(c->arena, on.array, k)))
				return compile_fail(c, 31465, "$merge", "Found a duplicate field %s",
				                    compile_text(c, v));
		TRY(compile_on_name(c, s, v));
	}
	return 0;
}

/* ---- what to do ---- */

static int compile_choice(struct compiler *c, const char *option, struct value v,
                          const char *const *names, size_t n_names, int *ret)
{
	if (v.type == VALUE_MISSING)
		return 0; /* the first is the default */
	if (v.type != VALUE_STRING)
		return compile_fail(c, 51191, "$merge", "$merge '%s' must be a string, not %s",
		                    option, value_type_name(v.type));
	for (size_t i = 0; i < n_names; i++)
		if (str_is(value_str(v), names[i])) {
			*ret = (int)i;
			return 0;
		}
	return compile_fail_unknown(c, 2, value_str(v), names, n_names,
	                            "Enumeration value '%.*s' for field '$merge.%s' is not a valid "
	                            "value.",
	                            STR_ARG(value_str(v)), option);
}

/* Of a single document, so only stages that make one of one. */
static int check_update(struct compiler *c, const struct pipeline *p)
{
	static const char *const allowed[] = {
		"$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith",
	};

	for (size_t i = 0; i < p->n_stages; i++) {
		const char *name = p->stages[i]->op->name;
		bool is_allowed = false;

		for (size_t k = 0; k < ARRAY_LEN(allowed); k++)
			is_allowed |= str_is(str_from(name), allowed[k]);
		if (!is_allowed)
			return compile_fail(c, 72, name,
			                    "%s is not allowed to be used within an update", name);
	}
	return 0;
}

/* The new document is $$new, unless let says otherwise. */
static int compile_lets(struct compiler *c, struct merge_stage *s, struct value let)
{
	bool is_given = let.type != VALUE_MISSING;
	int rc = 0;

	if (is_given && let.type != VALUE_OBJECT)
		return compile_fail(c, 14, "$merge",
		                    "BSON field '$merge.let' is the wrong type '%s', "
		                    "expected type 'object'",
		                    value_type_name(let.type));
	s->n_lets = is_given ? object_n(c->arena, let.object) : 1;
	s->lets = compile_alloc(c, s->n_lets, sizeof *s->lets);
	if (s->lets == NULL)
		return compile_nomem(c);
	for (size_t i = 0; i < s->n_lets; i++) {
		struct merge_let *l = &s->lets[i];
		uint32_t k = (uint32_t)i;

		l->name = is_given ? object_key(let.object, k) : STR("new");
		if (compile_check_variable(c, l->name) != 0 ||
		    expr_compile(c,
		                 is_given ? object_at(c->arena, let.object, k)
		                          : value_string(STR("$$ROOT")),
		                 &l->expr) != 0)
			rc = ERR_PIPELINE;
	}
	for (size_t i = 0; i < s->n_lets; i++)
		s->lets[i].slot = compile_bind(c, s->lets[i].name);
	return rc;
}

static int compile_update(struct compiler *c, struct merge_stage *s, const struct options *o)
{
	struct scope *scope = c->scope;

	s->matched = MATCHED_PIPELINE;
	int rc = compile_lets(c, s, o->let);
	compile_enter(c, STR("whenMatched"));
	if (sub_pipeline_compile(c, "$merge", o->matched, &s->update) != 0)
		rc = ERR_PIPELINE;
	else if (rc == 0)
		rc = check_update(c, &s->update.pipeline);
	compile_leave(c);
	c->scope = scope;
	return rc;
}

static int compile_modes(struct compiler *c, struct merge_stage *s, const struct options *o)
{
	int matched = MATCHED_MERGE, not_matched = NOT_MATCHED_INSERT;

	TRY(compile_choice(c, "whenNotMatched", o->not_matched, not_matched_names,
	                   ARRAY_LEN(not_matched_names), &not_matched));
	s->not_matched = (enum when_not_matched)not_matched;
	if (o->matched.type == VALUE_ARRAY)
		return compile_update(c, s, o);
	TRY(compile_choice(c, "whenMatched", o->matched, matched_names, MATCHED_PIPELINE, &matched));
	s->matched = (enum when_matched)matched;
	if (o->let.type != VALUE_MISSING)
		return compile_fail(c, 51199, "$merge",
		                    "Cannot use 'let' variables with 'whenMatched: %s' mode",
		                    matched_names[matched]);
	if (not_matched != NOT_MATCHED_INSERT &&
	    (matched == MATCHED_KEEP_EXISTING || matched == MATCHED_FAIL))
		return compile_fail(c, 51181, "$merge",
		                    "Combination of {whenMatched: %s} and "
		                    "{whenNotMatched: %s} is not supported",
		                    matched_names[matched], not_matched_names[not_matched]);
	return 0;
}

static int merge_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct merge_stage *s = stage_create(c, sizeof *s, &merge_stage_ops);
	struct options o = { spec, MISSING, MISSING, MISSING, MISSING };

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_STRING && spec.type != VALUE_OBJECT)
		return compile_fail(c, 51182, "$merge",
		                    "$merge requires a string or object argument, but found %s",
		                    value_type_name(spec.type));
	if (spec.type == VALUE_OBJECT) {
		o.into = MISSING;
		TRY(read_options(c, spec.object, &o));
	}
	if (o.into.type == VALUE_MISSING)
		return compile_fail(c, 40414, "$merge",
		                    "BSON field '$merge.into' is missing but a required field");
	TRY(written_compile_name(c, "$merge", 51178, o.into, &s->into));
	TRY(compile_on(c, s, o.on));
	TRY(compile_modes(c, s, &o));
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_merge_ops[] = {
	{
		.name = "$merge",
		.doc = "Puts the documents into a collection and leaves it as part of the answer.",
		.usage = "{$merge: {into: collection, on: field or [field, …], let: {name: expression, "
			 "…}, whenMatched: \"merge\", \"replace\", \"keepExisting\", \"fail\" or [stage, "
			 "…], whenNotMatched: \"insert\", \"discard\" or \"fail\"}}",
		.flags = STAGE_LAST_ONLY | STAGE_NOT_IN_FACET,
		.compile = merge_compile,
	},
	{ 0 }
};
