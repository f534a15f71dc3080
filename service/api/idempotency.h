/*
 * Idempotency-Key: a creation that may be sent again.
 *
 * The header is any text of 1 to STORE_KEY_MAX printable ASCII characters that the caller makes up;
 * what it is kept with is the body's SHA-256 (store/store.h says what follows from it).
 */
#ifndef API_IDEMPOTENCY_H
#define API_IDEMPOTENCY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/macros.h"
#include "http/request.h"
#include "http/response.h"
#include "store/store.h"

/* Is there no key, or one that can be taken?  Otherwise the response says what is wrong with it. */
bool idempotency_check(const struct request *req, struct response *res);

/* The key of a request that was checked, with its body; .key.data NULL: there is none. */
int idempotency_read(const struct request *req, struct str body, struct store_key *ret,
                     struct err *err) MUST_CHECK;

#endif
