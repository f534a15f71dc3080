/* Dates: the proleptic Gregorian calendar in UTC. */
#include "doc/date.h"

#include <stdio.h>

#define DAYS_PER_ERA 146097                         /* 400 years */
#define DAYS_TO_1970 719468                         /* from 0000-03-01 */
#define DATE_PRINTABLE_MIN INT64_C(-62135596800000) /* 0001-01-01 */
#define DATE_PRINTABLE_MAX INT64_C(253402300799999) /* 9999-12-31 */

static int64_t div_floor(int64_t a, int64_t b)
{
	int64_t quotient = a / b;

	return quotient - (a % b < 0);
}

/* Years that begin in March put the leap day last, and make months a straight line of 153 / 5. */
int64_t date_days(int64_t year, int month, int64_t day)
{
	year -= month <= 2;
	int64_t era = div_floor(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t month_from_march = month > 2 ? month - 3 : month + 9;
	int64_t day_of_year = (153 * month_from_march + 2) / 5;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970 + day - 1;
}

struct date_parts date_split(int64_t ms)
{
	int64_t days = div_floor(ms, DATE_MS_PER_DAY);
	int64_t rest = ms % DATE_MS_PER_DAY + (ms % DATE_MS_PER_DAY < 0 ? DATE_MS_PER_DAY : 0);
	int64_t shifted = days + DAYS_TO_1970;
	int64_t era = div_floor(shifted, DAYS_PER_ERA);
	int64_t day_of_era = shifted - era * DAYS_PER_ERA;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;
	int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);

	return (struct date_parts){
		.year = year_of_era + era * 400 + (month <= 2),
		.month = month,
		.day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
		.hour = (int)(rest / 3600000),
		.minute = (int)(rest / 60000 % 60),
		.second = (int)(rest / 1000 % 60),
		.ms = (int)(rest % 1000),
	};
}

int64_t date_join(const struct date_parts *parts)
{
	return date_days(parts->year, parts->month, parts->day) * DATE_MS_PER_DAY +
	       parts->hour * INT64_C(3600000) + parts->minute * INT64_C(60000) +
	       parts->second * INT64_C(1000) + parts->ms;
}

int date_weekday(int64_t days)
{
	return (int)(((days + 4) % 7 + 7) % 7);
}

static bool take_digits(struct str *s, int n, int *ret)
{
	int number = 0;

	if (s->len < (size_t)n)
		return false;
	for (int i = 0; i < n; i++) {
		unsigned digit = (unsigned char)(s->data[i] - '0');

		if (digit > 9)
			return false;
		number = number * 10 + (int)digit;
	}
	*s = (struct str){ s->data + n, s->len - (size_t)n };
	*ret = number;
	return true;
}

static bool take_char(struct str *s, char c)
{
	if (s->len == 0 || s->data[0] != c)
		return false;
	*s = (struct str){ s->data + 1, s->len - 1 };
	return true;
}

static bool take_fraction(struct str *s, int *ret_ms)
{
	int ms = 0, n = 0, digit;

	while (n < 9 && take_digits(s, 1, &digit)) {
		if (n < 3)
			ms = ms * 10 + digit;
		n++;
	}
	if (n == 0)
		return false;
	for (int i = n; i < 3; i++)
		ms *= 10;
	*ret_ms = ms;
	return true;
}

static bool take_offset(struct str *s, int *ret_minutes)
{
	int hours, minutes = 0;

	if (take_char(s, 'Z')) {
		*ret_minutes = 0;
		return true;
	}
	bool is_negative = s->len > 0 && s->data[0] == '-';
	if (!take_char(s, '-') && !take_char(s, '+'))
		return false;
	if (!take_digits(s, 2, &hours))
		return false;
	bool has_colon = take_char(s, ':');
	if (!take_digits(s, 2, &minutes) && has_colon)
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	*ret_minutes = (hours * 60 + minutes) * (is_negative ? -1 : 1);
	return true;
}

static int days_in_month(int64_t year, int month)
{
	return (int)(date_days(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
	             date_days(year, month, 1));
}

bool date_parse(struct str s, int64_t *ret_ms)
{
	struct date_parts parts = { 0 };
	int year, offset;

	if (!take_digits(&s, 4, &year) || !take_char(&s, '-') || !take_digits(&s, 2, &parts.month) ||
	    !take_char(&s, '-') || !take_digits(&s, 2, &parts.day) || !take_char(&s, 'T') ||
	    !take_digits(&s, 2, &parts.hour) || !take_char(&s, ':') ||
	    !take_digits(&s, 2, &parts.minute))
		return false;
	if (take_char(&s, ':') && !take_digits(&s, 2, &parts.second))
		return false;
	if (take_char(&s, '.') && !take_fraction(&s, &parts.ms))
		return false;
	if (!take_offset(&s, &offset) || s.len > 0)
		return false;
	parts.year = year;
	if (parts.month < 1 || parts.month > 12 || parts.day < 1 ||
	    parts.day > days_in_month(year, parts.month) || parts.hour > 23 || parts.minute > 59 ||
	    parts.second > 59)
		return false;
	*ret_ms = date_join(&parts) - offset * INT64_C(60000);
	return true;
}

bool date_is_printable(int64_t ms)
{
	return ms >= DATE_PRINTABLE_MIN && ms <= DATE_PRINTABLE_MAX;
}

size_t date_format(int64_t ms, bool always_ms, char ret[DATE_TEXT_SIZE])
{
	struct date_parts p = date_split(ms);
	int len = snprintf(ret, DATE_TEXT_SIZE, "%04lld-%02d-%02dT%02d:%02d:%02d",
	                   (long long)p.year, p.month, p.day, p.hour, p.minute, p.second);

	if (p.ms != 0 || always_ms)
		len += snprintf(ret + len, DATE_TEXT_SIZE - (size_t)len, ".%03d", p.ms);
	ret[len++] = 'Z';
	return (size_t)len;
}
