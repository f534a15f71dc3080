/* Schemas: asking one of a value. */
#include <math.h>

#include "engine/query/schema.h"

/* ---- numbers and strings ---- */

/* The multiple is sought among numbers as they are written: 0.3 is three times 0.1. */
static bool is_multiple(double x, double of)
{
	double scale = 1;

	for (int digits = 0; digits <= 15; digits++, scale *= 10) {
		double whole_x = round(x * scale), whole_of = round(of * scale);

		if (fabs(whole_x) >= 0x1p53)
			break;
		if (whole_x / scale == x && whole_of / scale == of)
			return fmod(whole_x, whole_of) == 0;
	}
	return fmod(x, of) == 0;
}

static bool match_multiple(struct value v, struct value of)
{
	int64_t x, y;

	if (value_as_i64(v, &x) && value_as_i64(of, &y))
		return y == -1 || x % y == 0;
	return is_multiple(value_f64(v), value_f64(of));
}

static bool match_number(const struct schema *s, struct value v)
{
	if (s->has_minimum) {
		int order = value_cmp(NULL, v, s->minimum); /* numbers need no scratch */

		if (order < 0 || (order == 0 && s->is_minimum_excluded))
			return false;
	}
	if (s->has_maximum) {
		int order = value_cmp(NULL, v, s->maximum);

		if (order > 0 || (order == 0 && s->is_maximum_excluded))
			return false;
	}
	return s->multiple_of.type == VALUE_MISSING || match_multiple(v, s->multiple_of);
}

static int match_string(const struct schema *s, struct eval *ev, struct str text, bool *ret)
{
	uint64_t length = 0;

	for (size_t i = 0; i < text.len; i++)
		length += (text.data[i] & 0xc0) != 0x80; /* code points: bytes that begin one */
	*ret = length >= s->length_min && length <= s->length_max;
	return *ret && s->pattern != NULL ? regex_matches(s->pattern, ev, text, ret) : 0;
}

/* ---- arrays ---- */

static bool are_unique(struct eval *ev, struct array *arr)
{
	struct value_set seen;

	value_set_init(&seen, ev->arena, arr->n);
	for (uint32_t i = 0; i < arr->n; i++)
		if (!value_set_add(&seen, schema_value(ev->arena, array_get(ev->arena, arr, i))))
			return false;
	return true;
}

static int match_item(const struct schema *s, struct eval *ev, const struct array *arr, uint32_t i,
                      bool *ret)
{
	const struct schema *item = s->item;

	if (item == NULL && i < s->items.n)
		item = s->items.schemas[i];
	else if (item == NULL && s->items.n > 0)
		item = s->item_beyond;
	*ret = true;
	return item == NULL ? 0 : schema_match(item, ev, array_get(ev->arena, arr, i), ret);
}

static int match_array(const struct schema *s, struct eval *ev, struct array *arr, bool *ret)
{
	uint32_t n = array_n(ev->arena, arr);

	*ret = n >= s->items_min && n <= s->items_max && !(s->no_item_beyond && n > s->items.n) &&
	       (!s->are_items_unique || are_unique(ev, arr));
	for (uint32_t i = 0; i < n && *ret; i++) {
		TRY(eval_tick(ev));
		TRY(match_item(s, ev, arr, i, ret));
	}
	return 0;
}

/* ---- objects ---- */

static bool has_all(struct eval *ev, struct object *o, const struct str *names, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (object_find(ev->arena, o, names[i]) < 0)
			return false;
	return true;
}

static int match_dependency(const struct schema_dependency *d, struct eval *ev, struct object *o,
                            bool *ret)
{
	*ret = true;
	if (object_find(ev->arena, o, d->name) < 0)
		return 0;
	if (d->schema != NULL)
		return schema_match(d->schema, ev, value_object(o), ret);
	*ret = has_all(ev, o, d->required, d->n_required);
	return 0;
}

static int match_properties(const struct schema *s, struct eval *ev, struct object *o, bool *ret)
{
	for (uint32_t i = 0; i < s->properties.n && *ret; i++) {
		struct value v = object_get(ev->arena, o, s->names->keys[i]);

		TRY(eval_tick(ev));
		if (v.type != VALUE_MISSING)
			TRY(schema_match(s->properties.schemas[i], ev, v, ret));
	}
	return 0;
}

/* What patterns say of a property, and what is said of those that nothing else covers. */
static int match_other_property(const struct schema *s, struct eval *ev, const struct object *o,
                                uint32_t i, bool *ret)
{
	struct value v = object_at(ev->arena, o, i);
	bool is_covered = s->names != NULL && shape_find(s->names, object_key(o, i)) >= 0;

	for (uint32_t k = 0; k < s->n_patterns && *ret; k++) {
		bool is_found;

		TRY(regex_matches(s->patterns[k].regex, ev, object_key(o, i), &is_found));
		if (is_found)
			TRY(schema_match(s->patterns[k].schema, ev, v, ret));
		is_covered |= is_found;
	}
	if (is_covered || !*ret)
		return 0;
	if (s->property_beyond != NULL)
		return schema_match(s->property_beyond, ev, v, ret);
	*ret = !s->no_property_beyond;
	return 0;
}

static int match_object(const struct schema *s, struct eval *ev, struct object *o, bool *ret)
{
	uint32_t n = object_n(ev->arena, o);
	bool has_others = s->n_patterns > 0 || s->no_property_beyond || s->property_beyond != NULL;

	*ret = n >= s->properties_min && n <= s->properties_max &&
	       has_all(ev, o, s->required, s->n_required);
	TRY(match_properties(s, ev, o, ret));
	for (uint32_t i = 0; i < n && *ret && has_others; i++) {
		TRY(eval_tick(ev));
		TRY(match_other_property(s, ev, o, i, ret));
	}
	for (uint32_t i = 0; i < s->n_dependencies && *ret; i++)
		TRY(match_dependency(&s->dependencies[i], ev, o, ret));
	return 0;
}

/* ---- all of it ---- */

/* How many of the list match; stops when there are more than max. */
static int count_matches(const struct schema_list *list, struct eval *ev, struct value v,
                         uint32_t max, uint32_t *ret)
{
	*ret = 0;
	for (uint32_t i = 0; i < list->n && *ret <= max; i++) {
		bool is_match;

		TRY(eval_tick(ev));
		TRY(schema_match(list->schemas[i], ev, v, &is_match));
		*ret += is_match;
	}
	return 0;
}

static int match_lists(const struct schema *s, struct eval *ev, struct value v, bool *ret)
{
	uint32_t n;

	for (uint32_t i = 0; i < s->all_of.n && *ret; i++)
		TRY(schema_match(s->all_of.schemas[i], ev, v, ret));
	if (*ret && s->any_of.n > 0) {
		TRY(count_matches(&s->any_of, ev, v, 0, &n));
		*ret = n > 0;
	}
	if (*ret && s->one_of.n > 0) {
		TRY(count_matches(&s->one_of, ev, v, 1, &n));
		*ret = n == 1;
	}
	if (*ret && s->not != NULL) {
		TRY(schema_match(s->not, ev, v, ret));
		*ret = !*ret;
	}
	return 0;
}

static int match_type(const struct schema *s, struct eval *ev, struct value v, bool *ret)
{
	*ret = true;
	if (v.type == VALUE_STRING)
		return match_string(s, ev, value_str(v), ret);
	if (v.type == VALUE_ARRAY)
		return match_array(s, ev, v.array, ret);
	if (v.type == VALUE_OBJECT)
		return match_object(s, ev, v.object, ret);
	if (value_is_number(v))
		*ret = match_number(s, v);
	return 0;
}

int schema_match(const struct schema *s, struct eval *ev, struct value v, bool *ret)
{
	*ret = s->types == 0 || (s->types >> v.type & 1);
	if (*ret && s->values != NULL)
		*ret = value_set_find(s->values, ev->arena, schema_value(ev->arena, v)) >= 0;
	if (*ret)
		TRY(match_type(s, ev, v, ret));
	return *ret ? match_lists(s, ev, v, ret) : 0;
}
