/* Idempotency-Key. */
#include "api/idempotency.h"

#include <pthread.h>

#include "api/app.h"
#include "api/problem.h"
#include "crypto/sha256.h"

#define NAME "Idempotency-Key"

_Static_assert(sizeof(((struct store_key *)0)->digest) == SHA256_SIZE, "digests are SHA-256");

/* Those under way: as many as there are threads at most, and for as long as a commit takes. */
static struct {
	pthread_mutex_t lock;
	struct idempotency_hold *first;
} held = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static bool is_printable(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < ' ' || text.data[i] > '~')
			return false;
	return true;
}

bool idempotency_check(const struct request *req, struct response *res)
{
	struct str key = request_header(req, NAME);
	const char *detail = NULL;

	if (key.data == NULL)
		return true;
	if (request_header_nth(req, NAME, 1).data != NULL)
		detail = NAME " is given twice";
	else if (key.len == 0 || key.len > STORE_KEY_MAX || !is_printable(key))
		detail = NAME " must have 1 to 255 printable ASCII characters";
	if (detail == NULL)
		return true;
	problem_refuse(req, res,
	               &(struct refusal){
			       .code = "validation_failed",
			       .detail = detail,
		       });
	return false;
}

int idempotency_read(const struct request *req, struct str body, struct store_key *ret,
                     struct err *err)
{
	struct store_key key = {
		.scope = str_from(req->caller == NULL ? "" : req->caller),
		.key = request_header(req, NAME),
	};

	if (key.key.data != NULL)
		TRY(sha256(body, key.digest, err));
	*ret = key;
	return 0;
}

static bool is_held(const struct store_key *key)
{
	for (const struct idempotency_hold *hold = held.first; hold != NULL; hold = hold->next)
		if (str_eq(hold->key->key, key->key) && str_eq(hold->key->scope, key->scope))
			return true;
	return false;
}

bool idempotency_hold(struct idempotency_hold *hold, const struct store_key *key)
{
	pthread_mutex_lock(&held.lock);
	bool is_free = !is_held(key);
	if (is_free) {
		*hold = (struct idempotency_hold){ key, held.first };
		held.first = hold;
	}
	pthread_mutex_unlock(&held.lock);
	return is_free;
}

void idempotency_let_go(struct idempotency_hold *hold)
{
	pthread_mutex_lock(&held.lock);
	struct idempotency_hold **at = &held.first;
	while (*at != hold)
		at = &(*at)->next;
	*at = hold->next;
	pthread_mutex_unlock(&held.lock);
}

int idempotency_create(const struct request *req, struct response *res,
                       const struct store_new *new_task, struct store_receipt *receipt,
                       struct buf *body, bool *ret, struct err *err)
{
	struct store *store = request_app(req)->store;
	struct idempotency_hold hold;

	*ret = true;
	if (new_task->key.key.data == NULL)
		return store->ops->create(store, new_task, receipt, body, err);
	*ret = idempotency_hold(&hold, &new_task->key);
	if (!*ret) {
		response_header(res, "Retry-After", "1");
		problem_refuse(req, res,
		               &(struct refusal){
				       .code = "conflict",
				       .detail = "the first request with this " NAME
						 " is still under way",
			       });
		return 0;
	}
	int rc = store->ops->create(store, new_task, receipt, body, err);
	idempotency_let_go(&hold);
	return rc;
}
