/* $sortArray: the elements in order, of their own or of their fields. */
#include "engine/expr/expr.h"
#include "engine/sort_spec.h"
#include "engine/stable_sort.h"

enum { INPUT, N_ARGS };
enum { PARAM_INPUT, PARAM_SORT_BY, N_PARAMS };

static const struct expr_param params[] = {
	[PARAM_INPUT] = { .name = "input", .is_required = true, .missing_code = 2942502 },
	[PARAM_SORT_BY] = { .name = "sortBy", .is_required = true, .missing_code = 2942503 },
	[N_PARAMS] = { 0 },
};

/* spec is NULL when whole elements are compared. */
struct order {
	const struct sort_spec *spec;
	bool is_descending;
};

struct row {
	const struct value *keys;
	uint32_t item;
};

struct comparison {
	const struct order *order;
	struct arena *scratch;
};

static int cmp_rows(void *arg, const void *x_arg, const void *y_arg)
{
	const struct comparison *by = arg;
	const struct row *x = x_arg, *y = y_arg;

	if (by->order->spec != NULL)
		return sort_spec_cmp(by->order->spec, by->scratch, x->keys, y->keys);
	int order = value_cmp(by->scratch, x->keys[0], y->keys[0]);

	return by->order->is_descending ? -order : order;
}

static void read_keys(const struct order *order, struct eval *ev, struct value item,
                      struct value *keys)
{
	if (order->spec != NULL)
		sort_spec_plain_keys(order->spec, ev, item, keys);
	else
		keys[0] = item;
}

static int sort_items(const struct expr *e, struct eval *ev, struct array *arr, struct value *ret)
{
	const struct order *order = e->data;
	uint32_t n = arr->n, n_keys = order->spec != NULL ? order->spec->n_keys : 1;
	struct row *rows = arena_array(ev->arena, n, sizeof *rows);
	struct value *keys = arena_array(ev->arena, n, n_keys * sizeof *keys);
	const void **sorted = arena_array(ev->arena, n, sizeof *sorted);
	struct value *items = arena_array(ev->arena, n, sizeof *items);
	struct comparison by = { .order = order, .scratch = ev->arena };

	if (rows == NULL || keys == NULL || sorted == NULL || items == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < n; i++, keys += n_keys) {
		TRY(eval_tick(ev));
		read_keys(order, ev, array_get(ev->arena, arr, i), keys);
		rows[i] = (struct row){ .keys = keys, .item = i };
		sorted[i] = &rows[i];
	}
	TRY(stable_sort(ev, sorted, n, cmp_rows, &by));
	for (uint32_t i = 0; i < n; i++)
		items[i] = arr->items[((const struct row *)sorted[i])->item];
	*ret = array_take(ev->arena, items, n);
	return 0;
}

static int sort_array_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value input;

	TRY(expr_eval(e->args[INPUT], ev, &input));
	if (value_is_nullish(input)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (input.type != VALUE_ARRAY)
		return expr_fail(
			e, ev, 2942504,
			"The input argument to $sortArray must be an array, but was of type: %s",
			value_type_name(input.type));
	if (array_n(ev->arena, input.array) < 2) {
		*ret = input;
		return 0;
	}
	return sort_items(e, ev, input.array, ret);
}

static bool is_direction(struct value v)
{
	return value_is_number(v) && (value_f64(v) == 1 || value_f64(v) == -1);
}

/* Each field by itself: the messages are not those of $sort. */
static int check_fields(struct compiler *c, struct object *fields)
{
	uint32_t n = object_n(c->arena, fields);

	if (n == 0)
		return compile_fail(c, 2, "$sortArray",
		                    "The sort pattern is empty when it should be a set of fields.");
	for (uint32_t i = 0; i < n; i++) {
		struct str path = object_key(fields, i);

		if (!is_direction(object_at(c->arena, fields, i)))
			return compile_fail(c, 2, "$sortArray",
			                    "The sort element value must be either 1 or -1");
		if (path.len == 0)
			return compile_fail(c, 2, "$sortArray", "The sort field cannot be empty");
		for (size_t at = 0; at <= path.len; at++) {
			struct str rest = { path.data + at, path.len - at };
			size_t len = str_find(rest, '.');

			if (len == 0)
				return compile_fail(c, 2, "$sortArray",
				                    "The sort field is a dotted field but has an "
				                    "empty part: %.*s",
				                    STR_ARG(path));
			at += len;
		}
	}
	return 0;
}

static int compile_order(struct compiler *c, struct value sort_by, struct order *order)
{
	struct sort_spec *spec;

	if (sort_by.type == VALUE_OBJECT) {
		TRY(check_fields(c, sort_by.object));
		TRY(sort_spec_compile(c, "$sortArray", sort_by, &spec));
		order->spec = spec;
		return 0;
	}
	if (!value_is_number(sort_by))
		return compile_fail(c, 2942505, "$sortArray",
		                    "The $sort is invalid: use 1/-1 to sort the whole element, or "
		                    "{field:1/-1} to sort embedded fields, not %s",
		                    compile_text(c, sort_by));
	if (!is_direction(sort_by))
		return compile_fail(c, 2942506, "$sortArray",
		                    "The $sort element value must be either 1 or -1");
	order->is_descending = value_f64(sort_by) < 0;
	return 0;
}

static int sort_array_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                              struct expr **ret)
{
	struct expr *e = expr_create(c, op, N_ARGS);
	struct order *order = compile_alloc(c, 1, sizeof *order);
	struct value values[N_PARAMS];
	int rc;

	if (e == NULL || order == NULL)
		return compile_nomem(c);
	TRY(expr_read_params(c, op, spec, values));
	rc = expr_compile_member(c, "input", values[PARAM_INPUT], &e->args[INPUT]);
	compile_enter(c, STR("sortBy"));
	if (compile_order(c, values[PARAM_SORT_BY], order) != 0)
		rc = ERR_PIPELINE;
	compile_leave(c);
	e->data = order;
	if (rc == 0)
		*ret = e;
	return rc;
}

const struct expr_op expr_sort_array_ops[] = {
	{
		.name = "$sortArray",
		.doc = "An array's elements in order, by their whole value (1, -1) or by their fields.",
		.usage = "{$sortArray: {input: array, sortBy: 1, -1 or {path: 1 or -1, …}}}",
		.eval = sort_array_eval,
		.compile = sort_array_compile,
		.params = params,
		.object_code = 2942500,
		.unknown_code = 2942501,
	},
	{ 0 }
};
