/* Numbers read from JSON text, exactly. */
#include "doc/number.h"

#include <endian.h>
#include <string.h>

#include "doc/number_chars.h"

#define DIGITS_EXACT_MAX 18 /* any number of so many digits fits 64 bits */
#define DIGITS_WHOLE_MAX 19 /* and any of so many, without its sign */
#define POWER_WHOLE_MAX 19  /* 10^19 is the largest power of ten that fits 64 bits */
#define MANTISSA_EXACT_MAX (UINT64_C(1) << 53)
#define WORD 8               /* characters that are looked at together */
#define POWER_WORD 100000000 /* what is in front of so many digits is worth */

#define EACH(n) (UINT64_C(0x0101010101010101) * (n)) /* a byte, eight times */

/* Doubles hold these exactly, and up to 10^22. */
static const double powers[POWER_WHOLE_MAX + 1] = {
	1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
};

/*
 * A power of ten of so many bits, and the 64 first bits of what 1 is divided by it: the rest is
 * cut off.
 */
struct power {
	uint64_t whole;
	uint64_t inverse;
	unsigned n_bits;
};

#define POWER(n, bits) \
	{ \
		n, (uint64_t)(((__uint128_t)1 << (63 + (bits))) / (n)), bits \
	}

static const struct power whole_powers[POWER_WHOLE_MAX + 1] = {
	{ 1, UINT64_MAX, 1 }, /* not quite: nothing is divided by it */
	POWER(10, 4),
	POWER(100, 7),
	POWER(1000, 10),
	POWER(10000, 14),
	POWER(100000, 17),
	POWER(1000000, 20),
	POWER(10000000, 24),
	POWER(100000000, 27),
	POWER(1000000000, 30),
	POWER(10000000000, 34),
	POWER(100000000000, 37),
	POWER(1000000000000, 40),
	POWER(10000000000000, 44),
	POWER(100000000000000, 47),
	POWER(1000000000000000, 50),
	POWER(10000000000000000, 54),
	POWER(100000000000000000, 57),
	POWER(1000000000000000000, 60),
	POWER(UINT64_C(10000000000000000000), 64),
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

/* ---- digits ---- */

/* Eight characters, the first one lowest. */
static inline uint64_t load8(const char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
	return le64toh(x);
}

/* How many of eight characters are digits, up to the first that is none. */
static inline size_t count_digits(uint64_t x)
{
	x ^= EACH('0');
	x = ((x + EACH(0x80 - 10)) | x) & EACH(0x80); /* right up to the first one */
	return x == 0 ? WORD : (size_t)__builtin_ctzll(x) / 8;
}

/* Pairs of digits, pairs of pairs, and both of these, each by one multiplication. */
static inline uint64_t digits8(uint64_t x)
{
	x = (x & EACH(0x0f)) * ((10 << 8) + 1) >> 8;
	x = (x & UINT64_C(0x00ff00ff00ff00ff)) * ((100 << 16) + 1) >> 16;
	return (x & UINT64_C(0x0000ffff0000ffff)) * ((UINT64_C(10000) << 32) + 1) >> 32;
}

/* What the first n of them spell, at least one: zeros go in front. */
static inline uint64_t digits_of(uint64_t x, size_t n)
{
	return digits8(x << (WORD - n) * 8);
}

/* Digits from p on are appended to *mantissa (which wraps); returns what is behind them. */
static inline const char *parse_digits(const char *p, const char *end, uint64_t *mantissa)
{
	uint64_t n = *mantissa, x;

	for (; end - p >= WORD && count_digits(x = load8(p)) == WORD; p += WORD)
		n = n * POWER_WORD + digits8(x);
	while (p < end && is_digit(*p))
		n = n * 10 + (unsigned char)(*p++ - '0');
	*mantissa = n;
	return p;
}

/* ---- division by a power of ten ---- */

/* The 64 bits or one more of a quotient, rounded to 53; a power of two is what the last is worth. */
static inline double round_quotient(uint64_t quotient, bool is_inexact, int exponent)
{
	int n_extra = 11 - __builtin_clzll(quotient);
	uint64_t kept = quotient >> n_extra, half = UINT64_C(1) << (n_extra - 1);
	uint64_t rest = quotient & (half * 2 - 1);

	kept += rest > half || (rest == half && (is_inexact || (kept & 1)));
	/* A power of two from its bits: far from the ends of the range. */
	uint64_t bits = (uint64_t)(1023 + n_extra + exponent) << 52;
	double power;
	memcpy(&power, &bits, sizeof power);
	return (double)kept * power;
}

/* 63 or 64 bits of the quotient, and whether anything is left, tell to which side. */
static double divide_exactly(uint64_t n, const struct power *power)
{
	int n_shift = __builtin_clzll(n), d_shift = 64 - (int)power->n_bits;
	__uint128_t dividend = (__uint128_t)(n << n_shift) << 63;
	uint64_t d = power->whole << d_shift;
	uint64_t quotient = (uint64_t)(dividend / d);

	return round_quotient(quotient, (uint64_t)dividend != quotient * d, d_shift - n_shift - 63);
}

/*
 * n / a power of ten, correctly rounded; n is not 0.  Times the inverse it is too little by less
 * than one unit of the upper 64 bits, which hardly ever decides how they are rounded.
 */
static inline double divide(uint64_t n, const struct power *power)
{
	int n_shift = __builtin_clzll(n);
	uint64_t high = (uint64_t)((__uint128_t)(n << n_shift) * power->inverse >> 64);
	uint64_t half = high >> 63 ? UINT64_C(1) << 10 : UINT64_C(1) << 9;
	uint64_t rest = high & (half * 2 - 1);

	if (UNLIKELY(rest + 1 == half || rest == half))
		return divide_exactly(n, power);
	return round_quotient(high, true, 1 - n_shift - (int)power->n_bits);
}

/* ---- numbers ---- */

/*
 * Doubles of full length have about 16 digits behind the point: how many there are is hard to
 * predict, so the last 16 are taken in two steps, whatever is in front of them.  The text has 16
 * characters.  false when it is not as simple as that.
 */
static inline bool parse_long_fraction(const char *p, const char *end, bool is_negative,
                                       struct value *ret)
{
	uint64_t x = load8(p), last = load8(end - WORD), before = load8(end - 2 * WORD);
	size_t n_whole = count_digits(x);
	size_t scale = (size_t)(end - p) - n_whole - 1;

	if (n_whole == WORD || p[n_whole] != '.' || scale <= WORD || scale > 2 * WORD ||
	    n_whole + scale - (*p == '0') > DIGITS_WHOLE_MAX)
		return false;
	uint64_t others = (UINT64_C(1) << (2 * WORD - scale) * 8) - 1;
	before = (before & ~others) | (EACH('0') & others);
	if ((count_digits(last) & count_digits(before)) != WORD)
		return false;
	uint64_t mantissa = digits_of(x, n_whole) * whole_powers[scale].whole +
	                    digits8(before) * POWER_WORD + digits8(last);
	double d = mantissa == 0 ? 0 : divide(mantissa, &whole_powers[scale]);
	*ret = value_double(is_negative ? -d : d);
	return true;
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
	struct value v;
	size_t scale = 0;

	p += is_negative;
	if (end - p > 2 * WORD - 1 && parse_long_fraction(p, end, is_negative, &v))
		return v;
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
	double d = mantissa > MANTISSA_EXACT_MAX ? divide(mantissa, &whole_powers[scale])
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
