/* libpq, loaded when it is first needed. */
#include "store/postgres_library.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/library.h"

#define LIBRARY "libpq.so.5"

struct postgres_functions libpq;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;
static char problem[256];

static void load(void)
{
	void *library = library_open(LIBRARY, problem, sizeof problem);

#define FIND(name) \
	&&library_find(library, "PQ" #name, &libpq.name, sizeof libpq.name, problem, sizeof problem)
	is_loaded = library != NULL POSTGRES_FUNCTIONS(FIND);
#undef FIND
}

int postgres_load(struct err *err)
{
	pthread_once(&once, load);
	if (!is_loaded)
		return err_set(err, ERR_UNAVAILABLE, "the store needs libpq: %s", problem);
	return 0;
}
