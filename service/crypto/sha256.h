/* SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104), by OpenSSL's libcrypto. */
#ifndef CRYPTO_SHA256_H
#define CRYPTO_SHA256_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"

#define SHA256_SIZE 32                        /* bytes */
#define SHA256_HEX_SIZE (2 * SHA256_SIZE + 1) /* with the NUL */

/* Fails for want of memory, or of the library. */
int sha256(struct str data, unsigned char ret[SHA256_SIZE], struct err *err) MUST_CHECK;

/* The code of the parts, one behind the other, under a key; fails likewise. */
int hmac_sha256(struct str key, const struct str *parts, size_t n_parts,
                unsigned char ret[SHA256_SIZE], struct err *err) MUST_CHECK;

/* Lower case, with a NUL. */
void sha256_format(const unsigned char digest[SHA256_SIZE], char ret[SHA256_HEX_SIZE]);

/* Exactly 64 hexadecimal digits, either case; false: it is something else. */
bool sha256_parse(struct str text, unsigned char ret[SHA256_SIZE]) MUST_CHECK;

/* Whether n bytes are the same, in a time that does not tell where they differ. */
bool crypto_equal(const void *a, const void *b, size_t n) MUST_CHECK;

#endif
