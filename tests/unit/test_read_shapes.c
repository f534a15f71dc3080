/* doc/read: keys, shapes and the fields that are kept, for input of every regularity. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "doc/read_keys.h"
#include "tests/lib/reading.h"

static struct reading array(void)
{
	return reading_init(READ_ARRAY);
}

static struct reading asking_for(const struct str *names, uint32_t n)
{
	struct reading r = array();

	r.fields = (struct read_fields){ .names = names, .n = n };
	return r;
}

/* The documents themselves, as they are while their reading goes on. */
struct seen {
	size_t n;
	struct object objects[16];
};

static void see(struct reading *r, struct value document, void *arg)
{
	struct seen *seen = arg;

	(void)r;
	assert_true(seen->n < ARRAY_LEN(seen->objects));
	seen->objects[seen->n++] = *document.object;
}

static struct seen read_seen(struct reading *r, struct text t)
{
	struct seen seen = { 0 };

	reading_begin(r);
	if (reading_each(r, t, see, &seen) != 0)
		fail_msg("%s", r->err.message);
	return seen;
}

static struct text text_from(const char *s)
{
	return text_new(s, strlen(s));
}

TEST(records_with_the_same_keys_share_a_shape) {
	struct reading r = array();
	struct text t = text_from("[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4},{\"b\":5,\"a\":6},"
	                          "{\"a\": 7, \"b\" : 8},{\"a\":9}]");
	struct seen seen = read_seen(&r, t);

	(void)state;
	assert_ptr_equal(seen.objects[0].shape, seen.objects[1].shape);
	assert_ptr_equal(seen.objects[0].shape, seen.objects[3].shape);
	assert_ptr_not_equal(seen.objects[0].shape, seen.objects[2].shape);
	assert_ptr_not_equal(seen.objects[0].shape, seen.objects[4].shape);
	assert_true(seen.objects[0].shape->is_lasting);
	reading_end(&r);
	free(t.data);
}

TEST(records_may_change_their_keys_anywhere) {
	(void)state;
	expect_documents(
		array(),
		"[{\"a\":1,\"b\":2,\"c\":3},{\"a\":1,\"c\":3},{\"b\":2,\"c\":3},{\"a\":1,\"b\":2},"
		"{\"a\":1,\"x\":0,\"b\":2,\"c\":3},{\"a\":1,\"b\":2,\"c\":3,\"d\":4},{},"
		"{\"c\":3,\"b\":2,\"a\":1},{\"a\":1,\"b\":2,\"c\":3}]",
		"{\"a\":1,\"b\":2,\"c\":3}\n{\"a\":1,\"c\":3}\n{\"b\":2,\"c\":3}\n{\"a\":1,\"b\":2}\n"
		"{\"a\":1,\"x\":0,\"b\":2,\"c\":3}\n{\"a\":1,\"b\":2,\"c\":3,\"d\":4}\n{}\n"
		"{\"c\":3,\"b\":2,\"a\":1}\n{\"a\":1,\"b\":2,\"c\":3}\n");
}

TEST(long_keys_that_begin_alike_are_told_apart) {
	(void)state;
	expect_documents(array(), "[{\"a key of many bytes 1\":1},{\"a key of many bytes 2\":2}]",
	                 "{\"a key of many bytes 1\":1}\n{\"a key of many bytes 2\":2}\n");
}

TEST(keys_that_are_there_twice_keep_the_first_place_and_the_last_value) {
	(void)state;
	expect_documents(array(), "[{\"a\":1,\"b\":2,\"a\":3},{\"a\":4,\"b\":5,\"a\":6}]",
	                 "{\"a\":3,\"b\":2}\n{\"a\":6,\"b\":5}\n");
	expect_documents(array(), "[{\"a\":1,\"b\":2},{\"a\":4,\"a\":5,\"b\":6,\"b\":7}]",
	                 "{\"a\":1,\"b\":2}\n{\"a\":5,\"b\":7}\n");
}

TEST(escapes_in_keys_are_undone) {
	(void)state;
	expect_documents(array(), "[{\"\\u0061\":1,\"a\":2},{\"\\u0061\":3,\"a\":4}]",
	                 "{\"a\":2}\n{\"a\":4}\n");
	expect_documents(array(), "[{\"\\ud83d\\ude00\\n\":1,\"b\":2}]",
	                 "{\"\xf0\x9f\x98\x80\\n\":1,\"b\":2}\n");
}

TEST(only_the_fields_asked_for_are_kept) {
	const struct str names[] = { STR("c"), STR("a"), STR("z") };

	(void)state;
	expect_documents(
		asking_for(names, 3),
		"[{\"a\":1,\"b\":2,\"c\":3},{\"a\":1,\"b\":2,\"c\":3},{\"c\":4,\"x\":5,\"a\":[6]},{}]",
		"{\"a\":1,\"c\":3}\n{\"a\":1,\"c\":3}\n{\"c\":4,\"a\":[6]}\n{}\n");
	expect_documents(asking_for(NULL, 0), "[{\"a\":1},{}]", "{}\n{}\n");
	/* What is not kept is checked all the same. */
	expect_failure(asking_for(names, 3), "[{\"b\":1},{\"b\":tru}]", ERR_JSON,
	               "expected a value, found 't'", 14, 1);
}

TEST(documents_with_all_they_were_asked_for_are_whole) {
	const struct str names[] = { STR("a"), STR("b") };
	struct reading r = asking_for(names, 2);
	struct text t = text_from("[{\"a\":1},{\"a\":1,\"c\":2}]");
	struct seen seen = read_seen(&r, t);

	(void)state;
	assert_false(seen.objects[0].is_partial);
	assert_true(seen.objects[1].is_partial);
	/* A partial document still has everything. */
	assert_int_equal(object_get(&r.batch, &seen.objects[1], STR("c")).i64, 2);
	reading_end(&r);
	free(t.data);
}

TEST(a_field_asked_for_and_not_there_is_missing_without_opening_the_text) {
	const struct str names[] = { STR("a"), STR("z") };
	struct reading r = asking_for(names, 2);
	struct text t = text_from("[{\"a\":1,\"c\":2}]");
	struct seen seen = read_seen(&r, t);
	struct object *o = &seen.objects[0];

	(void)state;
	assert_int_equal(object_find(&r.batch, o, STR("z")), -1);
	assert_true(o->is_partial);
	assert_int_equal(object_find(&r.batch, o, STR("y")), -1);
	assert_false(o->is_partial);
	reading_end(&r);
	free(t.data);
}

TEST(values_are_raw_and_keyed_to_their_key) {
	struct reading r = array();
	struct text t = text_from("[{\"a\":\"x\",\"b\":[1]}]");
	struct seen seen = read_seen(&r, t);
	struct value b = seen.objects[0].values[1];

	(void)state;
	assert_int_equal(b.type, VALUE_RAW);
	assert_int_equal(b.flags, VALUE_KEYED);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.text - 4, "\"b\":[1]", 7);
	reading_end(&r);
	free(t.data);
}

/* ---- beyond what is remembered ---- */

static void count(struct reading *r, struct value document, void *arg)
{
	size_t *n_fields = arg;

	(void)r;
	*n_fields += document.object->shape->n;
}

/* n records {"PREFIX<i>":0,…} of n_keys keys each; every key is used in one record only. */
static struct text many_keys(size_t n, size_t n_keys, const char *prefix)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	buf_append_char(&b, '[');
	for (size_t i = 0; i < n; i++) {
		buf_append_cstr(&b, i > 0 ? ",{" : "{");
		for (size_t k = 0; k < n_keys; k++)
			buf_printf(&b, "%s\"%s%zu\":%zu", k > 0 ? "," : "", prefix, i * n_keys + k,
			           k);
		buf_append_char(&b, '}');
	}
	buf_append_char(&b, ']');
	struct text t = text_new(b.data, b.len);
	buf_deinit(&b);
	return t;
}

static size_t count_fields(struct reading r, struct text t)
{
	size_t n_fields = 0;

	reading_begin(&r);
	if (reading_each(&r, t, count, &n_fields) != 0)
		fail_msg("%s", r.err.message);
	reading_end(&r);
	free(t.data);
	return n_fields;
}

TEST(shapes_beyond_those_remembered_are_read_all_the_same) {
	(void)state;
	assert_int_equal(count_fields(array(), many_keys(READ_LAYOUTS_MAX * 4, 2, "k")),
	                 READ_LAYOUTS_MAX * 8);
}

TEST(keys_beyond_those_remembered_are_read_all_the_same) {
	(void)state;
	assert_int_equal(count_fields(array(), many_keys(READ_KEYS_MAX, 3, "k")), READ_KEYS_MAX * 3);
	assert_int_equal(count_fields(asking_for(NULL, 0), many_keys(READ_KEYS_MAX, 3, "k")), 0);
}

TEST(one_record_may_have_more_keys_than_are_remembered) {
	(void)state;
	assert_int_equal(count_fields(array(), many_keys(2, READ_KEYS_MAX * 2, "k")),
	                 READ_KEYS_MAX * 4);
}

TEST(keys_too_long_to_remember_obey_the_rules_for_duplicates) {
	char key[READ_KEY_LEN_MAX + 10], text[2048], expected[2048];

	(void)state;
	memset(key, 'k', sizeof key);
	key[sizeof key - 1] = '\0';
	snprintf(text, sizeof text, "[{\"%s\":1,\"b\":2,\"%s\":3,\"b\":4},{\"b\":5}]", key, key);
	snprintf(expected, sizeof expected, "{\"%s\":3,\"b\":4}\n{\"b\":5}\n", key);
	expect_documents(array(), text, expected);
	const struct str names[] = { { key, sizeof key - 1 } };
	snprintf(expected, sizeof expected, "{\"%s\":3}\n{}\n", key);
	expect_documents(asking_for(names, 1), text, expected);
}

/* The bytes that a reader keeps after so many records, each with a key of its own. */
static size_t kept_after(size_t n_records)
{
	struct text t = many_keys(n_records, 1, "a key that is in one record only ");
	struct reading r = array();
	size_t n_fields = 0, kept;

	reading_begin(&r);
	assert_int_equal(reading_each(&r, t, count, &n_fields), 0);
	assert_int_equal(n_fields, n_records);
	arena_deinit(&r.batch);
	kept = r.budget.used;
	reading_end(&r);
	free(t.data);
	return kept;
}

TEST(what_is_remembered_does_not_grow_without_end) {
	(void)state;
	assert_int_equal(kept_after(400000), kept_after(100000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(records_with_the_same_keys_share_a_shape),
		RUN(records_may_change_their_keys_anywhere),
		RUN(long_keys_that_begin_alike_are_told_apart),
		RUN(keys_that_are_there_twice_keep_the_first_place_and_the_last_value),
		RUN(escapes_in_keys_are_undone),
		RUN(only_the_fields_asked_for_are_kept),
		RUN(documents_with_all_they_were_asked_for_are_whole),
		RUN(a_field_asked_for_and_not_there_is_missing_without_opening_the_text),
		RUN(values_are_raw_and_keyed_to_their_key),
		RUN(shapes_beyond_those_remembered_are_read_all_the_same),
		RUN(keys_beyond_those_remembered_are_read_all_the_same),
		RUN(one_record_may_have_more_keys_than_are_remembered),
		RUN(keys_too_long_to_remember_obey_the_rules_for_duplicates),
		RUN(what_is_remembered_does_not_grow_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
