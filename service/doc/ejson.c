/* Extended JSON's wrappers in input: dates and numbers that say their type. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "doc/date.h"
#include "doc/number.h"
#include "doc/raw.h"

typedef bool extended_fn(struct arena *a, const char *p, const char *end, struct value *ret);

static bool is_string(const char *p)
{
	return *p == '"';
}

static bool read_int(struct arena *a, const char *p, const char *end, struct value *ret)
{
	int64_t i;

	if (!is_string(p) || !num_parse_i64(raw_string(a, p, end), &i) || i != (int32_t)i)
		return false;
	*ret = value_int((int32_t)i);
	return true;
}

static bool read_long(struct arena *a, const char *p, const char *end, struct value *ret)
{
	int64_t i;

	if (!is_string(p) || !num_parse_i64(raw_string(a, p, end), &i))
		return false;
	*ret = value_long(i);
	return true;
}

static bool read_double(struct arena *a, const char *p, const char *end, struct value *ret)
{
	double d;

	if (!is_string(p))
		return false;
	struct str s = raw_string(a, p, end);
	if (str_is(s, "NaN"))
		d = (double)NAN;
	else if (str_is(s, "Infinity"))
		d = (double)INFINITY;
	else if (str_is(s, "-Infinity"))
		d = -(double)INFINITY;
	else if (!number_parse_double(s.data, s.len, &d))
		return false;
	*ret = value_double(d);
	return true;
}

/* Carried as it came, so only its form is looked at. */
static bool read_decimal(struct arena *a, const char *p, const char *end, struct value *ret)
{
	double d;

	if (!is_string(p))
		return false;
	struct str s = raw_string(a, p, end);
	if (!str_is(s, "NaN") && !str_is(s, "Infinity") && !str_is(s, "-Infinity") &&
	    !number_parse_double(s.data, s.len, &d))
		return false;
	*ret = (struct value){ .type = VALUE_DECIMAL, .len = (uint32_t)s.len, .text = s.data };
	return true;
}

static bool read_date(struct arena *a, const char *p, const char *end, struct value *ret)
{
	int64_t ms;

	if (is_string(p)) {
		if (!date_parse(raw_string(a, p, end), &ms))
			return false;
	} else if (*p == '{') {
		struct value n;

		if (!raw_extended(a, p, end, &n) || n.type != VALUE_LONG)
			return false;
		ms = n.i64;
	} else {
		if (*p != '-' && (unsigned char)(*p - '0') > 9)
			return false;
		struct value n = number_parse(p, (size_t)(end - p));

		if (!value_is_whole(n))
			return false;
		ms = n.i64;
	}
	*ret = value_date(ms);
	return true;
}

static const struct {
	const char *key;
	extended_fn *read;
} wrappers[] = {
	{ "$date", read_date },
	{ "$numberInt", read_int },
	{ "$numberLong", read_long },
	{ "$numberDouble", read_double },
	{ "$numberDecimal", read_decimal },
};

bool raw_extended(struct arena *a, const char *p, const char *end, struct value *ret)
{
	const char *key = raw_skip_space(p + 1);

	if (end - p < 10 || key[0] != '"' || key[1] != '$')
		return false;
	const char *key_end = raw_skip_value(key, end);
	struct str name = { key + 1, (size_t)(key_end - key) - 2 };

	for (size_t i = 0; i < ARRAY_LEN(wrappers); i++) {
		if (!str_is(name, wrappers[i].key))
			continue;
		const char *start = raw_skip_space(raw_skip_space(key_end) + 1);
		const char *stop = raw_skip_value(start, end);

		return *raw_skip_space(stop) == '}' && wrappers[i].read(a, start, stop, ret);
	}
	return false;
}
