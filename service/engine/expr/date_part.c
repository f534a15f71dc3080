/* $year, $month, $dayOfMonth, $hour and their like: one part of a date. */
#include "engine/calendar.h"
#include "engine/expr/date_args.h"

enum { DATE, TIMEZONE, N_ARGS };

/* The row's option. */
enum part {
	YEAR,
	MONTH,
	DAY_OF_MONTH,
	HOUR,
	MINUTE,
	SECOND,
	MILLISECOND,
	DAY_OF_WEEK,
	DAY_OF_YEAR,
	WEEK,
	ISO_DAY_OF_WEEK,
	ISO_WEEK,
	ISO_WEEK_YEAR,
};

static struct value part_of(const struct date_parts *p, enum part part)
{
	switch (part) {
	case YEAR: return value_whole(p->year);
	case MONTH: return value_int(p->month);
	case DAY_OF_MONTH: return value_int(p->day);
	case HOUR: return value_int(p->hour);
	case MINUTE: return value_int(p->minute);
	case SECOND: return value_int(p->second);
	case MILLISECOND: return value_int(p->ms);
	case DAY_OF_WEEK: return value_int(date_weekday(date_days(p->year, p->month, p->day)) + 1);
	case DAY_OF_YEAR: return value_int(calendar_day_of_year(p));
	case WEEK: return value_int(calendar_week(p));
	case ISO_DAY_OF_WEEK: return value_int(calendar_iso_week(p).weekday);
	case ISO_WEEK: return value_int(calendar_iso_week(p).week);
	default: return value_long(calendar_iso_week(p).year);
	}
}

static int date_part_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value v, name = MISSING;
	struct zone zone = ZONE_UTC;
	int64_t ms;

	TRY(expr_eval(e->args[DATE], ev, &v));
	if (value_is_nullish(v)) {
		*ret = NUL_VALUE;
		return 0;
	}
	TRY(date_arg(e, ev, v, &ms));
	if (e->args[TIMEZONE] != NULL) {
		TRY(expr_eval(e->args[TIMEZONE], ev, &name));
		if (value_is_nullish(name)) {
			*ret = NUL_VALUE;
			return 0;
		}
		if (name.type != VALUE_STRING)
			return expr_fail(e, ev, 40533,
			                 "%s requires a string for the timezone argument, but was "
			                 "given a %s (%s)",
			                 e->op->name, value_type_name(name.type),
			                 eval_text(ev, name));
		TRY(date_zone(e, ev, name, &zone));
	}
	struct date_parts parts = zone_split(&zone, ms);
	*ret = part_of(&parts, (enum part)e->op->option);
	return 0;
}

static const struct expr_param params[] = {
	[DATE] = { .name = "date", .is_required = true, .missing_code = 40539 },
	[TIMEZONE] = { .name = "timezone" },
	[N_ARGS] = { 0 },
};

/* A date alone, in a list of one, or by name together with a zone. */
static int date_part_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                             struct expr **ret)
{
	bool is_list = spec.type == VALUE_ARRAY;

	if (spec.type == VALUE_OBJECT && (object_n(c->arena, spec.object) == 0 ||
	                                  !str_starts_with(object_key(spec.object, 0), STR("$"))))
		return expr_compile_params(c, op, spec, ret);
	if (is_list && array_n(c->arena, spec.array) != 1)
		return compile_fail(
			c, 40536, op->name,
			"%s accepts exactly one argument if given an array, but was given %u",
			op->name, array_n(c->arena, spec.array));
	struct expr *e = expr_create(c, op, N_ARGS);
	if (e == NULL)
		return compile_nomem(c);
	if (is_list)
		compile_enter_index(c, 0);
	int rc = expr_compile(c, is_list ? array_get(c->arena, spec.array, 0) : spec,
	                      &e->args[DATE]);
	if (is_list)
		compile_leave(c);
	if (rc == 0)
		*ret = e;
	return rc;
}

#define PART_ROW(op_name, part, sentence) \
	{ \
		.name = op_name, .doc = sentence, \
		.usage = "{" op_name ": date} or {" op_name ": {date: …, timezone: …}}", \
		.eval = date_part_eval, .compile = date_part_compile, .params = params, \
		.unknown_code = 40535, .option = part, \
	}

const struct expr_op expr_date_part_ops[] = {
	PART_ROW("$dayOfMonth", DAY_OF_MONTH, "Day of the month of a date, from 1."),
	PART_ROW("$dayOfWeek", DAY_OF_WEEK, "Day of the week of a date: 1 is Sunday."),
	PART_ROW("$dayOfYear", DAY_OF_YEAR, "Day of the year of a date, from 1."),
	PART_ROW("$hour", HOUR, "Hour of a date, 0 to 23."),
	PART_ROW("$isoDayOfWeek", ISO_DAY_OF_WEEK, "Day of the week of a date: 1 is Monday."),
	PART_ROW("$isoWeek", ISO_WEEK, "Week of a date as ISO 8601 counts them, 1 to 53."),
	PART_ROW("$isoWeekYear", ISO_WEEK_YEAR,
	         "The year that the ISO 8601 week of a date belongs to."),
	PART_ROW("$millisecond", MILLISECOND, "Milliseconds of a date, 0 to 999."),
	PART_ROW("$minute", MINUTE, "Minute of a date, 0 to 59."),
	PART_ROW("$month", MONTH, "Month of a date, 1 to 12."),
	PART_ROW("$second", SECOND, "Second of a date, 0 to 59."),
	PART_ROW("$week", WEEK,
	         "Week of a date: 0 is what comes before the first Sunday of the year."),
	PART_ROW("$year", YEAR, "Year of a date."),
	{ 0 }
};
