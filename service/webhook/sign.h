/*
 * Signatures as Standard Webhooks has them (www.standardwebhooks.com, "Signature scheme").
 *
 * What is signed is "ID.TIMESTAMP.BODY" with HMAC-SHA-256; the secret is "whsec_" and base64, and
 * its decoded bytes are the key.
 */
#ifndef WEBHOOK_SIGN_H
#define WEBHOOK_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"

#define WEBHOOK_KEY_MIN 24 /* bytes: what the standard recommends at least and at most */
#define WEBHOOK_KEY_MAX 64
#define WEBHOOK_SIGNATURE_SIZE 48 /* "v1," and 44 characters of base64, with the NUL */

struct webhook_secret {
	unsigned char key[WEBHOOK_KEY_MAX];
	size_t len;
};

/* The message says what is wrong, and never holds the secret. */
int webhook_secret_parse(struct str text, struct webhook_secret *ret, struct err *err) MUST_CHECK;

/* timestamp: seconds since 1970, as the header webhook-timestamp says it. */
int webhook_sign(const struct webhook_secret *secret, struct str id, int64_t timestamp,
                 struct str body, char ret[WEBHOOK_SIGNATURE_SIZE], struct err *err) MUST_CHECK;

#endif
