/* $dateAdd and $dateSubtract. */
#include "engine/expr/date_args.h"

enum { START, UNIT, AMOUNT, TIMEZONE, N_ARGS };

static const struct expr_param params[] = {
	[START] = { .name = "startDate", .is_required = true, .missing_code = 5166402 },
	[UNIT] = { .name = "unit", .is_required = true, .missing_code = 5166402 },
	[AMOUNT] = { .name = "amount", .is_required = true, .missing_code = 5166402 },
	[TIMEZONE] = { .name = "timezone" },
	[N_ARGS] = { 0 },
};

static int add(const struct expr *e, struct eval *ev, const struct zone *zone, int64_t ms,
               enum date_unit unit, int64_t amount, struct value *ret)
{
	int64_t sum;

	switch (date_add(zone, ms, unit, amount, &sum)) {
	case DATE_ADD_OK: *ret = value_date(sum); return 0;
	case DATE_ADD_AMOUNT:
		return expr_fail(e, ev, 5976500, "invalid dateAdd 'amount' parameter value: %lld %s",
		                 (long long)amount, date_unit_name(unit));
	default: return expr_fail(e, ev, 5166406, "dateAdd overflowed");
	}
}

/* The row's option: 1, or -1 to subtract. */
static int date_add_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	enum date_unit unit = DATE_DAY;
	struct value start, amount = MISSING;
	struct zone zone = ZONE_UTC;
	bool is_null;
	int64_t ms, n;

	TRY(expr_eval(e->args[START], ev, &start));
	is_null = value_is_nullish(start);
	if (!is_null)
		TRY(date_arg_unit(e, ev, e->args[UNIT], &unit, &is_null));
	if (!is_null)
		TRY(expr_eval(e->args[AMOUNT], ev, &amount));
	is_null = is_null || value_is_nullish(amount);
	if (!is_null)
		TRY(date_arg_zone(e, ev, e->args[TIMEZONE], &zone, &is_null));
	if (is_null) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!date_from_value(ev, start, &ms))
		return expr_fail(e, ev, 5166403,
		                 "%s requires startDate to be convertible to a date", e->op->name);
	if (!value_as_i64(amount, &n))
		return expr_fail(e, ev, 5166405, "%s expects integer amount of time units",
		                 e->op->name);
	if (e->op->option < 0 && n == INT64_MIN)
		return expr_fail(e, ev, 6045000,
		                 "invalid $dateSubtract 'amount' parameter value: %lld",
		                 (long long)n);
	return add(e, ev, &zone, ms, unit, n * e->op->option, ret);
}

#define ADD_ROW(op_name, sign, sentence) \
	{ \
		.name = op_name, .doc = sentence, \
		.usage = "{" op_name ": {startDate: …, unit: …, amount: …, timezone: …}}", \
		.eval = date_add_eval, .params = params, .object_code = 5166400, \
		.unknown_code = 5166401, .option = sign, \
	}

const struct expr_op expr_date_add_ops[] = {
	ADD_ROW("$dateAdd", 1, "The date that so many units later is."),
	ADD_ROW("$dateSubtract", -1, "The date that so many units earlier is."),
	{ 0 }
};
