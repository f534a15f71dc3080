/* Numbers and dates as strings. */
#include "engine/text.h"

#include <math.h>
#include <stdio.h>

#include "doc/date.h"
#include "doc/number.h"
#include "engine/decimal.h"

#define YEAR_ZERO_MS INT64_C(-62167219200000)        /* 0000-01-01 */
#define YEAR_9999_MS INT64_C(253402300799999)        /* the end of 9999 */

static struct value from_double(struct arena *a, double d)
{
	char text[32];

	if (isnan(d))
		return value_string(STR("NaN"));
	if (isinf(d))
		return value_string(d > 0 ? STR("Infinity") : STR("-Infinity"));
	int len = snprintf(text, sizeof text, "%.16g", d);
	return value_string_copy(a, (struct str){ text, (size_t)len });
}

/* In the one form that MongoDB gives it, whatever it came in. */
static struct value from_decimal(struct arena *a, struct value v)
{
	char text[DECIMAL_TEXT_SIZE];
	struct decimal d;

	if (!decimal_parse(value_str(v), &d))
		return value_string(value_str(v));
	return value_string_copy(a, (struct str){ text, decimal_format(&d, text) });
}

static struct value from_date(struct arena *a, int64_t ms)
{
	char text[DATE_TEXT_SIZE];

	if (ms < YEAR_ZERO_MS || ms > YEAR_9999_MS)
		return MISSING;
	return value_string_copy(a, (struct str){ text, date_format(ms, true, text) });
}

struct value text_from(struct arena *a, struct value v)
{
	char text[NUMBER_TEXT_SIZE];

	switch ((enum value_type)v.type) {
	case VALUE_STRING:  return v;
	case VALUE_DECIMAL: return from_decimal(a, v);
	case VALUE_DOUBLE:  return from_double(a, v.f64);
	case VALUE_DATE:    return from_date(a, v.i64);
	case VALUE_INT:
	case VALUE_LONG:
		return value_string_copy(a, (struct str){ text, number_format_i64(v.i64, text) });
	default: return MISSING;
	}
}
