/* libcurl, loaded when it is first needed. */
#include "webhook/curl.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/library.h"

#define LIBRARY "libcurl.so.4"

struct curl_functions libcurl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;
static char problem[256];

static void load(void)
{
	void *library = library_open(LIBRARY, problem, sizeof problem);

#define FIND(name) \
	&&library_find(library, "curl_" #name, &libcurl.name, sizeof libcurl.name, problem, \
	               sizeof problem)
	if (!(library != NULL CURL_FUNCTIONS(FIND)))
		return;
#undef FIND
	if (libcurl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		snprintf(problem, sizeof problem, LIBRARY " could not be initialised");
		return;
	}
	is_loaded = true;
}

int curl_load(struct err *err)
{
	pthread_once(&once, load);
	if (!is_loaded)
		return err_set(err, ERR_UNAVAILABLE, "webhooks need libcurl: %s", problem);
	return 0;
}
