/* base/: arenas, buffers, maps, names and numbers. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/uuid.h"

TEST(an_arena_fails_at_its_budget_and_gives_everything_back) {
	struct budget budget = BUDGET(10000);
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	assert_non_null(arena_alloc(&a, 100));
	assert_null(arena_alloc(&a, 20000));
	assert_true(arena_failed(&a));
	assert_true(budget.used > 0);
	arena_deinit(&a);
	assert_int_equal(budget.used, 0);
}

TEST(an_exact_arena_charges_what_is_asked) {
	struct budget budget = BUDGET(48);
	struct arena a;

	(void)state;
	arena_init_exact(&a, &budget);
	assert_non_null(arena_alloc(&a, 16));
	assert_non_null(arena_alloc(&a, 30));
	assert_int_equal(budget.used, 48);
	assert_null(arena_alloc(&a, 1));
	arena_reset(&a);
	assert_false(arena_failed(&a));
	assert_int_equal(budget.used, 0);
	arena_deinit(&a);
}

TEST(an_arena_of_no_size_and_of_overflowing_size_is_refused_or_harmless) {
	struct budget budget = BUDGET(SIZE_MAX);
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	for (int i = 0; i < 100; i++)
		assert_non_null(arena_alloc(&a, 0));
	assert_true(budget.used <= 4096);
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_array(&a, SIZE_MAX / 2, 16));
	assert_true(arena_failed(&a));
	arena_deinit(&a);
}

TEST(a_reset_arena_reuses_its_memory) {
	struct budget budget = BUDGET(1 << 20);
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 100; i++)
			assert_non_null(arena_alloc(&a, 500));
		assert_int_equal(a.n_bytes, budget.used);
		arena_reset(&a);
		assert_int_equal(a.n_bytes, budget.used);
	}
	arena_deinit(&a);
	assert_int_equal(budget.used, 0);
}

static void hook_note(void *arg)
{
	char **end = arg;

	*(*end)++ = 'x';
}

TEST(an_arena_calls_what_it_was_asked_to_call_once) {
	struct budget budget = BUDGET(1 << 20);
	char calls[4], *end = calls;
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	assert_true(arena_on_free(&a, hook_note, &end));
	assert_true(arena_on_free(&a, hook_note, &end));
	assert_ptr_equal(end, calls);
	arena_reset(&a);
	assert_ptr_equal(end, calls + 2);
	assert_true(arena_on_free(&a, hook_note, &end));
	arena_deinit(&a);
	assert_ptr_equal(end, calls + 3);
	arena_deinit(&a);
	assert_ptr_equal(end, calls + 3);
}

TEST(a_hook_that_does_not_fit_in_the_budget_is_refused) {
	struct budget budget = BUDGET(8);
	char calls[1], *end = calls;
	struct arena a;

	(void)state;
	arena_init_exact(&a, &budget);
	assert_false(arena_on_free(&a, hook_note, &end));
	arena_deinit(&a);
	assert_ptr_equal(end, calls);
}

TEST(appending_again_and_again_is_linear_and_leaves_what_was) {
	struct budget budget = BUDGET(1 << 20);
	const char *text = "", *earlier = NULL;
	size_t len = 0;
	struct arena a;

	(void)state;
	arena_init(&a, &budget);
	for (; len < 100000; len++) {
		char *longer = arena_append(&a, text, len, 1);

		assert_non_null(longer);
		longer[len] = (char)('a' + len % 26);
		text = longer;
		if (len == 4)
			earlier = text;
	}
	for (size_t i = 0; i < len; i++)
		assert_int_equal(text[i], 'a' + (char)(i % 26));
	char *other = arena_append(&a, earlier, 5, 1);
	other[5] = 'X';
	assert_ptr_not_equal(other, earlier);
	assert_memory_equal(text, "abcdefg", 7);
	assert_memory_equal(other, "abcdeX", 6);
	arena_deinit(&a);
}

TEST(code_points_are_counted_and_skipped) {
	struct str s = STR("a\xC3\xA9\xE6\x97\xA5\xF0\x9F\x98\x80z");
	size_t len;

	(void)state;
	assert_int_equal(utf8_count(s), 5);
	assert_int_equal(utf8_skip(s, 2), 3);
	assert_int_equal(utf8_skip(s, 9), s.len);
	assert_int_equal(utf8_at(s, 6, &len), 0x1F600);
	assert_int_equal(len, 4);
	assert_int_equal(utf8_at(s, 1, &len), 0xE9);
}

TEST(a_buf_stops_at_its_max_and_says_so) {
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_append(&b, "0123456789", 10);
	assert_int_equal(b.failed, BUF_OK);
	buf_append_char(&b, 'x');
	assert_int_equal(b.failed, BUF_FULL);
	assert_int_equal(b.len, 10);
	buf_reset(&b);
	buf_append_cstr(&b, "abc");
	assert_int_equal(b.failed, BUF_OK);
	assert_memory_equal(b.data, "abc", 3);
	buf_deinit(&b);
}

TEST(json_strings_are_escaped) {
	struct buf b;
	static const char want[] = "\"a\\\"b\\\\c\\n\\u0001\xc3\xa9\"";

	(void)state;
	buf_init(&b, 1000);
	buf_append_json_string(&b, STR("a\"b\\c\n\x01\xc3\xa9"));
	assert_int_equal(b.len, sizeof want - 1);
	assert_memory_equal(b.data, want, b.len);
	buf_deinit(&b);
}

/* Every length, and the one byte that is escaped at every place. */
TEST(a_json_string_is_escaped_wherever_the_byte_stands) {
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	for (size_t len = 1; len <= 40; len++)
		for (size_t at = 0; at < len; at++) {
			char text[40], want[44];

			memset(text, '\x7f', sizeof text);
			memset(want, '\x7f', sizeof want);
			text[at] = at % 2 ? '"' : '\t';
			want[0] = want[len + 2] = '"';
			want[at + 1] = '\\';
			want[at + 2] = at % 2 ? '"' : 't';
			buf_reset(&b);
			buf_append_json_string(&b, (struct str){ text, len });
			assert_int_equal(b.len, len + 3);
			assert_memory_equal(b.data, want, b.len);
		}
	buf_deinit(&b);
}

TEST(a_map_finds_what_was_put_and_forgets_what_was_removed) {
	static char keys[1000][8];
	struct map m = MAP_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(keys[i], sizeof keys[i], "k%d", i);
		assert_true(map_put(&m, str_from(keys[i]), keys[i]));
	}
	for (int i = 0; i < 1000; i += 2)
		assert_ptr_equal(map_remove(&m, str_from(keys[i])), keys[i]);
	assert_int_equal(m.n_items, 500);
	for (int i = 0; i < 1000; i++)
		assert_ptr_equal(map_get(&m, str_from(keys[i])), i % 2 ? keys[i] : NULL);
	assert_null(map_remove(&m, STR("k0")));
	map_deinit(&m);
}

TEST(a_misspelt_name_finds_its_neighbour) {
	static const char *const names[] = { "$match", "$project", "$group" };

	(void)state;
	assert_string_equal(str_suggest(STR("$macth"), names, 3), "$match");
	assert_string_equal(str_suggest(STR("$grup"), names, 3), "$group");
	assert_null(str_suggest(STR("$zzzzzzz"), names, 3));
}

TEST(a_text_is_found_in_another) {
	(void)state;
	assert_int_equal(str_search(STR("banana"), STR("an"), 0), 1);
	assert_int_equal(str_search(STR("banana"), STR("an"), 2), 3);
	assert_int_equal(str_search(STR("banana"), STR("an"), 4), SIZE_MAX);
	assert_int_equal(str_search(STR("banana"), STR(""), 6), 6);
	assert_int_equal(str_search(STR("an"), STR("banana"), 0), SIZE_MAX);
}

TEST(whole_numbers_are_read_strictly) {
	uint64_t u;
	int64_t i;

	(void)state;
	assert_true(num_parse_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
	assert_false(num_parse_u64(STR("18446744073709551616"), &u));
	assert_false(num_parse_u64(STR(""), &u));
	assert_false(num_parse_u64(STR("+1"), &u));
	assert_true(num_parse_i64(STR("-9223372036854775808"), &i) && i == INT64_MIN);
	assert_false(num_parse_i64(STR("9223372036854775808"), &i));
}

TEST(whole_numbers_are_written_as_they_are_read) {
	char text[NUM_TEXT_SIZE];

	(void)state;
	assert_int_equal(num_put_u64(text, UINT64_MAX) - text, 20);
	assert_memory_equal(text, "18446744073709551615", 20);
	assert_int_equal(num_put_i64(text, INT64_MIN) - text, 20);
	assert_memory_equal(text, "-9223372036854775808", 20);
	assert_int_equal(num_put_i64(text, 0) - text, 1);
	assert_memory_equal(text, "0", 1);
}

TEST(an_error_starts_without_a_place_and_names_its_limit) {
	struct err err;

	(void)state;
	assert_int_equal(err_limit(&err, ERR_DEPTH, "max-depth", "deeper than %d", 100), ERR_DEPTH);
	assert_string_equal(err.limit, "max-depth");
	assert_string_equal(err.message, "deeper than 100");
	assert_int_equal(err.document, -1);
	assert_false(err.has_place);
}

TEST(moments_are_written_in_utc_with_milliseconds) {
	char text[CLOCK_RFC3339_SIZE];

	(void)state;
	clock_format_rfc3339(951782398123, text, sizeof text);
	assert_string_equal(text, "2000-02-28T23:59:58.123Z");
	clock_format_rfc3339(951782399004, text, sizeof text);
	assert_string_equal(text, "2000-02-28T23:59:59.004Z");
	clock_format_rfc3339(951782400000, text, sizeof text);
	assert_string_equal(text, "2000-02-29T00:00:00.000Z");
	clock_format_rfc3339(-1, text, sizeof text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	clock_format_rfc3339(0, text, sizeof text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	clock_format_rfc3339(INT64_MAX, text, sizeof text);
	assert_string_equal(text, "292278994-08-17T07:12:55.807Z");
}

TEST(uuids_rise_even_when_the_clock_stands_still_or_goes_back) {
	struct uuid_source source = UUID_SOURCE_INIT;
	struct err err = ERR_INIT;
	char last[UUID_TEXT_SIZE] = "", text[UUID_TEXT_SIZE];
	struct uuid id;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(uuid_next(&source, 1700000000000 - i / 5000, &id, &err), 0);
		assert_int_equal(uuid_ms(&id), 1700000000000);
		uuid_format(&id, text);
		assert_int_equal(text[14], '7');
		assert_non_null(strchr("89ab", text[19]));
		assert_true(strcmp(last, text) < 0);
		memcpy(last, text, sizeof last);
	}
}

TEST(a_uuid_source_that_runs_out_of_random_bits_goes_on_in_the_next_millisecond) {
	struct uuid_source source = UUID_SOURCE_INIT;
	struct err err = ERR_INIT;
	struct uuid id;

	(void)state;
	memset(&source.last, 0xff, sizeof source.last);
	source.last.bytes[0] = 1;
	int64_t before = uuid_ms(&source.last);
	assert_int_equal(uuid_next(&source, 0, &id, &err), 0);
	assert_int_equal(uuid_ms(&id), before + 1);
}

TEST(a_uuid_is_read_back_and_anything_else_is_not_one) {
	static const char text[] = "0190b1c2-9b7a-7def-8123-456789abcdef";
	char again[UUID_TEXT_SIZE];
	struct uuid id;

	(void)state;
	assert_true(uuid_parse(str_from(text), &id));
	uuid_format(&id, again);
	assert_string_equal(again, text);
	assert_false(uuid_parse(STR(""), &id));
	assert_false(uuid_parse(STR("0190B1C2-9b7a-7def-8123-456789abcdef"), &id));
	assert_false(uuid_parse(STR("0190b1c2-9b7a-7def-8123-456789abcde"), &id));
	assert_false(uuid_parse(STR("0190b1c209b7a-7def-8123-456789abcdef"), &id));
	assert_false(uuid_parse(STR("g190b1c2-9b7a-7def-8123-456789abcdef"), &id));
}

TEST(bytes_that_are_no_utf8_become_question_marks) {
	static const char *const texts[][2] = {
		{ "caf\xc3\xa9 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xf0\x9f\x98\x80" },
		{ "cut \xc3", "cut ?" },
		{ "cut \xf0\x9f\x98", "cut ???" },
		{ "\xff\x80z", "??z" },
		{ "\xc0\xaf", "??" },
		{ "\xe0\x80\x80", "???" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xe2\x82z", "??z" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char text[32];

		snprintf(text, sizeof text, "%s", texts[i][0]);
		assert_int_equal(utf8_is_valid(str_from(text)), strcmp(text, texts[i][1]) == 0);
		utf8_mend(text, strlen(text));
		assert_string_equal(text, texts[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(an_arena_fails_at_its_budget_and_gives_everything_back),
		RUN(an_exact_arena_charges_what_is_asked),
		RUN(an_arena_of_no_size_and_of_overflowing_size_is_refused_or_harmless),
		RUN(a_reset_arena_reuses_its_memory),
		RUN(an_arena_calls_what_it_was_asked_to_call_once),
		RUN(a_hook_that_does_not_fit_in_the_budget_is_refused),
		RUN(appending_again_and_again_is_linear_and_leaves_what_was),
		RUN(code_points_are_counted_and_skipped),
		RUN(a_buf_stops_at_its_max_and_says_so),
		RUN(json_strings_are_escaped),
		RUN(a_json_string_is_escaped_wherever_the_byte_stands),
		RUN(a_map_finds_what_was_put_and_forgets_what_was_removed),
		RUN(a_misspelt_name_finds_its_neighbour),
		RUN(a_text_is_found_in_another),
		RUN(whole_numbers_are_read_strictly),
		RUN(whole_numbers_are_written_as_they_are_read),
		RUN(an_error_starts_without_a_place_and_names_its_limit),
		RUN(moments_are_written_in_utc_with_milliseconds),
		RUN(uuids_rise_even_when_the_clock_stands_still_or_goes_back),
		RUN(a_uuid_source_that_runs_out_of_random_bits_goes_on_in_the_next_millisecond),
		RUN(a_uuid_is_read_back_and_anything_else_is_not_one),
		RUN(bytes_that_are_no_utf8_become_question_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
