/* $dateTrunc: the beginning of the unit, or of the bin of units, that a date is in. */
#include "engine/expr/date_args.h"

enum { DATE, UNIT, BIN_SIZE, TIMEZONE, WEEK_START, N_ARGS };

#define REFERENCE_MS INT64_C(946684800000) /* bins are counted from 2000-01-01 … */
#define REFERENCE_WEEKDAY 6                /* … a Saturday, on the zone's clocks */
#define BIN_SIZE_MAX INT64_C(100000000000) /* of days and longer units */

static const struct expr_param params[] = {
	[DATE] = { .name = "date", .is_required = true, .missing_code = 5439009 },
	[UNIT] = { .name = "unit", .is_required = true, .missing_code = 5439010 },
	[BIN_SIZE] = { .name = "binSize" },
	[TIMEZONE] = { .name = "timezone" },
	[WEEK_START] = { .name = "startOfWeek" },
	[N_ARGS] = { 0 },
};

/* Bins of so many units, as clocks in the zone show them. */
struct bins {
	struct zone zone;
	enum date_unit unit;
	int64_t size;
	int week_start;
};

/* How far n is into its bin; bins go on below zero. */
static int64_t into_bin(int64_t n, int64_t bin_size)
{
	int64_t rest = n % bin_size;

	return rest < 0 ? rest + bin_size : rest;
}

/* Weeks are counted from the first day that begins one. */
static int64_t reference(const struct bins *bins)
{
	int64_t ms = REFERENCE_MS - zone_at(&bins->zone, REFERENCE_MS).seconds * INT64_C(1000);

	if (bins->unit == DATE_WEEK)
		ms += (bins->week_start - REFERENCE_WEEKDAY + 7) % 7 * DATE_MS_PER_DAY;
	return ms;
}

static int fail_overflow(const struct expr *e, struct eval *ev)
{
	return expr_fail(e, ev, 5439002, "dateTrunc overflowed");
}

static int trunc_clock(const struct expr *e, struct eval *ev, const struct bins *bins, int64_t ms,
                       struct value *ret)
{
	int64_t size_ms, distance, start;

	if (__builtin_mul_overflow(bins->size, date_unit_ms(bins->unit), &size_ms) ||
	    __builtin_sub_overflow(ms, reference(bins), &distance) ||
	    __builtin_sub_overflow(ms, into_bin(distance, size_ms), &start))
		return fail_overflow(e, ev);
	*ret = value_date(start);
	return 0;
}

static int trunc_calendar(const struct expr *e, struct eval *ev, const struct bins *bins,
                          int64_t ms, struct value *ret)
{
	int64_t from = reference(bins), distance, start;

	if (bins->size > BIN_SIZE_MAX)
		return expr_fail(e, ev, 5439006, "dateTrunc unsupported binSize value");
	if (!date_diff(&bins->zone, from, ms, bins->unit, bins->week_start, &distance) ||
	    date_add(&bins->zone, from, bins->unit, distance - into_bin(distance, bins->size),
	             &start) != DATE_ADD_OK)
		return fail_overflow(e, ev);
	*ret = value_date(start);
	return 0;
}

static int eval_bin_size(const struct expr *e, struct eval *ev, int64_t *ret, bool *ret_is_null)
{
	struct value v;

	*ret = 1;
	if (e->args[BIN_SIZE] == NULL)
		return 0;
	TRY(expr_eval(e->args[BIN_SIZE], ev, &v));
	if (value_is_nullish(v)) {
		*ret_is_null = true;
		return 0;
	}
	if (!value_as_i64(v, ret))
		return expr_fail(e, ev, 5439017,
		                 "$dateTrunc requires 'binSize' to be a 64-bit integer, but got value "
		                 "'%s' of type %s",
		                 eval_text(ev, v), value_type_name(v.type));
	if (*ret <= 0)
		return expr_fail(
			e, ev, 5439018,
			"$dateTrunc requires 'binSize' to be greater than 0, but got value %lld",
			(long long)*ret);
	return 0;
}

static int date_trunc_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct bins bins = { .zone = ZONE_UTC, .unit = DATE_DAY, .size = 1 };
	bool is_null;
	struct value v;
	int64_t ms;

	TRY(expr_eval(e->args[DATE], ev, &v));
	is_null = value_is_nullish(v);
	if (!is_null)
		TRY(eval_bin_size(e, ev, &bins.size, &is_null));
	if (!is_null)
		TRY(date_arg_unit(e, ev, e->args[UNIT], &bins.unit, &is_null));
	if (!is_null && bins.unit == DATE_WEEK)
		TRY(date_arg_week_start(e, ev, e->args[WEEK_START], &bins.week_start, &is_null));
	if (!is_null)
		TRY(date_arg_zone(e, ev, e->args[TIMEZONE], &bins.zone, &is_null));
	if (is_null) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!date_from_value(ev, v, &ms))
		return expr_fail(e, ev, 5439012,
		                 "$dateTrunc requires 'date' to be a date, but got %s",
		                 value_type_name(v.type));
	return bins.unit <= DATE_HOUR ? trunc_clock(e, ev, &bins, ms, ret)
	                              : trunc_calendar(e, ev, &bins, ms, ret);
}

const struct expr_op expr_date_trunc_ops[] = {
	{
		.name = "$dateTrunc",
		.doc = "The beginning of the unit, or of the bin of so many units, that a date is in.",
		.usage = "{$dateTrunc: {date: …, unit: …, binSize: …, timezone: …, startOfWeek: …}}",
		.eval = date_trunc_eval,
		.params = params,
		.object_code = 5439007,
		.unknown_code = 5439008,
	},
	{ 0 }
};
