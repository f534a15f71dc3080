/* POSIX rules for summer time, with the extensions of RFC 8536. */
#include "base/tz_rule.h"

#define HOUR 3600
#define DAY INT64_C(86400)

/* ---- reading ---- */

static bool take(struct str *s, char c)
{
	if (s->len == 0 || s->data[0] != c)
		return false;
	*s = (struct str){ s->data + 1, s->len - 1 };
	return true;
}

static bool take_number(struct str *s, int max, int *ret)
{
	int n = 0;
	size_t i = 0;

	while (i < s->len && (unsigned char)(s->data[i] - '0') <= 9) {
		n = n * 10 + (s->data[i++] - '0');
		if (n > max)
			return false;
	}
	if (i == 0)
		return false;
	*s = (struct str){ s->data + i, s->len - i };
	*ret = n;
	return true;
}

/* Letters, or anything in angle brackets. */
static bool take_name(struct str *s)
{
	size_t i = 0;

	if (take(s, '<')) {
		i = str_find(*s, '>');
		if (i == s->len)
			return false;
		*s = (struct str){ s->data + i + 1, s->len - i - 1 };
		return true;
	}
	while (i < s->len && (unsigned char)((s->data[i] | 0x20) - 'a') < 26)
		i++;
	*s = (struct str){ s->data + i, s->len - i };
	return i >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(struct str *s, int hours_max, int32_t *ret)
{
	int hours, minutes = 0, seconds = 0;
	bool is_negative = take(s, '-');

	if (!is_negative)
		(void)take(s, '+'); /* it may be there */
	if (!take_number(s, hours_max, &hours))
		return false;
	if (take(s, ':') && !take_number(s, 59, &minutes))
		return false;
	if (take(s, ':') && !take_number(s, 59, &seconds))
		return false;
	*ret = (hours * HOUR + minutes * 60 + seconds) * (is_negative ? -1 : 1);
	return true;
}

static bool take_day(struct str *s, struct tz_rule_date *ret)
{
	if (take(s, 'J')) {
		ret->kind = TZ_RULE_JULIAN;
		return take_number(s, 365, &ret->day) && ret->day >= 1;
	}
	if (!take(s, 'M')) {
		ret->kind = TZ_RULE_DAY;
		return take_number(s, 365, &ret->day);
	}
	ret->kind = TZ_RULE_MONTH;
	return take_number(s, 12, &ret->month) && ret->month >= 1 && take(s, '.') &&
	       take_number(s, 5, &ret->week) && ret->week >= 1 && take(s, '.') &&
	       take_number(s, 6, &ret->weekday);
}

static bool take_date(struct str *s, struct tz_rule_date *ret)
{
	ret->seconds = 2 * HOUR;
	return take(s, ',') && take_day(s, ret) &&
	       (!take(s, '/') || take_time(s, 167, &ret->seconds));
}

/* POSIX counts westward. */
bool tz_rule_parse(struct str s, struct tz_rule *ret)
{
	struct tz_rule rule = { 0 };
	int32_t west;

	if (!take_name(&s) || !take_time(&s, 24, &west))
		return false;
	rule.standard.seconds = -west;
	if (s.len == 0) {
		*ret = rule;
		return true;
	}
	if (!take_name(&s))
		return false;
	west -= HOUR;
	if (s.len > 0 && s.data[0] != ',' && !take_time(&s, 24, &west))
		return false;
	rule.summer = (struct tz_offset){ .seconds = -west, .is_dst = true };
	rule.has_summer = true;
	if (!take_date(&s, &rule.start) || !take_date(&s, &rule.end) || s.len > 0)
		return false;
	*ret = rule;
	return true;
}

/* ---- the calendar ---- */

static int64_t div_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970 to the first of January. */
static int64_t year_start(int64_t year)
{
	int64_t before = year - 1;

	return 365 * (year - 1970) + div_floor(before, 4) - div_floor(before, 100) +
	       div_floor(before, 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int64_t year_of(int64_t day)
{
	int64_t year = 1970 + div_floor(day * 400, 146097);

	while (year_start(year) > day)
		year--;
	while (year_start(year + 1) <= day)
		year++;
	return year;
}

static int days_before_month(int64_t year, int month)
{
	static const int days[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

	return days[month - 1] + (month > 2 && is_leap(year));
}

/* Day of the year, from 0. */
static int day_in_year(const struct tz_rule_date *date, int64_t year)
{
	int64_t start = year_start(year);

	if (date->kind == TZ_RULE_DAY)
		return date->day;
	if (date->kind == TZ_RULE_JULIAN)
		return date->day - 1 + (is_leap(year) && date->day >= 60);

	int first = days_before_month(year, date->month);
	int next = date->month == 12 ? 365 + is_leap(year)
	                             : days_before_month(year, date->month + 1);
	int weekday = (int)(((start + first + 4) % 7 + 7) % 7); /* of the first; 1970 began on day 4 */
	int day = first + (date->weekday - weekday + 7) % 7 + (date->week - 1) * 7;

	return day < next ? day : day - 7;
}

static int64_t moment(const struct tz_rule_date *date, int64_t year, struct tz_offset before)
{
	return (year_start(year) + day_in_year(date, year)) * DAY + date->seconds - before.seconds;
}

/* South of the equator summer goes on over the new year. */
struct tz_offset tz_rule_at(const struct tz_rule *rule, int64_t utc)
{
	if (!rule->has_summer)
		return rule->standard;

	int64_t year = year_of(div_floor(utc + rule->standard.seconds, DAY));
	int64_t start = moment(&rule->start, year, rule->standard);
	int64_t end = moment(&rule->end, year, rule->summer);
	bool is_summer = start < end ? utc >= start && utc < end : utc >= start || utc < end;

	return is_summer ? rule->summer : rule->standard;
}
