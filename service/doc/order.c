/* MongoDB's comparison order, and hashes that agree with it. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "doc/object.h"
#include "doc/number.h"
#include "doc/value.h"

static const uint8_t ranks[] = {
	[VALUE_MISSING] = 0, [VALUE_NULL] = 1,    [VALUE_INT] = 2,    [VALUE_LONG] = 2,
	[VALUE_DOUBLE] = 2,  [VALUE_DECIMAL] = 2, [VALUE_STRING] = 3, [VALUE_OBJECT] = 4,
	[VALUE_ARRAY] = 5,   [VALUE_BOOL] = 6,    [VALUE_DATE] = 7,
};

int value_rank(enum value_type type)
{
	return ranks[type];
}

static int cmp_i64(int64_t x, int64_t y)
{
	return (x > y) - (x < y);
}

/* NaN is below every number and equal to itself. */
static int cmp_f64(double x, double y)
{
	if (isnan(x) || isnan(y))
		return isnan(y) - isnan(x);
	return (x > y) - (x < y);
}

/* Exact: a double that is beyond 64 bits decides by its sign, any other splits in whole and rest. */
static int cmp_i64_f64(int64_t x, double y)
{
	if (isnan(y) || y < -0x1p63)
		return 1;
	if (y >= 0x1p63)
		return -1;
	double whole = trunc(y);
	int order = cmp_i64(x, (int64_t)whole);

	return order != 0 ? order : cmp_f64(whole, y);
}

/* A decimal is carried, not computed with: for order its nearest double will do. */
struct value value_binary(struct value v)
{
	double d = (double)NAN;

	if (v.type != VALUE_DECIMAL)
		return v;
	if (str_is(value_str(v), "Infinity"))
		d = (double)INFINITY;
	else if (str_is(value_str(v), "-Infinity"))
		d = -(double)INFINITY;
	else if (!str_is(value_str(v), "NaN"))
		(void)number_parse_double(v.text, v.len, &d);
	return value_double(d);
}

static int cmp_numbers(struct value x, struct value y)
{
	x = value_binary(x);
	y = value_binary(y);
	if (x.type == VALUE_DOUBLE)
		return y.type == VALUE_DOUBLE ? cmp_f64(x.f64, y.f64) : -cmp_i64_f64(y.i64, x.f64);
	return y.type == VALUE_DOUBLE ? cmp_i64_f64(x.i64, y.f64) : cmp_i64(x.i64, y.i64);
}

static int cmp_objects(struct arena *a, struct object *x, struct object *y)
{
	uint32_t n_x = object_n(a, x), n_y = object_n(a, y);

	for (uint32_t i = 0; i < n_x && i < n_y; i++) {
		struct value v = object_at(a, x, i), w = object_at(a, y, i);
		int order = ranks[v.type] - ranks[w.type];

		if (order == 0)
			order = str_cmp(object_key(x, i), object_key(y, i));
		if (order == 0)
			order = value_cmp(a, v, w);
		if (order != 0)
			return order;
	}
	return (n_x > n_y) - (n_x < n_y);
}

static int cmp_arrays(struct arena *a, struct array *x, struct array *y)
{
	uint32_t n_x = array_n(a, x), n_y = array_n(a, y);

	for (uint32_t i = 0; i < n_x && i < n_y; i++) {
		int order = value_cmp(a, array_get(a, x, i), array_get(a, y, i));

		if (order != 0)
			return order;
	}
	return (n_x > n_y) - (n_x < n_y);
}

int value_cmp(struct arena *a, struct value x, struct value y)
{
	if (x.type == VALUE_DOUBLE && y.type == VALUE_DOUBLE) {
		if (x.f64 < y.f64 || x.f64 > y.f64)
			return x.f64 < y.f64 ? -1 : 1;
		if (x.f64 == y.f64)
			return 0; /* or one of them is no number */
	}
	if (ranks[x.type] != ranks[y.type])
		return ranks[x.type] < ranks[y.type] ? -1 : 1;

	switch (ranks[x.type]) {
	case 2: return cmp_numbers(x, y);
	case 3: return str_cmp(value_str(x), value_str(y));
	case 4: return cmp_objects(a, x.object, y.object);
	case 5: return cmp_arrays(a, x.array, y.array);
	case 6: return x.boolean - y.boolean;
	case 7: return cmp_i64(x.i64, y.i64);
	default: return 0;
	}
}

static bool same_text(const char *x, uint32_t x_len, const char *y, uint32_t y_len)
{
	return x != NULL && y != NULL && x_len == y_len && memcmp(x, y, x_len) == 0;
}

bool value_eq(struct arena *a, struct value x, struct value y)
{
	if (x.type == VALUE_STRING && y.type == VALUE_STRING)
		return str_eq(value_str(x), value_str(y));
	if (x.type == VALUE_OBJECT && y.type == VALUE_OBJECT && object_is_text(x.object) &&
	    object_is_text(y.object) &&
	    same_text(x.object->raw, x.object->raw_len, y.object->raw, y.object->raw_len))
		return true;
	if (x.type == VALUE_ARRAY && y.type == VALUE_ARRAY &&
	    same_text(x.array->raw, x.array->raw_len, y.array->raw, y.array->raw_len))
		return true;
	return value_cmp(a, x, y) == 0;
}

static uint64_t hash_number(struct value v)
{
	int64_t i;

	v = value_binary(v);
	if (value_as_i64(v, &i))
		return hash_u64((uint64_t)i);
	if (isnan(v.f64))
		return hash_u64(UINT64_C(0x7ff8000000000000));
	uint64_t bits;
	memcpy(&bits, &v.f64, sizeof bits);
	return hash_pair(bits, 1);
}

static uint64_t hash_object(struct arena *a, struct object *o)
{
	uint64_t hash = 4;
	uint32_t n = object_n(a, o);

	for (uint32_t i = 0; i < n; i++) {
		struct str key = object_key(o, i);

		hash = hash_pair(hash, hash_bytes(key.data, key.len));
		hash = hash_pair(hash, value_hash(a, object_at(a, o, i)));
	}
	return hash;
}

static uint64_t hash_array(struct arena *a, struct array *arr)
{
	uint64_t hash = 5;
	uint32_t n = array_n(a, arr);

	for (uint32_t i = 0; i < n; i++)
		hash = hash_pair(hash, value_hash(a, array_get(a, arr, i)));
	return hash;
}

uint64_t value_hash(struct arena *a, struct value v)
{
	switch (ranks[v.type]) {
	case 2: return hash_number(v);
	case 3: return hash_bytes(v.text, v.len);
	case 4: return hash_object(a, v.object);
	case 5: return hash_array(a, v.array);
	case 6: return hash_pair(6, v.boolean);
	case 7: return hash_pair(7, (uint64_t)v.i64);
	default: return hash_u64(UINT64_C(0x1000000000) + ranks[v.type]);
	}
}
