/* Units of time as pipelines name them: "year" … "millisecond", in UTC. */
#ifndef ENGINE_TIME_UNIT_H
#define ENGINE_TIME_UNIT_H

#include "base/str.h"
#include "doc/date.h"

enum time_unit {
	TIME_UNIT_NONE,
	TIME_UNIT_MILLISECOND,
	TIME_UNIT_SECOND,
	TIME_UNIT_MINUTE,
	TIME_UNIT_HOUR,
	TIME_UNIT_DAY,
	TIME_UNIT_WEEK,
	TIME_UNIT_MONTH,
	TIME_UNIT_QUARTER,
	TIME_UNIT_YEAR,
};

/* TIME_UNIT_NONE when it is not the name of one. */
enum time_unit time_unit_parse(struct str name);

/* Milliseconds of a unit whose length never changes, a week at most; 0 of the others. */
int64_t time_unit_ms(enum time_unit unit);

/*
 * A moment so many units later; months and longer end on the last day of the month where it is
 * shorter (31 January and a month is 28 February).  false when 64 bits cannot hold it.
 */
bool time_unit_add(int64_t ms, enum time_unit unit, int64_t amount, int64_t *ret_ms);

#endif
