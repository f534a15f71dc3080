/*
 * Keys as bytes that memcmp() orders.  Each key is the rank of its type and then:
 *
 *     numbers   the nearest double, its bits turned so that they order as whole numbers do
 *     strings   the bytes, 00 as 00 ff, and 00 at the end
 *     booleans  a byte; dates the milliseconds
 *     objects, arrays   nothing: they must be compared themselves
 *
 * Of a descending key all bytes are inverted.  The ff after a 00 is more than the first byte of
 * any key that may follow, ascending or descending, and inverted it is less; behind the last key
 * stands 01 for the same reason.  Whatever cannot be encoded in full ends the prefix: nothing
 * after it may decide.
 */
#include "engine/sort_prefix.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#define PREFIX_SIZE 16
#define EXACT_MAX 0x1p53 /* beyond it different whole numbers may be one double */

struct prefix {
	unsigned char bytes[PREFIX_SIZE];
	size_t n;
	unsigned char invert; /* 0 or ff */
};

/* false: no room. */
static bool put(struct prefix *p, unsigned char byte)
{
	if (p->n >= PREFIX_SIZE)
		return false;
	p->bytes[p->n++] = byte ^ p->invert;
	return true;
}

static bool put_u64(struct prefix *p, uint64_t n)
{
	if (LIKELY(p->n + 8 <= PREFIX_SIZE)) {
		n = htobe64(p->invert ? ~n : n);
		memcpy(p->bytes + p->n, &n, 8);
		p->n += 8;
		return true;
	}
	for (int shift = 56; shift >= 0; shift -= 8)
		if (!put(p, (unsigned char)(n >> shift)))
			return false;
	return true;
}

static bool put_number(struct prefix *p, struct value v)
{
	double d = value_f64(value_binary(v));
	uint64_t bits;

	if (isnan(d)) /* below all numbers */
		return put_u64(p, 0);
	if (d == 0)
		d = 0; /* there is a negative one */
	memcpy(&bits, &d, sizeof bits);
	bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
	return put_u64(p, bits) && fabs(d) < EXACT_MAX;
}

static bool put_string(struct prefix *p, struct value v)
{
	uint32_t i = 0, n = MIN(v.len, (uint32_t)(PREFIX_SIZE - p->n));

	for (; i < n && v.text[i] != '\0'; i++)
		p->bytes[p->n + i] = (unsigned char)v.text[i] ^ p->invert;
	p->n += i;
	for (; i < v.len; i++) {
		unsigned char byte = (unsigned char)v.text[i];

		if (!put(p, byte) || (byte == 0 && !put(p, 0xff)))
			return false;
	}
	return put(p, 0);
}

static bool put_key(struct prefix *p, struct value v)
{
	if (!put(p, (unsigned char)(value_rank(v.type) + 1)))
		return false;
	switch ((enum value_type)v.type) {
	case VALUE_MISSING:
	case VALUE_NULL: return true;
	case VALUE_INT:
	case VALUE_LONG:
	case VALUE_DOUBLE:
	case VALUE_DECIMAL: return put_number(p, v);
	case VALUE_STRING: return put_string(p, v);
	case VALUE_BOOL: return put(p, v.boolean);
	case VALUE_DATE: return put_u64(p, (uint64_t)v.i64 ^ UINT64_C(1) << 63);
	default: return false;
	}
}

static uint64_t load_big_endian(const unsigned char *bytes)
{
	uint64_t n;

	memcpy(&n, bytes, sizeof n);
	return be64toh(n);
}

bool sort_prefix_make(const struct sort_spec *spec, const struct value *keys,
                      struct sort_prefix *ret)
{
	struct prefix p = { .n = 0 };
	bool is_whole = true;

	for (uint32_t k = 0; k < spec->n_keys && is_whole; k++) {
		p.invert = spec->keys[k].is_descending ? 0xff : 0;
		is_whole = put_key(&p, keys[k]);
	}
	p.invert = 0;
	if (is_whole)
		(void)put(&p,
		          1); /* when there is no room, nothing follows in any other prefix either */
	ret->high = load_big_endian(p.bytes);
	ret->low = load_big_endian(p.bytes + 8);
	return is_whole;
}
