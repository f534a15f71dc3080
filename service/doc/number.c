/* Numbers as JSON text, exact both ways. */
#include "doc/number.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include "doc/number_chars.h"

#define DIGITS_EXACT_MAX 18 /* any number of so many digits fits 64 bits */
#define DIGITS_WHOLE_MAX 19 /* and any of so many, without its sign */
#define POWER_WHOLE_MAX 19  /* 10^19 is the largest power of ten that fits 64 bits */
#define MANTISSA_EXACT_MAX (UINT64_C(1) << 53)
#define FIXED_EXPONENT_MIN (-7) /* from here on down, and from 10^21 on, scientific notation */
#define FIXED_EXPONENT_MAX 21
#define DIGITS_MAX 20 /* of 64 bits */

#define EACH(n) (UINT64_C(0x0101010101010101) * (n)) /* a byte, eight times */

/* Doubles hold these exactly, and up to 10^22. */
static const double powers[POWER_WHOLE_MAX + 1] = {
	1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
};

static const uint64_t whole_powers[POWER_WHOLE_MAX + 1] = {
	1,
	10,
	100,
	1000,
	10000,
	100000,
	1000000,
	10000000,
	100000000,
	1000000000,
	10000000000,
	100000000000,
	1000000000000,
	10000000000000,
	100000000000000,
	1000000000000000,
	10000000000000000,
	100000000000000000,
	1000000000000000000,
	UINT64_C(10000000000000000000),
};

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

static struct value parse_slow(const char *text, size_t len)
{
	double d = 0;

	(void)number_chars_parse(text, len, &d); /* the text was checked when it was read */
	return value_double(d);
}

/* More digits than 64 bits are sure to hold: a long if they do, else a double. */
static struct value parse_many_digits(const char *text, size_t len)
{
	bool is_negative = text[0] == '-';
	uint64_t n = 0;

	for (size_t i = is_negative; i < len; i++) {
		unsigned digit = (unsigned char)(text[i] - '0');

		if (digit > 9 || __builtin_mul_overflow(n, 10u, &n) ||
		    __builtin_add_overflow(n, digit, &n))
			return parse_slow(text, len);
	}
	if (n > (uint64_t)INT64_MAX + is_negative)
		return parse_slow(text, len);
	return value_long(is_negative ? (int64_t)(0 - n) : (int64_t)n);
}

/* Eight characters, the first one lowest; and those are digits. */
static inline uint64_t load8(const char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
	return le64toh(x);
}

static inline bool are_digits8(uint64_t x)
{
	return ((x & EACH(0xf0)) | ((x + EACH(0x06)) & EACH(0xf0)) >> 4) == EACH(0x33);
}

/* Pairs of digits, pairs of pairs, and both of these, each by one multiplication. */
static inline uint64_t digits8(uint64_t x)
{
	x = (x & EACH(0x0f)) * ((10 << 8) + 1) >> 8;
	x = (x & UINT64_C(0x00ff00ff00ff00ff)) * ((100 << 16) + 1) >> 16;
	return (x & UINT64_C(0x0000ffff0000ffff)) * ((UINT64_C(10000) << 32) + 1) >> 32;
}

/* Digits from p on are appended to *mantissa (which wraps); returns what is behind them. */
static inline const char *parse_digits(const char *p, const char *end, uint64_t *mantissa)
{
	uint64_t n = *mantissa, x;

	for (; end - p >= 8 && are_digits8(x = load8(p)); p += 8)
		n = n * 100000000 + digits8(x);
	while (p < end && is_digit(*p))
		n = n * 10 + (unsigned char)(*p++ - '0');
	*mantissa = n;
	return p;
}

/*
 * n / d, correctly rounded: 63 or 64 bits of the quotient, and whether anything is left, tell to
 * which side.  Neither is 0.
 */
static double divide(uint64_t n, uint64_t d)
{
	int n_shift = __builtin_clzll(n), d_shift = __builtin_clzll(d);
	__uint128_t dividend = (__uint128_t)(n << n_shift) << 63;

	d <<= d_shift;
	uint64_t quotient = (uint64_t)(dividend / d);
	bool is_inexact = (uint64_t)dividend != quotient * d;
	int n_extra = 11 - __builtin_clzll(quotient);
	uint64_t kept = quotient >> n_extra, half = UINT64_C(1) << (n_extra - 1);
	uint64_t rest = quotient & (half * 2 - 1);

	kept += rest > half || (rest == half && (is_inexact || (kept & 1)));
	/* A power of two from its bits: far from the ends of the range. */
	uint64_t bits = (uint64_t)(1023 + n_extra - 63 + d_shift - n_shift) << 52;
	double power;
	memcpy(&power, &bits, sizeof power);
	return (double)kept * power;
}

/*
 * Numbers as short as people write them fit 53 bits, and their scale is an exact power of ten: one
 * division is correctly rounded.  Those of full length fit 64 bits and take a longer one.
 */
struct value number_parse(const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	bool is_negative = *p == '-';
	uint64_t mantissa = 0;
	size_t scale = 0;

	p += is_negative;
	const char *digits = p;
	p = parse_digits(p, end, &mantissa);
	size_t n_digits = (size_t)(p - digits);
	if (p == end) {
		if (n_digits > DIGITS_EXACT_MAX)
			return parse_many_digits(text, len);
		return value_whole(is_negative ? -(int64_t)mantissa : (int64_t)mantissa);
	}
	if (*p == '.') {
		const char *fraction = ++p;

		p = parse_digits(p, end, &mantissa);
		scale = (size_t)(p - fraction);
		n_digits += scale;
	}
	n_digits -= *digits == '0';
	if (p != end || n_digits > DIGITS_WHOLE_MAX || scale > POWER_WHOLE_MAX)
		return parse_slow(text, len);
	double d = mantissa > MANTISSA_EXACT_MAX ? divide(mantissa, whole_powers[scale])
	                                         : (double)mantissa / powers[scale];
	return value_double(is_negative ? -d : d);
}

bool number_is_valid(const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	p += p < end && *p == '-';
	if (p == end || !is_digit(*p))
		return false;
	if (*p++ != '0')
		while (p < end && is_digit(*p))
			p++;
	if (p < end && *p == '.') {
		if (++p == end || !is_digit(*p))
			return false;
		while (p < end && is_digit(*p))
			p++;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		p += p < end && (*p == '+' || *p == '-');
		if (p == end || !is_digit(*p))
			return false;
		while (p < end && is_digit(*p))
			p++;
	}
	return p == end;
}

bool number_parse_double(const char *text, size_t len, double *ret)
{
	bool has_sign = len > 0 && text[0] == '+';
	const char *digits = text + has_sign;
	size_t n = len - has_sign;
	size_t first = n > 0 && digits[0] == '-';

	/* from_chars would take "inf" and "nan", and a sign after our own. */
	if (n == first || (has_sign && first) || !(is_digit(digits[first]) || digits[first] == '.'))
		return false;
	return number_chars_parse(digits, n, ret);
}

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
