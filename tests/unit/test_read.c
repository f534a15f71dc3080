/* doc/read: what is accepted, what is refused and where, what the documents are. */
#include "tests/lib/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/read_internal.h"
#include "doc/write.h"

#define DOCS_MAX 64

/* A text with hostile bytes in the padding, at the end of its memory so that ASan sees overruns. */
struct text {
	char *data;
	size_t len;
};

static struct text text_of(const char *s, size_t len)
{
	struct text t = { malloc(len + READ_PADDING), len };

	memcpy(t.data, s, len);
	memset(t.data + len, '"', READ_PADDING);
	return t;
}

static struct budget budget;
static struct arena arena, batch;
static struct err err;

static int set_up(void **state)
{
	(void)state;
	budget = BUDGET(64 << 20);
	arena_init(&arena, &budget);
	arena_init(&batch, &budget);
	err = ERR_INIT;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_deinit(&arena);
	arena_deinit(&batch);
	assert_int_equal(budget.used, 0);
	return 0;
}

struct reading {
	enum read_format format;
	struct read_fields fields;
	struct read_limits limits;
	const char *isa;
	size_t chunk_size;
};

static struct reading array_reading(void)
{
	return (struct reading){
		.fields.all = true,
		.limits = READ_LIMITS_DEFAULT,
		.isa = "scalar",
		.chunk_size = INDEX_CHUNK,
	};
}

static struct reading lines_reading(void)
{
	struct reading how = array_reading();

	how.format = READ_NDJSON;
	return how;
}

/* Read it all: the documents as lines of {…} as they came, or a failure. */
static int read_all(struct text t, struct reading how, struct buf *ret)
{
	const struct index_isa *isa = index_isa_find(how.isa);
	const struct reader_input input = {
		.text = t.data,
		.len = t.len,
		.text_start = t.data,
		.format = how.format,
		.fields = how.fields,
		.limits = how.limits,
	};
	struct value docs[DOCS_MAX];
	struct reader *r;
	size_t n;

	err = ERR_INIT;
	TRY(reader_create_with(&arena, &input, isa, how.chunk_size, &r, &err));
	do {
		TRY(reader_next(r, &batch, docs, 3, &n, &err));
		for (size_t i = 0; i < n; i++) {
			struct object *o = docs[i].object;

			/* Write what was understood and kept, not what came. */
			o->raw = NULL;
			o->is_partial = false;
			write_value(ret, &batch, docs[i], WRITE_PLAIN);
			buf_append_char(ret, '\n');
		}
	} while (n > 0);
	return 0;
}

static void expect(const char *s, struct reading how, const char *documents)
{
	struct text t = text_of(s, strlen(s));
	struct buf out;

	buf_init(&out, 1 << 20);
	int rc = read_all(t, how, &out);
	if (rc != 0)
		print_error("%s: %s\n", s, err.message);
	assert_int_equal(rc, 0);
	buf_append_char(&out, '\0');
	assert_string_equal(out.data, documents);
	buf_deinit(&out);
	free(t.data);
}

static void expect_failure(const char *s, struct reading how, enum err_code code,
                           const char *message, uint64_t offset, int64_t document)
{
	struct text t = text_of(s, strlen(s));
	struct buf out;

	buf_init(&out, 1 << 20);
	int rc = read_all(t, how, &out);
	assert_int_equal(rc, code);
	assert_string_equal(err.message, message);
	assert_int_equal(err.offset, offset);
	assert_int_equal(err.document, document);
	buf_deinit(&out);
	free(t.data);
}

TEST(an_array_of_objects_is_read_field_by_field)
{
	(void)state;
	expect("[]", array_reading(), "");
	expect(" [ ] \n", array_reading(), "");
	expect("[{}]", array_reading(), "{}\n");
	expect("[{\"a\":1,\"b\":\"x,}\"},{\"a\":2,\"b\":\"y\"}]", array_reading(),
	       "{\"a\":1,\"b\":\"x,}\"}\n{\"a\":2,\"b\":\"y\"}\n");
	expect(" [ { \"a\" : [ 1 , { \"x\" : null } ] , \"b\" : true } ] ", array_reading(),
	       "{\"a\":[ 1 , { \"x\" : null } ],\"b\":true}\n");
}

TEST(keys_that_are_there_twice_keep_the_first_place_and_the_last_value)
{
	(void)state;
	expect("[{\"a\":1,\"b\":2,\"a\":3},{\"a\":4,\"b\":5,\"a\":6}]", array_reading(),
	       "{\"a\":3,\"b\":2}\n{\"a\":6,\"b\":5}\n");
	expect("[{\"a\":1,\"\\u0061\":2}]", array_reading(), "{\"a\":2}\n");
}

TEST(only_the_fields_asked_for_are_kept)
{
	const struct str names[] = { STR("c"), STR("a"), STR("z") };
	struct reading how = array_reading();

	(void)state;
	how.fields = (struct read_fields){ .names = names, .n = ARRAY_LEN(names) };
	expect("[{\"a\":1,\"b\":2,\"c\":3},{\"c\":4,\"x\":5,\"a\":[6]}]", how,
	       "{\"a\":1,\"c\":3}\n{\"c\":4,\"a\":[6]}\n");
}

TEST(lines_hold_one_document_each)
{
	(void)state;
	expect("", lines_reading(), "");
	expect("\n \n", lines_reading(), "");
	expect("{\"a\":1}\r\n\r\n{\"a\":2}\n{}", lines_reading(),
	       "{\"a\":1}\n{\"a\":2}\n{}\n");
	expect_failure("{\"a\":1} {\"a\":2}\n", lines_reading(), ERR_JSON,
	               "two documents on one line; each must have its own", 8, 1);
	expect_failure("{\"a\":1}\n{\"a\":\n2}\n", lines_reading(), ERR_JSON,
	               "the line ends inside a document; each must be on one line", 13, 1);
}

TEST(what_is_wrong_is_said_with_its_place)
{
	(void)state;
	expect_failure("", array_reading(), ERR_JSON,
	               "expected '[' and an array of documents, found the end of the text", 0, 0);
	expect_failure("[{\"a\":1},2]", array_reading(), ERR_JSON,
	               "expected '{' and a document, found '2'", 9, 1);
	expect_failure("[{\"a\":1},]", array_reading(), ERR_JSON,
	               "expected '{' and a document, found ']'", 9, 1);
	expect_failure("[{\"a\":tru}]", array_reading(), ERR_JSON, "expected a value, found 't'", 6, 0);
	expect_failure("[{\"a\":\"\n\"}]", array_reading(), ERR_JSON,
	               "a control character inside a string: it must be escaped", 7, 0);
}

/* ---- the JSONTestSuite ---- */

static struct text file_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	char bytes[1 << 18];

	assert_non_null(f);
	size_t len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	return text_of(bytes, len);
}

static struct text wrapped(struct text t)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	buf_append_cstr(&b, "[{\"a\":");
	buf_append(&b, t.data, t.len);
	buf_append_cstr(&b, "}]");
	struct text all = text_of(b.data, b.len);
	buf_deinit(&b);
	return all;
}

static void suite_file(const char *name, struct text t)
{
	const struct read_limits limits = { 5000, 65536, 10 };
	struct reading how = array_reading();
	struct text all = wrapped(t);
	struct value v;
	struct buf out;

	how.limits = limits;
	how.isa = index_isa_name();
	buf_init(&out, 1 << 20);
	bool is_document = read_all(all, how, &out) == 0;
	bool is_value = read_check(&arena, (struct str){ t.data, t.len }, t.data, &limits, &v,
	                           &err) == 0;
	if (name[0] != 'i' && (is_document != (name[0] == 'y') || is_value != is_document))
		fail_msg("%s: %d %d %s", name, is_document, is_value, err.message);
	assert_int_equal(is_document, is_value);
	buf_deinit(&out);
	free(all.data);
}

TEST(the_json_test_suite_is_judged_as_it_says)
{
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
		cmocka_unit_test_setup_teardown(an_array_of_objects_is_read_field_by_field, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(
			keys_that_are_there_twice_keep_the_first_place_and_the_last_value, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(only_the_fields_asked_for_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_hold_one_document_each, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_said_with_its_place, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(the_json_test_suite_is_judged_as_it_says, set_up,
		                                tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
