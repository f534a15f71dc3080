/* Arguments that date operators share: dates, time zones, units of time, days of the week. */
#ifndef ENGINE_EXPR_DATE_ARGS_H
#define ENGINE_EXPR_DATE_ARGS_H

#include "engine/date_math.h"
#include "engine/expr/expr.h"

/* Is it a date, or an object id, which holds one? */
bool date_from_value(struct eval *ev, struct value v, int64_t *ret);

/* The same, for the operators that take "a date" and nothing else: reports 16006. */
int date_arg(const struct expr *e, struct eval *ev, struct value v, int64_t *ret) MUST_CHECK;

/* The time zone of that name, a string: reports 40485. */
int date_zone(const struct expr *e, struct eval *ev, struct value name, struct zone *ret) MUST_CHECK;

/*
 * The optional arguments below are expressions that may be NULL, and then have a default.  When
 * one is there and gives null, *ret_is_null becomes true and the operator's answer is null.
 */
int date_arg_zone(const struct expr *e, struct eval *ev, const struct expr *arg, struct zone *ret,
                  bool *ret_is_null) MUST_CHECK;
int date_arg_unit(const struct expr *e, struct eval *ev, const struct expr *arg,
                  enum date_unit *ret, bool *ret_is_null) MUST_CHECK;

/* 0 is Sunday, the default. */
int date_arg_week_start(const struct expr *e, struct eval *ev, const struct expr *arg, int *ret,
                        bool *ret_is_null) MUST_CHECK;

#endif
