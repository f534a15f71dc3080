/* doc/read: forms of input, limits, and what is said about input that is wrong. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/reading.h"

static struct reading array(void)
{
	return reading_init(READ_ARRAY);
}

static struct reading lines(void)
{
	return reading_init(READ_NDJSON);
}

TEST(an_array_of_objects_is_read_field_by_field) {
	(void)state;
	expect_documents(array(), "[]", "");
	expect_documents(array(), " [ ] \n", "");
	expect_documents(array(), "[{}]", "{}\n");
	expect_documents(array(), "[{\"a\":1,\"b\":\"x,}\"},{\"a\":2,\"b\":\"y\"}]",
	                 "{\"a\":1,\"b\":\"x,}\"}\n{\"a\":2,\"b\":\"y\"}\n");
	expect_documents(array(), " [ { \"a\" : [ 1 , { \"x\" : null } ] , \"b\" : true } ] ",
	                 "{\"a\":[ 1 , { \"x\" : null } ],\"b\":true}\n");
}

TEST(lines_hold_one_document_each) {
	(void)state;
	expect_documents(lines(), "", "");
	expect_documents(lines(), "\n \n", "");
	expect_documents(lines(), "{\"a\":1}\r\n\r\n{\"a\":2}\n \t\n{}",
	                 "{\"a\":1}\n{\"a\":2}\n{}\n");
	expect_failure(lines(), "{\"a\":1} {\"a\":2}\n", ERR_JSON,
	               "two documents on one line; each must have its own", 8, 1);
	expect_failure(lines(), "{\"a\":1},{\"a\":2}\n", ERR_JSON,
	               "expected '{' and a document, found ','", 7, 1);
	expect_failure(lines(), "{\"a\":1}\n{\"a\":\n2}\n", ERR_JSON,
	               "the line ends inside a document; each must be on one line", 13, 1);
	expect_failure(lines(), "{\"a\":1}\n7\n", ERR_JSON,
	               "expected '{' and a document, found '7'", 8, 1);
	expect_failure(lines(), "[{\"a\":1}]", ERR_JSON, "expected '{' and a document, found '['",
	               0, 0);
}

TEST(documents_leave_as_they_came) {
	static const char text[] = "[ {\"a\" : 1.0 ,\"a\":1e2 } ]";
	struct reading r = array();
	struct text t = text_new(text, strlen(text));
	struct reader *reader;
	struct value v;
	size_t n;

	(void)state;
	reading_begin(&r);
	const struct reader_input input = {
		.text = t.data,
		.len = t.len,
		.text_start = t.data,
		.fields.all = true,
		.limits = READ_LIMITS_DEFAULT,
	};
	assert_int_equal(reader_create(&r.arena, &input, &reader, &r.err), 0);
	assert_int_equal(reader_next(reader, &r.batch, &v, 1, &n, &r.err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(v.object->raw_len, 21);
	assert_memory_equal(v.object->raw, "{\"a\" : 1.0 ,\"a\":1e2 }", 21);
	assert_int_equal(v.object->depth, 0);
	assert_int_equal(reader_next(reader, &r.batch, &v, 1, &n, &r.err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(reader_next(reader, &r.batch, &v, 1, &n, &r.err), 0);
	assert_int_equal(n, 0);
	reading_end(&r);
	free(t.data);
}

TEST(what_is_wrong_around_documents_is_named) {
	(void)state;
	expect_failure(array(), "", ERR_JSON,
	               "expected '[' and an array of documents, found the end of the text", 0, 0);
	expect_failure(array(), "{}", ERR_JSON, "expected '[' and an array of documents, found '{'",
	               0, 0);
	expect_failure(array(), "\xef\xbb\xbf[]", ERR_JSON,
	               "expected '[' and an array of documents, found a byte-order mark", 0, 0);
	expect_failure(array(), "[{\"a\":1},2]", ERR_JSON, "expected '{' and a document, found '2'",
	               9, 1);
	expect_failure(array(), "[{},[]]", ERR_JSON, "expected '{' and a document, found '['", 4, 1);
	expect_failure(array(), "[{},]", ERR_JSON, "expected '{' and a document, found ']'", 4, 1);
	expect_failure(array(), "[{} {}]", ERR_JSON,
	               "expected ',' or ']' after a document, found '{'", 4, 1);
	expect_failure(array(), "[{}", ERR_JSON,
	               "expected ',' or ']' after a document, found the end of the text", 3, 1);
	expect_failure(array(), "[{}] x", ERR_JSON, "expected the end of the text, found 'x'", 5, 1);
	expect_failure(array(), "[{}]]", ERR_JSON, "expected the end of the text, found ']'", 4, 1);
}

TEST(what_is_wrong_inside_documents_is_named) {
	(void)state;
	expect_failure(array(), "[{\"a\":tru}]", ERR_JSON, "expected a value, found 't'", 6, 0);
	expect_failure(array(), "[{\"a\":01}]", ERR_JSON, "expected a value, found '0'", 6, 0);
	expect_failure(array(), "[{\"a\":}]", ERR_JSON, "expected a value, found '}'", 6, 0);
	expect_failure(array(), "[{\"a\":1,}]", ERR_JSON,
	               "expected a key in double quotes, found '}'", 8, 0);
	expect_failure(array(), "[{a:1}]", ERR_JSON, "expected a key in double quotes, found 'a'",
	               2, 0);
	expect_failure(array(), "[{\"a\" 1}]", ERR_JSON,
	               "expected a key in double quotes, found '\"'", 2, 0);
	expect_failure(array(), "[{\"a\"}]", ERR_JSON, "expected ':' after a key, found '}'", 5, 0);
	expect_failure(array(), "[{\"a\":1]", ERR_JSON, "expected ',' or '}', found ']'", 7, 0);
	expect_failure(array(), "[{\"a\":[1}]", ERR_JSON, "expected ',' or ']', found '}'", 8, 0);
	expect_failure(array(), "[{\"a\":[1] 2}]", ERR_JSON, "expected ',' or '}', found '2'", 10,
	               0);
	expect_failure(array(), "[{\"a\":[[1] 2]}]", ERR_JSON,
	               "expected ',' or the end of an array or object, found '2'", 11, 0);
	expect_failure(array(), "[{\"a\":1 [2]}]", ERR_JSON, "expected a value, found '1'", 6, 0);
	expect_failure(array(), "[{\"a\":\"b\" \"c\"}]", ERR_JSON,
	               "expected a comma, colon or bracket between two strings, found '\"'", 10, 0);
	expect_failure(array(), "[{\"a\":1", ERR_JSON,
	               "expected a comma, colon or bracket, found the end of the text", 7, 0);
}

TEST(what_is_wrong_inside_strings_is_named) {
	(void)state;
	expect_failure(array(), "[{\"a\":\"\n\"}]", ERR_JSON,
	               "a control character inside a string: it must be escaped", 7, 0);
	expect_failure(array(), "[{\"a\":\"\\x\"}]", ERR_JSON, "an escape that JSON does not know",
	               7, 0);
	expect_failure(array(), "[{\"a\":\"\\u12g4\"}]", ERR_JSON,
	               "an escape that JSON does not know", 7, 0);
	expect_failure(array(), "[{\"a\":\"\\ud800\"}]", ERR_JSON, "half of a surrogate pair", 7, 0);
	expect_failure(array(), "[{\"a\":\"\\udc00\"}]", ERR_JSON, "half of a surrogate pair", 7, 0);
	expect_failure(array(), "[{\"a\":\"\xc3(\"}]", ERR_JSON, "bytes that are not UTF-8", 7, 0);
	expect_failure(array(), "[{\"a\":\"b", ERR_JSON, "the text ends inside a string", 8, 0);
	expect_failure(array(), "[{\"a\":\\\"b\"}]", ERR_JSON, "a backslash outside a string", 6, 0);
	expect_failure(array(), "[{\"a\":\x01}]", ERR_JSON, "expected a value, found the byte 0x01",
	               6, 0);
	expect_failure(array(), "[{\"a\":1\f\"b\":2}]", ERR_JSON,
	               "expected ',' or '}', found the byte 0x0c", 7, 0);
}

TEST(places_are_lines_and_columns_in_bytes_of_the_whole_message) {
	static const char message[] = "{\"documents\":\n[{\"\xc3\xa9\":1},\n {\"\xc3\xa9\":x}]}";
	const char *text = strchr(message, '[');
	struct text t = text_new(message, strlen(message));
	struct reading r = array();
	struct reader *reader;
	struct value docs[4];
	size_t n;

	(void)state;
	reading_begin(&r);
	const struct reader_input input = {
		.text = t.data + (text - message),
		.len = strlen(text) - 1,
		.text_start = t.data,
		.fields.all = true,
		.limits = READ_LIMITS_DEFAULT,
	};
	assert_int_equal(reader_create(&r.arena, &input, &reader, &r.err), 0);
	assert_int_equal(reader_next(reader, &r.batch, docs, 4, &n, &r.err), ERR_JSON);
	assert_int_equal(r.err.offset, strchr(message, 'x') - message);
	assert_int_equal(r.err.line, 3);
	assert_int_equal(r.err.column, 8);
	assert_int_equal(r.err.document, 1);
	reading_end(&r);
	free(t.data);
}

/* ---- limits ---- */

/* [{"a":[[…]]}] with so many brackets. */
static struct text nested(size_t n_open, size_t n_close)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	buf_append_cstr(&b, "[{\"a\":");
	for (size_t i = 0; i < n_open; i++)
		buf_append_char(&b, '[');
	for (size_t i = 0; i < n_close; i++)
		buf_append_char(&b, ']');
	buf_append_cstr(&b, "}]");
	struct text t = text_new(b.data, b.len);
	buf_deinit(&b);
	return t;
}

static int read_nested(size_t n_open, size_t n_close, uint32_t depth_max, struct err *err)
{
	struct text t = nested(n_open, n_close);
	struct reading r = array();
	struct buf out;

	buf_init(&out, 1 << 24);
	r.limits.depth_max = depth_max;
	reading_begin(&r);
	int rc = reading_each(&r, t, reading_write, &out);
	*err = r.err;
	reading_end(&r);
	buf_deinit(&out);
	free(t.data);
	return rc;
}

TEST(depth_counts_from_the_document) {
	struct err err;

	(void)state;
	assert_int_equal(read_nested(99, 99, 100, &err), 0);
	assert_int_equal(read_nested(100, 100, 100, &err), ERR_DEPTH);
	assert_string_equal(err.limit, "max-depth");
	assert_int_equal(err.offset, 6 + 99);
	assert_int_equal(err.document, 0);
	assert_int_equal(read_nested(4999, 4999, 5000, &err), 0);
	assert_int_equal(read_nested(0, 0, 1, &err), ERR_JSON);
	assert_int_equal(read_nested(1, 1, 1, &err), ERR_DEPTH);
}

TEST(a_million_brackets_are_refused_at_the_limit) {
	struct err err;

	(void)state;
	assert_int_equal(read_nested(1000000, 0, 100, &err), ERR_DEPTH);
	assert_int_equal(read_nested(1000000, 1000000, 5000, &err), ERR_DEPTH);
	assert_int_equal(err.offset, 6 + 4999);
}

TEST(keys_have_a_longest) {
	struct reading r = array();

	(void)state;
	r.limits.key_len_max = 3;
	expect_documents(r, "[{\"abc\":{\"def\":1}}]", "{\"abc\":{\"def\":1}}\n");
	expect_failure(r, "[{\"abc\":1},{\"abcd\":1}]", ERR_KEY_LENGTH,
	               "a key of 4 bytes; at most 3 are allowed", 12, 1);
	expect_failure(r, "[{\"a\":[{\"abcd\":1}]}]", ERR_KEY_LENGTH,
	               "a key of 4 bytes; at most 3 are allowed", 8, 0);
}

TEST(documents_have_a_highest_number) {
	struct reading r = array(), l = lines();

	(void)state;
	r.limits.documents_max = l.limits.documents_max = 2;
	expect_documents(r, "[{},{}]", "{}\n{}\n");
	expect_failure(r, "[{},{},{}]", ERR_DOCUMENTS, "more than 2 documents", 7, 2);
	expect_failure(l, "{}\n{}\n{}\n", ERR_DOCUMENTS, "more than 2 documents", 6, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(an_array_of_objects_is_read_field_by_field),
		RUN(lines_hold_one_document_each),
		RUN(documents_leave_as_they_came),
		RUN(what_is_wrong_around_documents_is_named),
		RUN(what_is_wrong_inside_documents_is_named),
		RUN(what_is_wrong_inside_strings_is_named),
		RUN(places_are_lines_and_columns_in_bytes_of_the_whole_message),
		RUN(depth_counts_from_the_document),
		RUN(a_million_brackets_are_refused_at_the_limit),
		RUN(keys_have_a_longest),
		RUN(documents_have_a_highest_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
