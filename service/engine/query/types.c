/* Types by MongoDB's names and numbers. */
#include "engine/query/types.h"

#include "doc/value.h"

#define BIT QUERY_TYPE_BIT
#define NUMBERS (BIT(VALUE_INT) | BIT(VALUE_LONG) | BIT(VALUE_DOUBLE) | BIT(VALUE_DECIMAL))

/* MongoDB's numbers and names; types that JSON does not have match nothing. */
static const struct {
	const char *alias;
	int code;
	uint32_t types;
} known_types[] = {
	{ "double", 1, BIT(VALUE_DOUBLE) },
	{ "string", 2, BIT(VALUE_STRING) },
	{ "object", 3, BIT(VALUE_OBJECT) },
	{ "array", 4, BIT(VALUE_ARRAY) },
	{ "binData", 5, QUERY_TYPE_NONE },
	{ "undefined", 6, QUERY_TYPE_NONE },
	{ "objectId", 7, QUERY_TYPE_NONE },
	{ "bool", 8, BIT(VALUE_BOOL) },
	{ "date", 9, BIT(VALUE_DATE) },
	{ "null", 10, BIT(VALUE_NULL) },
	{ "regex", 11, QUERY_TYPE_NONE },
	{ "dbPointer", 12, QUERY_TYPE_NONE },
	{ "javascript", 13, QUERY_TYPE_NONE },
	{ "symbol", 14, QUERY_TYPE_NONE },
	{ "javascriptWithScope", 15, QUERY_TYPE_NONE },
	{ "int", 16, BIT(VALUE_INT) },
	{ "timestamp", 17, QUERY_TYPE_NONE },
	{ "long", 18, BIT(VALUE_LONG) },
	{ "decimal", 19, BIT(VALUE_DECIMAL) },
	{ "minKey", -1, QUERY_TYPE_NONE },
	{ "maxKey", 127, QUERY_TYPE_NONE },
};

static int add_alias(struct compiler *c, struct str alias, uint32_t *types)
{
	const char *names[ARRAY_LEN(known_types) + 1] = { "number" };

	if (str_is(alias, "number")) {
		*types |= NUMBERS;
		return 0;
	}
	if (str_is(alias, "missing"))
		return compile_fail(c, 2, "$type",
		                    "'missing' is not a legal type name. To query for "
		                    "non-existence of a field, use {$exists:false}.");
	for (size_t i = 0; i < ARRAY_LEN(known_types); i++) {
		if (str_is(alias, known_types[i].alias)) {
			*types |= known_types[i].types;
			return 0;
		}
		names[i + 1] = known_types[i].alias;
	}
	return compile_fail_unknown(c, 2, alias, names, ARRAY_LEN(names),
	                            "Unknown type name alias: %.*s", STR_ARG(alias));
}

static int add_code(struct compiler *c, struct value v, uint32_t *types)
{
	int64_t code;

	if (!value_as_i64(v, &code))
		return compile_fail(c, 2, "$type", "Invalid numerical type code: %s",
		                    compile_text(c, v));
	if (code == 0)
		return compile_fail(c, 2, "$type",
		                    "Invalid numerical type code: 0. Instead use "
		                    "{$exists:false}.");
	for (size_t i = 0; i < ARRAY_LEN(known_types); i++)
		if (code == known_types[i].code) {
			*types |= known_types[i].types;
			return 0;
		}
	return compile_fail(c, 2, "$type", "Invalid numerical type code: %s", compile_text(c, v));
}

static int add_type(struct compiler *c, struct value v, uint32_t *types)
{
	if (v.type == VALUE_STRING)
		return add_alias(c, value_str(v), types);
	if (value_is_number(v))
		return add_code(c, v, types);
	return compile_fail(c, 14, "$type", "type must be represented as a number or a string");
}

int query_types_parse(struct compiler *c, struct value spec, uint32_t *types)
{
	int rc = 0;

	if (spec.type != VALUE_ARRAY)
		return add_type(c, spec, types);
	uint32_t n = array_n(c->arena, spec.array);
	if (n == 0)
		return compile_fail(c, 9, "$type", "$type must match at least one type");
	for (uint32_t i = 0; i < n; i++) {
		compile_enter_index(c, i);
		if (add_type(c, array_get(c->arena, spec.array, i), types) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	return rc;
}

/* ---- $jsonSchema ---- */

static const struct {
	const char *name;
	uint32_t types;
} json_types[] = {
	{ "array", BIT(VALUE_ARRAY) },   { "boolean", BIT(VALUE_BOOL) },
	{ "null", BIT(VALUE_NULL) },     { "number", NUMBERS },
	{ "object", BIT(VALUE_OBJECT) }, { "string", BIT(VALUE_STRING) },
};

static int add_json_type(struct compiler *c, struct str name, uint32_t *types)
{
	const char *names[ARRAY_LEN(json_types)];

	for (size_t i = 0; i < ARRAY_LEN(json_types); i++) {
		names[i] = json_types[i].name;
		if (str_is(name, names[i])) {
			*types |= json_types[i].types;
			return 0;
		}
	}
	if (str_is(name, "integer"))
		return compile_fail(c, 9, "$jsonSchema",
		                    "$jsonSchema type 'integer' is not currently supported.");
	return compile_fail_unknown(c, 2, name, names, ARRAY_LEN(names),
	                            "Unknown type name alias: %.*s", STR_ARG(name));
}

static int add_schema_type(struct compiler *c, const char *keyword, struct value v, bool is_bson,
                           uint32_t *types)
{
	if (v.type != VALUE_STRING)
		return compile_fail(c, 14, "$jsonSchema",
		                    "$jsonSchema keyword '%s' must be either a "
		                    "string or an array of strings",
		                    keyword);
	return is_bson ? add_alias(c, value_str(v), types) : add_json_type(c, value_str(v), types);
}

int query_types_parse_schema(struct compiler *c, const char *keyword, struct value spec,
                             bool is_bson, uint32_t *types)
{
	if (spec.type != VALUE_ARRAY)
		return add_schema_type(c, keyword, spec, is_bson, types);
	uint32_t n = array_n(c->arena, spec.array);
	if (n == 0)
		return compile_fail(c, 9, "$jsonSchema",
		                    "$jsonSchema keyword '%s' must name at least one type", keyword);
	for (uint32_t i = 0; i < n; i++)
		TRY(add_schema_type(c, keyword, array_get(c->arena, spec.array, i), is_bson, types));
	return 0;
}
