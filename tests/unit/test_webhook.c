/* Signatures, schedule and targets of webhooks. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "webhook/schedule.h"
#include "webhook/sign.h"
#include "webhook/target.h"

/* The example that the standard's own libraries test with. */
TEST(the_standards_example_is_signed_as_it_says) {
	struct webhook_secret secret;
	char signature[WEBHOOK_SIGNATURE_SIZE];
	struct err err;

	(void)state;
	assert_int_equal(webhook_secret_parse(STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
	                                      &secret, &err),
	                 0);
	assert_int_equal(webhook_sign(&secret, STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
	                              STR("{\"test\": 2432232314}"), signature, &err),
	                 0);
	assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(secrets_of_another_form_are_refused_without_being_repeated) {
	static const char *const bad[] = {
		"",
		"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"whsec_",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
		"whsec_c2hvcnQ=",
		"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAA",
	};
	struct webhook_secret secret;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(webhook_secret_parse(str_from(bad[i]), &secret, &err), ERR_INVALID);
		assert_null(strstr(err.message, "MfKQ"));
	}
}

TEST(delays_grow_and_vary_by_a_fifth) {
	static const int64_t wanted[] = { 5, 30, 300, 1800, 7200, 28800 };

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(wanted); i++) {
		int64_t ms = wanted[i] * 1000, spread = ms / 5;

		assert_int_equal(webhook_delay_ms(i + 1, 0), ms - spread);
		assert_int_equal(webhook_delay_ms(i + 1, (uint64_t)(2 * spread)), ms + spread);
		assert_int_equal(webhook_delay_ms(i + 1, (uint64_t)(2 * spread + 1)), ms - spread);
	}
	assert_int_equal(webhook_delay_ms(0, 0), -1);
	assert_int_equal(webhook_delay_ms(WEBHOOK_ATTEMPTS_MAX, 0), -1);
}

static bool may_connect(const struct webhook_allowed *allowed, const char *host, const char *address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
		return webhook_may_connect(allowed, host, (struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
	return webhook_may_connect(allowed, host, (struct sockaddr *)&v6);
}

TEST(only_the_open_internet_is_a_target) {
	static const char *const closed[] = {
		"0.0.0.0",
		"10.0.0.1",
		"10.255.255.255",
		"100.64.0.1",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.169.254",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.8",
		"192.0.2.1",
		"192.168.1.1",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.7",
		"203.0.113.9",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::ffff:127.0.0.1",
		"::ffff:10.1.2.3",
		"::127.0.0.1",
		"64:ff9b::a01:203",
		"64:ff9b:1::1",
		"fc00::1",
		"fd12:3456::1",
		"fe80::1",
		"ff02::1",
		"2001::1",
		"2001:db8::1",
		"2002:7f00:1::",
		"100::1",
		"fec0::1",
		"fd00:ec2::254",
		"3fff::1",
	};
	static const char *const open[] = {
		"1.1.1.1",          "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
		"100.128.0.0",      "126.255.255.255", "128.0.0.0",       "169.253.255.255",
		"169.255.0.0",      "172.15.255.255",  "172.32.0.0",      "192.167.255.255",
		"192.169.0.0",      "223.255.255.255", "2606:4700::1111", "::ffff:8.8.8.8",
		"64:ff9b::808:808",
	};
	const struct webhook_allowed none = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if (may_connect(&none, "example.com", closed[i]))
			fail_msg("%s was let through", closed[i]);
	for (size_t i = 0; i < ARRAY_LEN(open); i++)
		if (!may_connect(&none, "example.com", open[i]))
			fail_msg("%s was refused", open[i]);
}

TEST(named_hosts_and_networks_are_let_through) {
	struct webhook_allowed allowed;
	struct err err;

	(void)state;
	assert_int_equal(webhook_allowed_parse(
				 STR(" 10.1.0.0/16,::1 ,, fd00::/8, Hooks.internal,192.168.7.7"),
				 &allowed, &err),
	                 0);
	assert_true(may_connect(&allowed, "a", "10.1.2.3"));
	assert_true(may_connect(&allowed, "a", "::ffff:10.1.2.3"));
	assert_false(may_connect(&allowed, "a", "10.2.0.0"));
	assert_true(may_connect(&allowed, "a", "::1"));
	assert_false(may_connect(&allowed, "a", "::2"));
	assert_true(may_connect(&allowed, "a", "fd99::1"));
	assert_true(may_connect(&allowed, "a", "192.168.7.7"));
	assert_false(may_connect(&allowed, "a", "192.168.7.8"));
	assert_true(may_connect(&allowed, "hooks.INTERNAL", "127.0.0.1"));
	assert_false(may_connect(&allowed, "hooks.internal.example", "127.0.0.1"));
	webhook_allowed_deinit(&allowed);
}

TEST(what_is_no_target_is_refused_and_named) {
	static const char *const bad[] = { "10.0.0.0/33", "10.0.0/8",  "::1/129",
		                           "a b",         "10.0.0.0/", "http://x",
		                           "*.x",         "1.2.3.4.5", "::1/x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct webhook_allowed allowed;
		struct err err = ERR_INIT;

		assert_int_equal(webhook_allowed_parse(str_from(bad[i]), &allowed, &err),
		                 ERR_INVALID);
		assert_non_null(strstr(err.message, bad[i]));
	}
}

TEST(urls_that_are_not_for_webhooks_are_refused) {
	static const char *const good[] = { "http://example.com", "https://example.com:8443/a?b=c",
		                            "http://127.0.0.1:1/", "http://[::1]/x",
		                            "HTTPS://EXAMPLE.COM/" };
	static const char *const bad[] = { "",
		                           "example.com/hook",
		                           "ftp://example.com/",
		                           "file:///etc/passwd",
		                           "http://",
		                           "http://user@example.com/",
		                           "http://user:secret@example.com/",
		                           "gopher://example.com",
		                           "http://exa mple.com/",
		                           "javascript:alert(1)" };
	char long_url[WEBHOOK_URL_MAX + 2];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(webhook_url_check(str_from(good[i]), &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (webhook_url_check(str_from(bad[i]), &err) != ERR_INVALID)
			fail_msg("%s was taken", bad[i]);
	assert_int_equal(webhook_url_check((struct str){ "http://a\0b/", 11 }, &err), ERR_INVALID);
	memset(long_url, 'a', sizeof long_url);
	memcpy(long_url, "http://example.com/", 19);
	assert_int_equal(webhook_url_check((struct str){ long_url, WEBHOOK_URL_MAX }, &err), 0);
	assert_int_equal(webhook_url_check((struct str){ long_url, WEBHOOK_URL_MAX + 1 }, &err),
	                 ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_standards_example_is_signed_as_it_says),
		RUN(secrets_of_another_form_are_refused_without_being_repeated),
		RUN(delays_grow_and_vary_by_a_fifth),
		RUN(only_the_open_internet_is_a_target),
		RUN(named_hosts_and_networks_are_let_through),
		RUN(what_is_no_target_is_refused_and_named),
		RUN(urls_that_are_not_for_webhooks_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
