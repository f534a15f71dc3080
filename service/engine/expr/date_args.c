/* What date operators share. */
#include "engine/expr/date_args.h"

#include "engine/extended.h"

bool date_from_value(struct eval *ev, struct value v, int64_t *ret)
{
	if (v.type == VALUE_DATE) {
		*ret = v.i64;
		return true;
	}
	return v.type == VALUE_OBJECT && extended_oid_date(ev->arena, v, ret);
}

int date_arg(const struct expr *e, struct eval *ev, struct value v, int64_t *ret)
{
	if (!date_from_value(ev, v, ret))
		return expr_fail(e, ev, 16006, "can't convert from BSON type %s to Date",
		                 value_type_name(v.type));
	return 0;
}

static int fail_zone(const struct expr *e, struct eval *ev, int rc, struct value name)
{
	int len = (int)MIN(name.len, 80);

	if (rc == ERR_UNAVAILABLE)
		return expr_fail(e, ev, 40485,
		                 "unrecognized time zone identifier: \"%.*s\" (there is no time zone "
		                 "database in " TZ_DIRECTORY "; install tzdata)",
		                 len, name.text);
	if (rc == ERR_NOT_FOUND)
		return expr_fail(e, ev, 40485, "unrecognized time zone identifier: \"%.*s\"", len,
		                 name.text);
	return eval_check(ev);
}

int date_zone(const struct expr *e, struct eval *ev, struct value name, struct zone *ret)
{
	int rc = zone_find(ev, value_str(name), ret);

	return rc == 0 ? 0 : fail_zone(e, ev, rc, name);
}

int date_arg_zone(const struct expr *e, struct eval *ev, const struct expr *arg, struct zone *ret,
                  bool *ret_is_null)
{
	struct value name;

	if (arg == NULL) {
		*ret = ZONE_UTC;
		return 0;
	}
	TRY(expr_eval(arg, ev, &name));
	if (value_is_nullish(name)) {
		*ret_is_null = true;
		return 0;
	}
	if (name.type != VALUE_STRING)
		return expr_fail(e, ev, 40517, "timezone must evaluate to a string, found %s",
		                 value_type_name(name.type));
	return date_zone(e, ev, name, ret);
}

int date_arg_unit(const struct expr *e, struct eval *ev, const struct expr *arg,
                  enum date_unit *ret, bool *ret_is_null)
{
	struct value name;

	TRY(expr_eval(arg, ev, &name));
	if (value_is_nullish(name)) {
		*ret_is_null = true;
		return 0;
	}
	if (name.type != VALUE_STRING)
		return expr_fail(e, ev, 5439013, "%s requires 'unit' to be a string, but got %s",
		                 e->op->name, value_type_name(name.type));
	if (!date_unit_find(value_str(name), ret))
		return expr_fail(e, ev, 5439014,
		                 "%s parameter 'unit' value cannot be recognized as a time unit: %.*s",
		                 e->op->name, (int)MIN(name.len, 80), name.text);
	return 0;
}

int date_arg_week_start(const struct expr *e, struct eval *ev, const struct expr *arg, int *ret,
                        bool *ret_is_null)
{
	struct value name;

	*ret = 0;
	if (arg == NULL)
		return 0;
	TRY(expr_eval(arg, ev, &name));
	if (value_is_nullish(name)) {
		*ret_is_null = true;
		return 0;
	}
	if (name.type != VALUE_STRING)
		return expr_fail(e, ev, 5439015,
		                 "%s requires 'startOfWeek' to be a string, but got %s",
		                 e->op->name, value_type_name(name.type));
	if (!date_weekday_find(value_str(name), ret))
		return expr_fail(e, ev, 5439016,
		                 "%s parameter 'startOfWeek' value cannot be recognized as a day of a "
		                 "week: %.*s",
		                 e->op->name, (int)MIN(name.len, 80), name.text);
	return 0;
}
