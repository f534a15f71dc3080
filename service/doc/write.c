/* Values to JSON text. */
#include "doc/write.h"

#include <math.h>

#include "doc/date.h"
#include "doc/number.h"
#include "doc/object.h"

struct writer {
	struct buf *out;
	struct arena *arena;
	enum write_mode mode;
};

static void write_one(const struct writer *w, struct value v);

/* Most of what is written is short, and a copy of as many bytes as there are would be a call. */
static inline void append_short(struct buf *out, const char *text, size_t len)
{
	char *to = buf_room(out, len);

	if (to == NULL || len > 16 || len < 4) {
		buf_append(out, text, len);
		return;
	}
	if (len >= 8) {
		memcpy(to, text, 8);
		memcpy(to + len - 8, text + len - 8, 8);
	} else {
		memcpy(to, text, 4);
		memcpy(to + len - 4, text + len - 4, 4);
	}
	out->len += len;
}

static void write_double(const struct writer *w, double d)
{
	char text[NUMBER_TEXT_SIZE], *to = buf_room(w->out, sizeof text);

	if (LIKELY(to != NULL && w->mode == WRITE_PLAIN && isfinite(d))) {
		w->out->len += number_format_double(d, to);
		return;
	}
	if (!isfinite(d)) {
		buf_append_cstr(w->out, "{\"$numberDouble\":\"");
		buf_append_cstr(w->out, isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
		buf_append_cstr(w->out, "\"}");
		return;
	}
	size_t len = number_format_double(d, text);
	if (w->mode == WRITE_CANONICAL)
		buf_append_cstr(w->out, "{\"$numberDouble\":\"");
	buf_append(w->out, text, len);
	if (w->mode == WRITE_CANONICAL)
		buf_append_cstr(w->out, "\"}");
}

static void write_whole(const struct writer *w, struct value v)
{
	char text[NUMBER_TEXT_SIZE], *to = buf_room(w->out, sizeof text);

	if (LIKELY(to != NULL && w->mode != WRITE_CANONICAL)) {
		w->out->len += number_format_i64(v.i64, to);
		return;
	}
	size_t len = number_format_i64(v.i64, text);
	if (w->mode == WRITE_CANONICAL)
		buf_append_cstr(w->out,
		                v.type == VALUE_INT ? "{\"$numberInt\":\"" : "{\"$numberLong\":\"");
	buf_append(w->out, text, len);
	if (w->mode == WRITE_CANONICAL)
		buf_append_cstr(w->out, "\"}");
}

static void write_date(const struct writer *w, int64_t ms)
{
	char text[DATE_TEXT_SIZE];

	if (w->mode == WRITE_CANONICAL || !date_is_printable(ms)) {
		buf_printf(w->out, "{\"$date\":{\"$numberLong\":\"%lld\"}}", (long long)ms);
		return;
	}
	size_t len = date_format(ms, false, text);
	buf_append_cstr(w->out, "{\"$date\":\"");
	buf_append(w->out, text, len);
	buf_append_cstr(w->out, "\"}");
}

static void write_decimal(const struct writer *w, struct value v)
{
	buf_append_cstr(w->out, "{\"$numberDecimal\":\"");
	buf_append_str(w->out, value_str(v));
	buf_append_cstr(w->out, "\"}");
}

static void write_array(const struct writer *w, struct array *arr)
{
	uint32_t n = array_n(w->arena, arr);

	buf_append_char(w->out, '[');
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			buf_append_char(w->out, ',');
		write_one(w, arr->items[i]);
	}
	buf_append_char(w->out, ']');
}

/*
 * A raw field together with the raw ones that follow it in the input; returns how many.
 *
 * The next one goes on with the run when nothing but ,"key": stands between them.  The two lengths
 * decide: it is keyed, so at least those bytes are there, and if there were more the gap would be
 * longer.
 */
static uint32_t write_run(const struct writer *w, const struct object *o, uint32_t first)
{
	const struct value *v = &o->values[first], *end = o->values + o->shape->n;
	const struct str *key = &o->shape->keys[first];
	const char *start = v->text, *stop = start + v->len;

	for (v++, key++; v < end && (v->flags & VALUE_KEYED); v++, key++) {
		if (v->type != VALUE_RAW || v->text - stop != (ptrdiff_t)key->len + 4)
			break;
		stop = v->text + v->len;
	}
	append_short(w->out, start, (size_t)(stop - start));
	return (uint32_t)(v - o->values) - first;
}

/* The key of field i, behind a comma unless it is the first. */
static void write_key(const struct writer *w, const struct shape *shape, uint32_t i, bool is_first)
{
	if (LIKELY(shape->spelt != NULL)) {
		struct str spelt = shape->spelt[i];

		append_short(w->out, spelt.data + is_first, spelt.len - is_first);
		return;
	}
	if (!is_first)
		buf_append_char(w->out, ',');
	buf_append_json_string(w->out, shape->keys[i]);
	buf_append_char(w->out, ':');
}

static void write_object(const struct writer *w, struct object *o)
{
	uint32_t n = object_n(w->arena, o);

	buf_append_char(w->out, '{');
	for (uint32_t i = 0; i < n;) {
		write_key(w, o->shape, i, i == 0);
		if (o->values[i].type == VALUE_RAW && w->mode == WRITE_PLAIN) {
			i += write_run(w, o, i);
			continue;
		}
		write_one(w, o->values[i++]);
	}
	buf_append_char(w->out, '}');
}

/* As it came, but for the closing brace, and then what was added. */
static void write_spliced(const struct writer *w, const struct object *o)
{
	uint32_t first = o->shape->n - o->n_added;

	buf_append(w->out, o->raw, o->raw_len - 1);
	for (uint32_t i = first; i < o->shape->n; i++) {
		write_key(w, o->shape, i, i == first && o->raw_len == 2);
		write_one(w, o->values[i]);
	}
	buf_append_char(w->out, '}');
}

static void write_one(const struct writer *w, struct value v)
{
	if (w->mode != WRITE_PLAIN)
		v = value_decode(w->arena, v);

	switch ((enum value_type)v.type) {
	case VALUE_MISSING:
	case VALUE_NULL: buf_append(w->out, "null", 4); break;
	case VALUE_INT:
	case VALUE_LONG: write_whole(w, v); break;
	case VALUE_DOUBLE: write_double(w, v.f64); break;
	case VALUE_DECIMAL: write_decimal(w, v); break;
	case VALUE_STRING: buf_append_json_string(w->out, value_str(v)); break;
	case VALUE_BOOL: buf_append_cstr(w->out, v.boolean ? "true" : "false"); break;
	case VALUE_DATE: write_date(w, v.i64); break;
	case VALUE_RAW: buf_append(w->out, v.text, v.len); break;
	case VALUE_OBJECT:
		if (v.object->n_added > 0 && w->mode == WRITE_PLAIN)
			write_spliced(w, v.object);
		else if (v.object->raw != NULL && w->mode == WRITE_PLAIN)
			buf_append(w->out, v.object->raw, v.object->raw_len);
		else
			write_object(w, v.object);
		break;
	case VALUE_ARRAY:
		if (v.array->raw != NULL && w->mode == WRITE_PLAIN)
			buf_append(w->out, v.array->raw, v.array->raw_len);
		else
			write_array(w, v.array);
		break;
	}
}

void write_value(struct buf *out, struct arena *a, struct value v, enum write_mode mode)
{
	const struct writer w = { .out = out, .arena = a, .mode = mode };

	write_one(&w, v);
}
