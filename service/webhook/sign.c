/* Signatures as Standard Webhooks has them. */
#include "webhook/sign.h"

#include <stdio.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/sha256.h"

#define PREFIX STR("whsec_")

int webhook_secret_parse(struct str text, struct webhook_secret *ret, struct err *err)
{
	unsigned char key[BASE64_BYTES_MAX(BASE64_LEN(WEBHOOK_KEY_MAX))];
	size_t len;

	if (!str_starts_with(text, PREFIX))
		return err_set(err, ERR_INVALID, "a webhook secret begins with \"whsec_\"");
	struct str encoded = { text.data + PREFIX.len, text.len - PREFIX.len };
	if (encoded.len > BASE64_LEN(WEBHOOK_KEY_MAX) || !base64_decode(encoded, key, &len))
		return err_set(err, ERR_INVALID,
		               "a webhook secret is \"whsec_\" and the base64 of its key");
	if (len < WEBHOOK_KEY_MIN || len > WEBHOOK_KEY_MAX)
		return err_set(err, ERR_INVALID,
		               "a webhook secret's key has %d to %d bytes, not %zu",
		               WEBHOOK_KEY_MIN, WEBHOOK_KEY_MAX, len);
	memcpy(ret->key, key, len);
	ret->len = len;
	return 0;
}

int webhook_sign(const struct webhook_secret *secret, struct str id, int64_t timestamp,
                 struct str body, char ret[WEBHOOK_SIGNATURE_SIZE], struct err *err)
{
	unsigned char digest[SHA256_SIZE];
	char seconds[32];

	int len = snprintf(seconds, sizeof seconds, ".%lld.", (long long)timestamp);
	const struct str parts[] = { id, { seconds, (size_t)len }, body };
	TRY(hmac_sha256((struct str){ (const char *)secret->key, secret->len }, parts,
	                ARRAY_LEN(parts), digest, err));
	memcpy(ret, "v1,", 3);
	base64_encode(digest, sizeof digest, ret + 3);
	return 0;
}
