/*
 * Time zones: the rules of the IANA database as the system has them (package tzdata).
 *
 * A zone is read from its compiled file (TZif, RFC 8536) into an arena and read-only from then on:
 * the table of its transitions, and the rule in POSIX form that goes on for ever behind it.
 * Nothing is cached here; the caller keeps what it wants to use again.
 */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define TZ_DIRECTORY "/usr/share/zoneinfo"
#define TZ_NAME_MAX 64

struct tz;

/* What holds at a moment: seconds east of UTC, and whether that is summer time. */
struct tz_offset {
	int32_t seconds;
	bool is_dst;
};

/*
 * Read the zone of that name ("Europe/Berlin") from a directory (NULL: TZ_DIRECTORY).
 * ERR_NOT_FOUND: no such zone, nor any name that leads out of the directory; ERR_UNAVAILABLE: no
 * database there at all; ERR_NOMEM.
 */
int tz_load(struct arena *a, const char *directory, struct str name,
            const struct tz **ret) MUST_CHECK;

/* At a moment, in seconds since 1970. */
struct tz_offset tz_at(const struct tz *tz, int64_t utc);

/*
 * The moment at which clocks show a time, given as if it were UTC.  Of a time that is shown twice
 * it is the moment at which summer time holds or not, as is_dst says; one that clocks skip is as
 * much later as they skip.
 */
int64_t tz_to_utc(const struct tz *tz, int64_t local, bool is_dst);

#endif
