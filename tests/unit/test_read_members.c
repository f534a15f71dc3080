/* doc/read: single values and the members of a request's body. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/reading.h"

struct members {
	struct buf list; /* key=value; … */
	size_t n_max;    /* refuse the member after so many */
	size_t n;
};

static int member(void *arg, struct str key, struct str value, struct err *err)
{
	struct members *m = arg;

	if (m->n++ == m->n_max)
		return err_set(err, ERR_INVALID, "enough");
	buf_printf(&m->list, "%.*s=%.*s;", STR_ARG(key), STR_ARG(value));
	return 0;
}

static int read_body(const char *body, size_t n_max, char *ret, size_t size, struct err *err)
{
	struct budget budget = BUDGET(1 << 20);
	struct text t = text_new(body, strlen(body));
	struct members m = { .n_max = n_max };
	struct arena a;

	*err = ERR_INIT;
	arena_init(&a, &budget);
	buf_init(&m.list, 1 << 16);
	int rc = read_members(&a, (struct str){ t.data, t.len }, member, &m, err);
	snprintf(ret, size, "%.*s", (int)m.list.len, m.list.len > 0 ? m.list.data : "");
	buf_deinit(&m.list);
	arena_deinit(&a);
	free(t.data);
	return rc;
}

static void expect_members(const char *body, const char *members)
{
	struct err err;
	char list[1024];

	if (read_body(body, SIZE_MAX, list, sizeof list, &err) != 0)
		fail_msg("%s: %s", body, err.message);
	assert_string_equal(list, members);
}

static void expect_refusal(const char *body, const char *message, uint64_t offset)
{
	struct err err;
	char list[1024];

	assert_int_equal(read_body(body, SIZE_MAX, list, sizeof list, &err), ERR_JSON);
	assert_string_equal(err.message, message);
	assert_int_equal(err.offset, offset);
	assert_int_equal(err.line, 1);
	assert_int_equal(err.column, offset + 1);
}

TEST(members_are_found_without_looking_into_them) {
	(void)state;
	expect_members("{}", "");
	expect_members(" { } ", "");
	expect_members(
		"{\"a\":1,\"b\":[\"]\",{\"c\":\"}\\\"\"}],\"c\":\"x,}\" , \"d\" : {\"a\":1} , \"e\":null}",
		"a=1;b=[\"]\",{\"c\":\"}\\\"\"}];c=\"x,}\";d={\"a\":1};e=null;");
	expect_members("{\"\\u0061\\n\":1}", "a\n=1;");
	expect_members("{\"a\":1,\"a\":2}", "a=1;a=2;");
	/* Whoever takes a value checks it. */
	expect_members("{\"a\":[tru]}", "a=[tru];");
	expect_members("{\"a\":nope}", "a=nope;");
}

TEST(members_malformed_around_their_values_are_refused) {
	(void)state;
	expect_refusal("", "expected '{' and an object, found the end of the text", 0);
	expect_refusal("[]", "expected '{' and an object, found '['", 0);
	expect_refusal("{", "expected a key in double quotes, found the end of the text", 1);
	expect_refusal("{a:1}", "expected a key in double quotes, found 'a'", 1);
	expect_refusal("{\"a\" 1}", "expected ':' after a key, found '1'", 5);
	expect_refusal("{\"a\":}", "expected a value, found '}'", 5);
	expect_refusal("{\"a\":1 2}", "expected ',' or '}', found '2'", 7);
	expect_refusal("{\"a\":1,}", "expected a key in double quotes, found '}'", 7);
	expect_refusal("{\"a\":1} x", "expected the end of the text, found 'x'", 8);
	expect_refusal("{\"a\":1", "expected ',' or '}', found the end of the text", 6);
	expect_refusal("{\"a\":[1",
	               "expected the end of an array or object, found the end of the text", 7);
	expect_refusal("{\"a\":\"x", "expected the end of a string, found the end of the text", 7);
	expect_refusal("{\"a", "expected the end of a string, found the end of the text", 3);
	expect_refusal("{\"\\x\":1}", "an escape that JSON does not know", 2);
	expect_refusal("{\"\xff\":1}", "bytes that are not UTF-8", 2);
}

TEST(the_one_who_takes_members_can_end_the_walk) {
	struct err err;
	char list[64];

	(void)state;
	assert_int_equal(read_body("{\"a\":1,\"b\":2,\"c\":3}", 1, list, sizeof list, &err),
	                 ERR_INVALID);
	assert_string_equal(list, "a=1;");
	assert_string_equal(err.message, "enough");
}

TEST(a_body_cut_at_any_byte_is_refused) {
	static const char body[] =
		"{\"pipeline\":[{\"$match\":{\"a\":\"\\\"]\"}}],\"documents\":[{\"a\":1}] }";
	struct err err;
	char list[256], cut[sizeof body];

	(void)state;
	for (size_t len = 0; len < sizeof body - 1; len++) {
		memcpy(cut, body, len);
		cut[len] = '\0';
		assert_int_equal(read_body(cut, SIZE_MAX, list, sizeof list, &err), ERR_JSON);
		assert_in_range(err.offset, 0, len);
	}
	assert_int_equal(read_body(body, SIZE_MAX, list, sizeof list, &err), 0);
}

TEST(deep_members_are_skipped_in_constant_stack) {
	struct budget budget = BUDGET(1 << 20);
	struct members m = { .n_max = SIZE_MAX };
	struct err err = ERR_INIT;
	struct arena a;
	struct buf b;

	(void)state;
	buf_init(&b, SIZE_MAX);
	buf_init(&m.list, SIZE_MAX);
	buf_append_cstr(&b, "{\"a\":");
	for (int i = 0; i < 1000000; i++)
		buf_append_char(&b, '[');
	arena_init(&a, &budget);
	assert_int_equal(read_members(&a, (struct str){ b.data, b.len }, member, &m, &err),
	                 ERR_JSON);
	for (int i = 0; i < 1000000; i++)
		buf_append_char(&b, ']');
	buf_append_char(&b, '}');
	assert_int_equal(read_members(&a, (struct str){ b.data, b.len }, member, &m, &err), 0);
	assert_int_equal(m.n, 1);
	arena_deinit(&a);
	buf_deinit(&m.list);
	buf_deinit(&b);
}

/* ---- single values ---- */

static int check(const char *s, struct value *ret, struct err *err)
{
	const struct read_limits limits = { .depth_max = 2, .key_len_max = 3, .documents_max = 1 };
	static struct budget budget;
	struct text t = text_new(s, strlen(s));
	struct arena a;

	*err = ERR_INIT;
	budget = BUDGET(1 << 20);
	arena_init(&a, &budget);
	int rc = read_check(&a, (struct str){ t.data, t.len }, t.data, &limits, ret, err);
	if (rc == 0) {
		assert_int_equal(ret->type, VALUE_RAW);
		assert_true(ret->text >= t.data && ret->text + ret->len <= t.data + t.len);
		ret->text = s + (ret->text - t.data);
	}
	arena_deinit(&a);
	free(t.data);
	return rc;
}

TEST(a_value_is_checked_and_trimmed) {
	static const char *const good[] = { "1",  "\"\"",        "\"a:b,{\"", "null",
		                            "[]", "{\"a\":[1]}", "-0.0e0" };
	struct value v;
	struct err err;
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		snprintf(text, sizeof text, " \r\n\t%s \n", good[i]);
		assert_int_equal(check(text, &v, &err), 0);
		assert_int_equal(v.len, strlen(good[i]));
		assert_memory_equal(v.text, good[i], v.len);
	}
}

TEST(what_is_no_value_is_refused_with_its_place) {
	static const struct {
		const char *text;
		enum err_code code;
		uint64_t offset;
	} bad[] = {
		{ "", ERR_JSON, 0 },
		{ "  ", ERR_JSON, 2 },
		{ "1 2", ERR_JSON, 0 },
		{ "1,2", ERR_JSON, 1 },
		{ "[1]]", ERR_JSON, 3 },
		{ "[1] x", ERR_JSON, 4 },
		{ "{\"a\":1}{}", ERR_JSON, 7 },
		{ ":", ERR_JSON, 0 },
		{ "\"a", ERR_JSON, 2 },
		{ "\"a\" \"b\"", ERR_JSON, 4 },
		{ "x[]", ERR_JSON, 0 },
		{ "[[[]]]", ERR_DEPTH, 2 },
		{ "{\"abcd\":1}", ERR_KEY_LENGTH, 1 },
		{ "[] \"", ERR_JSON, 3 },
	};
	struct value v = MISSING;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (check(bad[i].text, &v, &err) != (int)bad[i].code || err.offset != bad[i].offset)
			fail_msg("%s: %d at %zu, %s", bad[i].text, (int)err.code,
			         (size_t)err.offset, err.message);
		assert_int_equal(v.type, VALUE_MISSING);
	}
}

TEST(places_count_lines_from_1_and_columns_in_bytes) {
	struct err err = ERR_INIT;
	const struct str text = STR("ab\ncd\n\nef");

	(void)state;
	err.offset = 0;
	read_place(&err, text);
	assert_int_equal(err.line, 1);
	assert_int_equal(err.column, 1);
	err.offset = 4;
	read_place(&err, text);
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 2);
	err.offset = 6;
	read_place(&err, text);
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 1);
	err.offset = 1000;
	read_place(&err, text);
	assert_int_equal(err.line, 4);
	assert_int_equal(err.column, 3);
	assert_true(err.has_place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(members_are_found_without_looking_into_them),
		RUN(members_malformed_around_their_values_are_refused),
		RUN(the_one_who_takes_members_can_end_the_walk),
		RUN(a_body_cut_at_any_byte_is_refused),
		RUN(deep_members_are_skipped_in_constant_stack),
		RUN(a_value_is_checked_and_trimmed),
		RUN(what_is_no_value_is_refused_with_its_place),
		RUN(places_count_lines_from_1_and_columns_in_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
