/*
 * Transfer: one webhook on its way, as a handle of libcurl.
 *
 * Inside webhook/ only.
 */
#ifndef WEBHOOK_TRANSFER_H
#define WEBHOOK_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "webhook/send.h"

struct transfer {
	struct transfer *next;
	CURL *easy;
	struct curl_slist *headers;
	const struct webhook_allowed *allowed;
	char *url, *host, *body;
	size_t body_len;
	size_t n_received;
	bool is_refused; /* an address was */
	uint64_t start_ns;
	void *user;
	char error[CURL_ERROR_SIZE];
};

int transfer_create(const struct sender_options *options, const struct webhook_message *message,
                    struct transfer **ret, struct err *err) MUST_CHECK;
void transfer_destroy(struct transfer *transfer);

/* What came of it, once libcurl says that it is done. */
void transfer_result(const struct transfer *transfer, CURLcode code, struct webhook_result *ret);

/* The host of a URL in lower case, malloc'ed; NULL: it has none, or there is no memory. */
char *transfer_host(struct str url);

#endif
