/* Base64 with the usual alphabet and padding (RFC 4648, section 4), without line ends. */
#ifndef CRYPTO_BASE64_H
#define CRYPTO_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"
#include "base/str.h"

/* Characters that n bytes become, without a NUL. */
#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* Bytes that a text of n characters can hold at most. */
#define BASE64_BYTES_MAX(n) ((n) / 4 * 3)

/* Exactly BASE64_LEN(len) characters and a NUL are written to ret. */
void base64_encode(const void *data, size_t len, char *ret);

/*
 * ret has room for BASE64_BYTES_MAX(text.len) bytes.  False: it is not base64 in its one canonical
 * form (wrong length, a character of another alphabet, bits set behind the last byte).
 */
bool base64_decode(struct str text, unsigned char *ret, size_t *ret_len) MUST_CHECK;

#endif
