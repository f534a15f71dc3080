/*
 * Values: one type for everything that a document can hold, from the bytes it came in to the
 * result of an expression.
 *
 * A value is 16 bytes and is passed by value.  It owns nothing: text, arrays and objects live in
 * an arena or in the input, and must outlive it.
 *
 * Laziness.  Input is never turned into a tree.  A VALUE_RAW is a span of JSON text that was
 * checked when it was read and has not been looked at since; it is found only inside arrays and
 * objects.  Whoever takes an item out through array_get() or object_get() gets it decoded one level deep: scalars
 * in full, containers as a header that is opened when somebody asks for what is in it.  What is
 * put into a result without being looked at stays raw and is written as the bytes it came in, so
 * that 1.0, 1e2 and 9007199254740993 survive.
 *
 * Failure.  Decoding takes memory from the arena given.  When there is none left the answer is
 * null and the arena remembers (arena_failed()); the run looks at it before it shows anything.
 *
 * Types follow MongoDB: a whole number is an int, a long beyond 32 bits, a double beyond 64; a
 * number with a point or an exponent is a double.  {"$date": …} is a date, wherever it stands.
 */
#ifndef DOC_VALUE_H
#define DOC_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum value_type {
	VALUE_MISSING, /* no such field; never inside an array or object */
	VALUE_NULL,
	VALUE_INT, /* 32 bits, in i64 */
	VALUE_LONG,
	VALUE_DOUBLE,
	VALUE_DECIMAL, /* $numberDecimal: carried as text, never computed with */
	VALUE_STRING,
	VALUE_OBJECT,
	VALUE_ARRAY,
	VALUE_BOOL,
	VALUE_DATE, /* milliseconds since 1970, in i64 */
	VALUE_RAW,  /* text not yet looked at; only inside containers */
};

enum value_flag {
	/* Raw, and the bytes before it in the input are its own "key": so neighbours copy as one. */
	VALUE_KEYED = 1,
};

struct object;
struct array;

struct value {
	uint8_t type;  /* enum value_type */
	uint8_t flags; /* enum value_flag */
	uint16_t unused;
	uint32_t len; /* bytes of STRING, DECIMAL and RAW */
	union {
		int64_t i64;
		double f64;
		bool boolean;
		const char *text; /* STRING and DECIMAL: UTF-8, no escapes, no NUL at the end; RAW */
		struct object *object;
		struct array *array;
	};
};

_Static_assert(sizeof(struct value) == 16, "values are copied by the million");

/* Built containers nest at most this deep, so that everything that recurses has an end. */
#define VALUE_DEPTH_MAX 250

/* ---- making scalars ---- */

#define MISSING ((struct value){ .type = VALUE_MISSING })
#define NUL_VALUE ((struct value){ .type = VALUE_NULL })

static inline struct value value_bool(bool b)
{
	return (struct value){ .type = VALUE_BOOL, .boolean = b };
}

static inline struct value value_double(double d)
{
	return (struct value){ .type = VALUE_DOUBLE, .f64 = d };
}

static inline struct value value_int(int32_t i)
{
	return (struct value){ .type = VALUE_INT, .i64 = i };
}

static inline struct value value_long(int64_t i)
{
	return (struct value){ .type = VALUE_LONG, .i64 = i };
}

/* An int when 32 bits hold it, else a long. */
static inline struct value value_whole(int64_t i)
{
	return (struct value){ .type = i == (int32_t)i ? VALUE_INT : VALUE_LONG, .i64 = i };
}

static inline struct value value_date(int64_t ms)
{
	return (struct value){ .type = VALUE_DATE, .i64 = ms };
}

/* Borrows s; s.len is at most UINT32_MAX. */
static inline struct value value_string(struct str s)
{
	return (struct value){ .type = VALUE_STRING, .len = (uint32_t)s.len, .text = s.data };
}

static inline struct value value_raw(const char *text, size_t len)
{
	return (struct value){ .type = VALUE_RAW, .len = (uint32_t)len, .text = text };
}

static inline struct value value_object(struct object *o)
{
	return (struct value){ .type = VALUE_OBJECT, .object = o };
}

static inline struct value value_array(struct array *a)
{
	return (struct value){ .type = VALUE_ARRAY, .array = a };
}

/* ---- asking ---- */

static inline struct str value_str(struct value v)
{
	return (struct str){ v.text, v.len };
}

static inline bool value_is_nullish(struct value v)
{
	return v.type <= VALUE_NULL;
}

/* int, long or double; not decimal, which cannot be computed with. */
static inline bool value_is_number(struct value v)
{
	return v.type >= VALUE_INT && v.type <= VALUE_DOUBLE;
}

static inline bool value_is_whole(struct value v)
{
	return v.type == VALUE_INT || v.type == VALUE_LONG;
}

/* The number as a double (rounded when a long does not fit exactly). */
static inline double value_f64(struct value v)
{
	return v.type == VALUE_DOUBLE ? v.f64 : (double)v.i64;
}

/*
 * A number that stands for a whole one: an int, a long, or a double without a fraction that fits
 * 64 bits.  false otherwise.
 */
bool value_as_i64(struct value v, int64_t *ret);

/* MongoDB's truth: false, 0, null and missing are false, all else is true ("" and [] too). */
bool value_is_true(struct value v);

/* MongoDB's name of the type: "int", "string", "missing" … ("array" and "object" too). */
const char *value_type_name(enum value_type type);

/* ---- decoding ---- */

/* The value one level decoded; anything but VALUE_RAW is itself already. */
struct value value_decode_raw(struct arena *a, struct value v);

static inline struct value value_decode(struct arena *a, struct value v)
{
	return v.type == VALUE_RAW ? value_decode_raw(a, v) : v;
}

/* ---- order ---- */

/*
 * MongoDB's comparison order over all types: (missing, null) < numbers < strings < objects <
 * arrays < booleans < dates; below, equal to, or above 0.  Numbers compare by exact value across
 * their types and NaN is below all of them; strings by bytes; objects pair by pair: type, key,
 * value; arrays item by item, then by length.  missing sorts before null (they differ in
 * expressions; $sort and $group make them equal themselves).
 * a is scratch for what has to be decoded.
 */
int value_cmp(struct arena *a, struct value x, struct value y);

bool value_eq(struct arena *a, struct value x, struct value y);

/* Values that are equal have equal hashes (1, 1.0 and a long 1 too). */
uint64_t value_hash(struct arena *a, struct value v);

/* A decimal as the double nearest to it, which is how it compares; anything else as it is. */
struct value value_binary(struct value v);

/* The rank of a type in the comparison order; types of one rank compare by value. */
int value_rank(enum value_type type);

/* ---- copies ---- */

/*
 * A copy in arena a of what was built elsewhere; spans of input stay where they are, so the input
 * must live as long as the copy, unless the arena wants them copied (copies_text).
 */
struct value value_copy(struct arena *a, struct value v);

/* A copy of a string's bytes in the arena. */
struct value value_string_copy(struct arena *a, struct str s);

#endif
