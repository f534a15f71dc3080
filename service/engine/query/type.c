/* $type: a value of one of the types. */
#include "engine/query/node.h"

struct type {
	struct query query;
	uint32_t types;   /* a bit for each enum value_type */
};

#define BIT(type) (UINT32_C(1) << (type))
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
	{ "binData", 5, 0 },
	{ "undefined", 6, 0 },
	{ "objectId", 7, 0 },
	{ "bool", 8, BIT(VALUE_BOOL) },
	{ "date", 9, BIT(VALUE_DATE) },
	{ "null", 10, BIT(VALUE_NULL) },
	{ "regex", 11, 0 },
	{ "dbPointer", 12, 0 },
	{ "javascript", 13, 0 },
	{ "symbol", 14, 0 },
	{ "javascriptWithScope", 15, 0 },
	{ "int", 16, BIT(VALUE_INT) },
	{ "timestamp", 17, 0 },
	{ "long", 18, BIT(VALUE_LONG) },
	{ "decimal", 19, BIT(VALUE_DECIMAL) },
	{ "minKey", -1, 0 },
	{ "maxKey", 127, 0 },
};

static int type_test(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	(void)ev;
	*ret = ((const struct type *)q)->types & BIT(v.type);
	return 0;
}

static int add_alias(struct compiler *c, struct str alias, uint32_t *types)
{
	const char *names[ARRAY_LEN(known_types) + 1] = { "number" };

	if (str_is(alias, "number")) {
		*types |= NUMBERS;
		return 0;
	}
	if (str_is(alias, "missing"))
		return compile_fail(c, 2, "$type", "'missing' is not a legal type name. To query for "
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
		return compile_fail(c, 2, "$type", "Invalid numerical type code: 0. Instead use "
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

static int add_types(struct compiler *c, struct value spec, uint32_t *types)
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

static int type_compile(struct compiler *c, const struct query_op *op,
                        const struct query_site *site, struct value spec, struct query **ret)
{
	struct type *q = query_create_leaf(c, sizeof *q, site, type_test);

	(void)op;
	if (q == NULL)
		return ERR_PIPELINE;
	*ret = &q->query;
	return add_types(c, spec, &q->types);
}

const struct query_op query_type_ops[] = {
	{
		.info = {
			.name = "$type",
			.doc = "The field, or an item of it when it is an array, is of one of the types.",
			.usage = "{field: {$type: type or [type, …]}}",
		},
		.places = QUERY_FIELD,
		.compile = type_compile,
	},
	{ 0 }
};
