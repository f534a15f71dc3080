/* JSON in strings, and Extended JSON's wrappers as objects. */
#include "engine/json_text.h"

#include <math.h>

#include "doc/date.h"
#include "doc/number.h"
#include "doc/read.h"
#include "doc/write.h"

#define WRAPPER_TEXT_MAX 512

/* ---- reading ---- */

/*
 * Without spans of text: those are copied by reference, and this text does not live as long as
 * the run.  As deep as the reader lets through.
 */
static struct value build(struct arena *a, struct value v)
{
	if (v.type == VALUE_ARRAY) {
		struct array_builder b;
		uint32_t n = array_n(a, v.array);

		array_builder_init(&b, a, n);
		for (uint32_t i = 0; i < n; i++)
			array_builder_add(&b, build(a, array_get(a, v.array, i)));
		return array_builder_finish(&b);
	}
	if (v.type == VALUE_OBJECT) {
		struct object_builder b;
		uint32_t n = object_n(a, v.object);

		object_builder_init(&b, a, n);
		for (uint32_t i = 0; i < n; i++)
			object_builder_add(&b, object_key(v.object, i),
			                   build(a, object_at(a, v.object, i)));
		return object_builder_finish(&b);
	}
	return v;
}

bool json_text_read(struct eval *ev, struct str s, struct value *ret)
{
	struct read_limits limits = READ_LIMITS_DEFAULT;
	char *text = arena_alloc(ev->arena, s.len + READ_PADDING);
	struct value raw;
	struct err err = ERR_INIT;

	if (text == NULL)
		return false;
	memcpy(text, s.data, s.len);
	memset(text + s.len, ' ', READ_PADDING);
	limits.depth_max = ev->limits->depth_max;
	limits.key_len_max = ev->limits->key_len_max;
	if (read_check(ev->arena, (struct str){ text, s.len }, text, &limits, &raw, &err) != 0)
		return false;
	*ret = build(ev->arena, value_decode(ev->arena, raw));
	return true;
}

/* ---- wrapping ---- */

static struct value wrapper(struct eval *ev, const char *key, struct value content)
{
	struct str name = str_from(key);

	return object_build(ev->arena, &name, &content, 1);
}

static struct value wrap_whole(struct eval *ev, const char *key, int64_t i)
{
	char text[NUMBER_TEXT_SIZE];
	size_t len = number_format_i64(i, text);

	return wrapper(ev, key, value_string_copy(ev->arena, (struct str){ text, len }));
}

static struct value wrap_double(struct eval *ev, double d)
{
	char text[NUMBER_TEXT_SIZE];
	struct str s;

	if (isnan(d))
		s = STR("NaN");
	else if (isinf(d))
		s = d > 0 ? STR("Infinity") : STR("-Infinity");
	else
		s = (struct str){ text, number_format_double(d, text) };
	return wrapper(ev, "$numberDouble", value_string_copy(ev->arena, s));
}

static struct value wrap_date(struct eval *ev, int64_t ms, bool is_relaxed)
{
	char text[DATE_TEXT_SIZE];
	size_t len;

	if (!is_relaxed || ms < 0 || !date_is_printable(ms))
		return wrapper(ev, "$date", wrap_whole(ev, "$numberLong", ms));
	len = date_format(ms, false, text);
	return wrapper(ev, "$date", value_string_copy(ev->arena, (struct str){ text, len }));
}

static struct value wrap_scalar(struct eval *ev, struct value v, bool is_relaxed)
{
	switch ((enum value_type)v.type) {
	case VALUE_INT: return is_relaxed ? v : wrap_whole(ev, "$numberInt", v.i64);
	case VALUE_LONG: return is_relaxed ? v : wrap_whole(ev, "$numberLong", v.i64);
	case VALUE_DOUBLE: return is_relaxed && isfinite(v.f64) ? v : wrap_double(ev, v.f64);
	case VALUE_DECIMAL: return wrapper(ev, "$numberDecimal", value_string(value_str(v)));
	case VALUE_DATE: return wrap_date(ev, v.i64, is_relaxed);
	default: return v;
	}
}

typedef int change_fn(struct eval *ev, struct value v, void *arg, struct value *ret);

/* An array or object with change() done to each item. */
static int change_items(struct eval *ev, struct value v, change_fn *change, void *arg,
                        struct value *ret)
{
	struct array_builder items;
	struct object_builder fields;
	bool is_array = v.type == VALUE_ARRAY;
	uint32_t n = is_array ? array_n(ev->arena, v.array) : object_n(ev->arena, v.object);

	array_builder_init(&items, ev->arena, is_array ? n : 0);
	object_builder_init(&fields, ev->arena, is_array ? 0 : n);
	for (uint32_t i = 0; i < n; i++) {
		struct value item = is_array ? array_get(ev->arena, v.array, i)
		                             : object_at(ev->arena, v.object, i);

		TRY(eval_tick(ev));
		TRY(change(ev, item, arg, &item));
		if (is_array)
			array_builder_add(&items, item);
		else
			object_builder_add(&fields, object_key(v.object, i), item);
	}
	*ret = is_array ? array_builder_finish(&items) : object_builder_finish(&fields);
	return eval_check(ev);
}

static int wrap(struct eval *ev, struct value v, void *is_relaxed, struct value *ret)
{
	if (v.type == VALUE_ARRAY || v.type == VALUE_OBJECT)
		return change_items(ev, v, wrap, is_relaxed, ret);
	*ret = wrap_scalar(ev, v, *(bool *)is_relaxed);
	return 0;
}

int json_text_wrap(struct eval *ev, struct value v, bool is_relaxed, struct value *ret)
{
	return wrap(ev, v, &is_relaxed, ret);
}

/* ---- unwrapping ---- */

static bool is_wrapper(struct eval *ev, struct value v)
{
	static const char *const names[] = {
		"$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal",
	};

	if (v.type != VALUE_OBJECT || object_n(ev->arena, v.object) != 1)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(object_key(v.object, 0), names[i]))
			return true;
	return false;
}

/* The reader knows what wrappers stand for: so it is asked. */
static bool read_wrapper(struct eval *ev, struct value v, struct value *ret)
{
	struct buf text;
	bool is_read;

	buf_init(&text, WRAPPER_TEXT_MAX);
	write_value(&text, ev->arena, v, WRITE_PLAIN);
	is_read = text.failed == BUF_OK &&
	          json_text_read(ev, (struct str){ text.data, text.len }, ret);
	buf_deinit(&text);
	return is_read && ret->type != VALUE_OBJECT;
}

static int unwrap(struct eval *ev, struct value v, void *is_wrong, struct value *ret)
{
	if (!is_wrapper(ev, v)) {
		if (v.type == VALUE_ARRAY || v.type == VALUE_OBJECT)
			return change_items(ev, v, unwrap, is_wrong, ret);
		*ret = v;
		return 0;
	}
	if (!read_wrapper(ev, v, ret)) {
		*ret = NUL_VALUE;
		*(bool *)is_wrong = true;
	}
	return eval_check(ev);
}

int json_text_unwrap(struct eval *ev, struct value v, struct value *ret, bool *ret_wrong)
{
	struct value unwrapped;

	*ret_wrong = false;
	TRY(unwrap(ev, v, ret_wrong, &unwrapped));
	if (!*ret_wrong)
		*ret = unwrapped;
	return 0;
}
