/* $dateDiff: how many boundaries of a unit lie between two dates. */
#include "engine/expr/date_args.h"

enum { START, END, UNIT, TIMEZONE, WEEK_START, N_ARGS };

static const struct expr_param params[] = {
	[START] = { .name = "startDate", .is_required = true, .missing_code = 5166303 },
	[END] = { .name = "endDate", .is_required = true, .missing_code = 5166304 },
	[UNIT] = { .name = "unit", .is_required = true, .missing_code = 5166305 },
	[TIMEZONE] = { .name = "timezone" },
	[WEEK_START] = { .name = "startOfWeek" },
	[N_ARGS] = { 0 },
};

static int read_date(const struct expr *e, struct eval *ev, struct value v, int i, int64_t *ret)
{
	if (!date_from_value(ev, v, ret))
		return expr_fail(e, ev, 5166307, "$dateDiff requires '%s' to be a date, but got %s",
		                 params[i].name, value_type_name(v.type));
	return 0;
}

static int date_diff_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	enum date_unit unit = DATE_DAY;
	struct zone zone = ZONE_UTC;
	struct value start, end;
	bool is_null = false;
	int week_start = 0;
	int64_t start_ms, end_ms, n;

	TRY(expr_eval(e->args[START], ev, &start));
	TRY(expr_eval(e->args[END], ev, &end));
	is_null = value_is_nullish(start) || value_is_nullish(end);
	if (!is_null)
		TRY(date_arg_unit(e, ev, e->args[UNIT], &unit, &is_null));
	if (!is_null && unit == DATE_WEEK)
		TRY(date_arg_week_start(e, ev, e->args[WEEK_START], &week_start, &is_null));
	if (!is_null)
		TRY(date_arg_zone(e, ev, e->args[TIMEZONE], &zone, &is_null));
	if (is_null) {
		*ret = NUL_VALUE;
		return 0;
	}
	TRY(read_date(e, ev, start, START, &start_ms));
	TRY(read_date(e, ev, end, END, &end_ms));
	if (!date_diff(&zone, start_ms, end_ms, unit, week_start, &n))
		return expr_fail(e, ev, 5166308, "dateDiff overflowed");
	*ret = value_long(n);
	return 0;
}

const struct expr_op expr_date_diff_ops[] = {
	{
		.name = "$dateDiff",
		.doc = "How many boundaries of the unit lie between two dates.",
		.usage = "{$dateDiff: {startDate: …, endDate: …, unit: …, timezone: …, startOfWeek: …}}",
		.eval = date_diff_eval,
		.params = params,
		.object_code = 5166301,
		.unknown_code = 5166302,
	},
	{ 0 }
};
