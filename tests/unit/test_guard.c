/* http/guard: which framing is trusted. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "http/guard.h"
#include "tests/lib/header_buffer.h"

#define MAX_BODY 1000

static int check(const char *text, size_t len, struct framing *framing, struct refusal *refusal,
                 struct err *err)
{
	static struct header_buffer h;
	const struct guard_limits limits = { .max_body = MAX_BODY };

	assert_true(header_buffer_parse(&h, text, len));
	return guard_check(&h.info, &limits, framing, refusal, err);
}

static struct framing accepted(const char *text)
{
	struct framing framing = { 0 };
	struct refusal refusal;
	struct err err = ERR_INIT;

	if (check(text, strlen(text), &framing, &refusal, &err) != 0)
		fail_msg("refused: %s", err.message);
	return framing;
}

static void refused_bytes(const char *text, size_t len, int status, const char *code)
{
	struct framing framing = { .content_length = 77 };
	struct refusal refusal = { 0 };
	struct err err = ERR_INIT;

	assert_int_not_equal(check(text, len, &framing, &refusal, &err), 0);
	assert_int_equal(refusal.status, status);
	assert_string_equal(refusal.code, code);
	assert_string_not_equal(err.message, "");
	assert_int_equal(framing.content_length, 77); /* outputs stay as they were */
}

static void refused(const char *text, int status, const char *code)
{
	refused_bytes(text, strlen(text), status, code);
}

#define GET "GET / HTTP/1.1\r\nHost: x\r\n"
#define POST "POST / HTTP/1.1\r\nHost: x\r\n"
#define END "\r\n"

TEST(an_ordinary_request_has_no_body) {
	struct framing framing = accepted(GET "Accept: */*\r\nX-Empty:\r\nX-Blank: \r\n" END);

	(void)state;
	assert_int_equal(framing.content_length, 0);
	assert_false(framing.is_chunked);
	assert_false(framing.wants_continue);
}

TEST(a_length_is_taken_with_leading_zeros_and_blanks_around) {
	(void)state;
	assert_int_equal(accepted(POST "Content-Length:  0042  \r\n" END).content_length, 42);
	assert_int_equal(accepted(POST "content-LENGTH:7\r\n" END).content_length, 7);
	assert_int_equal(accepted(POST "Content-Length: 1000\r\n" END).content_length, MAX_BODY);
}

TEST(chunks_and_an_expectation_are_seen) {
	struct framing framing = accepted(POST "transfer-encoding: Chunked\r\n"
	                                       "Expect: 100-Continue\r\n" END);

	(void)state;
	assert_true(framing.is_chunked);
	assert_true(framing.wants_continue);
}

TEST(http_1_0_needs_no_host_and_no_header_at_all) {
	(void)state;
	accepted("GET / HTTP/1.0\r\n" END);
	accepted("GET / HTTP/1.0\r\nAccept: x\r\n" END);
}

TEST(a_request_names_exactly_one_host) {
	(void)state;
	refused("GET / HTTP/1.1\r\nAccept: x\r\n" END, 400, "framing_invalid");
	refused(GET "Host: x\r\n" END, 400, "framing_invalid");
	refused("GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n" END, 400, "framing_invalid");
	refused("GET / HTTP/1.1\r\nHost: a b\r\n" END, 400, "framing_invalid");
	refused("GET / HTTP/1.1\r\nHost: a/b\r\n" END, 400, "framing_invalid");
	refused("GET / HTTP/1.1\r\nHost: a, b\r\n" END, 400, "framing_invalid");
}

TEST(a_length_that_is_not_digits_is_refused) {
	static const char *const lengths[] = {
		"",
		"+5",
		"-5",
		"5abc",
		"5, 5",
		"5 5",
		"0x5",
		"5.0",
		"1e3",
		"9999999999999999",
		"18446744073709551617",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		snprintf(text, sizeof text, POST "Content-Length: %s\r\n" END, lengths[i]);
		refused(text, 400, "framing_invalid");
	}
}

TEST(the_length_is_given_once) {
	(void)state;
	refused(POST "Content-Length: 5\r\nContent-Length: 5\r\n" END, 400, "framing_invalid");
	refused(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" END, 400,
	        "framing_invalid");
	refused(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" END, 400,
	        "framing_invalid");
	refused(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" END, 400,
	        "framing_invalid");
}

TEST(only_chunked_is_known_and_only_in_http_1_1) {
	(void)state;
	refused(POST "Transfer-Encoding: identity\r\n" END, 400, "framing_invalid");
	refused(POST "Transfer-Encoding: gzip, chunked\r\n" END, 400, "framing_invalid");
	refused(POST "Transfer-Encoding: \"chunked\"\r\n" END, 400, "framing_invalid");
	refused("POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" END, 400,
	        "framing_invalid");
}

TEST(a_post_says_how_long_it_is) {
	(void)state;
	refused(POST END, 411, "length_required");
	refused("PUT / HTTP/1.1\r\nHost: x\r\n" END, 411, "length_required");
	refused("PATCH / HTTP/1.1\r\nHost: x\r\n" END, 411, "length_required");
	accepted("DELETE / HTTP/1.1\r\nHost: x\r\n" END);
}

TEST(a_body_too_large_names_the_limit_unless_the_framing_is_broken_as_well) {
	static const char text[] = POST "Content-Length: 1001\r\n" END;
	struct framing framing;
	struct refusal refusal;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(check(text, strlen(text), &framing, &refusal, &err), ERR_TOO_LARGE);
	assert_int_equal(refusal.status, 413);
	assert_string_equal(err.limit, "max-body");
	refused(POST "Content-Length: 1001\r\nTransfer-Encoding: chunked\r\n" END, 400,
	        "framing_invalid");
}

TEST(what_the_parser_skips_or_stops_at_is_refused) {
	(void)state;
	refused(GET "X: y\r\n folded\r\n" END, 400, "framing_invalid");
	refused(GET "X: y\r\n\tfolded\r\n" END, 400, "framing_invalid");
	refused(GET ": empty\r\nContent-Length: 5\r\n" END, 400, "framing_invalid");
	refused("GET / HTTP/1.1\r\n Host: x\r\n" END, 400, "framing_invalid");
	refused(GET "Content-Length : 5\r\n" END, 400, "framing_invalid");
	refused(GET "Content-Length :\r\n" END, 400, "framing_invalid");
	refused(GET "Bad[]: x\r\n" END, 400, "framing_invalid");
}

TEST(lines_end_in_cr_lf) {
	(void)state;
	refused("GET / HTTP/1.1\nHost: x\n\n", 400, "framing_invalid");
	refused("GET / HTTP/1.1\r\nHost: x\nX: y\r\n" END, 400, "framing_invalid");
	refused("GET / HTTP/1.1\nHost: x\r\n" END, 400, "framing_invalid");
	refused(GET "X: y\n" END, 400, "framing_invalid");
}

TEST(control_characters_have_no_place_in_a_header) {
	static const char nul[] = GET "X: a\0b\r\n" END;

	(void)state;
	refused(GET "X: a\x01\r\n" END, 400, "framing_invalid");
	refused(GET "X: a\x7f\r\n" END, 400, "framing_invalid");
	refused_bytes(nul, sizeof nul - 1, 400, "framing_invalid");
	accepted(GET "X: caf\xc3\xa9 \xff\r\n" END);
}

TEST(the_request_line_is_three_words) {
	(void)state;
	refused("GET  / HTTP/1.1\r\nHost: x\r\n" END, 400, "framing_invalid");
	refused("GET /  HTTP/1.1\r\nHost: x\r\n" END, 400, "framing_invalid");
	refused("GET /?a=b  HTTP/1.1\r\nHost: x\r\n" END, 400, "framing_invalid");
	refused("G(T / HTTP/1.1\r\nHost: x\r\n" END, 400, "framing_invalid");
	accepted("GET /?a=b?c HTTP/1.1\r\nHost: x\r\n" END);
}

TEST(a_target_holds_what_a_uri_can_hold) {
	static char text[GUARD_URI_MAX + 100];
	size_t n;

	(void)state;
	refused("GET /#part HTTP/1.1\r\nHost: x\r\n" END, 400, "framing_invalid");
	refused("GET /?a=#b HTTP/1.1\r\nHost: x\r\n" END, 400, "framing_invalid");
	n = (size_t)snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\nHost: x\r\n" END,
	                     (int)GUARD_URI_MAX, 0);
	refused_bytes(text, n, 414, "uri_too_long");
}

TEST(sixty_four_lines_are_too_many) {
	char text[4096] = GET;
	size_t len = strlen(text);

	(void)state;
	for (int i = 0; i < 62; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "X%d: y\r\n", i);
	strcpy(text + len, END);
	accepted(text);
	strcpy(text + len, "Y: z\r\n" END);
	refused(text, 431, "header_too_large");
}

TEST(an_unknown_expectation_fails) {
	(void)state;
	refused(GET "Expect: a-miracle\r\n" END, 417, "expectation_failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(an_ordinary_request_has_no_body),
		RUN(a_length_is_taken_with_leading_zeros_and_blanks_around),
		RUN(chunks_and_an_expectation_are_seen),
		RUN(http_1_0_needs_no_host_and_no_header_at_all),
		RUN(a_request_names_exactly_one_host),
		RUN(a_length_that_is_not_digits_is_refused),
		RUN(the_length_is_given_once),
		RUN(only_chunked_is_known_and_only_in_http_1_1),
		RUN(a_post_says_how_long_it_is),
		RUN(a_body_too_large_names_the_limit_unless_the_framing_is_broken_as_well),
		RUN(what_the_parser_skips_or_stops_at_is_refused),
		RUN(lines_end_in_cr_lf),
		RUN(control_characters_have_no_place_in_a_header),
		RUN(the_request_line_is_three_words),
		RUN(a_target_holds_what_a_uri_can_hold),
		RUN(sixty_four_lines_are_too_many),
		RUN(an_unknown_expectation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
