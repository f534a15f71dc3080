/* api/problem: what errors look like to callers. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "api/problem.h"

/* A request that goes by an id, and the answer to it. */
struct fixture {
	struct request req;
	struct response res;
	struct err err;
	char text[4096];
};

static void fixture_deinit(struct fixture *f)
{
	response_deinit(&f->res);
}

#define ASKED \
	CLEANUP(fixture_deinit) struct fixture f = { .err = ERR_INIT }; \
	(void)state; \
	response_reset(&f.res); \
	strcpy(f.req.id, "r1")

static const char *text(struct fixture *f)
{
	struct str body = response_body_bytes(&f->res);

	snprintf(f->text, sizeof f->text, "%.*s", STR_ARG(body));
	return f->text;
}

static void assert_has(struct fixture *f, const char *part)
{
	if (strstr(text(f), part) == NULL)
		fail_msg("%s is not in %s", part, text(f));
}

TEST(a_refusal_is_a_problem_document) {
	ASKED;
	problem_refuse(&f.req, &f.res,
	               &(struct refusal){ .code = "not_found", .detail = "no \"x\"" });
	assert_int_equal(f.res.status, 404);
	assert_string_equal(f.res.content_type, "application/problem+json");
	assert_string_equal(text(&f), "{\"type\":\"urn:docmill:error:not_found\","
	                              "\"title\":\"There is no such thing\",\"status\":404,"
	                              "\"detail\":\"no \\\"x\\\"\",\"code\":\"not_found\","
	                              "\"error\":\"There is no such thing\",\"request_id\":\"r1\"}");
}

TEST(what_was_in_the_body_is_forgotten) {
	ASKED;
	buf_append_cstr(response_body(&f.res), "{\"half\":");
	problem_refuse(&f.req, &f.res, &(struct refusal){ .code = "not_found", .detail = "" });
	assert_memory_equal(text(&f), "{\"type\"", 7);
}

TEST(the_tutorials_words_replace_the_title) {
	ASKED;
	problem_refuse(&f.req, &f.res,
	               &(struct refusal){
			       .code = "not_found", .error = "Task not found", .detail = "" });
	assert_has(&f, "\"error\":\"Task not found\"");
	assert_has(&f, "\"title\":\"There is no such thing\"");
}

TEST(an_error_tells_its_place) {
	ASKED;
	(void)err_set(&f.err, ERR_JSON, "expected a value"); /* this is the error */
	f.err.has_place = true;
	f.err.offset = 7;
	f.err.line = 2;
	f.err.column = 3;
	problem_answer(&f.req, &f.res, 0, NULL, &f.err);
	assert_int_equal(f.res.status, 400);
	assert_has(&f, "\"code\":\"json_malformed\"");
	assert_has(&f, "\"offset\":7,\"line\":2,\"column\":3");
}

TEST(an_error_of_an_operator_tells_mongodbs_code_and_the_document) {
	ASKED;
	(void)err_set(&f.err, ERR_FAILED, "can't $divide by zero"); /* this is the error */
	f.err.stage = 3;
	f.err.document = 0;
	f.err.mongo_code = 2;
	strcpy(f.err.operator_name, "$divide");
	strcpy(f.err.pointer, "/pipeline/3/$project/x");
	problem_answer(&f.req, &f.res, 0, NULL, &f.err);
	assert_int_equal(f.res.status, 422);
	assert_has(&f, "\"stage\":3,\"operator\":\"$divide\",\"pointer\":\"/pipeline/3/$project/x\","
	               "\"mongo\":{\"code\":2,\"codeName\":\"BadValue\"},\"document\":0");
}

TEST(a_limit_is_named) {
	ASKED;
	(void)err_limit(&f.err, ERR_TOO_LARGE, "max-body", "too big"); /* this is the error */
	problem_answer(&f.req, &f.res, 0, NULL, &f.err);
	assert_int_equal(f.res.status, 413);
	assert_has(&f, "\"limit\":\"max-body\"");
}

TEST(of_a_fault_nothing_is_told) {
	ASKED;
	(void)err_set(&f.err, ERR_INTERNAL, "secret"); /* this is the error */
	f.err.stage = 1;
	problem_answer(&f.req, &f.res, 0, NULL, &f.err);
	assert_int_equal(f.res.status, 500);
	assert_has(&f, "\"code\":\"internal\"");
	assert_null(strstr(text(&f), "secret"));
	assert_null(strstr(text(&f), "stage"));
}

TEST(a_code_that_the_contract_does_not_have_is_a_fault) {
	ASKED;
	(void)err_set(&f.err, ERR_INVALID, "x"); /* this is the error */
	problem_answer(&f.req, &f.res, 418, "teapot", &f.err);
	assert_int_equal(f.res.status, 500);
}

TEST(every_error_code_has_a_row_in_the_contract) {
	(void)state;
	for (int code = ERR_NOMEM; code >= ERR_MISMATCH; code--) {
		CLEANUP(fixture_deinit) struct fixture f = { .err = ERR_INIT };

		if (code == ERR_CONFLICT)
			continue; /* plain tasks are in no state that forbids anything */
		response_reset(&f.res);
		(void)err_set(&f.err, (enum err_code)code, "x"); /* this is the error */
		problem_answer(&f.req, &f.res, 0, NULL, &f.err);
		if (f.res.status == 500 && code != ERR_INTERNAL)
			fail_msg("%s has no row", err_code_name((enum err_code)code));
	}
}

TEST(what_may_work_later_says_when) {
	ASKED;
	(void)err_set(&f.err, ERR_UNAVAILABLE, "full"); /* this is the error */
	problem_answer(&f.req, &f.res, 0, NULL, &f.err);
	assert_int_equal(f.res.status, 503);
	assert_memory_equal(f.res.headers, "Retry-After: 1\r\n", 16);
}

TEST(a_request_for_which_there_is_no_memory_may_come_again) {
	ASKED;
	(void)err_nomem(&f.err, "the body"); /* this is the error */
	problem_answer(&f.req, &f.res, 503, "overloaded", &f.err);
	assert_int_equal(f.res.status, 503);
	assert_has(&f, "\"code\":\"overloaded\"");
	assert_memory_equal(f.res.headers, "Retry-After: 1\r\n", 16);
}

TEST(a_message_with_several_problems_lists_them) {
	struct budget budget = BUDGET(1 << 20);
	struct arena arena;

	ASKED;
	arena_init(&arena, &budget);
	struct json_problems problems = JSON_PROBLEMS(&arena);
	json_problem_add(&problems, "/a", "is wrong");
	json_problem_add(&problems, "/b", "is \"wrong\" too");
	problem_refuse_message(&f.req, &f.res, &problems);
	assert_int_equal(f.res.status, 400);
	assert_has(&f, "\"detail\":\"is wrong\",\"code\":\"validation_failed\"");
	assert_has(&f, "\"errors\":[{\"pointer\":\"/a\",\"detail\":\"is wrong\"},"
	               "{\"pointer\":\"/b\",\"detail\":\"is \\\"wrong\\\" too\"}]}");
	arena_deinit(&arena);
}

TEST(a_pipeline_with_several_problems_lists_them) {
	struct problem second = { .err = ERR_INIT };
	struct problem first = { .err = ERR_INIT, .next = &second };

	ASKED;
	strcpy(first.err.message, "one");
	strcpy(second.err.message, "two");
	first.err.stage = 0;
	first.err.mongo_code = 40324;
	strcpy(first.err.pointer, "/pipeline/0");
	problem_refuse(&f.req, &f.res,
	               &(struct refusal){ .code = "pipeline_invalid",
	                                  .detail = "one",
	                                  .err = &first.err,
	                                  .pipeline = &first });
	assert_has(&f,
	           "\"errors\":[{\"stage\":0,\"pointer\":\"/pipeline/0\","
	           "\"mongo\":{\"code\":40324,\"codeName\":\"Location40324\"},\"detail\":\"one\"},"
	           "{\"pointer\":\"\",\"detail\":\"two\"}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_refusal_is_a_problem_document),
		RUN(what_was_in_the_body_is_forgotten),
		RUN(the_tutorials_words_replace_the_title),
		RUN(an_error_tells_its_place),
		RUN(an_error_of_an_operator_tells_mongodbs_code_and_the_document),
		RUN(a_limit_is_named),
		RUN(of_a_fault_nothing_is_told),
		RUN(a_code_that_the_contract_does_not_have_is_a_fault),
		RUN(every_error_code_has_a_row_in_the_contract),
		RUN(what_may_work_later_says_when),
		RUN(a_request_for_which_there_is_no_memory_may_come_again),
		RUN(a_message_with_several_problems_lists_them),
		RUN(a_pipeline_with_several_problems_lists_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
