/* Conversions between types. */
#include "engine/expr/convert_to.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/num.h"
#include "doc/number.h"
#include "engine/coerce.h"
#include "engine/date_text.h"
#include "engine/decimal.h"
#include "engine/extended.h"
#include "engine/json_text.h"

#define IN_CONVERT "in $convert with no onError value"
#define DATE_RANGE_CODE 18537

static bool fail(struct conversion *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool fail(struct conversion *c, const char *fmt, ...)
{
	va_list ap;

	c->code = CONVERT_FAILURE;
	va_start(ap, fmt);
	vsnprintf(c->why, sizeof c->why, fmt, ap);
	va_end(ap);
	return false;
}

static bool fail_unsupported(struct conversion *c)
{
	c->code = CONVERT_FAILURE;
	c->why[0] = '\0';
	return false;
}

static bool fail_overflow(struct conversion *c, struct value v)
{
	return fail(c, "Conversion would overflow target type " IN_CONVERT ": %s",
	            eval_text(c->ev, v));
}

static bool fail_parse(struct conversion *c, struct value v, const char *why)
{
	return fail(c, "Failed to parse number '%.*s' " IN_CONVERT ": %s", (int)MIN(v.len, 80),
	            v.text, why);
}

/* ---- bool ---- */

/* Every string is true, "" and "false" too, and so is all that is no number. */
bool convert_to_bool(struct conversion *c, struct value v, struct value *ret)
{
	struct decimal d;

	(void)c;
	if (v.type == VALUE_DECIMAL && decimal_parse(value_str(v), &d))
		*ret = value_bool(!decimal_is_zero(&d));
	else
		*ret = value_bool(value_is_true(v));
	return true;
}

/* ---- whole numbers ---- */

static bool whole_from_double(struct conversion *c, struct value v, int64_t *ret)
{
	if (isnan(v.f64))
		return fail(c, "Attempt to convert NaN value to integer type " IN_CONVERT);
	if (isinf(v.f64))
		return fail(c, "Attempt to convert infinity value to integer type " IN_CONVERT);
	if (!(v.f64 >= -0x1p63 && v.f64 < 0x1p63))
		return fail_overflow(c, v);
	*ret = (int64_t)v.f64;
	return true;
}

static bool whole_from_decimal(struct conversion *c, struct value v, int64_t *ret)
{
	struct decimal d;

	if (!decimal_parse(value_str(v), &d) || d.kind == DECIMAL_NAN)
		return fail(c, "Attempt to convert NaN value to integer type " IN_CONVERT);
	if (d.kind == DECIMAL_INFINITY)
		return fail(c, "Attempt to convert infinity value to integer type " IN_CONVERT);
	if (!decimal_to_i64(&d, ret))
		return fail_overflow(c, v);
	return true;
}

static bool is_hex(struct value v)
{
	return v.len >= 2 && v.text[0] == '0' && v.text[1] == 'x';
}

/* Base 10, with a sign or none, and nothing else. */
static bool whole_from_string(struct conversion *c, struct value v, int64_t *ret)
{
	struct str s = value_str(v);
	bool is_plus = s.len > 1 && s.data[0] == '+' && s.data[1] != '-';

	if (is_hex(v))
		return fail(c, "Illegal hexadecimal input " IN_CONVERT ": %.*s",
		            (int)MIN(v.len, 80), v.text);
	if (is_plus)
		s = (struct str){ s.data + 1, s.len - 1 };
	if (s.len == 0)
		return fail_parse(c, v, "No digits");
	if (!num_parse_i64(s, ret))
		return fail_parse(c, v, "Did not consume whole string, or out of range.");
	return true;
}

static bool to_whole(struct conversion *c, struct value v, int64_t *ret)
{
	switch ((enum value_type)v.type) {
	case VALUE_INT:
	case VALUE_LONG: *ret = v.i64; return true;
	case VALUE_BOOL: *ret = v.boolean; return true;
	case VALUE_DOUBLE: return whole_from_double(c, v, ret);
	case VALUE_DECIMAL: return whole_from_decimal(c, v, ret);
	case VALUE_STRING: return whole_from_string(c, v, ret);
	default: return fail_unsupported(c);
	}
}

bool convert_to_int(struct conversion *c, struct value v, struct value *ret)
{
	int64_t i = 0;

	if (v.type == VALUE_DOUBLE && isfinite(v.f64) && !(v.f64 >= INT32_MIN && v.f64 <= INT32_MAX))
		return fail_overflow(c, v);
	if (!to_whole(c, v, &i))
		return false;
	if (i != (int32_t)i)
		return v.type == VALUE_STRING ? fail_parse(c, v, "Overflow") : fail_overflow(c, v);
	*ret = value_int((int32_t)i);
	return true;
}

bool convert_to_long(struct conversion *c, struct value v, struct value *ret)
{
	int64_t i = v.i64;

	if (v.type != VALUE_DATE && !to_whole(c, v, &i))
		return false;
	*ret = value_long(i);
	return true;
}

/* ---- double ---- */

/* As strtod, but for blanks and hexadecimal. */
static bool parse_double(struct str s, double *ret)
{
	struct str word = s;
	bool is_negative = s.len > 0 && s.data[0] == '-';

	if (s.len > 0 && (s.data[0] == '-' || s.data[0] == '+'))
		word = (struct str){ s.data + 1, s.len - 1 };
	if (str_eq_fold(word, STR("inf")) || str_eq_fold(word, STR("infinity"))) {
		*ret = is_negative ? -(double)INFINITY : (double)INFINITY;
		return true;
	}
	if (str_eq_fold(word, STR("nan"))) {
		*ret = (double)NAN;
		return true;
	}
	return number_parse_double(s.data, s.len, ret) && isfinite(*ret);
}

static bool double_from_string(struct conversion *c, struct value v, double *ret)
{
	if (is_hex(v))
		return fail(c, "Illegal hexadecimal input " IN_CONVERT ": %.*s",
		            (int)MIN(v.len, 80), v.text);
	if (v.len == 0)
		return fail_parse(c, v, "Empty string");
	if (!parse_double(value_str(v), ret))
		return fail_parse(c, v, "Did not consume whole string, or out of range.");
	return true;
}

bool convert_to_double(struct conversion *c, struct value v, struct value *ret)
{
	double d = 0;

	switch ((enum value_type)v.type) {
	case VALUE_INT:
	case VALUE_LONG:
	case VALUE_DATE: d = (double)v.i64; break;
	case VALUE_DOUBLE: d = v.f64; break;
	case VALUE_BOOL: d = v.boolean; break;
	case VALUE_STRING:
		if (!double_from_string(c, v, &d))
			return false;
		break;
	case VALUE_DECIMAL:
		if (!parse_double(value_str(v), &d))
			return fail_overflow(c, v);
		break;
	default: return fail_unsupported(c);
	}
	*ret = value_double(d);
	return true;
}

/* ---- string ---- */

static bool check_year(struct conversion *c, int64_t ms)
{
	int64_t year = date_split(ms).year;

	if (year >= 0 && year <= 9999)
		return true;
	(void)fail(c,
	           "Could not convert date to string: date component was outside the supported "
	           "range of 0-9999: %lld",
	           (long long)year);
	c->code = DATE_RANGE_CODE;
	return false;
}

bool convert_to_string(struct conversion *c, struct value v, struct value *ret)
{
	enum extended_kind kind = extended_kind(c->ev->arena, v);
	struct str s;

	if (v.type == VALUE_DATE && !check_year(c, v.i64))
		return false;
	if (v.type == VALUE_BOOL)
		s = v.boolean ? STR("true") : STR("false");
	else if (kind == EXTENDED_OBJECT_ID)
		s = extended_oid(c->ev->arena, v);
	else if (kind == EXTENDED_UUID)
		s = extended_uuid(c->ev->arena, v);
	else if (!coerce_to_string(c->ev->arena, v, &s))
		return fail_unsupported(c);
	*ret = value_string(s);
	return true;
}

/* ---- date ---- */

static bool date_from_string(struct conversion *c, struct value v, struct value *ret)
{
	const struct zone utc = ZONE_UTC;
	struct date_text text;
	const char *why;

	if (!date_text_parse(value_str(v), &text, &why))
		return fail(c, "Error parsing date string '%.*s'; %s", (int)MIN(v.len, 80), v.text,
		            why);
	*ret = value_date(date_text_moment(&text, &utc));
	return true;
}

/* An int is refused: it cannot hold a moment of these years. */
bool convert_to_date(struct conversion *c, struct value v, struct value *ret)
{
	int64_t ms;

	switch ((enum value_type)v.type) {
	case VALUE_DATE: *ret = v; return true;
	case VALUE_STRING: return date_from_string(c, v, ret);
	case VALUE_LONG:
	case VALUE_DOUBLE:
	case VALUE_DECIMAL:
		if (!to_whole(c, v, &ms))
			return false;
		*ret = value_date(ms);
		return true;
	default: break;
	}
	if (!extended_oid_date(c->ev->arena, v, &ms))
		return fail_unsupported(c);
	*ret = value_date(ms);
	return true;
}

/* ---- arrays and objects ---- */

/* Out of a string of JSON; one that is there already stays. */
static bool to_container(struct conversion *c, struct value v, enum value_type type,
                         struct value *ret)
{
	struct value read;

	if (v.type == type) {
		*ret = v;
		return true;
	}
	if (v.type != VALUE_STRING)
		return fail_unsupported(c);
	if (!json_text_read(c->ev, value_str(v), &read) || read.type != type)
		return fail(c, "Input does not represent a JSON %s %s: '%.*s'",
		            value_type_name(type), IN_CONVERT, (int)MIN(v.len, 80), v.text);
	*ret = read;
	return true;
}

bool convert_to_array(struct conversion *c, struct value v, struct value *ret)
{
	return to_container(c, v, VALUE_ARRAY, ret);
}

bool convert_to_object(struct conversion *c, struct value v, struct value *ret)
{
	return to_container(c, v, VALUE_OBJECT, ret);
}

/* ---- types of BSON alone ---- */

static struct value value_decimal(struct arena *a, const struct decimal *d)
{
	char text[DECIMAL_TEXT_SIZE];
	struct value v = value_string_copy(a, (struct str){ text, decimal_format(d, text) });

	if (v.type == VALUE_STRING)
		v.type = VALUE_DECIMAL;
	return v;
}

bool convert_to_decimal(struct conversion *c, struct value v, struct value *ret)
{
	char text[NUMBER_TEXT_SIZE];
	struct decimal d;

	switch ((enum value_type)v.type) {
	case VALUE_DECIMAL: *ret = v; return true;
	case VALUE_DOUBLE: decimal_from_double(v.f64, &d); break;
	case VALUE_BOOL: (void)decimal_parse(v.boolean ? STR("1") : STR("0"), &d); break;
	case VALUE_INT:
	case VALUE_LONG:
	case VALUE_DATE:
		(void)decimal_parse((struct str){ text, number_format_i64(v.i64, text) }, &d);
		break;
	case VALUE_STRING:
		if (is_hex(v) || !decimal_parse(value_str(v), &d))
			return fail_parse(c, v, "Failed to parse string to decimal");
		break;
	default: return fail_unsupported(c);
	}
	*ret = value_decimal(c->ev->arena, &d);
	return true;
}

bool convert_to_object_id(struct conversion *c, struct value v, struct value *ret)
{
	if (extended_kind(c->ev->arena, v) == EXTENDED_OBJECT_ID) {
		*ret = v;
		return true;
	}
	if (v.type != VALUE_STRING)
		return fail_unsupported(c);
	if (!extended_make_oid(c->ev->arena, value_str(v), ret))
		return fail(c,
		            "Failed to parse objectId '%.*s' " IN_CONVERT
		            ": Invalid string length or digits for an ObjectId",
		            (int)MIN(v.len, 80), v.text);
	return true;
}

bool convert_to_uuid(struct conversion *c, struct value v, struct value *ret)
{
	if (!c->is_uuid)
		return fail_unsupported(c);
	if (extended_kind(c->ev->arena, v) == EXTENDED_UUID) {
		*ret = v;
		return true;
	}
	if (v.type != VALUE_STRING)
		return fail_unsupported(c);
	if (!extended_make_uuid(c->ev->arena, value_str(v), ret))
		return fail(c, "Failed to parse BinData '%.*s' " IN_CONVERT ": Invalid UUID string",
		            (int)MIN(v.len, 80), v.text);
	return true;
}
