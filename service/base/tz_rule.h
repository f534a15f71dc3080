/* The rule at the end of a time zone's file: "EST5EDT,M3.2.0,M11.1.0", for the years to come. */
#ifndef BASE_TZ_RULE_H
#define BASE_TZ_RULE_H

#include "base/str.h"
#include "base/tz.h"

/* A day of the year and a time of that day, on the clock that runs out. */
struct tz_rule_date {
	enum tz_rule_kind { TZ_RULE_MONTH, TZ_RULE_JULIAN, TZ_RULE_DAY } kind;
	int month, week, weekday; /* Mm.w.d: week 5 is the last */
	int day;                  /* Jn: 1..365 without leap days; n: 0..365 */
	int32_t seconds;          /* -167 h .. 167 h */
};

struct tz_rule {
	struct tz_offset standard, summer;
	struct tz_rule_date start, end; /* of summer time */
	bool has_summer;
};

/* All of s must be one rule. */
bool tz_rule_parse(struct str s, struct tz_rule *ret);

struct tz_offset tz_rule_at(const struct tz_rule *rule, int64_t utc);

#endif
