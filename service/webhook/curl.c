/* libcurl, loaded when it is first needed. */
#include "webhook/curl.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <dlfcn.h>

#define LIBRARY "libcurl.so.4"

struct curl_functions libcurl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;
static char problem[256];

/* ISO C has no cast from an object's address to a function's; POSIX has both in one form. */
static bool find(void *library, const char *name, void *ret, size_t size)
{
	void *address = dlsym(library, name);

	if (address == NULL)
		return false;
	memcpy(ret, &address, size);
	return true;
}

static void load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL) {
		snprintf(problem, sizeof problem, "%s", dlerror());
		return;
	}
#define FIND(name) \
	if (!find(library, "curl_" #name, &libcurl.name, sizeof libcurl.name)) { \
		snprintf(problem, sizeof problem, LIBRARY " has no curl_" #name); \
		return; \
	}
	CURL_FUNCTIONS(FIND)
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
