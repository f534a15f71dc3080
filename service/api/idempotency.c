/* Idempotency-Key. */
#include "api/idempotency.h"

#include "api/problem.h"
#include "crypto/sha256.h"

#define NAME "Idempotency-Key"

_Static_assert(sizeof(((struct store_key *)0)->digest) == SHA256_SIZE, "digests are SHA-256");

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
