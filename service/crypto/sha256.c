/* SHA-256 and HMAC-SHA-256. */
#include "crypto/sha256.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

static int failed(struct err *err)
{
	return err_nomem(err, "a digest");
}

int sha256(struct str data, unsigned char ret[SHA256_SIZE], struct err *err)
{
	if (EVP_Digest(data.data, data.len, ret, NULL, EVP_sha256(), NULL) != 1)
		return failed(err);
	return 0;
}

static void free_mac(EVP_MAC **mac)
{
	EVP_MAC_free(*mac);
}

static void free_context(EVP_MAC_CTX **context)
{
	EVP_MAC_CTX_free(*context);
}

int hmac_sha256(struct str key, const struct str *parts, size_t n_parts,
                unsigned char ret[SHA256_SIZE], struct err *err)
{
	CLEANUP(free_mac) EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	CLEANUP(free_context) EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
	char name[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("digest", name, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t len;

	if (context == NULL ||
	    EVP_MAC_init(context, (const unsigned char *)key.data, key.len, params) != 1)
		return failed(err);
	for (size_t i = 0; i < n_parts; i++)
		if (EVP_MAC_update(context, (const unsigned char *)parts[i].data, parts[i].len) != 1)
			return failed(err);
	if (EVP_MAC_final(context, ret, &len, SHA256_SIZE) != 1)
		return failed(err);
	return 0;
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
	return CRYPTO_memcmp(a, b, n) == 0;
}
