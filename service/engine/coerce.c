/* Turning values into others where MongoDB does so without being asked. */
#include "engine/coerce.h"

#include <math.h>
#include <stdio.h>

#include "doc/date.h"
#include "doc/number.h"
#include "engine/decimal.h"

static struct str copy(struct arena *a, const char *text, size_t len)
{
	const char *data = arena_memdup(a, text, len);

	return data != NULL ? (struct str){ data, len } : STR("");
}

/* In the one form that MongoDB gives it, whatever it came in. */
static struct str decimal_to_string(struct arena *a, struct str s)
{
	char text[DECIMAL_TEXT_SIZE];
	struct decimal d;

	return decimal_parse(s, &d) ? copy(a, text, decimal_format(&d, text)) : s;
}

struct str coerce_number_to_string(struct arena *a, struct value v)
{
	char text[NUMBER_TEXT_SIZE];

	if (v.type == VALUE_DECIMAL)
		return decimal_to_string(a, value_str(v));
	if (v.type != VALUE_DOUBLE)
		return copy(a, text, number_format_i64(v.i64, text));
	if (isnan(v.f64))
		return STR("NaN");
	if (isinf(v.f64))
		return v.f64 > 0 ? STR("Infinity") : STR("-Infinity");
	return copy(a, text, (size_t)snprintf(text, sizeof text, "%.16g", v.f64));
}

bool coerce_to_string(struct arena *a, struct value v, struct str *ret)
{
	char text[DATE_TEXT_SIZE];

	switch ((enum value_type)v.type) {
	case VALUE_MISSING:
	case VALUE_NULL: *ret = STR(""); return true;
	case VALUE_STRING: *ret = value_str(v); return true;
	case VALUE_DATE: *ret = copy(a, text, date_format(v.i64, true, text)); return true;
	case VALUE_INT:
	case VALUE_LONG:
	case VALUE_DOUBLE:
	case VALUE_DECIMAL: *ret = coerce_number_to_string(a, v); return true;
	default: return false;
	}
}

int64_t coerce_to_i64(struct value v)
{
	if (value_is_whole(v))
		return v.i64;
	if (v.type != VALUE_DOUBLE || isnan(v.f64))
		return 0;
	if (v.f64 >= 0x1p63)
		return INT64_MAX;
	return v.f64 < -0x1p63 ? INT64_MIN : (int64_t)v.f64;
}

bool coerce_to_i32(struct value v, int32_t *ret)
{
	int64_t i;

	if (!value_as_i64(v, &i) || i != (int32_t)i)
		return false;
	*ret = (int32_t)i;
	return true;
}
