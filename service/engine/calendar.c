/* Weeks and days of the Gregorian calendar. */
#include "engine/calendar.h"

static int64_t div_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t days_of(const struct date_parts *parts)
{
	return date_days(parts->year, parts->month, parts->day);
}

int calendar_days_in_month(int64_t year, int month)
{
	int64_t next = month == 12 ? date_days(year + 1, 1, 1) : date_days(year, month + 1, 1);

	return (int)(next - date_days(year, month, 1));
}

int calendar_day_of_year(const struct date_parts *parts)
{
	return (int)(days_of(parts) - date_days(parts->year, 1, 1)) + 1;
}

int calendar_week(const struct date_parts *parts)
{
	return (calendar_day_of_year(parts) - date_weekday(days_of(parts)) + 6) / 7;
}

/* Monday of the first week, which is the one with the fourth of January. */
static int64_t iso_year_start(int64_t year)
{
	int64_t fourth = date_days(year, 1, 4);

	return fourth - (date_weekday(fourth) + 6) % 7;
}

/* A week belongs to the year of its Thursday. */
struct iso_week calendar_iso_week(const struct date_parts *parts)
{
	int64_t days = days_of(parts);
	int from_monday = (date_weekday(days) + 6) % 7;
	int64_t thursday = days - from_monday + 3;
	int64_t year = parts->year;

	if (thursday < date_days(year, 1, 1))
		year--;
	else if (thursday >= date_days(year + 1, 1, 1))
		year++;
	return (struct iso_week){
		.year = year,
		.week = (int)((days - iso_year_start(year)) / 7) + 1,
		.weekday = from_monday + 1,
	};
}

int64_t calendar_iso_days(int64_t year, int64_t week, int64_t weekday)
{
	return iso_year_start(year) + (week - 1) * 7 + weekday - 1;
}

int64_t calendar_days(int64_t year, int64_t month, int64_t day)
{
	int64_t years = div_floor(month - 1, 12);

	return date_days(year + years, (int)(month - 1 - years * 12) + 1, day);
}
