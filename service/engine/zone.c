/* Time zones of operators, kept for the run. */
#include "engine/zone.h"

/* The zones of a run, the one used last in front: there are some 600 names, but mostly one. */
struct zone_cache {
	struct str name;
	const struct tz *tz;
	struct zone_cache *next;
};

bool zone_parse_offset(struct str s, int32_t *ret)
{
	int digits[4] = { 0 }, n = 0;
	bool has_colon = s.len == 6 && s.data[3] == ':';

	if ((s.len != 3 && s.len != 5 && !has_colon) || (s.data[0] != '+' && s.data[0] != '-'))
		return false;
	for (size_t i = 1; i < s.len; i++) {
		if (i == 3 && has_colon)
			continue;
		unsigned digit = (unsigned char)(s.data[i] - '0');
		if (digit > 9)
			return false;
		digits[n++] = (int)digit;
	}
	int32_t seconds = (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60;
	*ret = s.data[0] == '-' ? -seconds : seconds;
	return true;
}

static struct zone_cache *cache_take(struct eval *ev, struct str name)
{
	for (struct zone_cache **p = &ev->zones; *p != NULL; p = &(*p)->next) {
		struct zone_cache *entry = *p;

		if (str_eq(entry->name, name)) {
			*p = entry->next;
			return entry;
		}
	}
	return NULL;
}

static int cache_load(struct eval *ev, struct str name, struct zone_cache **ret)
{
	struct zone_cache *entry = arena_zalloc(ev->keep, 1, sizeof *entry);
	char *copy = arena_strndup(ev->keep, name.data, name.len);

	if (entry == NULL || copy == NULL)
		return ERR_NOMEM;
	entry->name = (struct str){ copy, name.len };
	TRY(tz_load(ev->keep, NULL, name, &entry->tz));
	*ret = entry;
	return 0;
}

int zone_find(struct eval *ev, struct str name, struct zone *ret)
{
	struct zone_cache *entry;
	int32_t seconds;

	if (str_is(name, "UTC")) {
		*ret = ZONE_UTC;
		return 0;
	}
	if (zone_parse_offset(name, &seconds)) {
		*ret = (struct zone){ .seconds = seconds };
		return 0;
	}
	if (name.len > TZ_NAME_MAX)
		return ERR_NOT_FOUND;
	entry = cache_take(ev, name);
	if (entry == NULL)
		TRY(cache_load(ev, name, &entry));
	entry->next = ev->zones;
	ev->zones = entry;
	*ret = (struct zone){ .tz = entry->tz };
	return 0;
}

static int64_t floor_seconds(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

struct tz_offset zone_at(const struct zone *zone, int64_t utc_ms)
{
	if (zone->tz == NULL)
		return (struct tz_offset){ .seconds = zone->seconds };
	return tz_at(zone->tz, floor_seconds(utc_ms));
}

/* At the ends of time the clock stands still rather than jumps to the other end. */
static int64_t shift(int64_t ms, int64_t by_s)
{
	int64_t shifted;

	if (__builtin_add_overflow(ms, by_s * 1000, &shifted))
		return ms;
	return shifted;
}

int64_t zone_local(const struct zone *zone, int64_t utc_ms)
{
	return shift(utc_ms, zone_at(zone, utc_ms).seconds);
}

struct date_parts zone_split(const struct zone *zone, int64_t utc_ms)
{
	return date_split(zone_local(zone, utc_ms));
}

int64_t zone_utc(const struct zone *zone, int64_t local_ms, bool is_dst)
{
	if (zone->tz == NULL)
		return shift(local_ms, -(int64_t)zone->seconds);

	int64_t local_s = floor_seconds(local_ms);
	int64_t utc_s = tz_to_utc(zone->tz, local_s, is_dst);

	return utc_s - local_s > 2 * 86400 || local_s - utc_s > 2 * 86400
	               ? local_ms
	               : shift(local_ms, utc_s - local_s);
}
