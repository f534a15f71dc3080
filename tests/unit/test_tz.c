/* base/tz: time zones from the system's database. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/tz.h"
#include "base/tz_rule.h"

/* The system may have no database: then what needs it is skipped. */
struct fixture {
	struct budget budget;
	struct arena arena;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->budget = BUDGET(16 << 20);
	arena_init(&f->arena, &f->budget);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_deinit(&f->arena);
	free(f);
	return 0;
}

static const struct tz *load(struct fixture *f, const char *name)
{
	const struct tz *tz = NULL;
	int rc = tz_load(&f->arena, NULL, str_from(name), &tz);

	if (rc == ERR_UNAVAILABLE) {
		print_message("skipped: no time zone database in " TZ_DIRECTORY "\n");
		skip();
	}
	assert_int_equal(rc, 0);
	return tz;
}

static void assert_at(const struct tz *tz, int64_t utc, int seconds, bool is_dst)
{
	struct tz_offset offset = tz_at(tz, utc);

	assert_int_equal(offset.seconds, seconds);
	assert_int_equal(offset.is_dst, is_dst);
}

#define NY_SPRING_2024 INT64_C(1710054000) /* 2024-03-10T07:00:00Z, from -5 to -4 */
#define NY_AUTUMN_2024 INT64_C(1730613600) /* 2024-11-03T06:00:00Z, from -4 to -5 */

TEST(a_table_tells_what_holds_from_which_moment) {
	const struct tz *tz = load(*state, "America/New_York");

	assert_at(tz, NY_SPRING_2024 - 1, -18000, false);
	assert_at(tz, NY_SPRING_2024, -14400, true);
	assert_at(tz, NY_AUTUMN_2024 - 1, -14400, true);
	assert_at(tz, NY_AUTUMN_2024, -18000, false);
	assert_at(tz, INT64_C(-5364662400), -17762, false); /* 1800: the sun over New York */
}

TEST(the_rule_goes_on_behind_the_table) {
	const struct tz *ny = load(*state, "America/New_York");
	const struct tz *sydney = load(*state, "Australia/Sydney");

	assert_at(ny, INT64_C(4123378800), -14400, true);  /* 2100-08-31 */
	assert_at(ny, INT64_C(4102444800), -18000, false); /* 2100-01-01 */
	assert_at(sydney, INT64_C(4102444800), 39600, true);
	assert_at(sydney, INT64_C(4118083200), 36000, false); /* 2100-07-01 */
	assert_at(ny, INT64_MAX, tz_at(ny, INT64_MAX).seconds, tz_at(ny, INT64_MAX).is_dst);
	assert_at(ny, INT64_MIN, -17762, false);
}

TEST(clocks_that_go_back_show_a_time_twice) {
	const struct tz *tz = load(*state, "America/New_York");
	int64_t half_past_one = NY_AUTUMN_2024 - 4 * 3600 - 1800;

	assert_true(tz_to_utc(tz, half_past_one, true) == NY_AUTUMN_2024 - 1800);
	assert_true(tz_to_utc(tz, half_past_one, false) == NY_AUTUMN_2024 + 1800);
}

TEST(clocks_that_go_forward_skip_a_time) {
	const struct tz *tz = load(*state, "America/New_York");
	int64_t half_past_two = NY_SPRING_2024 - 5 * 3600 + 1800;

	assert_true(tz_to_utc(tz, half_past_two, false) == NY_SPRING_2024 + 1800);
	assert_true(tz_to_utc(tz, half_past_two - 3600, false) == NY_SPRING_2024 - 1800);
	assert_true(tz_to_utc(tz, half_past_two + 3600, false) == NY_SPRING_2024 + 1800);
}

TEST(every_hour_of_a_year_comes_back) {
	static const char *const names[] = {
		"Europe/Berlin",       "Europe/Dublin",    "Asia/Kolkata",
		"Australia/Lord_Howe", "America/St_Johns", "Pacific/Kiritimati",
		"Africa/Casablanca",   "Antarctica/Troll",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct tz *tz = load(*state, names[i]);

		for (int64_t utc = 1672531200; utc < 1672531200 + 366 * 86400; utc += 1800) {
			struct tz_offset at = tz_at(tz, utc);

			assert_true(tz_to_utc(tz, utc + at.seconds, at.is_dst) == utc);
		}
	}
}

TEST(names_that_are_none_are_not_found) {
	static const char *const names[] = {
		"",          "Mars/X",          "../zoneinfo/UTC",     "/etc/passwd",
		"Europe",    "Europe/",         "Europe//Berlin",      "Europe/./Berlin",
		"tzdata.zi", "Europe/Berlin\n", "right/Europe/Berlin", "~",
	};
	struct fixture *f = *state;
	const struct tz *tz = NULL;

	(void)load(f, "UTC");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(tz_load(&f->arena, NULL, str_from(names[i]), &tz), ERR_NOT_FOUND);
	assert_null(tz);
}

TEST(without_a_database_that_is_said) {
	struct fixture *f = *state;
	const struct tz *tz = NULL;

	assert_int_equal(tz_load(&f->arena, "/nonexistent", STR("UTC"), &tz), ERR_UNAVAILABLE);
}

TEST(without_memory_that_is_said) {
	struct fixture *f = *state;
	struct budget none = BUDGET(100);
	struct arena arena;
	const struct tz *tz = NULL;

	(void)load(f, "UTC");
	arena_init_exact(&arena, &none);
	assert_int_equal(tz_load(&arena, NULL, STR("Europe/Berlin"), &tz), ERR_NOMEM);
	arena_deinit(&arena);
}

TEST(rules_have_many_forms) {
	static const struct {
		const char *text;
		int64_t utc;
		int seconds;
	} cases[] = {
		{ "EST5EDT,M3.2.0,M11.1.0", NY_SPRING_2024, -14400 },
		{ "EST5EDT,M3.2.0,M11.1.0", NY_SPRING_2024 - 1, -18000 },
		{ "<-03>3", 0, -10800 },
		{ "<+0545>-5:45", 0, 20700 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", 1720000000, 3600 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", 1735000000, 0 },
		{ "EET-2EEST,M3.4.4/50,M10.4.4/50", 1711756800, 10800 }, /* Gaza, 2024-03-30T00 UTC */
		{ "AAA0BBB,J60/0,J61/0", 951868800, 3600 }, /* 2000-03-01T00 UTC: J60 is 1 March */
		{ "AAA0BBB,J60/0,J61/0", 951868799, 0 },
		{ "AAA0BBB,59/0,60/0", 951782400, 3600 }, /* 2000-02-29: day 59 of a leap year */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tz_rule rule;

		assert_true(tz_rule_parse(str_from(cases[i].text), &rule));
		assert_int_equal(tz_rule_at(&rule, cases[i].utc).seconds, cases[i].seconds);
	}
}

TEST(rules_that_are_none_are_refused) {
	static const char *const texts[] = {
		"",
		"E",
		"EST",
		"EST5EDT",
		"EST5EDT,M3.2.0",
		"EST5EDT,M13.2.0,M11.1.0",
		"EST5EDT,M3.2.0,M11.1.0x",
		"<EST5",
		"EST25",
		"EST5EDT,J0,J5",
		"EST99999999999999999999",
	};
	struct tz_rule rule;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_false(tz_rule_parse(str_from(texts[i]), &rule));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_table_tells_what_holds_from_which_moment),
		RUN(the_rule_goes_on_behind_the_table),
		RUN(clocks_that_go_back_show_a_time_twice),
		RUN(clocks_that_go_forward_skip_a_time),
		RUN(every_hour_of_a_year_comes_back),
		RUN(names_that_are_none_are_not_found),
		RUN(without_a_database_that_is_said),
		RUN(without_memory_that_is_said),
		RUN(rules_have_many_forms),
		RUN(rules_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
