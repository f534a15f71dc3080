/* SHA-256 and HMAC-SHA-256. */
#include "crypto/sha256.h"

#include "crypto/libcrypto.h"

static int failed(struct err *err)
{
	return err_nomem(err, "a digest");
}

int sha256(struct str data, unsigned char ret[SHA256_SIZE], struct err *err)
{
	TRY(libcrypto_load(err));
	if (libcrypto.EVP_Digest_(data.data, data.len, ret, NULL, libcrypto.EVP_sha256_(), NULL) != 1)
		return failed(err);
	return 0;
}

static void free_mac(EVP_MAC **mac)
{
	libcrypto.EVP_MAC_free_(*mac);
}

static void free_context(EVP_MAC_CTX **context)
{
	libcrypto.EVP_MAC_CTX_free_(*context);
}

static int make_mac(EVP_MAC_CTX *context, struct str key, const struct str *parts, size_t n_parts,
                    unsigned char ret[SHA256_SIZE], struct err *err)
{
	char name[] = "SHA256";
	const OSSL_PARAM params[] = {
		libcrypto.OSSL_PARAM_construct_utf8_string_("digest", name, 0),
		libcrypto.OSSL_PARAM_construct_end_(),
	};
	size_t len;

	if (context == NULL ||
	    libcrypto.EVP_MAC_init_(context, (const unsigned char *)key.data, key.len, params) != 1)
		return failed(err);
	for (size_t i = 0; i < n_parts; i++)
		if (libcrypto.EVP_MAC_update_(context, (const unsigned char *)parts[i].data,
		                              parts[i].len) != 1)
			return failed(err);
	if (libcrypto.EVP_MAC_final_(context, ret, &len, SHA256_SIZE) != 1)
		return failed(err);
	return 0;
}

int hmac_sha256(struct str key, const struct str *parts, size_t n_parts,
                unsigned char ret[SHA256_SIZE], struct err *err)
{
	TRY(libcrypto_load(err));

	CLEANUP(free_mac) EVP_MAC *mac = libcrypto.EVP_MAC_fetch_(NULL, "HMAC", NULL);
	CLEANUP(free_context)
	EVP_MAC_CTX *context = mac == NULL ? NULL : libcrypto.EVP_MAC_CTX_new_(mac);

	return make_mac(context, key, parts, n_parts, ret, err);
}

void sha256_format(const unsigned char digest[SHA256_SIZE], char ret[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_SIZE; i++) {
		ret[2 * i] = digits[digest[i] >> 4];
		ret[2 * i + 1] = digits[digest[i] & 15];
	}
	ret[SHA256_HEX_SIZE - 1] = 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool sha256_parse(struct str text, unsigned char ret[SHA256_SIZE])
{
	if (text.len != SHA256_HEX_SIZE - 1)
		return false;
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		int high = digit(text.data[2 * i]), low = digit(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
	/* volatile: the loop must not end early, whatever the compiler sees. */
	const volatile unsigned char *p = a, *q = b;
	unsigned char difference = 0;

	for (size_t i = 0; i < n; i++)
		difference |= p[i] ^ q[i];
	return difference == 0;
}
