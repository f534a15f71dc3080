/* OpenSSL's libcrypto, loaded when it is first needed. */
#include "crypto/libcrypto.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/library.h"

#define LIBRARY "libcrypto.so.3"

struct libcrypto_functions libcrypto;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;
static char problem[256];

static void load(void)
{
	void *library = library_open(LIBRARY, problem, sizeof problem);

#define FIND(name) \
	&&library_find(library, #name, &libcrypto.name##_, sizeof libcrypto.name##_, problem, \
	               sizeof problem)
	is_loaded = library != NULL LIBCRYPTO_FUNCTIONS(FIND);
#undef FIND
}

int libcrypto_load(struct err *err)
{
	pthread_once(&once, load);
	if (!is_loaded)
		return err_set(err, ERR_UNAVAILABLE, "OpenSSL 3 is needed for this: %s", problem);
	return 0;
}
