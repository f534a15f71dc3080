/* Windows: their bounds as they are written, and where they lie for a document. */
#include "engine/accum/window.h"
#include "engine/numeric.h"
#include "engine/spec_fields.h"

/* ---- compiling ---- */

/* One bound: "unbounded", "current" (distance 0), or a number; *ret is missing when unbounded. */
static int compile_bound(struct compiler *c, struct value spec, struct value *ret)
{
	bool is_constant;

	if (spec.type == VALUE_STRING && str_is(value_str(spec), "unbounded")) {
		*ret = MISSING;
		return 0;
	}
	if (spec.type == VALUE_STRING && str_is(value_str(spec), "current")) {
		*ret = value_int(0);
		return 0;
	}
	if (spec.type == VALUE_STRING)
		return compile_fail(c, 9, NULL,
		                    "Window bounds must be 'unbounded', 'current', or a number.");
	TRY(expr_compile_constant(c, spec, &is_constant, ret));
	if (!is_constant)
		return compile_fail(c, 9, NULL, "Window bounds expression must be a constant.");
	return 0;
}

static int compile_pair(struct compiler *c, struct value spec, struct value *ret_lower,
                        struct value *ret_upper)
{
	if (spec.type != VALUE_ARRAY || array_n(c->arena, spec.array) != 2)
		return compile_fail(c, 9, NULL, "Window bounds must be a 2-element array: %s",
		                    compile_text(c, spec));
	TRY(compile_bound(c, array_get(c->arena, spec.array, 0), ret_lower));
	return compile_bound(c, array_get(c->arena, spec.array, 1), ret_upper);
}

static int check_order(struct compiler *c, struct value lower, struct value upper)
{
	if (lower.type == VALUE_MISSING || upper.type == VALUE_MISSING ||
	    value_cmp(c->arena, lower, upper) <= 0)
		return 0;
	return compile_fail(c, 5339900, NULL, "Lower bound must not exceed upper bound: [%s, %s]",
	                    compile_text(c, lower), compile_text(c, upper));
}

static int compile_documents(struct compiler *c, struct value spec, const struct sort_spec *sort_by,
                             struct window_bounds *bounds)
{
	struct value lower, upper;

	TRY(compile_pair(c, spec, &lower, &upper));
	bounds->kind = WINDOW_DOCUMENTS;
	bounds->has_lower = lower.type != VALUE_MISSING;
	bounds->has_upper = upper.type != VALUE_MISSING;
	if ((bounds->has_lower && !value_as_i64(lower, &bounds->first)) ||
	    (bounds->has_upper && !value_as_i64(upper, &bounds->last)))
		return compile_fail(c, 9, NULL, "Numeric document-based bounds must be an integer");
	TRY(check_order(c, lower, upper));
	if (sort_by == NULL && !window_is_whole(bounds))
		return compile_fail(c, 5339901, NULL, "Document-based bounds require a sortBy");
	return 0;
}

static int check_distance(struct compiler *c, enum time_unit unit, struct value v)
{
	int64_t whole;

	if (v.type == VALUE_MISSING)
		return 0;
	if (unit != TIME_UNIT_NONE && !value_as_i64(v, &whole))
		return compile_fail(c, 9, NULL,
		                    "With 'unit', range-based bounds must be an integer");
	if (!value_is_number(v))
		return compile_fail(c, 9, NULL, "Range-based bounds expression must be a number");
	return 0;
}

static int compile_unit(struct compiler *c, struct value unit, enum time_unit *ret)
{
	if (unit.type == VALUE_MISSING)
		return 0;
	if (unit.type != VALUE_STRING)
		return compile_fail(c, 9, NULL, "'unit' must be a string");
	*ret = time_unit_parse(value_str(unit));
	if (*ret == TIME_UNIT_NONE)
		return compile_fail(c, 9, NULL, "unknown time unit value: %.*s",
		                    STR_ARG(value_str(unit)));
	return 0;
}

static int compile_range(struct compiler *c, struct value spec, struct value unit,
                         const struct sort_spec *sort_by, struct window_bounds *bounds)
{
	TRY(compile_unit(c, unit, &bounds->unit));
	TRY(compile_pair(c, spec, &bounds->lower, &bounds->upper));
	bounds->kind = WINDOW_RANGE;
	bounds->has_lower = bounds->lower.type != VALUE_MISSING;
	bounds->has_upper = bounds->upper.type != VALUE_MISSING;
	TRY(check_distance(c, bounds->unit, bounds->lower));
	TRY(check_distance(c, bounds->unit, bounds->upper));
	TRY(check_order(c, bounds->lower, bounds->upper));
	if (sort_by == NULL || sort_by->n_keys != 1)
		return compile_fail(c, 5339902, NULL,
		                    "Range-based bounds require sortBy a single field");
	if (sort_by->keys[0].is_descending)
		return compile_fail(c, 8947401, NULL,
		                    "Range-based bounds require an ascending sortBy");
	return 0;
}

int window_bounds_compile(struct compiler *c, struct value spec, const struct sort_spec *sort_by,
                          struct window_bounds *ret)
{
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 9, NULL, "'window' field must be an object");

	struct value documents = object_get(c->arena, spec.object, STR("documents"));
	struct value range = object_get(c->arena, spec.object, STR("range"));
	struct value unit = object_get(c->arena, spec.object, STR("unit"));
	uint32_t n_known = (documents.type != VALUE_MISSING) + (range.type != VALUE_MISSING) +
	                   (unit.type != VALUE_MISSING);

	if (documents.type != VALUE_MISSING && range.type != VALUE_MISSING)
		return compile_fail(
			c, 9, NULL,
			"Window bounds can specify either 'documents' or 'unit', not both.");
	if (range.type == VALUE_MISSING && unit.type != VALUE_MISSING)
		return compile_fail(c, 9, NULL,
		                    "Window bounds can only specify 'unit' with range-based bounds.");
	if (object_n(c->arena, spec.object) != n_known)
		return compile_fail(c, 9, NULL,
		                    "'window' field can only contain 'documents' as the only argument "
		                    "or 'range' with an optional 'unit' field");
	if (documents.type != VALUE_MISSING)
		return compile_documents(c, documents, sort_by, ret);
	if (range.type != VALUE_MISSING)
		return compile_range(c, range, unit, sort_by, ret);
	return 0;
}

/* ---- running ---- */

/* How many documents there are before the place i + distance, of n. */
static size_t place(size_t i, int64_t distance, size_t n)
{
	uint64_t back = 0 - (uint64_t)distance;

	if (distance < 0)
		return back > i ? 0 : i - back;
	return (uint64_t)distance > n - i ? n : i + (size_t)distance;
}

static void move_documents(const struct window_bounds *bounds, size_t i, size_t n,
                           struct window_frame *frame)
{
	frame->first = bounds->has_lower ? place(i, bounds->first, n) : 0;
	frame->end = bounds->has_upper && bounds->last < INT64_MAX ? place(i, bounds->last + 1, n)
	                                                           : n;
	frame->end = MAX(frame->end, frame->first);
}

int window_sort_key(struct window_part *p, size_t i, struct value *ret)
{
	const struct value *keys = sorter_keys(p->sorter, p->ev, p->rows[i]);

	if (keys == NULL)
		return eval_check(p->ev);
	*ret = keys[0];
	return 0;
}

static int check_key(const struct window_bounds *bounds, struct window_part *p, struct value key)
{
	if (bounds->unit != TIME_UNIT_NONE && key.type != VALUE_DATE)
		return eval_fail(p->ev, 5429513, NULL, NULL,
		                 "Invalid range: Expected the sortBy field to be a Date, but it was %s",
		                 value_type_name(key.type));
	if (bounds->unit == TIME_UNIT_NONE && key.type == VALUE_DATE)
		return eval_fail(p->ev, 5429413, NULL, NULL,
		                 "Invalid range: For windows that involve date or time ranges, a unit "
		                 "must be provided.");
	if (bounds->unit == TIME_UNIT_NONE && !value_is_number(key))
		return eval_fail(
			p->ev, 5429414, NULL, NULL,
			"Invalid range: Expected the sortBy field to be a number, but it was %s",
			value_type_name(key.type));
	return 0;
}

/* The key at that distance.  Beyond what a date can be everything is in, or nothing. */
static struct value key_at(const struct window_bounds *bounds, struct value key,
                           struct value distance)
{
	int64_t amount = 0, ms;

	if (bounds->unit == TIME_UNIT_NONE)
		return numeric_add(key, distance);
	(void)value_as_i64(distance, &amount); /* was checked */
	if (!time_unit_add(key.i64, bounds->unit, amount, &ms))
		ms = amount < 0 ? INT64_MIN : INT64_MAX;
	return value_date(ms);
}

/* The first document from `from` on whose key is not below (or, is above) the limit. */
static int seek(struct window_part *p, size_t from, struct value limit, bool is_above, size_t *ret)
{
	struct value key;
	size_t i = from;

	for (; i < p->n; i++) {
		TRY(eval_tick(p->ev));
		TRY(window_sort_key(p, i, &key));
		int order = value_cmp(p->ev->arena, key, limit);
		if (is_above ? order > 0 : order >= 0)
			break;
	}
	*ret = i;
	return 0;
}

static int move_range(const struct window_fn *f, struct window_part *p, size_t i,
                      struct window_frame *frame)
{
	const struct window_bounds *bounds = &f->bounds;
	struct value key;

	TRY(window_sort_key(p, i, &key));
	TRY(check_key(bounds, p, key));
	if (bounds->has_lower)
		TRY(seek(p, frame->first, key_at(bounds, key, bounds->lower), false, &frame->first));
	if (bounds->has_upper)
		TRY(seek(p, MAX(frame->first, frame->end), key_at(bounds, key, bounds->upper), true,
		         &frame->end));
	else
		frame->end = p->n;
	return 0;
}

int window_frame_move(const struct window_fn *f, struct window_part *p, size_t i,
                      struct window_frame *frame)
{
	if (f->bounds.kind == WINDOW_RANGE)
		return move_range(f, p, i, frame);
	move_documents(&f->bounds, i, p->n, frame);
	return 0;
}

void window_bind(struct window_part *p, size_t i)
{
	eval_set_root(p->ev, p->rows[i]->doc);
	p->ev->document = p->rows[i]->tag;
}
