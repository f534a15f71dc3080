/* Whole numbers: strict parsing, and writing. */
#include "base/num.h"

bool num_parse_u64(struct str s, uint64_t *ret)
{
	uint64_t n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(unsigned char)s.data[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(n, 10u, &n) ||
		    __builtin_add_overflow(n, digit, &n))
			return false;
	}
	*ret = n;
	return true;
}

bool num_parse_i64(struct str s, int64_t *ret)
{
	bool is_negative = s.len > 0 && s.data[0] == '-';
	uint64_t magnitude;

	if (is_negative)
		s = (struct str){ s.data + 1, s.len - 1 };
	if (!num_parse_u64(s, &magnitude))
		return false;
	if (magnitude > (uint64_t)INT64_MAX + is_negative)
		return false;
	*ret = is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

char *num_put_u64(char *to, uint64_t n)
{
	char digits[NUM_TEXT_SIZE], *p = digits + sizeof digits;

	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	size_t len = (size_t)(digits + sizeof digits - p);
	memcpy(to, p, len);
	return to + len;
}

char *num_put_i64(char *to, int64_t n)
{
	if (n >= 0)
		return num_put_u64(to, (uint64_t)n);
	*to = '-';
	return num_put_u64(to + 1, -(uint64_t)n);
}
