/* Splices: which documents they are for, what is kept of these, and what leaves. */
#include "engine/stage/splice.h"

#include <string.h>

struct splice_spec *splice_spec_create(struct compiler *c, const struct needs *reads,
                                       const struct str *adds, uint32_t n_adds)
{
	struct splice_spec *spec = compile_alloc(c, 1, sizeof *spec);
	struct str *names = compile_alloc(c, (size_t)reads->n + n_adds, sizeof *names);

	if (spec == NULL || names == NULL) {
		(void)compile_nomem(c); /* the arena remembers */
		return NULL;
	}
	for (uint32_t i = 0; i < reads->n; i++) {
		bool is_added = false;

		for (uint32_t k = 0; k < n_adds && !is_added; k++)
			is_added = str_eq(adds[k], reads->names[i]);
		if (!is_added)
			names[spec->n_reads++] = reads->names[i];
	}
	memcpy(names + spec->n_reads, adds, n_adds * sizeof *names);
	spec->n_adds = n_adds;
	spec->names = names;
	return spec;
}

/* A shape of some names, of which others that were looked for are known not to be there. */
static const struct shape *shape_of(const struct splice_spec *spec, struct eval *ev,
                                    const struct str *names, uint32_t n)
{
	struct shape *shape = shape_create(ev->keep, names, n);

	if (shape == NULL)
		return NULL;
	shape->asked = spec->names;
	shape->n_asked = spec->n_reads + spec->n_adds;
	eval_keep_shape(ev, shape);
	return shape;
}

/* The fields that are read and there; false when memory lacks. */
static bool recipe_fill(struct splice_recipe *r, const struct splice_spec *spec, struct eval *ev)
{
	struct str *names = arena_array(ev->arena, spec->n_reads + spec->n_adds, sizeof *names);
	int32_t *places = arena_array(ev->keep, spec->n_reads, sizeof *places);
	uint32_t n = 0;

	if (names == NULL || places == NULL)
		return false;
	for (uint32_t i = 0; i < spec->n_reads; i++) {
		int32_t place = shape_find(r->from, spec->names[i]);

		if (place < 0)
			continue;
		names[n] = r->from->keys[place];
		places[n++] = place;
	}
	r->places = places;
	r->taken = shape_of(spec, ev, names, n);
	memcpy(names + n, spec->names + spec->n_reads, spec->n_adds * sizeof *names);
	r->to = shape_of(spec, ev, names, n + spec->n_adds);
	return r->taken != NULL && r->to != NULL;
}

static struct splice_recipe recipe_make(const struct splice_spec *spec, struct eval *ev,
                                        const struct shape *from)
{
	struct splice_recipe r = { .from = from, .keys_len = 2 };

	for (uint32_t i = 0; i < spec->n_adds; i++)
		if (shape_find(from, spec->names[spec->n_reads + i]) >= 0)
			return r;
	/* Quotes and a colon for each, and a comma for each but the first. */
	for (uint32_t i = 0; i < from->n; i++)
		r.keys_len += from->keys[i].len + 3 + (i > 0);
	if (!recipe_fill(&r, spec, ev))
		r.taken = NULL;
	return r;
}

static const struct splice_recipe *recipe_for(struct splice *s, struct eval *ev,
                                              const struct shape *from)
{
	if (LIKELY(s->recipes[s->last].from == from))
		return &s->recipes[s->last];
	for (s->last = 0; s->last < s->n_recipes; s->last++)
		if (s->recipes[s->last].from == from)
			return &s->recipes[s->last];
	if (s->n_recipes == SPLICE_RECIPES) {
		s->last = 0;
		return NULL;
	}
	s->last = s->n_recipes++;
	s->recipes[s->last] = recipe_make(s->spec, ev, from);
	return &s->recipes[s->last];
}

/*
 * Is the text what writing the fields one by one would give?  Anything else (white space, escapes
 * in keys, keys that are there twice) is longer.
 */
static bool is_tight(const struct object *o, size_t keys_len)
{
	size_t len = keys_len;

	for (uint32_t i = 0; i < o->shape->n; i++) {
		struct value v = o->values[i];

		if (LIKELY(v.type == VALUE_RAW))
			len += v.len;
		else if (v.type == VALUE_OBJECT && object_is_text(v.object))
			len += v.object->raw_len;
		else if (v.type == VALUE_ARRAY && v.array->raw != NULL)
			len += v.array->raw_len;
		else
			return false;
	}
	return len == o->raw_len;
}

struct value splice_take(struct splice *s, struct eval *ev, struct value doc)
{
	const struct object *o = doc.object;

	if (s->spec == NULL || ev->is_keep_short || !object_is_text(o) || o->is_partial ||
	    o->shape == NULL || !o->shape->is_lasting)
		return doc;
	const struct splice_recipe *r = recipe_for(s, ev, o->shape);
	if (r == NULL || r->taken == NULL || !r->taken->is_lasting || !is_tight(o, r->keys_len))
		return doc;

	uint32_t n = r->taken->n;
	struct object *taken = arena_alloc(ev->arena, sizeof *taken + n * sizeof(struct value));
	if (taken == NULL)
		return doc;
	*taken = (struct object){
		.shape = r->taken,
		.values = (struct value *)(taken + 1),
		.raw = o->raw,
		.home = ev->arena,
		.raw_len = o->raw_len,
		.is_partial = true,
	};
	for (uint32_t i = 0; i < n; i++)
		taken->values[i] = o->values[r->places[i]];
	return value_object(taken);
}

static const struct splice_recipe *recipe_of(const struct splice *s, const struct shape *taken)
{
	if (LIKELY(s->recipes[s->last].taken == taken))
		return &s->recipes[s->last];
	for (uint32_t i = 0; i < s->n_recipes; i++)
		if (s->recipes[i].taken == taken)
			return &s->recipes[i];
	return NULL;
}

bool splice_add(const struct splice *s, struct eval *ev, struct value doc,
                const struct value *values, struct value *ret)
{
	const struct object *o = doc.object;
	const struct splice_recipe *r = s->spec != NULL && o->shape != NULL ? recipe_of(s, o->shape)
	                                                                    : NULL;

	if (r == NULL)
		return false;
	uint32_t n = r->taken->n, n_adds = s->spec->n_adds;
	for (uint32_t i = 0; i < n_adds; i++)
		if (values[i].type == VALUE_MISSING)
			return false;
	struct value *all = arena_array(ev->arena, (size_t)n + n_adds, sizeof *all);
	*ret = NUL_VALUE;
	if (all == NULL)
		return true; /* the arena remembers */
	for (uint32_t i = 0; i < n; i++)
		all[i] = o->values[i];
	memcpy(all + n, values, n_adds * sizeof *all);
	*ret = object_splice(ev->arena, o, r->to, all, n_adds);
	return true;
}
