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

/* A key whose first request is still under way in this process; the caller's memory. */
struct idempotency_hold {
	const struct store_key *key;
	struct idempotency_hold *next;
};

/* Take a key for one request, until it is let go; false: another one has it. */
bool idempotency_hold(struct idempotency_hold *hold, const struct store_key *key) MUST_CHECK;
void idempotency_let_go(struct idempotency_hold *hold);

/*
 * Store a new task, under its key if it has one, with its text in body.  False in *ret: its key is
 * held by another request, and the response says so.  Between replicas the store keeps them apart:
 * there the second one waits for the first one's answer.
 */
int idempotency_create(const struct request *req, struct response *res,
                       const struct store_new *new_task, struct store_receipt *receipt,
                       struct buf *body, bool *ret, struct err *err) MUST_CHECK;

#endif
