/* engine/numeric: promotions, and sums that stay right. */
#include "tests/lib/test.h"

#include <math.h>

#include "engine/numeric.h"
#include "tests/lib/random.h"

#define INTS(...) ((const int64_t[]){ __VA_ARGS__ }), ARRAY_LEN(((const int64_t[]){ __VA_ARGS__ }))

static void assert_whole(struct value v, enum value_type type, int64_t i)
{
	assert_int_equal(v.type, type);
	assert_true(v.i64 == i);
}

static void assert_double(struct value v, double d)
{
	assert_int_equal(v.type, VALUE_DOUBLE);
	assert_true(v.f64 == d);
}

TEST(ints_become_longs_and_longs_doubles_when_they_overflow) {
	(void)state;
	assert_whole(numeric_add(value_int(1), value_int(2)), VALUE_INT, 3);
	assert_whole(numeric_add(value_int(1), value_long(2)), VALUE_LONG, 3);
	assert_whole(numeric_add(value_int(INT32_MAX), value_int(1)), VALUE_LONG, INT64_C(1) << 31);
	assert_whole(numeric_subtract(value_int(INT32_MIN), value_int(1)), VALUE_LONG,
	             INT64_C(-2147483649));
	assert_whole(numeric_multiply(value_int(INT32_MIN), value_int(-1)), VALUE_LONG,
	             INT64_C(1) << 31);
	assert_double(numeric_add(value_long(INT64_MAX), value_int(1)), 0x1p63);
	assert_double(numeric_multiply(value_long(INT64_MIN), value_int(-1)), 0x1p63);
	assert_double(numeric_subtract(value_int(1), value_double(0.5)), 0.5);
}

static struct numeric_sum sum_of(const double *doubles, size_t n)
{
	struct numeric_sum sum = { 0 };

	for (size_t i = 0; i < n; i++)
		numeric_sum_add(&sum, value_double(doubles[i]));
	return sum;
}

static struct numeric_sum sum_of_longs(const int64_t *longs, size_t n)
{
	struct numeric_sum sum = { 0 };

	for (size_t i = 0; i < n; i++)
		numeric_sum_add(&sum, value_long(longs[i]));
	return sum;
}

TEST(an_empty_sum_is_the_int_zero) {
	struct numeric_sum sum = { 0 };

	(void)state;
	assert_whole(numeric_sum_value(&sum), VALUE_INT, 0);
}

TEST(what_doubles_lose_is_carried_along) {
	const double doubles[] = { 1e100, 1.0, 2.5, -1e100, 2.0 };
	const double tenths[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 };
	struct numeric_sum sum = sum_of(tenths, ARRAY_LEN(tenths));

	(void)state;
	assert_double(numeric_sum_value(&sum), 1.0);
	sum = sum_of(doubles + 1, 2);
	numeric_sum_add(&sum, value_double(1e30));
	numeric_sum_add(&sum, value_int(2));
	numeric_sum_add(&sum, value_double(-1e30));
	assert_double(numeric_sum_value(&sum), 5.5);
}

TEST(whole_numbers_are_exact_beyond_64_bits_on_the_way) {
	struct numeric_sum sum =
		sum_of_longs(INTS(INT64_MAX, INT64_MAX, -5, INT64_MIN, INT64_MIN, 12));

	(void)state;
	assert_whole(numeric_sum_value(&sum), VALUE_LONG, 5);
	sum = sum_of_longs(INTS(INT64_MAX, 1, -1));
	assert_whole(numeric_sum_value(&sum), VALUE_LONG, INT64_MAX);
	sum = sum_of_longs(INTS(INT64_MIN, -1, 1));
	assert_whole(numeric_sum_value(&sum), VALUE_LONG, INT64_MIN);
	sum = sum_of_longs(INTS(INT64_MAX, 1));
	assert_double(numeric_sum_value(&sum), 0x1p63);
	sum = sum_of_longs(INTS(INT64_MIN, -1));
	assert_double(numeric_sum_value(&sum), -0x1p63);
}

TEST(ints_that_wrap_the_fast_way_are_added_the_slow_way) {
	struct numeric_sum sum = sum_of_longs(INTS(INT64_MAX));

	(void)state;
	numeric_sum_add(&sum, value_int(7));
	numeric_sum_add(&sum, value_int(-9));
	assert_whole(numeric_sum_value(&sum), VALUE_LONG, INT64_MAX - 2);
}

TEST(the_type_is_the_widest_that_was_added) {
	struct numeric_sum sum = { 0 };

	(void)state;
	numeric_sum_add(&sum, value_int(INT32_MAX));
	assert_whole(numeric_sum_value(&sum), VALUE_INT, INT32_MAX);
	numeric_sum_add(&sum, value_int(1));
	assert_whole(numeric_sum_value(&sum), VALUE_LONG, INT64_C(1) << 31);
	numeric_sum_add(&sum, value_int(-1));
	numeric_sum_add(&sum, value_long(0));
	assert_whole(numeric_sum_value(&sum), VALUE_LONG, INT32_MAX);
	numeric_sum_add(&sum, value_double(1));
	assert_double(numeric_sum_value(&sum), 0x1p31);
}

TEST(removing_brings_back_what_was) {
	struct numeric_sum sum = sum_of_longs(INTS(3));

	(void)state;
	numeric_sum_add(&sum, value_double((double)NAN));
	numeric_sum_add(&sum, value_double((double)INFINITY));
	numeric_sum_add(&sum, value_double(0.1));
	numeric_sum_add(&sum, value_double(1e300));
	assert_true(isnan(numeric_sum_f64(&sum)));
	numeric_sum_remove(&sum, value_double((double)NAN));
	assert_double(numeric_sum_value(&sum), (double)INFINITY);
	numeric_sum_remove(&sum, value_double((double)INFINITY));
	numeric_sum_remove(&sum, value_double(0.1));
	numeric_sum_remove(&sum, value_double(1e300));
	assert_whole(numeric_sum_value(&sum), VALUE_LONG, 3);
	numeric_sum_remove(&sum, value_long(INT64_MIN));
	numeric_sum_add(&sum, value_long(INT64_MIN));
	assert_whole(numeric_sum_value(&sum), VALUE_LONG, 3);
}

TEST(parts_merge_to_the_whole) {
	const double doubles[] = { 0.5, 1e17, 0.25, -1e17, 0.125 };
	struct numeric_sum all = sum_of(doubles, 5);
	struct numeric_sum first = sum_of(doubles, 2), second = sum_of(doubles + 2, 3);
	struct numeric_sum longs = sum_of_longs(INTS(INT64_MAX));

	(void)state;
	numeric_sum_merge(&first, &second);
	assert_double(numeric_sum_value(&first), numeric_sum_f64(&all));
	second = sum_of_longs(INTS(INT64_MAX, INT64_MIN));
	numeric_sum_merge(&longs, &second);
	assert_whole(numeric_sum_value(&longs), VALUE_LONG, INT64_MAX - 1);
}

TEST(doubles_beyond_the_range_are_infinite) {
	const double large[] = { 1.7e308, 1.7e308, -1.7e308 };
	struct numeric_sum sum = sum_of(large, 3);
	int64_t i;

	(void)state;
	assert_double(numeric_sum_value(&sum), (double)INFINITY);
	assert_false(numeric_sum_i64(&sum, &i));
}

TEST(rounding_to_64_bits_goes_away_from_zero) {
	const double halves[] = { 2.5, 0x1p53, -2.5 };
	struct numeric_sum sum = sum_of(halves, 1);
	int64_t i;

	(void)state;
	assert_true(numeric_sum_i64(&sum, &i) && i == 3);
	sum = sum_of(halves, 2);
	assert_true(numeric_sum_i64(&sum, &i) && i == (INT64_C(1) << 53) + 3);
	sum = sum_of(halves + 2, 1);
	assert_true(numeric_sum_i64(&sum, &i) && i == -3);
}

/* A double that is m * 2^shift: sums of some of them fit 128 bits, which say what is right. */
static double scaled(struct random *r, __int128_t *total)
{
	int64_t m = (int64_t)(random_next(r) >> 12) - (INT64_C(1) << 51);
	int shift = (int)random_below(r, 61);

	*total += (__int128_t)m * ((__int128_t)1 << shift);
	return (double)m * (double)(UINT64_C(1) << shift);
}

TEST(a_sum_is_rounded_once_whatever_the_order_and_the_parts) {
	struct random r = random_seeded();

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct numeric_sum parts[4] = { { 0 } }, all = { 0 };
		__int128_t total = 0;
		size_t n = 2 + random_below(&r, 200);

		for (size_t i = 0; i < n; i++) {
			struct value v = value_double(scaled(&r, &total));

			numeric_sum_add(&all, v);
			numeric_sum_add(&parts[random_below(&r, ARRAY_LEN(parts))], v);
		}
		int64_t whole = (int64_t)random_next(&r);
		numeric_sum_add(&all, value_long(whole));
		numeric_sum_add(&parts[2], value_long(whole));
		total += whole;
		for (size_t i = 1; i < ARRAY_LEN(parts); i++)
			numeric_sum_merge(&parts[0], &parts[i]);
		assert_false(all.is_rounded || parts[0].is_rounded);
		assert_double(numeric_sum_value(&all), (double)total);
		assert_double(numeric_sum_value(&parts[0]), (double)total);
	}
}

TEST(a_tie_is_decided_by_what_is_left) {
	const double above[] = { 0x1p53, 1, 0x1p-80 }, below[] = { 0x1p53, 1, -0x1p-80 };
	const double even[] = { 0x1p53, 1 };
	struct numeric_sum sum = sum_of(above, 3);

	(void)state;
	assert_double(numeric_sum_value(&sum), 0x1p53 + 2);
	sum = sum_of(below, 3);
	assert_double(numeric_sum_value(&sum), 0x1p53);
	sum = sum_of(even, 2);
	assert_double(numeric_sum_value(&sum), 0x1p53);
	numeric_sum_add(&sum, value_int(2));
	assert_double(numeric_sum_value(&sum), 0x1p53 + 4);
}

TEST(a_sum_that_lost_bits_says_so) {
	const double wide[] = { 1e300, 1, 1e-300, -1e300, 1e-200, 1e200, 3e-100 };
	const double narrow[] = { 1e20, 1, 1e-20 };
	struct numeric_sum sum = sum_of(wide, ARRAY_LEN(wide)), other = { 0 };

	(void)state;
	assert_true(sum.is_rounded);
	numeric_sum_merge(&other, &sum);
	assert_true(other.is_rounded);
	sum = sum_of(narrow, ARRAY_LEN(narrow));
	assert_false(sum.is_rounded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(ints_become_longs_and_longs_doubles_when_they_overflow),
		RUN(an_empty_sum_is_the_int_zero),
		RUN(what_doubles_lose_is_carried_along),
		RUN(whole_numbers_are_exact_beyond_64_bits_on_the_way),
		RUN(ints_that_wrap_the_fast_way_are_added_the_slow_way),
		RUN(the_type_is_the_widest_that_was_added),
		RUN(removing_brings_back_what_was),
		RUN(parts_merge_to_the_whole),
		RUN(doubles_beyond_the_range_are_infinite),
		RUN(rounding_to_64_bits_goes_away_from_zero),
		RUN(a_sum_is_rounded_once_whatever_the_order_and_the_parts),
		RUN(a_tie_is_decided_by_what_is_left),
		RUN(a_sum_that_lost_bits_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
