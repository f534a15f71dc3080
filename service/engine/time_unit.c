/* Units of time: those of fixed length multiply, months count. */
#include "engine/time_unit.h"

#include "base/macros.h"
#include "engine/calendar.h"

#define MONTHS_MAX (INT64_C(12) * 300000000) /* 64 bits of milliseconds end sooner */

static const struct {
	const char *name;
	int64_t ms; /* 0: it varies */
	int64_t months;
} units[] = {
	[TIME_UNIT_MILLISECOND] = { "millisecond", 1, 0 },
	[TIME_UNIT_SECOND] = { "second", 1000, 0 },
	[TIME_UNIT_MINUTE] = { "minute", 60 * INT64_C(1000), 0 },
	[TIME_UNIT_HOUR] = { "hour", 3600 * INT64_C(1000), 0 },
	[TIME_UNIT_DAY] = { "day", DATE_MS_PER_DAY, 0 },
	[TIME_UNIT_WEEK] = { "week", 7 * DATE_MS_PER_DAY, 0 },
	[TIME_UNIT_MONTH] = { "month", 0, 1 },
	[TIME_UNIT_QUARTER] = { "quarter", 0, 3 },
	[TIME_UNIT_YEAR] = { "year", 0, 12 },
};

enum time_unit time_unit_parse(struct str name)
{
	for (size_t i = 1; i < ARRAY_LEN(units); i++)
		if (str_is(name, units[i].name))
			return (enum time_unit)i;
	return TIME_UNIT_NONE;
}

int64_t time_unit_ms(enum time_unit unit)
{
	return units[unit].ms;
}

static bool add_months(int64_t ms, int64_t months, int64_t *ret_ms)
{
	struct date_parts parts = date_split(ms);
	int64_t month = parts.year * 12 + parts.month - 1;

	if (months > MONTHS_MAX || months < -MONTHS_MAX)
		return false;
	month += months;
	parts.year = month / 12 - (month % 12 < 0);
	parts.month = (int)(month - parts.year * 12) + 1;
	parts.day = MIN(parts.day, calendar_days_in_month(parts.year, parts.month));
	if (parts.year > 290000000 || parts.year < -290000000)
		return false;
	*ret_ms = date_join(&parts);
	return true;
}

bool time_unit_add(int64_t ms, enum time_unit unit, int64_t amount, int64_t *ret_ms)
{
	int64_t distance, sum;

	if (units[unit].ms == 0)
		return !__builtin_mul_overflow(units[unit].months, amount, &distance) &&
		       add_months(ms, distance, ret_ms);
	if (__builtin_mul_overflow(units[unit].ms, amount, &distance) ||
	    __builtin_add_overflow(ms, distance, &sum))
		return false;
	*ret_ms = sum;
	return true;
}
