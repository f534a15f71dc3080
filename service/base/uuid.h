/*
 * UUIDv7 (RFC 9562): ids that sort by the time they were made.
 *
 * A source hands out ids that rise strictly, even when several are made within one millisecond or
 * the wall clock goes back: the time in an id is that of the last one if the clock says less.  So
 * an order by id is the order of creation within one process, and nearly so between several.
 *
 * A source may be shared between threads.
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"

#define UUID_TEXT_SIZE 37 /* bytes, with the NUL */

struct uuid {
	unsigned char bytes[16];
};

struct uuid_source {
	pthread_mutex_t lock;
	struct uuid last;
};

#define UUID_SOURCE_INIT ((struct uuid_source){ .lock = PTHREAD_MUTEX_INITIALIZER })

/* The next id for a moment (milliseconds since 1970); fails only when the system has no randomness. */
int uuid_next(struct uuid_source *source, int64_t wall_ms, struct uuid *ret,
              struct err *err) MUST_CHECK;

/* The moment in a UUIDv7. */
int64_t uuid_ms(const struct uuid *id);

/* Lower case, with a NUL. */
void uuid_format(const struct uuid *id, char ret[UUID_TEXT_SIZE]);

/* Any UUID in its form of 36 characters, lower case only; false: it is not one. */
bool uuid_parse(struct str text, struct uuid *ret) MUST_CHECK;

#endif
