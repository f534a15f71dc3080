/* json/: reading our small messages strictly, and writing them. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "json/read.h"
#include "json/write.h"

/* A reader over a text, with somewhere for its problems; torn down by fixture_deinit(). */
struct fixture {
	struct budget budget;
	struct arena arena;
	struct json_problems problems;
	struct json_reader reader;
	struct err err;
	int rc;
};

static void fixture_init(struct fixture *f, struct str text)
{
	*f = (struct fixture){ .budget = BUDGET(1 << 20), .err = ERR_INIT };
	arena_init(&f->arena, &f->budget);
	f->problems = JSON_PROBLEMS(&f->arena);
	f->rc = json_reader_init(&f->reader, text, "", &f->problems, &f->err);
}

static void fixture_deinit(struct fixture *f)
{
	json_reader_deinit(&f->reader);
	arena_deinit(&f->arena);
}

#define READING(text) \
	CLEANUP(fixture_deinit) struct fixture f = { 0 }; \
	(void)state; \
	fixture_init(&f, STR(text)); \
	assert_int_equal(f.rc, 0)

static void assert_one_problem(const struct fixture *f, const char *pointer, const char *detail)
{
	assert_int_equal(f->problems.n_items, 1);
	assert_string_equal(f->problems.items[0].pointer, pointer);
	assert_string_equal(f->problems.items[0].detail, detail);
}

TEST(a_string_within_its_bounds_is_read) {
	struct str title = { 0 };

	READING("{\"title\": \"Caf\\u00e9 \\ud83d\\ude00\"}");
	assert_int_equal(json_read_string(&f.reader, "title", 1, 6, &title), JSON_READ);
	assert_true(str_eq(title, STR("Café 😀")));
	json_reader_finish(&f.reader);
	assert_int_equal(f.problems.n_items, 0);
}

TEST(lengths_count_code_points) {
	struct str title = STR("untouched");

	READING("{\"title\": \"ééé\"}");
	assert_int_equal(json_read_string(&f.reader, "title", 1, 2, &title), JSON_REFUSED);
	assert_true(str_is(title, "untouched"));
	assert_one_problem(&f, "/title", "must have 1 to 2 characters, has 3");
}

TEST(nothing_is_converted_to_a_string) {
	static const char *const texts[][2] = {
		{ "{\"t\": 1}", "must be a string, not a number" },
		{ "{\"t\": null}", "must be a string, not null" },
		{ "{\"t\": true}", "must be a string, not a boolean" },
		{ "{\"t\": []}", "must be a string, not an array" },
		{ "{\"t\": {}}", "must be a string, not an object" },
	};
	struct str ret;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP(fixture_deinit) struct fixture f = { 0 };

		fixture_init(&f, str_from(texts[i][0]));
		assert_int_equal(json_read_string(&f.reader, "t", 0, 9, &ret), JSON_REFUSED);
		assert_one_problem(&f, "/t", texts[i][1]);
	}
}

TEST(whole_numbers_may_have_a_point_but_no_fraction) {
	int64_t ret = 0;

	READING("{\"a\": 3.0, \"b\": 3.5, \"c\": \"3\", \"d\": 6, \"e\": 1e999, \"f\": true}");
	assert_int_equal(json_read_int(&f.reader, "a", 1, 5, &ret), JSON_READ);
	assert_int_equal(ret, 3);
	assert_int_equal(json_read_int(&f.reader, "b", 1, 5, &ret), JSON_REFUSED);
	assert_int_equal(json_read_int(&f.reader, "c", 1, 5, &ret), JSON_REFUSED);
	assert_int_equal(json_read_int(&f.reader, "d", 1, 5, &ret), JSON_REFUSED);
	assert_int_equal(json_read_int(&f.reader, "e", 1, 5, &ret), JSON_REFUSED);
	assert_int_equal(json_read_int(&f.reader, "f", 1, 5, &ret), JSON_REFUSED);
	assert_int_equal(json_read_int(&f.reader, "g", 1, 5, &ret), JSON_ABSENT);
	assert_int_equal(f.problems.n_items, 5);
	assert_string_equal(f.problems.items[0].detail,
	                    "must be a whole number from 1 to 5, is 3.5");
	assert_string_equal(f.problems.items[1].detail, "must be a whole number, not a string");
}

TEST(a_choice_is_one_of_its_names) {
	static const char *const choices[] = { "none", "stages" };
	size_t ret = 9;

	READING("{\"explain\": \"stages\", \"other\": \"all\"}");
	assert_int_equal(json_read_choice(&f.reader, "explain", choices, 2, &ret), JSON_READ);
	assert_int_equal(ret, 1);
	assert_int_equal(json_read_choice(&f.reader, "other", choices, 2, &ret), JSON_REFUSED);
	assert_one_problem(&f, "/other", "must be one of \"none\", \"stages\"");
}

TEST(every_problem_is_reported_at_once) {
	struct str title;
	int64_t priority;

	READING("{\"title\": \"\", \"priority\": 9, \"tilte\": 1}");
	json_read_string(&f.reader, "title", 1, 200, &title);
	json_read_int(&f.reader, "priority", 1, 5, &priority);
	json_reader_finish(&f.reader);
	assert_int_equal(f.problems.n_items, 3);
	assert_string_equal(f.problems.items[2].pointer, "/tilte");
	assert_string_equal(f.problems.items[2].detail,
	                    "unknown member \"tilte\", did you mean \"title\"?");
}

TEST(names_differ_by_case) {
	struct str title;

	READING("{\"Title\": \"x\"}");
	assert_int_equal(json_read_string(&f.reader, "title", 1, 200, &title), JSON_ABSENT);
	json_reader_finish(&f.reader);
	assert_one_problem(&f, "/Title", "unknown member \"Title\", did you mean \"title\"?");
}

TEST(a_member_given_twice_is_refused) {
	struct str title;

	READING("{\"title\": \"a\", \"title\": \"b\"}");
	json_read_string(&f.reader, "title", 1, 200, &title);
	json_reader_finish(&f.reader);
	assert_one_problem(&f, "/title", "is given twice");
}

TEST(ignored_members_may_hold_anything) {
	READING("{\"id\": [1, {\"x\": null}]}");
	json_ignore(&f.reader, "id");
	json_reader_finish(&f.reader);
	assert_int_equal(f.problems.n_items, 0);
}

TEST(a_text_is_a_string_that_is_not_empty) {
	READING("{\"a\": \"x\", \"b\": \"\", \"c\": 1}");
	assert_true(json_has_text(&f.reader, "a"));
	assert_false(json_has_text(&f.reader, "b"));
	assert_false(json_has_text(&f.reader, "c"));
	assert_false(json_has_text(&f.reader, "d"));
	assert_true(json_has(&f.reader, "c"));
	assert_false(json_has(&f.reader, "d"));
}

TEST(what_is_no_object_has_no_members) {
	struct str title;

	READING("[\"title\"]");
	assert_int_equal(json_read_string(&f.reader, "title", 1, 200, &title), JSON_ABSENT);
	json_reader_finish(&f.reader);
	assert_one_problem(&f, "", "must be an object, not an array");
}

TEST(pointers_escape_what_they_must) {
	READING("{\"a/b~c\": 1}");
	json_reader_finish(&f.reader);
	assert_one_problem(&f, "/a~1b~0c", "unknown member \"a/b~c\"");
}

TEST(a_long_unknown_name_is_cut_between_characters) {
	CLEANUP(fixture_deinit) struct fixture f = { 0 };
	char text[400] = "{\"x";
	size_t len = 3;

	(void)state;
	for (int i = 0; i < 100; i++, len += 2)
		memcpy(text + len, "é", 2);
	len += (size_t)snprintf(text + len, sizeof text - len, "\":1}");
	fixture_init(&f, (struct str){ text, len });
	json_reader_finish(&f.reader);
	assert_int_equal(f.problems.n_items, 1);
	assert_string_equal(f.problems.items[0].pointer, "");
	assert_non_null(strstr(f.problems.items[0].detail, "\"xééé"));
	assert_non_null(strstr(f.problems.items[0].detail, "é…\""));
}

TEST(too_many_members_are_one_problem) {
	CLEANUP(fixture_deinit) struct fixture f = { 0 };
	char text[2000] = "{";
	size_t len = 1;

	(void)state;
	for (int i = 0; i <= JSON_MEMBERS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s\"m%d\":1", i ? "," : "",
		                        i);
	text[len++] = '}';
	fixture_init(&f, (struct str){ text, len });
	json_reader_finish(&f.reader);
	assert_one_problem(&f, "", "has more than 64 members");
}

TEST(problems_beyond_their_limit_are_counted) {
	struct budget budget = BUDGET(1 << 20);
	struct arena arena;

	(void)state;
	arena_init(&arena, &budget);
	struct json_problems problems = JSON_PROBLEMS(&arena);
	for (int i = 0; i < JSON_PROBLEMS_MAX + 3; i++)
		json_problem_add(&problems, "", "number %d", i);
	assert_int_equal(problems.n_items, JSON_PROBLEMS_MAX);
	assert_int_equal(problems.n_left_out, 3);
	arena_deinit(&arena);
}

TEST(without_memory_problems_are_counted_all_the_same) {
	(void)state;
	for (size_t limit = 0; limit < 400; limit += 16) {
		struct budget budget = BUDGET(limit);
		struct arena arena;

		arena_init_exact(&arena, &budget);
		struct json_problems problems = JSON_PROBLEMS(&arena);
		for (int i = 0; i < 10; i++)
			json_problem_add(&problems, "/a", "wrong");
		assert_int_equal(problems.n_items + problems.n_left_out, 10);
		arena_deinit(&arena);
	}
}

TEST(a_message_that_is_too_long_names_the_limit) {
	static char text[JSON_MESSAGE_MAX + 1];
	struct fixture f;

	(void)state;
	memset(text, ' ', sizeof text);
	fixture_init(&f, (struct str){ text, sizeof text });
	assert_int_equal(f.rc, ERR_TOO_LARGE);
	assert_string_equal(f.err.limit, "max-body");
	fixture_deinit(&f);
}

TEST(what_a_c_string_or_a_tree_cannot_hold_is_refused) {
	static const char *const texts[][2] = {
		{ "{\"t\": \"a\\u0000b\"}",
		  "the character U+0000 at byte 8 of the message cannot be held" },
		{ "{\"\\u0000\": 1}",
		  "the character U+0000 at byte 2 of the message cannot be held" },
		{ "{\"t\": \"\\ud800\"}",
		  "half a surrogate pair at byte 7 of the message cannot be held" },
		{ "[\"\\ud800\\u0041\"]",
		  "half a surrogate pair at byte 2 of the message cannot be held" },
		{ "[\"\\udc00\"]", "half a surrogate pair at byte 2 of the message cannot be held" },
		{ "", "the message is empty" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct fixture f;

		fixture_init(&f, str_from(texts[i][0]));
		assert_int_equal(f.rc, ERR_INVALID);
		assert_string_equal(f.err.message, texts[i][1]);
		fixture_deinit(&f);
	}
}

TEST(an_escaped_backslash_before_u0000_is_harmless) {
	struct str t;

	READING("{\"t\": \"\\\\u0000\"}");
	assert_int_equal(json_read_string(&f.reader, "t", 1, 9, &t), JSON_READ);
	assert_true(str_is(t, "\\u0000"));
}

TEST(a_number_with_many_digits_is_not_shortened) {
	int64_t n;

	READING("{\"n\": 1000000000000000000000000000000000000000000000000000000000000000000000000}");
	assert_int_equal(json_read_int(&f.reader, "n", 1, 1000000, &n), JSON_REFUSED);
}

TEST(what_is_written_has_its_commas_and_escapes) {
	struct buf b;
	struct json_writer w = { .buf = &b };
	static const char want[] =
		"{\"s\":\"a\\\"b\",\"n\":-1,\"u\":18446744073709551615,\"b\":true,"
		"\"list\":[1,{},[],null,\"x\"],\"at\":\"1970-01-01T00:00:00.001Z\",\"raw\":[0]}";

	(void)state;
	buf_init(&b, 1000);
	json_object_begin(&w);
	json_put_string(&w, "s", STR("a\"b"));
	json_put_int(&w, "n", -1);
	json_put_uint(&w, "u", UINT64_MAX);
	json_put_bool(&w, "b", true);
	json_key(&w, "list");
	json_array_begin(&w);
	json_int(&w, 1);
	json_object_begin(&w);
	json_object_end(&w);
	json_array_begin(&w);
	json_array_end(&w);
	json_null(&w);
	json_string(&w, STR("x"));
	json_array_end(&w);
	json_put_time(&w, "at", 1);
	json_key(&w, "raw");
	json_raw(&w, STR("[0]"));
	json_object_end(&w);
	buf_append_char(&b, 0);
	assert_string_equal(b.data, want);
	buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_string_within_its_bounds_is_read),
		RUN(lengths_count_code_points),
		RUN(nothing_is_converted_to_a_string),
		RUN(whole_numbers_may_have_a_point_but_no_fraction),
		RUN(a_choice_is_one_of_its_names),
		RUN(every_problem_is_reported_at_once),
		RUN(names_differ_by_case),
		RUN(a_member_given_twice_is_refused),
		RUN(ignored_members_may_hold_anything),
		RUN(a_text_is_a_string_that_is_not_empty),
		RUN(what_is_no_object_has_no_members),
		RUN(pointers_escape_what_they_must),
		RUN(a_long_unknown_name_is_cut_between_characters),
		RUN(too_many_members_are_one_problem),
		RUN(problems_beyond_their_limit_are_counted),
		RUN(without_memory_problems_are_counted_all_the_same),
		RUN(a_message_that_is_too_long_names_the_limit),
		RUN(what_a_c_string_or_a_tree_cannot_hold_is_refused),
		RUN(an_escaped_backslash_before_u0000_is_harmless),
		RUN(a_number_with_many_digits_is_not_shortened),
		RUN(what_is_written_has_its_commas_and_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
