/* $graphLookup: compiling one. */
#include "engine/stage/graph_lookup.h"

enum option {
	FROM,
	START,
	CONNECT_FROM,
	CONNECT_TO,
	AS,
	MAX_DEPTH,
	DEPTH_FIELD,
	RESTRICT,
	N_OPTIONS
};

static const char *const option_names[N_OPTIONS] = {
	[FROM] = "from",
	[START] = "startWith",
	[CONNECT_FROM] = "connectFromField",
	[CONNECT_TO] = "connectToField",
	[AS] = "as",
	[MAX_DEPTH] = "maxDepth",
	[DEPTH_FIELD] = "depthField",
	[RESTRICT] = "restrictSearchWithMatch",
};

static int compile_place(struct compiler *c, struct value v, struct field_place *ret,
                         const struct query_path **ret_path)
{
	struct field_place place;

	TRY(field_place_compile(c, value_str(v), &place));
	if (ret != NULL)
		*ret = place;
	if (ret_path == NULL)
		return 0;
	*ret_path = query_path_create(c, value_str(v));
	return *ret_path == NULL ? ERR_PIPELINE : 0;
}

static int compile_depth_max(struct compiler *c, struct graph_stage *s, struct value v)
{
	int64_t depth;

	if (!value_is_number(v))
		return compile_fail(c, 40100, "$graphLookup",
		                    "maxDepth requires numeric argument, found type: %s",
		                    value_type_name(v.type));
	if (value_f64(v) < 0)
		return compile_fail(c, 40101, "$graphLookup",
		                    "maxDepth requires a nonnegative argument, found: %s",
		                    compile_text(c, v));
	if (!value_as_i64(v, &depth))
		return compile_fail(c, 40102, "$graphLookup",
		                    "maxDepth could not be represented as a long long: %s",
		                    compile_text(c, v));
	s->depth_max = (uint64_t)depth;
	return 0;
}

static int compile_option(struct compiler *c, struct graph_stage *s, enum option option,
                          struct value v)
{
	bool is_text = option != START && option != MAX_DEPTH && option != RESTRICT;

	if (is_text && v.type != VALUE_STRING)
		return compile_fail(c, 40103, "$graphLookup",
		                    "expected string as argument for %s, found: %s",
		                    option_names[option], compile_text(c, v));
	switch (option) {
	case START: return expr_compile(c, v, &s->start);
	case CONNECT_FROM: return compile_place(c, v, NULL, &s->connect_from);
	case CONNECT_TO: return compile_place(c, v, NULL, &s->connect_to);
	case AS: return compile_place(c, v, &s->as, NULL);
	case DEPTH_FIELD: return compile_place(c, v, &s->depth, NULL);
	case MAX_DEPTH: return compile_depth_max(c, s, v);
	case RESTRICT:
		if (v.type != VALUE_OBJECT)
			return compile_fail(c, 40185, "$graphLookup",
			                    "restrictSearchWithMatch must be an object, found %s",
			                    value_type_name(v.type));
		return query_compile(c, v, &s->restriction);
	default: s->from = value_str(v); return 0;
	}
}

static int compile_options(struct compiler *c, struct graph_stage *s, struct object *spec,
                           bool *is_given)
{
	uint32_t n = object_n(c->arena, spec);
	int rc = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct str name = object_key(spec, i);
		size_t option = 0;

		while (option < N_OPTIONS && !str_is(name, option_names[option]))
			option++;
		compile_enter(c, name);
		if (option == N_OPTIONS)
			rc = compile_fail_unknown(c, 40104, name, option_names, N_OPTIONS,
			                          "Unknown argument to $graphLookup: %.*s",
			                          STR_ARG(name));
		else if (compile_option(c, s, (enum option)option, object_at(c->arena, spec, i)) != 0)
			rc = ERR_PIPELINE;
		else
			is_given[option] = true;
		compile_leave(c);
	}
	return rc;
}

static int graph_compile(struct compiler *c, struct value spec, struct stage **ret)
{
	struct graph_stage *s = stage_create(c, sizeof *s, &graph_stage_ops);
	bool is_given[N_OPTIONS] = { false };

	if (s == NULL)
		return ERR_PIPELINE;
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 40327, "$graphLookup",
		                    "the $graphLookup stage specification must be an object, but found "
		                    "%s",
		                    value_type_name(spec.type));
	s->depth_max = UINT64_MAX;
	TRY(compile_options(c, s, spec.object, is_given));
	for (size_t i = 0; i <= AS; i++)
		if (!is_given[i])
			return compile_fail(
				c, 40105, "$graphLookup",
				"$graphLookup requires 'from', 'as', 'startWith', "
				"'connectFromField', and 'connectToField' to be specified.");
	*ret = &s->stage;
	return 0;
}

const struct stage_op stage_graph_lookup_ops[] = {
	{
		.name = "$graphLookup",
		.doc = "Adds an array of the documents of a collection that are reached from each "
		       "document, link by link.",
		.usage = "{$graphLookup: {from: collection, startWith: expression, connectFromField: "
			 "field, connectToField: field, as: field, maxDepth: whole number, depthField: "
			 "field, restrictSearchWithMatch: filter}}",
		.compile = graph_compile,
	},
	{ 0 }
};
