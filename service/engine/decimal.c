/* Decimals as text and as whole numbers. */
#include "engine/decimal.h"

#include <math.h>
#include <stdio.h>

#include "doc/number.h"

#define EXPONENT_MAX 6111 /* of the last of 34 digits */
#define EXPONENT_MIN (-6176)
#define EXPONENT_READ_MAX 100000
#define PLAIN_EXPONENT_MIN (-6)

/* ---- reading ---- */

static bool parse_word(struct str s, struct decimal *ret)
{
	if (str_eq_fold(s, STR("nan")))
		ret->kind = DECIMAL_NAN;
	else if (str_eq_fold(s, STR("inf")) || str_eq_fold(s, STR("infinity")))
		ret->kind = DECIMAL_INFINITY;
	else
		return false;
	return true;
}

/* Half to even; is_more says whether anything but zeros follows the digit that was cut. */
static void round_digits(struct decimal *d, char cut, bool is_more)
{
	bool is_odd = d->n > 0 && (d->digits[d->n - 1] - '0') % 2 == 1;
	int i = d->n - 1;

	if (cut < '5' || (cut == '5' && !is_more && !is_odd))
		return;
	while (i >= 0 && d->digits[i] == '9')
		d->digits[i--] = '0';
	if (i >= 0) {
		d->digits[i]++;
	} else { /* all were nines */
		d->digits[0] = '1';
		d->exponent++;
	}
}

/* The digits before the exponent; returns how many characters they are, or 0. */
static size_t parse_digits(struct str s, struct decimal *ret)
{
	bool has_point = false, has_digit = false, is_more = false;
	char cut = '\0';
	size_t i = 0;

	for (; i < s.len; i++) {
		char c = s.data[i];

		if (c == '.' && !has_point) {
			has_point = true;
			continue;
		}
		if ((unsigned char)(c - '0') > 9)
			break;
		has_digit = true;
		if (ret->n == DECIMAL_DIGITS) {
			is_more |= cut != '\0' && c != '0';
			cut = cut == '\0' ? c : cut;
			ret->exponent += !has_point;
			continue;
		}
		if (ret->n > 0 || c != '0')
			ret->digits[ret->n++] = c;
		ret->exponent -= has_point;
	}
	if (cut != '\0')
		round_digits(ret, cut, is_more);
	return has_digit ? i : 0;
}

static bool parse_exponent(struct str s, int *ret)
{
	size_t i = 1;
	int exponent = 0;

	if (s.len < 2 || (s.data[0] | 0x20) != 'e')
		return false;
	bool is_negative = s.data[i] == '-';
	i += s.data[i] == '-' || s.data[i] == '+';
	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		if ((unsigned char)(s.data[i] - '0') > 9)
			return false;
		exponent = MIN(exponent * 10 + (s.data[i] - '0'), EXPONENT_READ_MAX);
	}
	*ret = is_negative ? -exponent : exponent;
	return true;
}

/* Exponents beyond the range are met with zeros where there is room; else they are out of range. */
static bool fit_exponent(struct decimal *d)
{
	if (d->n == 0) {
		d->exponent = MAX(MIN(d->exponent, EXPONENT_MAX), EXPONENT_MIN);
		return true;
	}
	while (d->exponent > EXPONENT_MAX && d->n < DECIMAL_DIGITS) {
		d->digits[d->n++] = '0';
		d->exponent--;
	}
	while (d->exponent < EXPONENT_MIN && d->n > 1 && d->digits[d->n - 1] == '0') {
		d->n--;
		d->exponent++;
	}
	return d->exponent <= EXPONENT_MAX && d->exponent >= EXPONENT_MIN;
}

bool decimal_parse(struct str s, struct decimal *ret)
{
	struct decimal d = { 0 };
	int exponent = 0;

	if (s.len > 0 && (s.data[0] == '-' || s.data[0] == '+')) {
		d.is_negative = s.data[0] == '-';
		s = (struct str){ s.data + 1, s.len - 1 };
	}
	if (parse_word(s, &d)) {
		*ret = d;
		return true;
	}
	if (s.len > EXPONENT_READ_MAX)
		return false;
	size_t n = parse_digits(s, &d);
	s = (struct str){ s.data + n, s.len - n };
	if (n == 0 || (s.len > 0 && !parse_exponent(s, &exponent)))
		return false;
	d.exponent += exponent;
	if (!fit_exponent(&d))
		return false;
	*ret = d;
	return true;
}

void decimal_from_double(double d, struct decimal *ret)
{
	char text[32];

	if (d == 0 || !isfinite(d))
		snprintf(text, sizeof text, "%g", d);
	else
		snprintf(text, sizeof text, "%.14e", d);
	*ret = (struct decimal){ 0 };
	(void)decimal_parse(str_from(text), ret); /* printf writes what it reads */
}

/* ---- writing ---- */

static size_t put(char *to, const char *from, size_t n)
{
	memcpy(to, from, n);
	return n;
}

/* The point stands behind n_whole digits, which may be none. */
static size_t format_plain(const char *digits, int n, int n_whole, char *ret)
{
	size_t len = 0;

	if (n_whole <= 0) {
		len += put(ret, "0.", 2);
		for (int i = n_whole; i < 0; i++)
			ret[len++] = '0';
		return len + put(ret + len, digits, (size_t)n);
	}
	len += put(ret, digits, (size_t)n_whole);
	if (n > n_whole) {
		ret[len++] = '.';
		len += put(ret + len, digits + n_whole, (size_t)(n - n_whole));
	}
	return len;
}

static size_t format_scientific(const char *digits, int n, int exponent, char *ret)
{
	size_t len = put(ret, digits, 1);

	if (n > 1) {
		ret[len++] = '.';
		len += put(ret + len, digits + 1, (size_t)n - 1);
	}
	return len + (size_t)snprintf(ret + len, 8, "E%+d", exponent);
}

size_t decimal_format(const struct decimal *d, char ret[DECIMAL_TEXT_SIZE])
{
	const char *digits = d->n == 0 ? "0" : d->digits;
	int n = d->n == 0 ? 1 : d->n;
	int first = d->exponent + n - 1; /* exponent of the first digit */
	size_t len = 0;

	if (d->kind == DECIMAL_NAN)
		return put(ret, "NaN", 3);
	if (d->is_negative)
		ret[len++] = '-';
	if (d->kind == DECIMAL_INFINITY)
		return len + put(ret + len, "Infinity", 8);
	if (d->exponent <= 0 && first >= PLAIN_EXPONENT_MIN)
		return len + format_plain(digits, n, first + 1, ret + len);
	return len + format_scientific(digits, n, first, ret + len);
}

/* ---- numbers ---- */

bool decimal_is_zero(const struct decimal *d)
{
	return d->kind == DECIMAL_NUMBER && d->n == 0;
}

bool decimal_to_i64(const struct decimal *d, int64_t *ret)
{
	int n_whole = d->n + d->exponent;
	uint64_t whole = 0;

	if (d->kind != DECIMAL_NUMBER || (d->n > 0 && n_whole > 20))
		return false;
	for (int i = 0; d->n > 0 && i < n_whole; i++) {
		unsigned digit = i < d->n ? (unsigned)(d->digits[i] - '0') : 0;

		if (__builtin_mul_overflow(whole, 10u, &whole) ||
		    __builtin_add_overflow(whole, digit, &whole))
			return false;
	}
	if (whole > (uint64_t)INT64_MAX + d->is_negative)
		return false;
	*ret = d->is_negative ? (int64_t)(0 - whole) : (int64_t)whole;
	return true;
}
