/* Values: decoding, types, truth, copies. */
#include "doc/value.h"

#include <math.h>

#include "doc/number.h"
#include "doc/object.h"
#include "doc/raw.h"

static const char *const type_names[] = {
	[VALUE_MISSING] = "missing", [VALUE_NULL] = "null",     [VALUE_INT] = "int",
	[VALUE_LONG] = "long",       [VALUE_DOUBLE] = "double", [VALUE_DECIMAL] = "decimal",
	[VALUE_STRING] = "string",   [VALUE_OBJECT] = "object", [VALUE_ARRAY] = "array",
	[VALUE_BOOL] = "bool",       [VALUE_DATE] = "date",     [VALUE_RAW] = "raw",
};

const char *value_type_name(enum value_type type)
{
	return type_names[type];
}

bool value_as_i64(struct value v, int64_t *ret)
{
	if (value_is_whole(v)) {
		*ret = v.i64;
		return true;
	}
	/* -2^63 is a double, 2^63 - 1 is not: hence the strict upper bound. */
	if (v.type != VALUE_DOUBLE || !(v.f64 >= -0x1p63 && v.f64 < 0x1p63) || v.f64 != trunc(v.f64))
		return false;
	*ret = (int64_t)v.f64;
	return true;
}

bool value_is_true(struct value v)
{
	switch ((enum value_type)v.type) {
	case VALUE_MISSING:
	case VALUE_NULL: return false;
	case VALUE_BOOL: return v.boolean;
	case VALUE_INT:
	case VALUE_LONG: return v.i64 != 0;
	case VALUE_DOUBLE: return v.f64 != 0;
	default: return true;
	}
}

static struct value decode_object(struct arena *a, struct value v)
{
	struct value extended;

	if (raw_extended(a, v.text, v.text + v.len, &extended))
		return extended;
	struct object *o = arena_alloc(a, sizeof *o);
	if (o == NULL)
		return NUL_VALUE;
	*o = (struct object){ .home = a, .raw = v.text, .raw_len = v.len };
	return value_object(o);
}

static struct value decode_array(struct arena *a, struct value v)
{
	struct array *arr = arena_zalloc(a, 1, sizeof *arr);

	if (arr == NULL)
		return NUL_VALUE;
	arr->home = a;
	arr->raw = v.text;
	arr->raw_len = v.len;
	return value_array(arr);
}

struct value value_decode_raw(struct arena *a, struct value v)
{
	switch (v.text[0]) {
	case '"': return value_string(raw_string(a, v.text, v.text + v.len));
	case '{': return decode_object(a, v);
	case '[': return decode_array(a, v);
	case 't': return value_bool(true);
	case 'f': return value_bool(false);
	case 'n': return NUL_VALUE;
	default: return number_parse(v.text, v.len);
	}
}

struct value value_string_copy(struct arena *a, struct str s)
{
	char *text = arena_memdup(a, s.data, s.len);

	return text == NULL ? NUL_VALUE : value_string((struct str){ text, s.len });
}

struct object *object_copy_spans(struct arena *a, const struct object *o)
{
	struct object *copy = arena_memdup(a, o, sizeof *o);
	struct value *values = arena_array(a, o->shape->n, sizeof *values);

	if (copy == NULL || values == NULL)
		return NULL;
	if (a->copies_text)
		copy->raw = arena_text(a, o->raw, o->raw_len);
	if (copy->raw == NULL)
		return NULL;
	for (uint32_t i = 0; i < o->shape->n; i++) {
		struct value v = o->values[i];

		/* The field's own text is in the document's. */
		if (v.type == VALUE_RAW && v.text > o->raw && v.text < o->raw + o->raw_len)
			v.text = copy->raw + (v.text - o->raw);
		else
			v = value_copy(a, v);
		values[i] = v;
	}
	copy->values = values;
	copy->home = a;
	return copy;
}

/* As text, which stays where it is unless the arena wants its own. */
static struct value copy_text(struct arena *a, const char *raw, uint32_t len)
{
	return value_decode(a, value_copy(a, value_raw(raw, len)));
}

static struct value copy_object(struct arena *a, struct object *o)
{
	if (object_is_text(o))
		return copy_text(a, o->raw, o->raw_len);
	if (o->n_added > 0) {
		struct object *copy = object_copy_spans(a, o);

		return copy == NULL ? NUL_VALUE : value_object(copy);
	}

	const struct shape *shape = o->shape->is_lasting
	                                    ? o->shape
	                                    : shape_create(a, o->shape->keys, o->shape->n);
	struct value *values = arena_array(a, o->shape->n, sizeof *values);
	if (shape == NULL || values == NULL)
		return NUL_VALUE;
	for (uint32_t i = 0; i < shape->n; i++)
		values[i] = value_copy(a, o->values[i]);
	return object_from_shape(a, shape, values);
}

static struct value copy_array(struct arena *a, struct array *arr)
{
	if (arr->raw != NULL)
		return copy_text(a, arr->raw, arr->raw_len);

	struct value *items = arena_array(a, arr->n, sizeof *items);
	if (items == NULL)
		return NUL_VALUE;
	for (uint32_t i = 0; i < arr->n; i++)
		items[i] = value_copy(a, arr->items[i]);
	return array_take(a, items, arr->n);
}

struct value value_copy(struct arena *a, struct value v)
{
	switch ((enum value_type)v.type) {
	case VALUE_STRING: return value_string_copy(a, value_str(v));
	case VALUE_OBJECT: return copy_object(a, v.object);
	case VALUE_ARRAY: return copy_array(a, v.array);
	case VALUE_DECIMAL: {
		char *text = arena_memdup(a, v.text, v.len);

		if (text == NULL)
			return NUL_VALUE;
		v.text = text;
		return v;
	}
	case VALUE_RAW:
		if (a->copies_text) {
			v.flags = 0; /* nothing of its neighbours comes along */
			v.text = arena_text(a, v.text, v.len);
		}
		return v.text == NULL ? NUL_VALUE : v;
	default: return v;
	}
}
