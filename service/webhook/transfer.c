/* Transfer: one webhook on its way, as a handle of libcurl. */
#include "webhook/transfer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/clock.h"
#include "webhook/curl.h"

#define ANSWER_MAX ((size_t)64 << 10)
#define CONNECT_TIMEOUT_MS 5000L

/* libcurl is about to open a socket to an address: the one place where that is known for sure. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = user;

	(void)purpose;
	if (!webhook_may_connect(t->allowed, t->host, &address->addr)) {
		t->is_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* The answer's text is of no use: take some of it for politeness, end the transfer on more. */
static size_t take_answer(char *data, size_t size, size_t n, void *user)
{
	struct transfer *t = user;

	(void)data;
	t->n_received += size * n;
	return t->n_received <= ANSWER_MAX ? size * n : CURL_WRITEFUNC_ERROR;
}

char *transfer_host(struct str url)
{
	CURLU *parsed = libcurl.url();
	char *text = strndup(url.data, url.len), *host = NULL, *ret = NULL;

	if (parsed != NULL && text != NULL &&
	    libcurl.url_set(parsed, CURLUPART_URL, text, 0) == CURLUE_OK &&
	    libcurl.url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		ret = strdup(host);
	for (char *p = ret; p != NULL && *p != 0; p++)
		*p = (char)tolower((unsigned char)*p);
	libcurl.free(host);
	free(text);
	libcurl.url_cleanup(parsed);
	return ret;
}

static bool add_header(struct transfer *t, const char *name, const char *value)
{
	char line[512];

	int len = snprintf(line, sizeof line, "%s: %s", name, value);
	if (len < 0 || (size_t)len >= sizeof line)
		return false;
	struct curl_slist *grown = libcurl.slist_append(t->headers, line);
	if (grown == NULL)
		return false;
	t->headers = grown;
	return true;
}

static int add_headers(struct transfer *t, const struct sender_options *options,
                       const struct webhook_message *message, struct err *err)
{
	char signature[WEBHOOK_SIGNATURE_SIZE], seconds[32], id[256];

	TRY(webhook_sign(options->secret, message->id, message->timestamp, message->body, signature,
	                 err));
	snprintf(seconds, sizeof seconds, "%lld", (long long)message->timestamp);
	snprintf(id, sizeof id, "%.*s", STR_ARG(message->id));
	if (!add_header(t, "Content-Type", "application/json") ||
	    !add_header(t, "webhook-id", id) || !add_header(t, "webhook-timestamp", seconds) ||
	    !add_header(t, "webhook-signature", signature) ||
	    !add_header(t, "User-Agent", options->user_agent))
		return err_nomem(err, "a webhook");
	/* No pause for "100 Continue" before a large body. */
	struct curl_slist *grown = libcurl.slist_append(t->headers, "Expect:");
	if (grown == NULL)
		return err_nomem(err, "a webhook");
	t->headers = grown;
	return 0;
}

#define SET(option, value) ok = ok && libcurl.easy_setopt(t->easy, option, value) == CURLE_OK

static bool set_options(struct transfer *t, const struct sender_options *options)
{
	bool ok = true;

	SET(CURLOPT_URL, t->url);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_PROXY, ""); /* not that of the environment: it would go past the address check */
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_HTTPHEADER, t->headers);
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDS, t->body);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_len);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, t);
	SET(CURLOPT_WRITEFUNCTION, take_answer);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, MIN((long)options->timeout_ms, CONNECT_TIMEOUT_MS));
	SET(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	SET(CURLOPT_FORBID_REUSE, 1L); /* each attempt has its own socket and so its own check */
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_QUICK_EXIT, 1L); /* do not wait for the resolver's thread */
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_PRIVATE, t);
	return ok;
}

int transfer_create(const struct sender_options *options, const struct webhook_message *message,
                    struct transfer **ret, struct err *err)
{
	struct transfer *t = calloc(1, sizeof *t);

	if (t == NULL)
		return err_nomem(err, "a webhook");
	t->easy = libcurl.easy_init();
	t->allowed = options->allowed;
	t->user = message->user;
	t->start_ns = clock_monotonic_ns();
	t->url = strndup(message->url.data, message->url.len);
	t->host = transfer_host(message->url);
	t->body = malloc(message->body.len + 1);
	if (t->easy == NULL || t->url == NULL || t->host == NULL || t->body == NULL) {
		transfer_destroy(t);
		return err_nomem(err, "a webhook");
	}
	memcpy(t->body, message->body.data, message->body.len);
	t->body_len = message->body.len;

	int rc = add_headers(t, options, message, err);
	if (rc == 0 && !set_options(t, options))
		rc = err_nomem(err, "a webhook");
	if (rc != 0) {
		transfer_destroy(t);
		return rc;
	}
	*ret = t;
	return 0;
}

void transfer_destroy(struct transfer *t)
{
	libcurl.easy_cleanup(t->easy);
	libcurl.slist_free_all(t->headers);
	free(t->url);
	free(t->host);
	free(t->body);
	free(t);
}

void transfer_result(const struct transfer *t, CURLcode code, struct webhook_result *ret)
{
	long status = 0;

	*ret = (struct webhook_result){
		.outcome = WEBHOOK_FAILED,
		.duration_ns = clock_monotonic_ns() - t->start_ns,
	};
	libcurl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	/* An answer that is too long, too slow or breaks off has said its status all the same. */
	if (status >= 200) {
		ret->status = (int)status;
		if (status >= 200 && status <= 299)
			ret->outcome = WEBHOOK_DELIVERED;
		else
			snprintf(ret->detail, sizeof ret->detail, "the receiver answered %ld",
			         status);
	} else if (t->is_refused && code == CURLE_COULDNT_CONNECT) {
		ret->outcome = WEBHOOK_REFUSED;
		snprintf(ret->detail, sizeof ret->detail,
		         "the address of %s is not one that webhooks may go to", t->host);
	} else {
		snprintf(ret->detail, sizeof ret->detail, "%s",
		         t->error[0] != 0 ? t->error : libcurl.easy_strerror(code));
	}
}
