/* Projections: documents made by a recipe that their shape decides. */
#include "engine/stage/projection.h"

#include <string.h>

#include "base/hash.h"

#define FIELDS_SCANNED 4 /* so few are compared on the spot */
#define SLOTS_MIN 16
#define RECIPES_MAX 4096

struct work {
	enum projection_mode mode;
	struct eval *ev;
	struct projection_state *state;
};

static int make_object(const struct work *w, const struct object *o, const struct recipe *recipe,
                       struct value *ret);

static const struct projection_field *field_of(const struct projection_node *node, struct str name)
{
	if (node->n_fields > FIELDS_SCANNED) {
		int32_t i = shape_find(node->names, name);

		return i < 0 ? NULL : &node->fields[i];
	}
	for (size_t i = 0; i < node->n_fields; i++) {
		struct str other = node->fields[i].name;

		/* Most that are as long differ in their first byte; a name is never empty. */
		if (other.len == name.len && other.data[0] == name.data[0] &&
		    memcmp(other.data, name.data, name.len) == 0)
			return &node->fields[i];
	}
	return NULL;
}

/* Is field computed in full, so that what the input has under its name does not matter? */
static bool is_computed(const struct projection_field *field)
{
	return field != NULL && field->expr != NULL;
}

/* Does anything become of a field of the input that is named: itself, or what field makes of it? */
static bool keeps(enum projection_mode mode, const struct projection_field *field)
{
	switch (mode) {
	case PROJECTION_INCLUDE: return !is_computed(field);
	case PROJECTION_EXCLUDE: return field->node != NULL;
	default: return true;
	}
}

/* Computed fields that the input lacks (or that inclusion moves behind it) come last, in order. */
static bool is_appended(enum projection_mode mode, const struct projection_field *field,
                        bool is_in_input)
{
	if (field->expr != NULL)
		return !is_in_input || mode == PROJECTION_INCLUDE;
	return !is_in_input && field->node != NULL && field->node->has_computed;
}

/* A bit that most other names do not share. */
static inline uint64_t name_bit(struct str name)
{
	size_t first = name.len > 0 ? (unsigned char)name.data[0] : 0;

	return UINT64_C(1) << (first * 5 + name.len) % 64;
}

static uint64_t name_bits(const struct projection_node *node)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < node->n_fields; i++)
		bits |= name_bit(node->fields[i].name);
	return bits;
}

static inline void step_add(struct recipe_step *steps, struct str *keys, uint32_t *n,
                            struct str key, int32_t from, const struct projection_field *field)
{
	keys[*n] = key;
	steps[*n] = (struct recipe_step){ .from = from, .field = field };
	(*n)++;
}

/* An inclusion answers with _id first. */
static void id_first(struct recipe *r, struct str *keys, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		if (!str_is(keys[i], "_id"))
			continue;
		struct str key = keys[i];
		struct recipe_step step = r->steps[i];

		for (; i > 0; i--) {
			keys[i] = keys[i - 1];
			r->steps[i] = r->steps[i - 1];
		}
		keys[0] = key;
		r->steps[0] = step;
		return;
	}
}

/* The shape borrows the bytes of its keys: they live as long as those of from, or as the plan. */
static struct shape *shape_of(struct arena *a, const struct shape *from, struct str *keys,
                              uint32_t n)
{
	struct shape *shape = arena_zalloc(a, 1, sizeof *shape);

	if (shape == NULL)
		return NULL;
	shape->n = n;
	shape->keys = keys;
	shape->home = a;
	shape->inner = from->inner; /* most of what stands in the fields has just been moved */
	return shape;
}

/* Documents that each have a shape of their own have a recipe made each: the loop is a hot one. */
static bool recipe_make(enum projection_mode mode, const struct projection_node *node,
                        const struct shape *from, bool is_root, struct arena *a, struct recipe *ret)
{
	size_t n_max = (size_t)from->n + node->n_fields;
	struct recipe r = { .mode = mode, .node = node, .from = from };
	struct str *keys = arena_array(a, n_max, sizeof *keys);
	bool *is_in_input = arena_zalloc(a, node->n_fields, sizeof *is_in_input);
	struct recipe_step *steps = arena_array(a, n_max, sizeof *steps);
	uint64_t bits = name_bits(node);
	uint32_t n = 0;

	if (steps == NULL || keys == NULL || is_in_input == NULL)
		return false;
	for (uint32_t i = 0; i < from->n; i++) {
		struct str key = from->keys[i];
		const struct projection_field *field = bits & name_bit(key) ? field_of(node, key)
		                                                            : NULL;

		if (field == NULL) {
			if (mode != PROJECTION_INCLUDE)
				step_add(steps, keys, &n, key, (int32_t)i, NULL);
			continue;
		}
		is_in_input[field - node->fields] = true;
		if (keeps(mode, field))
			step_add(steps, keys, &n, key, (int32_t)i,
			         field->expr == NULL && field->node == NULL ? NULL : field);
	}
	for (size_t i = 0; i < node->n_fields && mode != PROJECTION_EXCLUDE; i++)
		if (is_appended(mode, &node->fields[i], is_in_input[i]))
			step_add(steps, keys, &n, node->fields[i].name, -1, &node->fields[i]);
	r.steps = steps;
	if (mode == PROJECTION_INCLUDE && is_root)
		id_first(&r, keys, n);
	r.to = shape_of(a, from, keys, n);
	if (r.to == NULL)
		return false;
	*ret = r;
	return true;
}

/* ---- recipes that are kept ---- */

static size_t slot_of(const struct projection_state *state, enum projection_mode mode,
                      const struct projection_node *node, const struct shape *from)
{
	size_t mask = state->n_slots - 1;
	size_t i = (size_t)hash_pair((uintptr_t)from, (uintptr_t)node + (uintptr_t)mode) & mask;

	for (; state->slots[i] != NULL; i = (i + 1) & mask)
		if (state->slots[i]->from == from && state->slots[i]->node == node &&
		    state->slots[i]->mode == mode)
			break;
	return i;
}

static bool state_grow(struct projection_state *state, struct arena *keep)
{
	struct projection_state grown = { .last = state->last, .n = state->n };

	grown.n_slots = state->n_slots == 0 ? SLOTS_MIN : state->n_slots * 2;
	grown.slots = arena_zalloc(keep, grown.n_slots, sizeof *grown.slots);
	if (grown.slots == NULL)
		return false;
	for (size_t i = 0; i < state->n_slots; i++) {
		const struct recipe *r = state->slots[i];

		if (r != NULL)
			grown.slots[slot_of(&grown, r->mode, r->node, r->from)] = r;
	}
	*state = grown;
	return true;
}

/* Recipes for shapes that last are kept as long as the run; others are made each time. */
static const struct recipe *recipe_for(const struct work *w, const struct projection_node *node,
                                       const struct shape *shape, bool is_root,
                                       struct recipe *scratch)
{
	struct projection_state *state = w->state;
	struct eval *ev = w->ev;

	if (!shape->is_lasting)
		return recipe_make(w->mode, node, shape, is_root, ev->arena, scratch) ? scratch
		                                                                      : NULL;
	if (state->n >= state->n_slots / 2 && !state_grow(state, ev->keep))
		return NULL;
	size_t i = slot_of(state, w->mode, node, shape);
	if (state->slots[i] != NULL)
		return state->slots[i];
	if (state->n == RECIPES_MAX)
		return recipe_make(w->mode, node, shape, is_root, ev->arena, scratch) ? scratch
		                                                                      : NULL;
	struct recipe *r = arena_alloc(ev->keep, sizeof *r);
	if (r == NULL || !recipe_make(w->mode, node, shape, is_root, ev->keep, r))
		return NULL;
	eval_keep_shape(ev, (struct shape *)(uintptr_t)r->to);
	state->slots[i] = r;
	state->n++;
	return r;
}

/* ---- making ---- */

static int make_value(const struct work *w, const struct projection_node *node, struct value v,
                      struct value *ret);

static int make_array(const struct work *w, const struct projection_node *node, struct array *arr,
                      struct value *ret)
{
	struct arena *a = w->ev->arena;
	uint32_t n = array_n(a, arr), n_out = 0;
	struct value *items = arena_array(a, n, sizeof *items);

	if (items == NULL)
		return eval_check(w->ev);
	for (uint32_t i = 0; i < n; i++) {
		struct value v;

		TRY(eval_tick(w->ev));
		TRY(make_value(w, node, array_get(a, arr, i), &v));
		if (v.type != VALUE_MISSING)
			items[n_out++] = v;
	}
	*ret = array_take(a, items, n_out);
	return 0;
}

/* A value at a place where the tree goes on below. */
static int make_value(const struct work *w, const struct projection_node *node, struct value v,
                      struct value *ret)
{
	static const struct shape nothing = { .n = 0 };
	struct object empty = { .shape = &nothing };
	struct recipe scratch;

	if (v.type == VALUE_ARRAY)
		return make_array(w, node, v.array, ret);
	if (v.type != VALUE_OBJECT) {
		/* What is computed below makes an object of it: in an array it must keep its place. */
		if (w->mode == PROJECTION_INCLUDE)
			v = node->has_computed ? NUL_VALUE : MISSING;
		if (w->mode != PROJECTION_ADD || !node->has_computed) {
			*ret = v;
			return 0;
		}
		v = value_object(&empty);
	}
	if (!object_open(w->ev->arena, v.object))
		return eval_check(w->ev);
	const struct recipe *recipe = recipe_for(w, node, v.object->shape, false, &scratch);
	if (recipe == NULL)
		return eval_check(w->ev);
	return make_object(w, v.object, recipe, ret);
}

/* What comes of a field with more below it: kept first, computed second. */
static int make_nested(const struct work *w, const struct projection_node *node, struct value v,
                       struct value *ret)
{
	struct work adding = { PROJECTION_ADD, w->ev, w->state };

	TRY(make_value(w, node, v, &v));
	if (w->mode == PROJECTION_INCLUDE && node->has_computed)
		TRY(make_value(&adding, node, v, &v));
	*ret = v;
	return 0;
}

static int make_field(const struct work *w, const struct recipe_step *step, const struct object *o,
                      struct value *ret)
{
	struct value v = MISSING;

	if (step->field == NULL) {
		*ret = o->values[step->from];
		return 0;
	}
	if (step->field->expr != NULL)
		return expr_eval_raw(step->field->expr, w->ev, ret);
	if (step->from >= 0)
		v = object_at(w->ev->arena, o, (uint32_t)step->from);
	return make_nested(w, step->field->node, v, ret);
}

static int make_object(const struct work *w, const struct object *o, const struct recipe *recipe,
                       struct value *ret)
{
	const struct recipe_step *steps = recipe->steps;
	const struct value *from = o->values;
	uint32_t n = recipe->to->n;
	struct value *values = arena_array(w->ev->arena, n, sizeof *values);
	bool is_whole = true;

	if (values == NULL)
		return eval_check(w->ev);
	for (uint32_t i = 0; i < n; i++) {
		if (LIKELY(steps[i].field == NULL)) {
			values[i] = from[steps[i].from];
			continue;
		}
		values[i] = MISSING;
		TRY(make_field(w, &steps[i], o, &values[i]));
		from = o->values; /* who looks into a document may open it */
		is_whole &= values[i].type != VALUE_MISSING;
	}
	*ret = is_whole ? object_from_shape(w->ev->arena, recipe->to, values)
	                : object_build(w->ev->arena, recipe->to->keys, values, recipe->to->n);
	return 0;
}

/*
 * Has the reader kept all that an inclusion looks at?  Then the rest of the document, which it does
 * not want, need not be looked for in its text.
 */
static bool is_enough(const struct projection *p, const struct object *o)
{
	const struct shape *shape = o->shape;

	if (!o->is_partial)
		return true;
	if (p->mode != PROJECTION_INCLUDE)
		return false;
	for (size_t i = 0; i < p->root.n_fields; i++) {
		uint32_t k = 0;

		if (is_computed(&p->root.fields[i]))
			continue;
		while (k < shape->n_asked && !str_eq(shape->asked[k], p->root.fields[i].name))
			k++;
		if (k == shape->n_asked)
			return false;
	}
	return true;
}

int projection_apply(const struct projection *p, struct projection_state *state, struct eval *ev,
                     struct value doc, struct value *ret)
{
	const struct work w = { p->mode, ev, state };
	struct object *o = doc.object;
	struct recipe scratch;

	/* A shape that an inclusion has a recipe for was enough, in a partial object too. */
	if (LIKELY(state->last != NULL && o->shape == state->last->from &&
	           (!o->is_partial || p->mode == PROJECTION_INCLUDE)))
		return make_object(&w, o, state->last, ret);
	if ((o->shape == NULL || !is_enough(p, o)) && !object_open(ev->arena, o))
		return eval_check(ev);
	const struct recipe *recipe = recipe_for(&w, &p->root, o->shape, true, &scratch);

	if (recipe == NULL)
		return eval_check(ev);
	if (o->shape->is_lasting && recipe != &scratch)
		state->last = recipe;
	return make_object(&w, o, recipe, ret);
}
