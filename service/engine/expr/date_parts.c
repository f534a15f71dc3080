/* $dateToParts and $dateFromParts: a date as an object of numbers, and back. */
#include "engine/calendar.h"
#include "engine/expr/date_args.h"

/* ---- $dateToParts ---- */

enum { TO_DATE, TO_TIMEZONE, TO_ISO, TO_N_ARGS };

static const struct expr_param to_params[] = {
	[TO_DATE] = { .name = "date", .is_required = true, .missing_code = 40522 },
	[TO_TIMEZONE] = { .name = "timezone" },
	[TO_ISO] = { .name = "iso8601" },
	[TO_N_ARGS] = { 0 },
};

static int eval_iso(const struct expr *e, struct eval *ev, bool *ret, bool *ret_is_null)
{
	struct value v;

	*ret = false;
	if (e->args[TO_ISO] == NULL)
		return 0;
	TRY(expr_eval(e->args[TO_ISO], ev, &v));
	if (value_is_nullish(v)) {
		*ret_is_null = true;
		return 0;
	}
	if (v.type != VALUE_BOOL)
		return expr_fail(e, ev, 40521, "iso8601 must evaluate to a bool, found %s",
		                 value_type_name(v.type));
	*ret = v.boolean;
	return 0;
}

static struct value parts_object(struct eval *ev, const struct date_parts *p, bool is_iso)
{
	static const struct str natural[] = {
		{ "year", 4 },   { "month", 5 },  { "day", 3 },          { "hour", 4 },
		{ "minute", 6 }, { "second", 6 }, { "millisecond", 11 },
	};
	static const struct str iso[] = {
		{ "isoWeekYear", 11 }, { "isoWeek", 7 }, { "isoDayOfWeek", 12 }, { "hour", 4 },
		{ "minute", 6 },       { "second", 6 },  { "millisecond", 11 },
	};
	struct iso_week week = calendar_iso_week(p);
	struct value values[] = {
		value_whole(is_iso ? week.year : p->year),
		value_int(is_iso ? week.week : p->month),
		value_int(is_iso ? week.weekday : p->day),
		value_int(p->hour),
		value_int(p->minute),
		value_int(p->second),
		value_int(p->ms),
	};

	return object_build(ev->arena, is_iso ? iso : natural, values, ARRAY_LEN(values));
}

static int to_parts_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct zone zone = ZONE_UTC;
	bool is_iso, is_null = false;
	struct value v;
	int64_t ms;

	TRY(expr_eval(e->args[TO_DATE], ev, &v));
	TRY(date_arg_zone(e, ev, e->args[TO_TIMEZONE], &zone, &is_null));
	TRY(eval_iso(e, ev, &is_iso, &is_null));
	if (is_null || value_is_nullish(v)) {
		*ret = NUL_VALUE;
		return 0;
	}
	TRY(date_arg(e, ev, v, &ms));
	struct date_parts parts = zone_split(&zone, ms);
	*ret = parts_object(ev, &parts, is_iso);
	return 0;
}

/* ---- $dateFromParts ---- */

enum {
	YEAR,
	MONTH,
	DAY,
	ISO_YEAR,
	ISO_WEEK,
	ISO_DAY,
	HOUR,
	MINUTE,
	SECOND,
	MILLISECOND,
	N_NUMBERS,
	TIMEZONE = N_NUMBERS,
	N_ARGS,
};

static const struct expr_param from_params[] = {
	[YEAR] = { .name = "year" },         [MONTH] = { .name = "month" },
	[DAY] = { .name = "day" },           [ISO_YEAR] = { .name = "isoWeekYear" },
	[ISO_WEEK] = { .name = "isoWeek" },  [ISO_DAY] = { .name = "isoDayOfWeek" },
	[HOUR] = { .name = "hour" },         [MINUTE] = { .name = "minute" },
	[SECOND] = { .name = "second" },     [MILLISECOND] = { .name = "millisecond" },
	[TIMEZONE] = { .name = "timezone" }, [N_ARGS] = { 0 },
};

static int from_parts_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                              struct expr **ret)
{
	struct expr *e = NULL;

	TRY(expr_compile_params(c, op, spec, &e));
	if (e->args[YEAR] == NULL && e->args[ISO_YEAR] == NULL)
		return compile_fail(c, 40516, op->name,
		                    "%s requires either 'year' or 'isoWeekYear' to be present",
		                    op->name);
	if (e->args[YEAR] != NULL &&
	    (e->args[ISO_YEAR] != NULL || e->args[ISO_WEEK] != NULL || e->args[ISO_DAY] != NULL))
		return compile_fail(c, 40489, op->name,
		                    "%s does not allow mixing natural dates with ISO dates",
		                    op->name);
	if (e->args[ISO_YEAR] != NULL && (e->args[MONTH] != NULL || e->args[DAY] != NULL))
		return compile_fail(c, 40525, op->name,
		                    "%s does not allow mixing ISO dates with natural dates",
		                    op->name);
	*ret = e;
	return 0;
}

/* What the server does not bound it only bounds by 64 bits. */
static int check_bounds(const struct expr *e, struct eval *ev, int i, int64_t number)
{
	if ((i == YEAR || i == ISO_YEAR) && (number < 1 || number > 9999))
		return expr_fail(e, ev, i == YEAR ? 40523 : 31095,
		                 "'%s' must evaluate to an integer in the range 1 to 9999, found %lld",
		                 from_params[i].name, (long long)number);
	if (i != YEAR && i != ISO_YEAR && i != SECOND && i != MILLISECOND &&
	    number != (int16_t)number)
		return expr_fail(e, ev, 31034,
		                 "'%s' must evaluate to a value in the range [%d, %d]; value %lld is not "
		                 "in range",
		                 from_params[i].name, INT16_MIN, INT16_MAX, (long long)number);
	return 0;
}

static int eval_numbers(const struct expr *e, struct eval *ev, int64_t *numbers, bool *ret_is_null)
{
	for (int i = 0; i < N_NUMBERS; i++) {
		struct value v;

		numbers[i] = i < HOUR; /* days, weeks and months begin with 1 */
		if (e->args[i] == NULL)
			continue;
		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_nullish(v)) {
			*ret_is_null = true;
			return 0;
		}
		if (!value_as_i64(v, &numbers[i]))
			return expr_fail(e, ev, 40515,
			                 "'%s' must evaluate to an integer, found %s with value %s",
			                 from_params[i].name, value_type_name(v.type),
			                 eval_text(ev, v));
		TRY(check_bounds(e, ev, i, numbers[i]));
	}
	return 0;
}

/* Parts outside their range carry over. */
static bool join_numbers(const struct expr *e, const int64_t *n, int64_t *ret)
{
	int64_t days = e->args[YEAR] != NULL
	                       ? calendar_days(n[YEAR], n[MONTH], n[DAY])
	                       : calendar_iso_days(n[ISO_YEAR], n[ISO_WEEK], n[ISO_DAY]);
	int64_t ms = days * DATE_MS_PER_DAY + n[HOUR] * 3600000 + n[MINUTE] * 60000, seconds_ms;

	if (__builtin_mul_overflow(n[SECOND], 1000, &seconds_ms) ||
	    __builtin_add_overflow(ms, seconds_ms, &ms) ||
	    __builtin_add_overflow(ms, n[MILLISECOND], &ms))
		return false;
	*ret = ms;
	return true;
}

static int from_parts_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	int64_t numbers[N_NUMBERS], local;
	struct zone zone = ZONE_UTC;
	bool is_null = false;

	TRY(eval_numbers(e, ev, numbers, &is_null));
	if (!is_null)
		TRY(date_arg_zone(e, ev, e->args[TIMEZONE], &zone, &is_null));
	if (is_null) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!join_numbers(e, numbers, &local))
		return expr_fail(e, ev, 15, "date overflow in $dateFromParts");
	*ret = value_date(zone_utc(&zone, local, false));
	return 0;
}

const struct expr_op expr_date_parts_ops[] = {
	{
		.name = "$dateFromParts",
		.doc = "A date from its parts; what is out of range carries over.",
		.usage = "{$dateFromParts: {year: …, month: …, day: …, hour: …, timezone: …}} or with "
			 "isoWeekYear, isoWeek, isoDayOfWeek",
		.eval = from_parts_eval,
		.compile = from_parts_compile,
		.params = from_params,
		.object_code = 40519,
		.unknown_code = 40518,
	},
	{
		.name = "$dateToParts",
		.doc = "The parts of a date, as an object of numbers.",
		.usage = "{$dateToParts: {date: …, timezone: …, iso8601: bool}}",
		.eval = to_parts_eval,
		.params = to_params,
		.object_code = 40524,
		.unknown_code = 40520,
	},
	{ 0 }
};
