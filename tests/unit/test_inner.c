/* doc/inner: objects in fields are opened as if nothing were remembered of the ones before. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "doc/inner.h"
#include "tests/lib/random_json.h"
#include "tests/lib/reading.h"

#define N_POOL 5

static void compare(struct arena *a, struct value sited, struct value plain);

static struct value plain_of(struct arena *a, struct value raw)
{
	return value_decode_raw(a, value_raw(raw.text, raw.len));
}

static void compare_objects(struct arena *a, struct object *sited, struct object *plain)
{
	uint32_t n = object_n(a, plain);

	if (object_n(a, sited) != n)
		fail_msg("%u fields, not %u, in\n%.*s", sited->shape->n, n, (int)plain->raw_len,
		         plain->raw);
	for (uint32_t i = 0; i < n; i++) {
		struct str key = object_key(plain, i);

		if (!str_eq(object_key(sited, i), key) || object_find(a, sited, key) != (int32_t)i)
			fail_msg("no '%.*s' at %u in\n%.*s", STR_ARG(key), i, (int)plain->raw_len,
			         plain->raw);
		struct value expected = plain_of(a, plain->values[i]);

		compare(a, object_at(a, sited, i), expected);
		compare(a, object_at(a, sited, i), expected); /* it may have been kept */
	}
}

static void compare_arrays(struct arena *a, struct array *sited, struct array *plain)
{
	uint32_t n = array_n(a, plain);

	assert_int_equal(array_n(a, sited), n);
	for (uint32_t i = 0; i < n; i++) {
		struct value expected = plain_of(a, plain->items[i]);

		compare(a, array_get(a, sited, i), expected);
		compare(a, array_get(a, sited, i), expected);
	}
}

static void compare(struct arena *a, struct value sited, struct value plain)
{
	assert_int_equal(sited.type, plain.type);
	if (sited.type == VALUE_OBJECT)
		compare_objects(a, sited.object, plain.object);
	else if (sited.type == VALUE_ARRAY)
		compare_arrays(a, sited.array, plain.array);
	else
		assert_int_equal(value_cmp(a, sited, plain), 0);
}

static void compare_document(struct reading *r, struct value document, void *arg)
{
	struct object *o = document.object;
	struct value plain = value_decode_raw(&r->batch, value_raw(o->raw, o->raw_len));
	size_t *n_documents = arg;

	++*n_documents;
	if (plain.type == VALUE_OBJECT) /* or {"$date": …} and its like */
		compare_objects(&r->batch, o, plain.object);
}

static void compare_text(const char *text, size_t len, size_t n_expected)
{
	struct reading r = reading_init(READ_ARRAY);
	struct text t = text_new(text, len);
	size_t n_documents = 0;

	reading_begin(&r);
	if (reading_each(&r, t, compare_document, &n_documents) != 0)
		fail_msg("%s\n%.*s", r.err.message, (int)len, text);
	assert_false(arena_failed(&r.arena));
	assert_false(arena_failed(&r.batch));
	if (n_expected != 0)
		assert_int_equal(n_documents, n_expected);
	reading_end(&r);
	free(t.data);
}

/* Few values, each of which comes again and again: what was expected is there, or nearly. */
static void random_similar_documents(struct random *random, struct buf *out, size_t n)
{
	struct buf pool[N_POOL];

	for (size_t i = 0; i < N_POOL; i++) {
		buf_init(&pool[i], 1 << 20);
		random_value(random, &pool[i], 4);
	}
	buf_append_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		const struct buf *one = &pool[random_below(random, N_POOL)];
		const struct buf *other = &pool[random_below(random, N_POOL)];

		buf_append_cstr(out, i > 0 ? ",{\"o\":{\"first\":" : "{\"o\":{\"first\":");
		buf_append(out, one->data, one->len);
		buf_append_cstr(out, random_below(random, 4) > 0 ? ",\"rest\": " : " , \"rest\" :");
		buf_append(out, other->data, other->len);
		buf_append_cstr(out,
		                random_below(random, 4) > 0 ? "},\"a\":" : ",\"first\":1}, \"a\":");
		buf_append(out, one->data, one->len);
		buf_append_char(out, '}');
	}
	buf_append_char(out, ']');
	for (size_t i = 0; i < N_POOL; i++)
		buf_deinit(&pool[i]);
}

TEST(random_documents_are_opened_alike) {
	struct random random = random_seeded();

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct buf b;

		buf_init(&b, 1 << 20);
		random_documents(&random, &b);
		compare_text(b.data, b.len, 0);
		buf_deinit(&b);
	}
}

TEST(documents_that_are_like_the_last_ones_are_opened_alike) {
	struct random random = random_seeded();

	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct buf b;

		buf_init(&b, 1 << 22);
		random_similar_documents(&random, &b, 12);
		compare_text(b.data, b.len, 12);
		buf_deinit(&b);
	}
}

TEST(keys_that_come_twice_or_are_escaped_or_spaced_are_opened_alike) {
	static const char text[] =
		"[{\"o\":{\"a\":1,\"b\":2}},{\"o\":{\"a\":1,\"b\":2,\"a\":3}},{\"o\":{\"b\":2,\"a\":1}},"
		"{\"o\":{\"\\u0061\":1,\"b\":2}},{\"o\":{ \"a\" : 1 , \"b\" : 2 }},{\"o\":{\"a\": 1, \"b\": 2}},"
		"{\"o\":{\"a\":1}},{\"o\":{\"a\":1,\"b\":2,\"c\":3}},{\"o\":{}},{\"o\":{ }},{\"o\":[{\"a\":1}]},"
		"{\"o\":{\"$date\":0}},{\"o\":null},{\"o\":{\"a key of more than sixteen bytes\":1}},"
		"{\"o\":{\"a key of more than sixteen bytes!\":1}},{\"o\":{\"a key of more than sixteen byte\":1}},"
		"{\"o\":{\"a key of more than sixteen bytes\":1}},{\"o\":{\"a\":\"\\\"}\",\"b\":\"}\"}}]";

	(void)state;
	compare_text(text, strlen(text), 18);
}

/* More keys than are remembered, and more layouts. */
TEST(objects_that_all_differ_are_opened_alike) {
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 22);
	for (int i = 0; i < 5000; i++) {
		buf_append_char(&b, i == 0 ? '[' : ',');
		buf_printf(&b, "{\"o\":{\"k%d\":1,\"same\":{\"x%d\":%d},\"k%d\":3}}", i, i % 300, i,
		           i - i % 2);
	}
	buf_append_char(&b, ']');
	compare_text(b.data, b.len, 5000);
	buf_deinit(&b);
}

struct twice {
	const struct shape *shapes[8];
	size_t n;
};

static void see_inner(struct reading *r, struct value document, void *arg)
{
	struct twice *seen = arg;
	struct value o = object_get(&r->batch, document.object, STR("o"));

	assert_int_equal(o.type, VALUE_OBJECT);
	assert_true(object_open(&r->batch, o.object));
	assert_ptr_equal(object_get(&r->batch, document.object, STR("o")).object, o.object);
	seen->shapes[seen->n++] = o.object->shape;
}

TEST(objects_with_the_same_keys_share_a_shape) {
	static const char text[] = "[{\"o\":{\"a\":1,\"b\":2}},{\"x\":1,\"o\":{\"a\":3,\"b\":{}}},"
				   "{\"o\":{\"b\":1}},{\"o\":{\"a\": [], \"b\" :null}}]";
	struct reading r = reading_init(READ_ARRAY);
	struct text t = text_new(text, strlen(text));
	struct twice seen = { .n = 0 };

	(void)state;
	reading_begin(&r);
	assert_int_equal(reading_each(&r, t, see_inner, &seen), 0);
	assert_int_equal(seen.n, 4);
	assert_ptr_equal(seen.shapes[0], seen.shapes[1]);
	assert_ptr_equal(seen.shapes[0], seen.shapes[3]);
	assert_ptr_not_equal(seen.shapes[0], seen.shapes[2]);
	assert_true(seen.shapes[0]->is_lasting);
	reading_end(&r);
	free(t.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(random_documents_are_opened_alike),
		RUN(documents_that_are_like_the_last_ones_are_opened_alike),
		RUN(keys_that_come_twice_or_are_escaped_or_spaced_are_opened_alike),
		RUN(objects_that_all_differ_are_opened_alike),
		RUN(objects_with_the_same_keys_share_a_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
