/*
 * libcurl, loaded when it is first needed.
 *
 * Linked in, it brings thirty libraries and 6 MiB of resident memory to a service that idles at 11,
 * for something that most never switch on.  So only its header is used when building, and the
 * library's functions are found in libcurl.so.4, whose interface has been the same since 2006.
 *
 * Inside webhook/ only.
 */
#ifndef WEBHOOK_CURL_H
#define WEBHOOK_CURL_H

#include <curl/curl.h>

#include "base/err.h"
#include "base/macros.h"

/* The field is the function's name without "curl_": the names with it may be macros. */
#define CURL_FUNCTIONS(X) \
	X(easy_cleanup) \
	X(easy_getinfo) \
	X(easy_init) \
	X(easy_setopt) \
	X(easy_strerror) \
	X(free) \
	X(global_cleanup) \
	X(global_init) \
	X(multi_add_handle) \
	X(multi_cleanup) \
	X(multi_info_read) \
	X(multi_init) \
	X(multi_perform) \
	X(multi_poll) \
	X(multi_remove_handle) \
	X(multi_wakeup) \
	X(slist_append) \
	X(slist_free_all) \
	X(url) \
	X(url_cleanup) \
	X(url_get) \
	X(url_set)

#define CURL_POINTER(name) __typeof__(curl_##name) *name;

struct curl_functions {
	CURL_FUNCTIONS(CURL_POINTER)
};

/* Filled in by curl_load(). */
extern struct curl_functions libcurl;

/* From any thread, any number of times; ERR_UNAVAILABLE: the library is not there or too old. */
int curl_load(struct err *err) MUST_CHECK;

#endif
