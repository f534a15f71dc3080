/* Auth: from the header to a key, and from the key to what it may be used for. */
#include "api/auth.h"

#include <stdatomic.h>
#include <stdio.h>

#include "api/keys.h"
#include "api/problem.h"
#include "http/router.h"
#include "obs/log.h"

#define REALM "Bearer realm=\"docmill\""

static void count_refusal(const char *code)
{
	series_add(metrics_series(METRIC_AUTH_REFUSED, (const char *[]){ code }), 1);
}

static bool refuse(const struct request *req, struct response *res, const char *code,
                   const char *detail)
{
	count_refusal(code);
	problem_refuse(req, res, &(struct refusal){ .code = code, .detail = detail });
	return false;
}

/* What stands behind "Bearer"; .data is NULL when the scheme is another one. */
static struct str read_token(struct str header)
{
	static const struct str scheme = { "Bearer ", 7 };

	if (header.len <= scheme.len ||
	    !str_eq_fold((struct str){ header.data, scheme.len }, scheme))
		return (struct str){ NULL, 0 };
	return str_trim((struct str){ header.data + scheme.len, header.len - scheme.len });
}

static bool refuse_scope(const struct request *req, struct response *res, const struct key *key)
{
	const char *name = scope_name(req->route->scope);
	char detail[200];

	snprintf(detail, sizeof detail, "the key \"%s\" does not have the scope \"%s\"", key->name,
	         name);
	response_header(res, "WWW-Authenticate",
	                REALM ", error=\"insufficient_scope\", scope=\"%s\"", name);
	return refuse(req, res, "scope_missing", detail);
}

static bool check_key(const struct keys *keys, struct request *req, struct response *res)
{
	struct str header = request_header(req, "Authorization");
	const struct key *key = NULL;
	struct err err = ERR_INIT;

	if (header.data == NULL) {
		response_header(res, "WWW-Authenticate", REALM);
		return refuse(req, res, "credentials_missing",
		              "this needs a key: Authorization: Bearer …");
	}
	struct str token = read_token(header);
	bool is_one = request_header_nth(req, "Authorization", 1).data == NULL;
	if (token.data != NULL && is_one && keys_find(keys, token, &key, &err) != 0) {
		problem_answer(req, res, 0, NULL, &err);
		return false;
	}
	if (key == NULL) {
		response_header(res, "WWW-Authenticate", REALM ", error=\"invalid_token\"");
		return refuse(req, res, "credentials_invalid",
		              token.data == NULL ? "Authorization is not \"Bearer\" and a key"
		                                 : "this key is not known here");
	}
	req->caller = key->name;
	series_add(key->requests, 1);
	unsigned wanted = req->route->scope;
	bool may = wanted == SCOPE_ALL ? key->scopes == ~0u : (key->scopes & wanted) == wanted;
	return may || refuse_scope(req, res, key);
}

bool auth_admit(struct request *req, struct response *res)
{
	const struct app *app = request_app(req);
	const struct keys *keys = atomic_load_explicit(&app->keys, memory_order_acquire);

	return keys == NULL || req->route->scope == SCOPE_OPEN || check_key(keys, req, res);
}

int auth_load(struct app *app, const char *path, struct err *err)
{
	struct keys *older = atomic_load(&app->keys);
	struct keys *keys;
	struct log_line line;

	TRY(keys_load(path, &keys, err));
	/* Requests under way may still look at the older ones, and the log writes their names. */
	keys->older = older;
	atomic_store_explicit(&app->keys, keys, memory_order_release);
	log_begin(&line, LOG_INFO, "keys loaded");
	log_int(&line, "keys", (int64_t)keys->n_items);
	log_end(&line);
	return 0;
}
