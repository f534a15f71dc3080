/* http/: routes, queries, responses, statuses. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/chunks.h"
#include "http/query.h"
#include "http/response.h"
#include "http/router.h"
#include "http/spare.h"
#include "http/status.h"

static int handle(struct request *req, struct response *res, struct err *err)
{
	(void)req;
	(void)res;
	(void)err;
	return 0;
}

static const struct route routes[] = {
	{ METHOD_GET, "/", handle, "index", "", false, 0 },
	{ METHOD_GET, "/things", handle, "list", "", false, 0 },
	{ METHOD_POST, "/things", handle, "create", "", false, 0 },
	{ METHOD_GET, "/things/special", handle, "special", "", false, 0 },
	{ METHOD_GET, "/things/{id}", handle, "get", "", false, 0 },
	{ METHOD_DELETE, "/things/{id}", handle, "delete", "", false, 0 },
	{ METHOD_POST, "/things/{id}/parts/{n}/mend", handle, "mend", "", false, 0 },
	{ 0 },
};

struct found {
	const struct route *route;
	struct str params[REQUEST_PARAMS_MAX];
	char allow[ROUTER_ALLOW_SIZE];
};

static struct found find(enum method method, const char *path)
{
	struct found found = { 0 };

	found.route = router_find(routes, method, str_from(path), found.params, found.allow);
	return found;
}

static void found_as(const char *name, enum method method, const char *path)
{
	struct found found = find(method, path);

	if (found.route == NULL)
		fail_msg("%s is not there", path);
	assert_string_equal(found.route->name, name);
}

TEST(a_path_and_a_method_make_a_route) {
	(void)state;
	found_as("index", METHOD_GET, "/");
	found_as("list", METHOD_GET, "/things");
	found_as("create", METHOD_POST, "/things");
	found_as("special", METHOD_GET, "/things/special");
	found_as("delete", METHOD_DELETE, "/things/7");
}

TEST(head_is_answered_where_get_is) {
	(void)state;
	found_as("list", METHOD_HEAD, "/things");
	assert_null(find(METHOD_HEAD, "/things/7/parts/1/mend").route);
}

TEST(parts_in_braces_are_handed_over_as_they_were_sent) {
	struct found found = find(METHOD_POST, "/things/a%20b/parts/12/mend");

	(void)state;
	assert_string_equal(found.route->name, "mend");
	assert_true(str_is(found.params[0], "a%20b"));
	assert_true(str_is(found.params[1], "12"));
}

TEST(paths_match_exactly) {
	static const char *const others[] = {
		"",
		"things",
		"/Things",
		"/things/",
		"//things",
		"/thing",
		"/thingsx",
		"/things/7/",
		"/things//",
		"/things/7/parts",
		"/things/7/parts//mend",
		"/things/7/parts/1/mendx",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct found found = find(METHOD_GET, others[i]);

		assert_null(found.route);
		assert_string_equal(found.allow, "");
	}
}

TEST(a_path_says_which_methods_it_has) {
	(void)state;
	assert_string_equal(find(METHOD_PUT, "/things").allow, "GET, HEAD, POST");
	assert_string_equal(find(METHOD_POST, "/things/7").allow, "DELETE, GET, HEAD");
	assert_string_equal(find(METHOD_POST, "/things/special").allow, "GET, HEAD");
	assert_string_equal(find(METHOD_OTHER, "/things/7/parts/1/mend").allow, "POST");
}

struct parsed {
	int rc;
	struct query_pair pairs[REQUEST_QUERY_MAX];
	size_t n;
	char text[256];
};

static void parse(const char *query, struct parsed *ret)
{
	struct err err = ERR_INIT;

	*ret = (struct parsed){ .n = 99 };
	ret->rc = query_parse(str_from(query), ret->text, ret->pairs, &ret->n, &err);
	assert_int_equal(ret->rc == 0, err.message[0] == 0);
}

TEST(a_query_is_split_and_decoded) {
	struct parsed p;

	(void)state;
	parse("a=1&b+c=%C3%a9%26&&empty=&bare&a=2", &p);
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.n, 5);
	assert_true(str_is(p.pairs[0].name, "a") && str_is(p.pairs[0].value, "1"));
	assert_true(str_is(p.pairs[1].name, "b c") && str_is(p.pairs[1].value, "\xc3\xa9&"));
	assert_true(str_is(p.pairs[2].name, "empty") && str_is(p.pairs[2].value, ""));
	assert_true(str_is(p.pairs[3].name, "bare") && str_is(p.pairs[3].value, ""));
	assert_true(str_is(p.pairs[4].name, "a") && str_is(p.pairs[4].value, "2"));
}

TEST(the_value_keeps_its_later_equals_signs) {
	struct parsed p;

	(void)state;
	parse("a=b=c", &p);
	assert_true(str_is(p.pairs[0].value, "b=c"));
}

TEST(a_query_that_cannot_be_decoded_is_an_error) {
	static const char *const broken[] = { "%", "a=%1", "a=%g1", "%1g", "a=%00" };
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		parse(broken[i], &p);
		assert_int_equal(p.rc, ERR_INVALID);
		assert_int_equal(p.n, 99);
	}
}

TEST(a_query_of_too_many_pairs_is_an_error) {
	char query[4 * REQUEST_QUERY_MAX + 8] = "";
	struct parsed p;

	(void)state;
	for (int i = 0; i < REQUEST_QUERY_MAX; i++)
		strcat(query, "a=1&");
	parse(query, &p);
	assert_int_equal(p.n, REQUEST_QUERY_MAX);
	strcat(query, "b");
	parse(query, &p);
	assert_int_equal(p.rc, ERR_INVALID);
}

static int response_setup(void **state)
{
	struct response *res = calloc(1, sizeof *res);

	response_reset(res);
	*state = res;
	return 0;
}

static int response_teardown(void **state)
{
	response_deinit(*state);
	free(*state);
	return 0;
}

#define RUN_RESPONSE(name) cmocka_unit_test_setup_teardown(name, response_setup, response_teardown)

TEST(a_header_stays_one_line) {
	struct response *res = *state;

	response_header(res, "Location", "/tasks/%s", "a\r\nSet-Cookie: b");
	assert_int_equal(res->headers_len, strlen("Location: /tasks/a  Set-Cookie: b\r\n"));
	assert_memory_equal(res->headers, "Location: /tasks/a  Set-Cookie: b\r\n", res->headers_len);
}

TEST(headers_that_do_not_fit_are_noticed_and_not_begun) {
	struct response *res = *state;
	char value[RESPONSE_HEADERS_SIZE];

	memset(value, 'x', sizeof value - 1);
	value[sizeof value - 1] = 0;
	response_header(res, "X", "%s", value);
	assert_true(res->headers_full);
	assert_int_equal(res->headers_len, 0);
}

static void body_is(const struct response *res, const char *text)
{
	struct str body = response_body_bytes(res);

	assert_int_equal(body.len, strlen(text));
	assert_memory_equal(body.data, text, body.len);
}

TEST(the_body_is_what_was_said_last) {
	struct response *res = *state;
	struct buf other;

	body_is(res, "");
	buf_append_cstr(response_body(res), "one");
	buf_append_cstr(response_body(res), " two");
	body_is(res, "one two");
	response_borrow(res, STR("three"));
	body_is(res, "three");
	buf_init(&other, 100);
	buf_append_cstr(&other, "four");
	response_take(res, &other);
	assert_null(other.data);
	body_is(res, "four");
	response_clear_body(res);
	buf_append_cstr(response_body(res), "five");
	body_is(res, "five");
}

TEST(a_reset_response_is_empty_and_200) {
	struct response *res = *state;

	res->status = 418;
	res->content_type = "text/plain";
	res->close = true;
	response_header(res, "A", "b");
	buf_append_cstr(response_body(res), "body");
	response_reset(res);
	body_is(res, "");
	assert_int_equal(res->status, 200);
	assert_string_equal(res->content_type, "application/json");
	assert_int_equal(res->headers_len, 0);
	assert_false(res->close);
}

TEST(the_last_buffer_given_serves_the_next_answer) {
	struct response *res = *state;
	struct spare spare;

	spare_init(&spare);
	res->spare = &spare;
	buf_append_cstr(response_body(res), "small");
	const char *memory = res->own.data;
	response_trim(res);
	assert_null(res->own.data);
	assert_int_equal(spare.n_kept, 1);
	response_reset(res);
	buf_append_cstr(response_body(res), "next");
	body_is(res, "next");
	assert_ptr_equal(res->own.data, memory);
	assert_int_equal(spare.n_kept, 0);
	response_trim(res);
	spare_deinit(&spare);
}

TEST(a_large_buffer_is_not_kept) {
	struct response *res = *state;
	struct spare spare;

	spare_init(&spare);
	res->spare = &spare;
	assert_non_null(buf_reserve(response_body(res), SPARE_SIZE_MAX));
	response_trim(res);
	assert_null(res->own.data);
	assert_int_equal(spare.n_kept, 0);
	spare_deinit(&spare);
}

TEST(no_more_buffers_are_kept_than_SPARE_MAX) {
	struct response *res = *state;
	struct spare spare;

	spare_init(&spare);
	res->spare = &spare;
	for (size_t i = 0; i <= SPARE_MAX; i++) {
		assert_non_null(buf_reserve(&res->own, 1)); /* not one that was kept */
		response_trim(res);
	}
	assert_int_equal(spare.n_kept, SPARE_MAX);
	spare_deinit(&spare);
}

TEST(an_unknown_status_is_an_internal_error) {
	(void)state;
	assert_string_equal(status_find(404)->text, "404 Not Found");
	assert_string_equal(status_find(404)->digits, "404");
	assert_int_equal(status_find(299)->status, 500);
}

static enum chunks_state followed(const char *text, size_t step)
{
	struct chunks chunks = CHUNKS_INIT;
	size_t len = strlen(text);

	for (size_t at = 0; at < len; at += step)
		chunks_follow(&chunks, text + at, MIN(step, len - at));
	return chunks.state;
}

static void chunks_end_as(enum chunks_state state, const char *text)
{
	/* However the bytes are cut into pieces. */
	for (size_t step = 1; step <= strlen(text); step++)
		if (followed(text, step) != state)
			fail_msg("%s, in steps of %zu: %d", text, step, (int)followed(text, step));
}

TEST(well_formed_chunks_are_done) {
	(void)state;
	chunks_end_as(CHUNKS_DONE, "0\r\n\r\n");
	chunks_end_as(CHUNKS_DONE, "3\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\n");
	chunks_end_as(CHUNKS_DONE, "2\r\n\r\n\r\n000\r\n\r\nGET / HTTP/1.1\r\n");
	chunks_end_as(CHUNKS_TRAILERS, "0\r\nX: y\r\n\r\n");
	chunks_end_as(CHUNKS_DATA, "fffffffffffffff\r\nabc");
}

TEST(chunks_that_are_not_well_formed_are_broken) {
	static const char *const broken[] = {
		"\r\n",      "g\r\n",
		"-1\r\n",    "0x1\r\n",
		" 1\r\n",    "1 \r\n",
		"1\n",       "1\r\r",
		"1;a=b\r\n", "1\r\na\n",
		"1\r\nab",   "1\r\na\rb",
		"0\r\n\rx",  "1000000000000000\r\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		chunks_end_as(CHUNKS_BROKEN, broken[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_path_and_a_method_make_a_route),
		RUN(head_is_answered_where_get_is),
		RUN(parts_in_braces_are_handed_over_as_they_were_sent),
		RUN(paths_match_exactly),
		RUN(a_path_says_which_methods_it_has),
		RUN(a_query_is_split_and_decoded),
		RUN(the_value_keeps_its_later_equals_signs),
		RUN(a_query_that_cannot_be_decoded_is_an_error),
		RUN(a_query_of_too_many_pairs_is_an_error),
		RUN_RESPONSE(a_header_stays_one_line),
		RUN_RESPONSE(headers_that_do_not_fit_are_noticed_and_not_begun),
		RUN_RESPONSE(the_body_is_what_was_said_last),
		RUN_RESPONSE(a_reset_response_is_empty_and_200),
		RUN_RESPONSE(the_last_buffer_given_serves_the_next_answer),
		RUN_RESPONSE(a_large_buffer_is_not_kept),
		RUN_RESPONSE(no_more_buffers_are_kept_than_SPARE_MAX),
		RUN(an_unknown_status_is_an_internal_error),
		RUN(well_formed_chunks_are_done),
		RUN(chunks_that_are_not_well_formed_are_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
