/* The calendar beyond doc/date.h: weeks, days of the year, and parts that carry over. */
#ifndef ENGINE_CALENDAR_H
#define ENGINE_CALENDAR_H

#include "doc/date.h"

struct iso_week {
	int64_t year;
	int week;    /* 1 .. 53 */
	int weekday; /* 1 is Monday */
};

int calendar_days_in_month(int64_t year, int month);

/* From 1. */
int calendar_day_of_year(const struct date_parts *parts);

/* Of the year of Sundays: 0 is what comes before the first one. */
int calendar_week(const struct date_parts *parts);

struct iso_week calendar_iso_week(const struct date_parts *parts);

/* Days since 1970 of a day in a year of weeks; any week and day. */
int64_t calendar_iso_days(int64_t year, int64_t week, int64_t weekday);

/*
 * Days since 1970; any month and day: month 14 is February of the next year, day 0 the last of the
 * month before.
 */
int64_t calendar_days(int64_t year, int64_t month, int64_t day);

#endif
