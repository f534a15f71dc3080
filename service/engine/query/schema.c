/* Schemas: compiling one, keyword by keyword. */
#include "engine/query/schema.h"

#include "engine/query/types.h"

typedef int keyword_fn(struct compiler *c, const char *name, struct schema *s, struct value v);

/* ---- kinds of arguments ---- */

static int fail_type(struct compiler *c, const char *name, const char *expected)
{
	return compile_fail(c, 14, "$jsonSchema", "$jsonSchema keyword '%s' must be %s", name,
	                    expected);
}

static int take_count(struct compiler *c, const char *name, struct value v, uint64_t *ret)
{
	int64_t n;

	if (!value_is_number(v))
		return fail_type(c, name, "a number");
	if (!value_as_i64(v, &n) || n < 0)
		return compile_fail(c, 9, "$jsonSchema",
		                    "$jsonSchema keyword '%s' must be a non-negative whole number",
		                    name);
	*ret = (uint64_t)n;
	return 0;
}

static int take_bool(struct compiler *c, const char *name, struct value v, bool *ret)
{
	if (v.type != VALUE_BOOL)
		return fail_type(c, name, "a boolean");
	*ret = v.boolean;
	return 0;
}

static int take_names(struct compiler *c, const char *name, struct value v, struct str **ret,
                      uint32_t *ret_n)
{
	if (v.type != VALUE_ARRAY)
		return fail_type(c, name, "an array");
	uint32_t n = array_n(c->arena, v.array);
	struct str *names = compile_alloc(c, n, sizeof *names);
	if (names == NULL)
		return compile_nomem(c);
	if (n == 0)
		return compile_fail(c, 9, "$jsonSchema",
		                    "$jsonSchema keyword '%s' cannot be an empty array", name);
	for (uint32_t i = 0; i < n; i++) {
		struct value item = array_get(c->arena, v.array, i);

		if (item.type != VALUE_STRING)
			return fail_type(c, name, "an array of strings");
		names[i] = value_str(item);
	}
	*ret = names;
	*ret_n = n;
	return 0;
}

static int take_regex(struct compiler *c, struct str pattern, struct regex **ret)
{
	struct regex_problem problem;

	*ret = regex_compile(c->arena, pattern, STR(""), &problem);
	if (*ret != NULL)
		return 0;
	if (problem.fault == REGEX_FAULT_NOMEM)
		return compile_nomem(c);
	return compile_fail(c, 51091, "$jsonSchema", "Regular expression is invalid: %s",
	                    problem.message);
}

static int take_schemas(struct compiler *c, const char *name, struct value v,
                        struct schema_list *ret)
{
	int rc = 0;

	if (v.type != VALUE_ARRAY)
		return fail_type(c, name, "an array");
	ret->n = array_n(c->arena, v.array);
	ret->schemas = compile_alloc(c, ret->n, sizeof(struct schema *));
	if (ret->schemas == NULL)
		return compile_nomem(c);
	if (ret->n == 0)
		return compile_fail(c, 2, "$jsonSchema",
		                    "$jsonSchema keyword '%s' must be a non-empty array", name);
	for (uint32_t i = 0; i < ret->n; i++) {
		compile_enter_index(c, i);
		if (schema_compile(c, array_get(c->arena, v.array, i), &ret->schemas[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

/* A schema, or a boolean: false allows nothing. */
static int take_beyond(struct compiler *c, const char *name, struct value v, struct schema **ret,
                       bool *ret_nothing)
{
	if (v.type == VALUE_OBJECT)
		return schema_compile(c, v, ret);
	if (v.type != VALUE_BOOL)
		return fail_type(c, name, "either an object or a boolean");
	*ret_nothing = !v.boolean;
	return 0;
}

/* ---- keywords ---- */

static int types_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	bool is_bson = str_is(STR("bsonType"), name);

	if (s->types != 0)
		return compile_fail(c, 9, "$jsonSchema",
		                    "Cannot specify both $jsonSchema keywords 'type' and 'bsonType'");
	return query_types_parse_schema(c, name, v, is_bson, &s->types);
}

static int enum_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	if (v.type != VALUE_ARRAY)
		return fail_type(c, name, "an array");
	uint32_t n = array_n(c->arena, v.array);
	if (n == 0)
		return compile_fail(c, 9, "$jsonSchema",
		                    "$jsonSchema keyword 'enum' cannot be an empty array");
	s->values = compile_alloc(c, 1, sizeof *s->values);
	if (s->values == NULL)
		return compile_nomem(c);
	value_set_init(s->values, c->arena, n);
	for (uint32_t i = 0; i < n; i++) {
		struct value item = array_get(c->arena, v.array, i);

		if (!value_share(c->arena, item))
			return compile_nomem(c);
		if (!value_set_add(s->values, schema_value(c->arena, item)) &&
		    !arena_failed(c->arena))
			return compile_fail(
				c, 9, "$jsonSchema",
				"$jsonSchema keyword 'enum' cannot contain duplicate values");
	}
	return 0;
}

static int bound_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	bool is_minimum = str_is(STR("minimum"), name);

	if (!value_is_number(v))
		return fail_type(c, name, "a number");
	*(is_minimum ? &s->minimum : &s->maximum) = v;
	*(is_minimum ? &s->has_minimum : &s->has_maximum) = true;
	return 0;
}

static int exclusive_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	return take_bool(c, name, v,
	                 str_is(STR("exclusiveMinimum"), name) ? &s->is_minimum_excluded
	                                                       : &s->is_maximum_excluded);
}

static int multiple_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	if (!value_is_number(v))
		return fail_type(c, name, "a number");
	if (!(value_f64(v) > 0))
		return compile_fail(c, 9, "$jsonSchema",
		                    "$jsonSchema keyword 'multipleOf' must have a positive value");
	s->multiple_of = v;
	return 0;
}

static int count_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	const struct {
		const char *name;
		uint64_t *place;
	} counts[] = {
		{ "minLength", &s->length_min },         { "maxLength", &s->length_max },
		{ "minItems", &s->items_min },           { "maxItems", &s->items_max },
		{ "minProperties", &s->properties_min }, { "maxProperties", &s->properties_max },
	};
	size_t i = 0;

	while (!str_is(str_from(name), counts[i].name))
		i++;
	return take_count(c, name, v, counts[i].place);
}

static int pattern_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	if (v.type != VALUE_STRING)
		return fail_type(c, name, "a string");
	return take_regex(c, value_str(v), &s->pattern);
}

static int items_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	if (v.type == VALUE_OBJECT)
		return schema_compile(c, v, &s->item);
	if (v.type != VALUE_ARRAY)
		return fail_type(c, name, "an array or an object");
	return take_schemas(c, name, v, &s->items);
}

static int additional_items_keyword(struct compiler *c, const char *name, struct schema *s,
                                    struct value v)
{
	return take_beyond(c, name, v, &s->item_beyond, &s->no_item_beyond);
}

static int unique_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	return take_bool(c, name, v, &s->are_items_unique);
}

static int required_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	return take_names(c, name, v, &s->required, &s->n_required);
}

static int properties_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	int rc = 0;

	if (v.type != VALUE_OBJECT)
		return fail_type(c, name, "an object");
	s->properties.n = object_n(c->arena, v.object);
	s->properties.schemas = compile_alloc(c, s->properties.n, sizeof(struct schema *));
	if (s->properties.schemas == NULL || !value_share(c->arena, v))
		return compile_nomem(c);
	s->names = v.object->shape;
	for (uint32_t i = 0; i < s->properties.n; i++) {
		compile_enter(c, s->names->keys[i]);
		if (schema_compile(c, object_at(c->arena, v.object, i),
		                   &s->properties.schemas[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

static int patterns_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	int rc = 0;

	if (v.type != VALUE_OBJECT)
		return fail_type(c, name, "an object");
	s->n_patterns = object_n(c->arena, v.object);
	s->patterns = compile_alloc(c, s->n_patterns, sizeof *s->patterns);
	if (s->patterns == NULL)
		return compile_nomem(c);
	for (uint32_t i = 0; i < s->n_patterns; i++) {
		compile_enter(c, object_key(v.object, i));
		if (take_regex(c, object_key(v.object, i), &s->patterns[i].regex) != 0 ||
		    schema_compile(c, object_at(c->arena, v.object, i), &s->patterns[i].schema) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

static int additional_properties_keyword(struct compiler *c, const char *name, struct schema *s,
                                         struct value v)
{
	return take_beyond(c, name, v, &s->property_beyond, &s->no_property_beyond);
}

static int dependencies_keyword(struct compiler *c, const char *name, struct schema *s,
                                struct value v)
{
	int rc = 0;

	if (v.type != VALUE_OBJECT)
		return fail_type(c, name, "an object");
	s->n_dependencies = object_n(c->arena, v.object);
	s->dependencies = compile_alloc(c, s->n_dependencies, sizeof *s->dependencies);
	if (s->dependencies == NULL)
		return compile_nomem(c);
	for (uint32_t i = 0; i < s->n_dependencies; i++) {
		struct schema_dependency *d = &s->dependencies[i];
		struct value item = object_at(c->arena, v.object, i);

		d->name = object_key(v.object, i);
		compile_enter(c, d->name);
		if (item.type == VALUE_OBJECT
		            ? schema_compile(c, item, &d->schema) != 0
		            : take_names(c, name, item, &d->required, &d->n_required) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

static int list_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	return take_schemas(c, name, v,
	                    str_is(STR("allOf"), name)   ? &s->all_of
	                    : str_is(STR("anyOf"), name) ? &s->any_of
	                                                 : &s->one_of);
}

static int not_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	if (v.type != VALUE_OBJECT)
		return fail_type(c, name, "an object");
	return schema_compile(c, v, &s->not );
}

static int text_keyword(struct compiler *c, const char *name, struct schema *s, struct value v)
{
	(void)s;
	return v.type == VALUE_STRING ? 0 : fail_type(c, name, "a string");
}

static const struct {
	const char *name;
	keyword_fn *compile; /* NULL: of JSON Schema, but not of MongoDB's */
} keywords[] = {
	{ "additionalItems", additional_items_keyword },
	{ "additionalProperties", additional_properties_keyword },
	{ "allOf", list_keyword },
	{ "anyOf", list_keyword },
	{ "bsonType", types_keyword },
	{ "dependencies", dependencies_keyword },
	{ "description", text_keyword },
	{ "enum", enum_keyword },
	{ "exclusiveMaximum", exclusive_keyword },
	{ "exclusiveMinimum", exclusive_keyword },
	{ "items", items_keyword },
	{ "maxItems", count_keyword },
	{ "maxLength", count_keyword },
	{ "maxProperties", count_keyword },
	{ "maximum", bound_keyword },
	{ "minItems", count_keyword },
	{ "minLength", count_keyword },
	{ "minProperties", count_keyword },
	{ "minimum", bound_keyword },
	{ "multipleOf", multiple_keyword },
	{ "not", not_keyword },
	{ "oneOf", list_keyword },
	{ "pattern", pattern_keyword },
	{ "patternProperties", patterns_keyword },
	{ "properties", properties_keyword },
	{ "required", required_keyword },
	{ "title", text_keyword },
	{ "type", types_keyword },
	{ "uniqueItems", unique_keyword },
	{ "$ref", NULL },
	{ "$schema", NULL },
	{ "default", NULL },
	{ "definitions", NULL },
	{ "format", NULL },
	{ "id", NULL },
};

static int compile_keyword(struct compiler *c, struct schema *s, struct str name, struct value v)
{
	const char *names[ARRAY_LEN(keywords)];

	for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
		names[i] = keywords[i].name;
		if (!str_is(name, names[i]))
			continue;
		if (keywords[i].compile == NULL)
			return compile_fail(c, 9, "$jsonSchema",
			                    "$jsonSchema keyword '%s' is not currently supported",
			                    names[i]);
		return keywords[i].compile(c, names[i], s, v);
	}
	return compile_fail_unknown(c, 9, name, names, ARRAY_LEN(names),
	                            "Unknown $jsonSchema keyword: %.*s", STR_ARG(name));
}

static int check_exclusive(struct compiler *c, const struct schema *s)
{
	if (s->is_minimum_excluded && !s->has_minimum)
		return compile_fail(c, 9, "$jsonSchema",
		                    "$jsonSchema keyword 'minimum' must be a "
		                    "present if exclusiveMinimum is present");
	if (s->is_maximum_excluded && !s->has_maximum)
		return compile_fail(c, 9, "$jsonSchema",
		                    "$jsonSchema keyword 'maximum' must be a "
		                    "present if exclusiveMaximum is present");
	return 0;
}

int schema_compile(struct compiler *c, struct value spec, struct schema **ret)
{
	struct schema *s = compile_alloc(c, 1, sizeof *s);
	int rc = 0;

	if (s == NULL)
		return compile_nomem(c);
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 14, "$jsonSchema", "$jsonSchema must be an object");
	if (c->depth >= COMPILE_DEPTH_MAX)
		return compile_fail(c, 2, "$jsonSchema", "the schema is nested deeper than %d",
		                    COMPILE_DEPTH_MAX);
	s->length_max = s->items_max = s->properties_max = UINT64_MAX;
	c->depth++;
	uint32_t n = object_n(c->arena, spec.object);
	for (uint32_t i = 0; i < n; i++) {
		struct str name = object_key(spec.object, i);

		compile_enter(c, name);
		if (compile_keyword(c, s, name, object_at(c->arena, spec.object, i)) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	c->depth--;
	*ret = s;
	return rc != 0 ? rc : check_exclusive(c, s);
}
