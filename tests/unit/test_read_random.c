/* doc/read against a plain checker: random documents with damage, cuts, corpora, no memory. */
#include "tests/lib/test.h"

#include <dirent.h>
#include <stdio.h>

#include "tests/lib/plain_json.h"
#include "tests/lib/random_json.h"
#include "tests/lib/reading.h"

#define DEPTH_MAX 100

static const char *const isa_names[] = { "scalar", "sse4.2", "avx2" };
static const size_t chunk_sizes[] = { 64, 128, INDEX_CHUNK };

static const struct str some_names[] = { { "a", 1 }, { "name", 4 }, { "\xc3\xa9", 2 } };

static bool is_asked_for(const struct reading *r, struct str name)
{
	bool is_one = r->fields.all;

	for (uint32_t i = 0; i < r->fields.n; i++)
		is_one = is_one || str_eq(r->fields.names[i], name);
	return is_one;
}

/*
 * The reader's idea of a document's fields must be that of opening its text, which knows neither
 * index nor layouts; but for fields that nobody asked for.
 */
static void compare_with_opened(struct reading *r, struct value document, void *arg)
{
	struct object *o = document.object;
	struct value opened = value_decode(&r->batch, value_raw(o->raw, o->raw_len));
	size_t *n_documents = arg;
	uint32_t n = 0;

	++*n_documents;
	if (opened.type != VALUE_OBJECT) /* {"$date": …} and its like */
		return;
	for (uint32_t i = 0; i < object_n(&r->batch, opened.object); i++) {
		struct value v = opened.object->values[i];

		if (!is_asked_for(r, object_key(opened.object, i)))
			continue;
		assert_true(n < o->shape->n);
		if (!str_eq(object_key(o, n), object_key(opened.object, i)) ||
		    o->values[n].len != v.len || o->values[n].text != v.text)
			fail_msg("field %u is %.*s, not %.*s, in\n%.*s", n, (int)o->values[n].len,
			         o->values[n].text, (int)v.len, v.text, (int)o->raw_len, o->raw);
		n++;
	}
	assert_int_equal(n, o->shape->n);
	assert_true(o->is_partial || n == opened.object->shape->n);
	assert_false(o->is_partial && r->fields.all);
}

static bool is_read(struct text t, const char *isa, size_t chunk_size, bool is_partial,
                    struct err *err)
{
	struct reading r = reading_init(READ_ARRAY);
	size_t n_documents = 0;

	if (is_partial)
		r.fields = (struct read_fields){ .names = some_names, .n = ARRAY_LEN(some_names) };

	r.isa = isa;
	r.chunk_size = chunk_size;
	r.limits.depth_max = DEPTH_MAX;
	reading_begin(&r);
	int rc = reading_each(&r, t, compare_with_opened, &n_documents);
	*err = r.err;
	reading_end(&r);
	return rc == 0;
}

/* Every instruction set and chunk size judges as the plain checker does, and alike. */
static void compare(struct text t)
{
	bool is_good = plain_json_is_documents(t.data, t.len, DEPTH_MAX);
	struct err first = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(isa_names); i++)
		for (size_t k = 0; k < ARRAY_LEN(chunk_sizes); k++) {
			struct err err;

			if (index_isa_find(isa_names[i]) == NULL)
				continue;
			if (is_read(t, isa_names[i], chunk_sizes[k], (i + k) % 2 != 0, &err) !=
			    is_good)
				fail_msg("%s, %zu: %s, but it is %s:\n%.*s", isa_names[i],
				         chunk_sizes[k], is_good ? err.message : "accepted",
				         is_good ? "good" : "bad", (int)t.len, t.data);
			if (first.code == 0)
				first = err;
			if (err.offset != first.offset || strcmp(err.message, first.message) != 0)
				fail_msg("%s, %zu: %s at %zu, elsewhere %s at %zu:\n%.*s",
				         isa_names[i], chunk_sizes[k], err.message,
				         (size_t)err.offset, first.message, (size_t)first.offset,
				         (int)t.len, t.data);
		}
}

static struct text random_text(struct random *random, size_t n_damages)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	random_documents(random, &b);
	for (; n_damages > 0 && b.len > 0; n_damages--)
		random_damage(random, &b);
	struct text t = text_new(b.data, b.len);
	buf_deinit(&b);
	return t;
}

TEST(good_documents_are_accepted_with_their_fields) {
	struct random random = random_seeded();

	(void)state;
	for (int round = 0; round < 1500; round++) {
		struct text t = random_text(&random, 0);

		assert_true(plain_json_is_documents(t.data, t.len, DEPTH_MAX));
		compare(t);
		free(t.data);
	}
}

TEST(damaged_documents_are_judged_as_a_plain_checker_does) {
	struct random random = random_seeded();

	(void)state;
	for (int round = 0; round < 4000; round++) {
		struct text t = random_text(&random, 1 + random_below(&random, 2));

		compare(t);
		free(t.data);
	}
}

TEST(values_are_judged_as_a_plain_checker_does) {
	struct read_limits limits = READ_LIMITS_DEFAULT;
	struct random random = random_seeded();
	struct budget budget = BUDGET(1 << 20);
	struct err err = ERR_INIT;
	struct arena a;

	(void)state;
	limits.depth_max = DEPTH_MAX;
	for (int round = 0; round < 20000; round++) {
		struct buf b;
		struct value v;

		buf_init(&b, 1 << 20);
		random_value(&random, &b, 2);
		if (random_below(&random, 3) > 0)
			random_damage(&random, &b);
		struct text t = text_new(b.data, b.len);
		arena_init(&a, &budget);
		bool is_good = read_check(&a, (struct str){ t.data, t.len }, t.data, &limits, &v,
		                          &err) == 0;
		if (is_good != plain_json_is_value(t.data, t.len, DEPTH_MAX))
			fail_msg("%.*s", (int)t.len, t.data);
		arena_deinit(&a);
		buf_deinit(&b);
		free(t.data);
	}
}

TEST(a_text_cut_at_any_byte_is_refused) {
	static const char text[] =
		" [ {\"a\":1,\"b\":\"x\\u00e9\xc3\xa9\",\"c\":[1,{\"d\":null}]} , {\"a\":-0.5e-3,\"b\":\"\\ud83d\\ude00\","
		"\"c\":[]},{\"a\":true,\"b\":\"{[]}\",\"c\":{}},{\"other\":false} ]";

	(void)state;
	for (size_t len = 0; len < sizeof text; len++) {
		struct text t = text_new(text, len);

		assert_int_equal(plain_json_is_documents(text, len, DEPTH_MAX),
		                 len == sizeof text - 1);
		compare(t);
		free(t.data);
	}
}

/* ---- lines ---- */

TEST(lines_cut_at_any_byte_are_refused_but_for_whole_documents) {
	static const char text[] = "{\"a\":1,\"b\":\"x,y\"}\r\n\n{\"a\":2,\"b\":[{}]}\n{}";

	(void)state;
	for (size_t len = 0; len < sizeof text; len++) {
		struct text t = text_new(text, len);
		struct reading r = reading_init(READ_NDJSON);
		size_t n_documents = 0;

		r.chunk_size = 64;
		reading_begin(&r);
		int rc = reading_each(&r, t, compare_with_opened, &n_documents);
		reading_end(&r);
		/* Whole up to here: as many closing braces at the start of a line's rest as opened. */
		bool is_whole = len == 0 || (len >= 17 && len <= 20) || len == 36 || len == 37 ||
		                len == sizeof text - 1;
		assert_int_equal(rc == 0, is_whole);
		free(t.data);
	}
}

/* ---- no memory ---- */

static int read_in(size_t limit, struct text t, struct budget *budget, struct err *err)
{
	const struct reader_input input = {
		.text = t.data,
		.len = t.len,
		.text_start = t.data,
		.fields.all = true,
		.limits = READ_LIMITS_DEFAULT,
	};
	struct arena arena, batch;
	struct reader *reader;
	struct value docs[8];
	size_t n = 0;

	*budget = BUDGET(limit);
	arena_init_exact(&arena, budget);
	arena_init_exact(&batch, budget);
	int rc = reader_create_with(&arena, &input, index_isa_best(), 64, &reader, err);
	if (rc == 0)
		rc = reader_next(reader, &batch, docs, 8, &n, err);
	arena_deinit(&batch);
	arena_deinit(&arena);
	return rc;
}

TEST(every_lack_of_memory_is_an_error_that_leaves_nothing_behind) {
	static const char text[] =
		"[{\"a\":1,\"b\":2},{\"a\":1,\"b\":3},{\"\\u0061\":1,\"c\":[{}],\"c\":2},{\"a\":5,\"b\":6,\"d\":7,"
		"\"e\":8,\"f\":9,\"g\":10,\"h\":11,\"i\":12,\"j\":13,\"k\":14}]";
	struct text t = text_new(text, strlen(text));
	struct err err = ERR_INIT;
	struct budget budget;
	size_t limit = 0;
	int rc;

	(void)state;
	while ((rc = read_in(limit, t, &budget, &err)) != 0) {
		assert_int_equal(rc, ERR_NOMEM);
		assert_string_equal(err.limit, "max-memory");
		assert_int_equal(budget.used, 0);
		limit += 16;
	}
	assert_true(limit > 1000);
	free(t.data);
}

/* ---- the JSONTestSuite ---- */

static struct text file_read(const char *path)
{
	static char bytes[1 << 18];
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	size_t len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	return text_new(bytes, len);
}

static struct text wrapped(struct text t)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	buf_append_cstr(&b, "[{\"a\":");
	buf_append(&b, t.data, t.len);
	buf_append_cstr(&b, "}]");
	struct text all = text_new(b.data, b.len);
	buf_deinit(&b);
	return all;
}

/* Alone and as a document's value; y files are good, n files are not, i files are ours to judge. */
static void suite_file(const char *name, struct text t)
{
	struct reading r = reading_init(READ_ARRAY);
	struct text all = wrapped(t);
	size_t n_documents = 0;
	struct value v;

	r.limits.depth_max = 5000;
	reading_begin(&r);
	bool is_document = reading_each(&r, all, compare_with_opened, &n_documents) == 0;
	bool is_value = read_check(&r.arena, (struct str){ t.data, t.len }, t.data, &r.limits, &v,
	                           &r.err) == 0;
	if (is_document != is_value || (name[0] != 'i' && is_value != (name[0] == 'y')))
		fail_msg("%s: %d as a document's value, %d alone", name, is_document, is_value);
	reading_end(&r);
	free(all.data);
}

TEST(the_json_test_suite_is_judged_as_it_says) {
	DIR *dir = opendir(CORPORA "/json");
	struct dirent *entry;
	int n = 0;

	(void)state;
	if (dir == NULL) {
		print_message("no %s/json: skipped\n", CORPORA);
		skip();
	}
	while ((entry = readdir(dir)) != NULL) {
		char path[4096];

		if (strchr("yni", entry->d_name[0]) == NULL || entry->d_name[1] != '_')
			continue;
		snprintf(path, sizeof path, "%s/json/%s", CORPORA, entry->d_name);
		struct text t = file_read(path);
		suite_file(entry->d_name, t);
		free(t.data);
		n++;
	}
	closedir(dir);
	assert_int_equal(n, 318);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(good_documents_are_accepted_with_their_fields),
		RUN(damaged_documents_are_judged_as_a_plain_checker_does),
		RUN(values_are_judged_as_a_plain_checker_does),
		RUN(a_text_cut_at_any_byte_is_refused),
		RUN(lines_cut_at_any_byte_are_refused_but_for_whole_documents),
		RUN(every_lack_of_memory_is_an_error_that_leaves_nothing_behind),
		RUN(the_json_test_suite_is_judged_as_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
