/*
 * Arithmetic with dates: units of time, adding, and counting the boundaries between two moments.
 *
 * Milliseconds to hours are the same everywhere.  Days and longer units are of the calendar that
 * clocks in a zone show: a day may have 23 hours, and months end on different days.
 */
#ifndef ENGINE_DATE_MATH_H
#define ENGINE_DATE_MATH_H

#include "engine/zone.h"

enum date_unit {
	DATE_MILLISECOND,
	DATE_SECOND,
	DATE_MINUTE,
	DATE_HOUR,
	DATE_DAY,
	DATE_WEEK,
	DATE_MONTH,
	DATE_QUARTER,
	DATE_YEAR,
};

/* Is it one of the nine names: "year" … "millisecond"? */
bool date_unit_find(struct str name, enum date_unit *ret);
const char *date_unit_name(enum date_unit unit);

/* Milliseconds of a unit up to the week, 0 for the longer ones. */
int64_t date_unit_ms(enum date_unit unit);

/* "monday" or "mon", whatever the case; 0 is Sunday. */
bool date_weekday_find(struct str name, int *ret);

enum date_add_result { DATE_ADD_OK, DATE_ADD_AMOUNT, DATE_ADD_OVERFLOW };

/*
 * So many units later; a day that the month does not have becomes its last one.  An amount that no
 * date can take, and a result beyond 64 bits, are told apart.
 */
enum date_add_result date_add(const struct zone *zone, int64_t ms, enum date_unit unit,
                              int64_t amount, int64_t *ret) MUST_CHECK;

/*
 * How many boundaries of the unit lie between start and end, negative when end comes first; weeks
 * begin on week_start (0 is Sunday).  false beyond 64 bits.
 */
bool date_diff(const struct zone *zone, int64_t start, int64_t end, enum date_unit unit,
               int week_start, int64_t *ret) MUST_CHECK;

#endif
