/*
 * Zones: a time zone as operators take it, by name ("Europe/Berlin", "UTC") or offset ("+05:30").
 *
 * Zones by name are read once a run, when the first document asks for one, and live in ev->keep.
 */
#ifndef ENGINE_ZONE_H
#define ENGINE_ZONE_H

#include "base/tz.h"
#include "doc/date.h"
#include "engine/eval.h"

struct zone {
	const struct tz *tz; /* NULL: a fixed offset */
	int32_t seconds;     /* of that, east of UTC; 0: UTC */
};

#define ZONE_UTC ((struct zone){ 0 })

/* Is it UTC itself, or at no distance from it, and not a place with a name? */
static inline bool zone_is_utc(const struct zone *zone)
{
	return zone->tz == NULL && zone->seconds == 0;
}

/* ERR_NOT_FOUND, ERR_UNAVAILABLE (no time zone database here) or ERR_NOMEM. */
int zone_find(struct eval *ev, struct str name, struct zone *ret) MUST_CHECK;

/* ±hh, ±hhmm, ±hh:mm in seconds; false when s is something else. */
bool zone_parse_offset(struct str s, int32_t *ret);

/* What holds at a moment (milliseconds since 1970). */
struct tz_offset zone_at(const struct zone *zone, int64_t utc_ms);

/* What clocks show, in milliseconds as if it were UTC. */
int64_t zone_local(const struct zone *zone, int64_t utc_ms);
struct date_parts zone_split(const struct zone *zone, int64_t utc_ms);

/* The moment at which clocks show that; is_dst as tz_to_utc() says. */
int64_t zone_utc(const struct zone *zone, int64_t local_ms, bool is_dst);

#endif
