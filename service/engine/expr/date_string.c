/* $dateToString and $dateFromString. */
#include "engine/date_text.h"
#include "engine/expr/date_args.h"

#define CONVERSION_FAILURE 241

/*
 * A format that is there is checked before anything else is looked at; null is *ret_is_null, an
 * argument left out is missing.
 */
static int eval_format(const struct expr *e, struct eval *ev, const struct expr *arg,
                       enum date_format_use use, struct value *ret, bool *ret_is_null)
{
	char c = '\0';

	*ret = MISSING;
	if (arg == NULL)
		return 0;
	TRY(expr_eval(arg, ev, ret));
	if (value_is_nullish(*ret)) {
		*ret_is_null = true;
		return 0;
	}
	if (ret->type != VALUE_STRING)
		return expr_fail(e, ev, use == DATE_FORMAT_WRITE ? 18533 : 40684,
		                 "%s requires that 'format' be a string, found: %s with value %s",
		                 e->op->name, value_type_name(ret->type), eval_text(ev, *ret));
	int code = date_format_check(value_str(*ret), use, &c);
	if (code == 18535)
		return expr_fail(e, ev, code, "Unmatched '%%' at end of format string");
	if (code != 0)
		return expr_fail(e, ev, code, "Invalid format character '%%%c' in format string", c);
	return 0;
}

/* ---- $dateToString ---- */

enum { TO_DATE, TO_FORMAT, TO_TIMEZONE, TO_ON_NULL, TO_N_ARGS };

static const struct expr_param to_params[] = {
	[TO_DATE] = { .name = "date", .is_required = true, .missing_code = 18628 },
	[TO_FORMAT] = { .name = "format" },
	[TO_TIMEZONE] = { .name = "timezone" },
	[TO_ON_NULL] = { .name = "onNull" },
	[TO_N_ARGS] = { 0 },
};

static int write_date(const struct expr *e, struct eval *ev, struct str format,
                      const struct zone *zone, int64_t ms, struct value *ret)
{
	char *text = arena_array(ev->arena, format.len, DATE_FORMAT_GROWTH);
	int64_t part = 0;

	if (text == NULL)
		return eval_check(ev);
	size_t len = date_format_write(text, format, zone, ms, &part);
	if (part != 0)
		return expr_fail(e, ev, 18537,
		                 "Could not convert date to string: date component was outside the "
		                 "supported range of 0-9999: %lld",
		                 (long long)part);
	*ret = value_string((struct str){ text, len });
	return 0;
}

static int to_string_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct zone zone = ZONE_UTC;
	bool is_null = false;
	struct value v, format;
	int64_t ms;

	TRY(expr_eval(e->args[TO_DATE], ev, &v));
	TRY(eval_format(e, ev, e->args[TO_FORMAT], DATE_FORMAT_WRITE, &format, &is_null));
	TRY(date_arg_zone(e, ev, e->args[TO_TIMEZONE], &zone, &is_null));
	if (value_is_nullish(v) && e->args[TO_ON_NULL] != NULL)
		return expr_eval(e->args[TO_ON_NULL], ev, ret);
	if (is_null || value_is_nullish(v)) {
		*ret = NUL_VALUE;
		return 0;
	}
	TRY(date_arg(e, ev, v, &ms));
	struct str pattern = format.type == VALUE_STRING ? value_str(format)
	                     : zone_is_utc(&zone)        ? STR(DATE_FORMAT_ISO)
	                                                 : STR(DATE_FORMAT_LOCAL);
	return write_date(e, ev, pattern, &zone, ms, ret);
}

/* ---- $dateFromString ---- */

enum { FROM_STRING, FROM_FORMAT, FROM_TIMEZONE, FROM_ON_ERROR, FROM_ON_NULL, FROM_N_ARGS };

static const struct expr_param from_params[] = {
	[FROM_STRING] = { .name = "dateString", .is_required = true, .missing_code = 40542 },
	[FROM_FORMAT] = { .name = "format" },
	[FROM_TIMEZONE] = { .name = "timezone" },
	[FROM_ON_ERROR] = { .name = "onError" },
	[FROM_ON_NULL] = { .name = "onNull" },
	[FROM_N_ARGS] = { 0 },
};

/* What is wrong goes to onError, if there is one. */
static int fail_text(const struct expr *e, struct eval *ev, struct value v, const char *why,
                     struct value *ret)
{
	if (e->args[FROM_ON_ERROR] != NULL)
		return expr_eval(e->args[FROM_ON_ERROR], ev, ret);
	if (v.type != VALUE_STRING)
		return expr_fail(e, ev, CONVERSION_FAILURE,
		                 "$dateFromString requires that 'dateString' be a string, found: %s with "
		                 "value %s",
		                 value_type_name(v.type), eval_text(ev, v));
	return expr_fail(e, ev, CONVERSION_FAILURE, "Error parsing date string '%.*s'; %s",
	                 (int)MIN(v.len, 80), v.text, why);
}

static int read_date(const struct expr *e, struct eval *ev, struct value v, struct value format,
                     const struct zone *zone, struct value *ret)
{
	struct date_text text;
	const char *why;
	bool is_read = format.type == VALUE_STRING
	                       ? date_text_parse_format(value_str(v), value_str(format), &text, &why)
	                       : date_text_parse(value_str(v), &text, &why);

	if (!is_read)
		return fail_text(e, ev, v, why, ret);
	if (text.has_offset && !zone_is_utc(zone))
		return fail_text(e, ev, v,
		                 "you cannot pass in a date/time string with GMT offset "
		                 "together with a timezone argument",
		                 ret);
	*ret = value_date(date_text_moment(&text, zone));
	return 0;
}

static int from_string_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct zone zone = ZONE_UTC;
	bool is_null = false;
	struct value v, format;

	TRY(expr_eval(e->args[FROM_STRING], ev, &v));
	TRY(eval_format(e, ev, e->args[FROM_FORMAT], DATE_FORMAT_READ, &format, &is_null));
	TRY(date_arg_zone(e, ev, e->args[FROM_TIMEZONE], &zone, &is_null));
	if (value_is_nullish(v) && e->args[FROM_ON_NULL] != NULL)
		return expr_eval(e->args[FROM_ON_NULL], ev, ret);
	if (value_is_nullish(v)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (v.type != VALUE_STRING)
		return fail_text(e, ev, v, "", ret);
	if (is_null) {
		*ret = NUL_VALUE;
		return 0;
	}
	return read_date(e, ev, v, format, &zone, ret);
}

const struct expr_op expr_date_string_ops[] = {
	{
		.name = "$dateFromString",
		.doc = "The date that a string spells, in one of the usual ways or after a format.",
		.usage = "{$dateFromString: {dateString: …, format: …, timezone: …, onError: …, "
			 "onNull: …}}",
		.eval = from_string_eval,
		.params = from_params,
		.object_code = 40540,
		.unknown_code = 40541,
	},
	{
		.name = "$dateToString",
		.doc = "A date as a string, after a format: %Y-%m-%d and so on.",
		.usage = "{$dateToString: {date: …, format: …, timezone: …, onNull: …}}",
		.eval = to_string_eval,
		.params = to_params,
		.object_code = 18629,
		.unknown_code = 18534,
	},
	{ 0 }
};
