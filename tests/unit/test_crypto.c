/* The vectors of the standards: FIPS 180-4, RFC 4231, RFC 4648. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/base64.h"
#include "crypto/sha256.h"

static void digest_is(const unsigned char digest[SHA256_SIZE], const char *wanted)
{
	char hex[SHA256_HEX_SIZE];

	sha256_format(digest, hex);
	assert_string_equal(hex, wanted);
}

TEST(sha256_of_the_standards_examples) {
	unsigned char digest[SHA256_SIZE];
	struct err err;

	(void)state;
	assert_int_equal(sha256(STR("abc"), digest, &err), 0);
	digest_is(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(sha256(STR(""), digest, &err), 0);
	digest_is(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(hmac_of_the_standards_examples_in_any_number_of_parts) {
	unsigned char digest[SHA256_SIZE];
	unsigned char long_key[131];
	struct err err;
	const struct str whole = STR("what do ya want for nothing?");
	const struct str parts[] = { STR("what do ya want "), STR(""), STR("for nothing?") };

	(void)state;
	assert_int_equal(hmac_sha256(STR("Jefe"), &whole, 1, digest, &err), 0);
	digest_is(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_int_equal(hmac_sha256(STR("Jefe"), parts, 3, digest, &err), 0);
	digest_is(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(long_key, 0xaa, sizeof long_key);
	assert_int_equal(hmac_sha256((struct str){ (char *)long_key, sizeof long_key },
	                             &STR("Test Using Larger Than Block-Size Key - Hash Key First"),
	                             1, digest, &err),
	                 0);
	digest_is(digest, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(a_digest_reads_back_and_nothing_else_does) {
	unsigned char digest[SHA256_SIZE], back[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE + 1] = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(sha256(STR("abc"), digest, &err), 0);
	sha256_format(digest, hex);
	assert_true(sha256_parse(str_from(hex), back));
	assert_true(crypto_equal(digest, back, sizeof digest));
	back[31] ^= 1;
	assert_false(crypto_equal(digest, back, sizeof digest));
	hex[0] = 'B';
	assert_true(sha256_parse(str_from(hex), back));
	hex[0] = 'g';
	assert_false(sha256_parse(str_from(hex), back));
	assert_false(sha256_parse(STR("ba78"), back));
	hex[0] = 'b';
	hex[64] = '0';
	assert_false(sha256_parse((struct str){ hex, 65 }, back));
}

TEST(base64_of_the_standards_examples_both_ways) {
	const struct {
		struct str plain, text;
	} base64[] = {
		{ STR(""), STR("") },
		{ STR("f"), STR("Zg==") },
		{ STR("fo"), STR("Zm8=") },
		{ STR("foo"), STR("Zm9v") },
		{ STR("foob"), STR("Zm9vYg==") },
		{ STR("fooba"), STR("Zm9vYmE=") },
		{ STR("foobar"), STR("Zm9vYmFy") },
		{ STR("\xff\xfe\xfd\x00"), STR("//79AA==") },
	};
	char text[32];
	unsigned char plain[32];
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(base64); i++) {
		base64_encode(base64[i].plain.data, base64[i].plain.len, text);
		assert_string_equal(text, base64[i].text.data);
		assert_int_equal(strlen(text), BASE64_LEN(base64[i].plain.len));
		assert_true(base64_decode(base64[i].text, plain, &len));
		assert_int_equal(len, base64[i].plain.len);
		assert_memory_equal(plain, base64[i].plain.data, len);
	}
}

TEST(what_is_not_canonical_base64_is_refused) {
	static const char *const bad[] = {
		"Z",    "Zg",   "Zg=",      "Zg===", "Zh==", "Zm9=",         "Z===",
		"====", "=Zg=", "Zg==Zg==", "Zm-v",  "Zm_v", "Zm9v\n\n\n\n", "Z g=",
	};
	unsigned char plain[32];
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (base64_decode(str_from(bad[i]), plain, &len))
			fail_msg("%s was taken", bad[i]);
	assert_false(base64_decode((struct str){ "Zg=\0", 4 }, plain, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(sha256_of_the_standards_examples),
		RUN(hmac_of_the_standards_examples_in_any_number_of_parts),
		RUN(a_digest_reads_back_and_nothing_else_does),
		RUN(base64_of_the_standards_examples_both_ways),
		RUN(what_is_not_canonical_base64_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
