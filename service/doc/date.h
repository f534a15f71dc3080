/*
 * Dates: the proleptic Gregorian calendar in UTC, milliseconds since 1970.
 */
#ifndef DOC_DATE_H
#define DOC_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define DATE_MS_PER_DAY INT64_C(86400000)
#define DATE_TEXT_SIZE 40

struct date_parts {
	int64_t year;
	int month, day; /* from 1 */
	int hour, minute, second, ms;
};

/* Days since 1970-01-01 of a day in the calendar; month 1..12, any day number. */
int64_t date_days(int64_t year, int month, int64_t day);

struct date_parts date_split(int64_t ms);
int64_t date_join(const struct date_parts *parts);

/* 0 is Sunday. */
int date_weekday(int64_t days);

/*
 * RFC 3339 and its ISO 8601 relatives as Extended JSON writes them: 2024-02-29T23:59:58.123Z,
 * offsets +01:00 and +0100, up to nine decimals (cut to milliseconds).  All of s.
 */
bool date_parse(struct str s, int64_t *ret_ms);

/* 2024-02-29T23:59:58.123Z, milliseconds only when not zero unless always_ms.  Returns the length. */
size_t date_format(int64_t ms, bool always_ms, char ret[DATE_TEXT_SIZE]);

/* Can the moment be written with a year of four digits (1 to 9999)? */
bool date_is_printable(int64_t ms);

#endif
