/* $arrayToObject: an object from a list of keys and values. */
#include "engine/expr/expr.h"

static int fail_format(const struct expr *e, struct eval *ev, int mongo_code, const char *expected,
                       struct value found)
{
	return expr_fail(e, ev, mongo_code,
	                 "$arrayToObject requires a consistent input format. Elements must all be "
	                 "arrays or all be objects. %s was detected, now found: %s",
	                 expected, value_type_name(found.type));
}

/* [key, value] */
static int read_pair(const struct expr *e, struct eval *ev, struct value item,
                     struct value *ret_key, struct value *ret_value)
{
	if (item.type != VALUE_ARRAY)
		return fail_format(e, ev, 40396, "Array", item);
	uint32_t n = array_n(ev->arena, item.array);
	if (n != 2)
		return expr_fail(e, ev, 40397,
		                 "$arrayToObject requires an array of size 2 arrays, found array of "
		                 "size: %u",
		                 n);
	*ret_key = array_get(ev->arena, item.array, 0);
	if (ret_key->type != VALUE_STRING)
		return expr_fail(e, ev, 40395,
		                 "$arrayToObject requires an array of key-value pairs, where the key must "
		                 "be of type string. Found key type: %s",
		                 value_type_name(ret_key->type));
	*ret_value = item.array->items[1];
	return 0;
}

/* {k: key, v: value} */
static int read_object(const struct expr *e, struct eval *ev, struct value item,
                       struct value *ret_key, struct value *ret_value)
{
	if (item.type != VALUE_OBJECT)
		return fail_format(e, ev, 40391, "Object", item);
	uint32_t n = object_n(ev->arena, item.object);
	if (n != 2)
		return expr_fail(e, ev, 40392,
		                 "$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect "
		                 "number of keys: %u",
		                 n);
	*ret_key = object_get(ev->arena, item.object, STR("k"));
	*ret_value = object_get_raw(ev->arena, item.object, STR("v"));
	if (ret_key->type == VALUE_MISSING || ret_value->type == VALUE_MISSING)
		return expr_fail(e, ev, 40393,
		                 "$arrayToObject requires an object with keys 'k' and 'v'. Missing either "
		                 "or both keys from: %s",
		                 eval_text(ev, item));
	if (ret_key->type != VALUE_STRING)
		return expr_fail(
			e, ev, 40394,
			"$arrayToObject requires an object with keys 'k' and 'v', where the value "
			"of 'k' must be of type string. Found type: %s",
			value_type_name(ret_key->type));
	return 0;
}

/* The first element says which of the two forms all of them have. */
static int build(const struct expr *e, struct eval *ev, struct array *arr, struct value *ret)
{
	uint32_t n = array_n(ev->arena, arr);
	struct object_builder b;
	bool is_pairs = false;

	object_builder_init(&b, ev->arena, n);
	for (uint32_t i = 0; i < n; i++) {
		struct value item = array_get(ev->arena, arr, i), key, v;

		TRY(eval_tick(ev));
		if (i == 0 && item.type != VALUE_ARRAY && item.type != VALUE_OBJECT)
			return expr_fail(e, ev, 40398,
			                 "Unrecognised input type format for $arrayToObject: %s",
			                 value_type_name(item.type));
		if (i == 0)
			is_pairs = item.type == VALUE_ARRAY;
		TRY(is_pairs ? read_pair(e, ev, item, &key, &v)
		             : read_object(e, ev, item, &key, &v));
		if (memchr(key.text, '\0', key.len) != NULL)
			return expr_fail(e, ev, is_pairs ? 4940400 : 4940401,
			                 "Key field cannot contain an embedded null byte");
		v.flags = 0; /* it goes under another name */
		object_builder_add(&b, value_str(key), v);
	}
	*ret = object_builder_finish(&b);
	return 0;
}

static int array_to_object_call(const struct expr *e, struct eval *ev, const struct value *argv,
                                size_t argc, struct value *ret)
{
	(void)argc;
	if (value_is_nullish(argv[0])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argv[0].type != VALUE_ARRAY)
		return expr_fail(e, ev, 40386, "$arrayToObject requires an array input, found: %s",
		                 value_type_name(argv[0].type));
	return build(e, ev, argv[0].array, ret);
}

const struct expr_op expr_array_to_object_ops[] = {
	{
		.name = "$arrayToObject",
		.doc = "An object from {k, v} objects or [key, value] pairs; the last of equal keys wins.",
		.usage = "{$arrayToObject: array}",
		.args_min = 1,
		.args_max = 1,
		.call = array_to_object_call,
	},
	{ 0 }
};
