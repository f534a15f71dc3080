/* Numbers written as JSON text: the shortest that reads as the same number. */
#include <math.h>
#include <string.h>

#include "doc/number.h"
#include "doc/number_chars.h"

#define FIXED_EXPONENT_MIN (-7) /* from here on down, and from 10^21 on, scientific notation */
#define FIXED_EXPONENT_MAX 21
#define DIGITS_MAX 20 /* of 64 bits */

/* The digits of n, two at a time from the back; returns how many. */
static size_t put_digits(char *ret, uint64_t n)
{
	static const char pairs[] =
		"00010203040506070809101112131415161718192021222324252627282930313233"
		"34353637383940414243444546474849505152535455565758596061626364656667"
		"6869707172737475767778798081828384858687888990919293949596979899";
	char digits[DIGITS_MAX];
	char *end = digits + DIGITS_MAX, *p = end;

	while (n >= 100) {
		p -= 2;
		memcpy(p, pairs + n % 100 * 2, 2);
		n /= 100;
	}
	if (n >= 10) {
		p -= 2;
		memcpy(p, pairs + n * 2, 2);
	} else {
		*--p = (char)('0' + n);
	}
	memcpy(ret, p, (size_t)(end - p));
	return (size_t)(end - p);
}

size_t number_format_i64(int64_t i, char *ret)
{
	if (i >= 0)
		return put_digits(ret, (uint64_t)i);
	*ret = '-';
	return 1 + put_digits(ret + 1, 0 - (uint64_t)i);
}

static size_t put_zeros(char *to, int n)
{
	memset(to, '0', (size_t)n);
	return (size_t)n;
}

/* digits are n significant ones, the first of them worth 10^exponent. */
static size_t layout_fixed(char *ret, const char *digits, int n, int exponent)
{
	size_t len = 0;

	if (exponent < 0) {
		ret[len++] = '0';
		ret[len++] = '.';
		len += put_zeros(ret + len, -exponent - 1);
		memcpy(ret + len, digits, (size_t)n);
		return len + (size_t)n;
	}
	int n_whole = exponent + 1;
	int n_copied = n < n_whole ? n : n_whole;

	memcpy(ret, digits, (size_t)n_copied);
	len = (size_t)n_copied;
	len += put_zeros(ret + len, n_whole - n_copied);
	ret[len++] = '.';
	if (n <= n_whole) {
		ret[len++] = '0';
		return len;
	}
	memcpy(ret + len, digits + n_whole, (size_t)(n - n_whole));
	return len + (size_t)(n - n_whole);
}

static size_t layout_scientific(char *ret, const char *digits, int n, int exponent)
{
	size_t len = 0;

	ret[len++] = digits[0];
	if (n > 1) {
		ret[len++] = '.';
		memcpy(ret + len, digits + 1, (size_t)n - 1);
		len += (size_t)n - 1;
	}
	ret[len++] = 'e';
	ret[len++] = exponent < 0 ? '-' : '+';
	return len + number_format_i64(exponent < 0 ? -exponent : exponent, ret + len);
}

/*
 * Most doubles that are computed have few decimals.  A decimal of up to 15 digits that reads as d
 * is the shortest text of d: no two of them read as the same double.  0 when there is none.
 */
static size_t format_short(double d, char *ret)
{
	double size = fabs(d);
	int n_decimals = 2;
	uint64_t n, power = 100;

	if (!(size < 1e13))
		return 0;
	n = (uint64_t)(size * 1e2 + 0.5);
	if ((double)n / 1e2 != size) {
		n_decimals = 6;
		power = 1000000;
		n = (uint64_t)(size * 1e6 + 0.5);
		if (size >= 1e9 || (double)n / 1e6 != size)
			return 0;
	}
	size_t len = 0;
	uint64_t rest = n % power;
	if (signbit(d))
		ret[len++] = '-';
	len += put_digits(ret + len, n / power);
	ret[len++] = '.';
	while (n_decimals > 1 && rest % 10 == 0) {
		rest /= 10;
		n_decimals--;
	}
	for (int i = n_decimals; i-- > 0; rest /= 10)
		ret[len + (size_t)i] = (char)('0' + rest % 10);
	return len + (size_t)n_decimals;
}

static size_t format_any(double d, char *ret)
{
	char text[32], digits[32];
	size_t len = number_chars_format(d, text);
	size_t at = 0, sign = 0;
	int n = 0, exponent = 0;

	if (text[0] == '-') {
		ret[0] = '-';
		sign = at = 1;
	}
	for (; text[at] != 'e'; at++)
		if (text[at] != '.')
			digits[n++] = text[at];
	bool is_small = text[++at] == '-';
	while (++at < len)
		exponent = exponent * 10 + (text[at] - '0');
	exponent = is_small ? -exponent : exponent;

	if (exponent < FIXED_EXPONENT_MIN + 1 || exponent >= FIXED_EXPONENT_MAX)
		return sign + layout_scientific(ret + sign, digits, n, exponent);
	return sign + layout_fixed(ret + sign, digits, n, exponent);
}

size_t number_format_double(double d, char ret[NUMBER_TEXT_SIZE])
{
	size_t len = format_short(d, ret);

	return len > 0 ? len : format_any(d, ret);
}
