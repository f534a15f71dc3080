/* Numbers as text: the short way against the one that takes any number. */
#include "tests/lib/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "doc/number.h"
#include "doc/number_chars.h"
#include "tests/lib/random.h"

/* Significant digits alone: no sign, point, exponent, nor zeros at either end. */
static size_t digits_of(const char *text, size_t len, char *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < len && text[i] != 'e'; i++)
		if (text[i] >= '0' && text[i] <= '9' && (n > 0 || text[i] != '0'))
			ret[n++] = text[i];
	while (n > 0 && ret[n - 1] == '0')
		n--;
	return n;
}

static void assert_shortest(double d)
{
	char text[NUMBER_TEXT_SIZE], expected[32];
	char digits[NUMBER_TEXT_SIZE], expected_digits[32];
	size_t len = number_format_double(d, text);
	size_t n = digits_of(text, len, digits);
	double back = 0;

	assert_int_equal(n, digits_of(expected, number_chars_format(d, expected), expected_digits));
	assert_memory_equal(digits, expected_digits, n);
	assert_true(number_is_valid(text, len));
	assert_true(number_parse_double(text, len, &back));
	assert_memory_equal(&back, &d, sizeof d);
	assert_true(memchr(text, '.', len) != NULL || memchr(text, 'e', len) != NULL);
}

TEST(doubles_of_few_decimals_are_written_in_the_shortest_way) {
	static const double powers[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8 };
	struct random random = random_seeded();

	(void)state;
	for (int i = 0; i < 200000; i++) {
		double whole = (double)(random_next(&random) >> (11 + random_below(&random, 53)));
		double d = whole / powers[random_below(&random, ARRAY_LEN(powers))];

		assert_shortest(random_below(&random, 2) ? d : -d);
	}
}

TEST(any_double_is_written_in_the_shortest_way) {
	struct random random = random_seeded();

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t bits = random_next(&random);
		double d;

		memcpy(&d, &bits, sizeof d);
		if (isfinite(d))
			assert_shortest(d);
	}
}

TEST(doubles_at_the_edges_of_the_short_way_are_written_in_the_shortest_way) {
	static const double edges[] = { 0, 1e-7, 1e-6, 1e-5, 0.5, 1, 1e9, 1e13, 1e15, 0x1p53, 0.1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(edges); i++) {
		assert_shortest(edges[i]);
		assert_shortest(-edges[i]);
		assert_shortest(nextafter(edges[i], 0));
		assert_shortest(nextafter(edges[i], INFINITY));
	}
}

static void assert_read_exactly(const char *text)
{
	char padded[128];
	double expected = 0;
	size_t len = strlen(text);

	memset(padded, '7', sizeof padded); /* what is behind a number is not looked at */
	memcpy(padded, text, len);
	struct value v = number_parse(padded, len);

	assert_true(number_chars_parse(text, len, &expected));
	if (v.type != VALUE_DOUBLE || memcmp(&v.f64, &expected, sizeof expected) != 0)
		fail_msg("%s is read as %.17g, not %.17g", text, v.f64, expected);
}

TEST(numbers_with_a_point_are_read_exactly) {
	struct random random = random_seeded();
	char text[96];

	(void)state;
	for (int i = 0; i < 300000; i++) {
		uint64_t whole = random_next(&random) >> random_below(&random, 64);
		uint64_t rest = random_next(&random) >> random_below(&random, 64);
		const char *sign = random_below(&random, 2) ? "-" : "";

		snprintf(text, sizeof text, "%s%llu.%0*llu", sign, (unsigned long long)whole,
		         (int)random_below(&random, 20), (unsigned long long)rest);
		assert_read_exactly(text);
		snprintf(text, sizeof text, "%s0.%0*llu", sign, (int)random_below(&random, 24),
		         (unsigned long long)rest);
		assert_read_exactly(text);
		/* Half way between two doubles. */
		snprintf(text, sizeof text, "%s%llu.5", sign,
		         (unsigned long long)(whole >> 11 | UINT64_C(1) << 52));
		assert_read_exactly(text);
	}
}

TEST(numbers_at_the_edges_of_the_ways_to_read_are_read_exactly) {
	static const char *const texts[] = {
		"0.0",
		"-0.0",
		"9007199254740992.0",
		"9007199254740993.0",
		"9007199254740993.1",
		"999999999999999999.9",
		"9999999999999999999.9",
		"18446744073709551615.0",
		"1844674407370955161.5",
		"0.9999999999999999999",
		"0.99999999999999999999",
		"0.0000000000000000001",
		"0.00000000000000000001",
		"12345678.12345678",
		"1234567.1234567",
		"123456789.123456789",
		"1.7976931348623157",
		"4503599627370497.5",
		"4503599627370496.5",
		"0.0000000000000000",
		"-0.0000000000000000",
		"1.0000000000000000",
		"0.123456789",
		"12345678.1234567890",
		"1234567.123456789012",
		"123.1234567890123456",
		"1234.1234567890123456",
		"0.12345678901234567",
		"4503599627.3704965000000",
		"1048576.0000000001164153",
		"1125899906842624.1250000",
		"1.123456789012345e9",
		"1.12345678901e-123",
		"1.1234567E12345678",
		"1e-1234567890123456",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_read_exactly(texts[i]);
}

TEST(whole_numbers_are_written_as_printf_does) {
	struct random random = random_seeded();
	char text[NUMBER_TEXT_SIZE], expected[32];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int64_t n = (int64_t)(random_next(&random) >> random_below(&random, 64));

		n = i == 0 ? INT64_MIN : i % 2 ? -n : n;
		snprintf(expected, sizeof expected, "%lld", (long long)n);
		assert_int_equal(number_format_i64(n, text), strlen(expected));
		assert_memory_equal(text, expected, strlen(expected));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(doubles_of_few_decimals_are_written_in_the_shortest_way),
		RUN(any_double_is_written_in_the_shortest_way),
		RUN(doubles_at_the_edges_of_the_short_way_are_written_in_the_shortest_way),
		RUN(numbers_with_a_point_are_read_exactly),
		RUN(numbers_at_the_edges_of_the_ways_to_read_are_read_exactly),
		RUN(whole_numbers_are_written_as_printf_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
