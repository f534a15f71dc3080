/* Units of time, and adding and counting them. */
#include "engine/date_math.h"

#include "engine/calendar.h"

/*
 * The server's bounds on amounts: what 64 bits of milliseconds can hold, roughly.  They also keep
 * all that is computed here well inside 64 bits.
 */
#define DAYS_MAX (INT64_C(213503982334) + 2)
#define YEARS_MAX (DAYS_MAX / 365 + 1)

static const struct {
	const char *name;
	int64_t ms;
	int64_t amount_max;
} units[] = {
	[DATE_MILLISECOND] = { "millisecond", 1, INT64_MAX },
	[DATE_SECOND] = { "second", 1000, DAYS_MAX * 86400 },
	[DATE_MINUTE] = { "minute", 60000, DAYS_MAX * 1440 },
	[DATE_HOUR] = { "hour", 3600000, DAYS_MAX * 24 },
	[DATE_DAY] = { "day", DATE_MS_PER_DAY, DAYS_MAX },
	[DATE_WEEK] = { "week", 7 * DATE_MS_PER_DAY, DAYS_MAX / 7 },
	[DATE_MONTH] = { "month", 0, YEARS_MAX * 12 },
	[DATE_QUARTER] = { "quarter", 0, YEARS_MAX * 4 },
	[DATE_YEAR] = { "year", 0, YEARS_MAX },
};

bool date_unit_find(struct str name, enum date_unit *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_is(name, units[i].name)) {
			*ret = (enum date_unit)i;
			return true;
		}
	return false;
}

const char *date_unit_name(enum date_unit unit)
{
	return units[unit].name;
}

int64_t date_unit_ms(enum date_unit unit)
{
	return units[unit].ms;
}

bool date_weekday_find(struct str name, int *ret)
{
	static const char *const names[] = {
		"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
	};

	for (int i = 0; i < (int)ARRAY_LEN(names); i++)
		if (str_eq_fold(name, str_from(names[i])) ||
		    str_eq_fold(name, (struct str){ names[i], 3 })) {
			*ret = i;
			return true;
		}
	return false;
}

/* ---- adding ---- */

/* On the calendar: month and year change, the time of the day does not. */
static bool add_months(int64_t local_ms, int64_t n_months, int64_t *ret)
{
	struct date_parts p = date_split(local_ms);
	int64_t first = calendar_days(p.year, p.month + n_months, 1);
	int64_t next = calendar_days(p.year, p.month + n_months + 1, 1);
	int64_t days = MIN(first + p.day - 1, next - 1);
	int64_t time_of_day = local_ms % DATE_MS_PER_DAY, ms;

	if (time_of_day < 0)
		time_of_day += DATE_MS_PER_DAY;
	return !__builtin_mul_overflow(days, DATE_MS_PER_DAY, &ms) &&
	       !__builtin_add_overflow(ms, time_of_day, ret);
}

enum date_add_result date_add(const struct zone *zone, int64_t ms, enum date_unit unit,
                              int64_t amount, int64_t *ret)
{
	bool is_dst = zone_at(zone, ms).is_dst, is_ok;
	int64_t by, local;

	if (unit != DATE_MILLISECOND &&
	    (amount <= -units[unit].amount_max || amount >= units[unit].amount_max))
		return DATE_ADD_AMOUNT;
	if (unit <= DATE_HOUR)
		return __builtin_mul_overflow(amount, units[unit].ms, &by) ||
		                       __builtin_add_overflow(ms, by, ret)
		               ? DATE_ADD_OVERFLOW
		               : DATE_ADD_OK;
	local = zone_local(zone, ms);
	if (unit <= DATE_WEEK)
		is_ok = !__builtin_mul_overflow(amount, units[unit].ms, &by) &&
		        !__builtin_add_overflow(local, by, &local);
	else
		is_ok = add_months(local,
		                   amount * (unit == DATE_YEAR      ? 12
		                             : unit == DATE_QUARTER ? 3
		                                                    : 1),
		                   &local);
	if (!is_ok)
		return DATE_ADD_OVERFLOW;
	*ret = zone_utc(zone, local, is_dst);
	return DATE_ADD_OK;
}

/* ---- counting ---- */

static int64_t days_of(const struct date_parts *p)
{
	return date_days(p->year, p->month, p->day);
}

/*
 * Hours and less: what clocks show, less what they were set forward in between.  An offset that is
 * no whole number of the unit is cut, as the server does.
 */
static int64_t diff_clock(const struct date_parts *s, const struct date_parts *e, int64_t zone_s,
                          enum date_unit unit)
{
	int64_t hours = (days_of(e) - days_of(s)) * 24 + e->hour - s->hour;
	int64_t minutes = hours * 60 + e->minute - s->minute;

	if (unit == DATE_HOUR)
		return hours + zone_s / 3600;
	if (unit == DATE_MINUTE)
		return minutes + zone_s / 60;
	return minutes * 60 + e->second - s->second + zone_s;
}

static int64_t from_week_start(const struct date_parts *p, int week_start)
{
	return (date_weekday(days_of(p)) - week_start + 7) % 7;
}

bool date_diff(const struct zone *zone, int64_t start, int64_t end, enum date_unit unit,
               int week_start, int64_t *ret)
{
	struct date_parts s = zone_split(zone, start), e = zone_split(zone, end);
	int64_t zone_s = zone_at(zone, start).seconds - (int64_t)zone_at(zone, end).seconds;

	switch (unit) {
	case DATE_MILLISECOND: return !__builtin_sub_overflow(end, start, ret);
	case DATE_SECOND:
	case DATE_MINUTE:
	case DATE_HOUR: *ret = diff_clock(&s, &e, zone_s, unit); break;
	case DATE_DAY: *ret = days_of(&e) - days_of(&s); break;
	case DATE_WEEK:
		*ret = (days_of(&e) - from_week_start(&e, week_start) - days_of(&s) +
		        from_week_start(&s, week_start)) /
		       7;
		break;
	case DATE_MONTH: *ret = (e.year - s.year) * 12 + e.month - s.month; break;
	case DATE_QUARTER:
		*ret = (e.year - s.year) * 4 + (e.month - 1) / 3 - (s.month - 1) / 3;
		break;
	case DATE_YEAR: *ret = e.year - s.year; break;
	}
	return true;
}
