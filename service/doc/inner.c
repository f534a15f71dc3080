/* Inner objects: opened along the layout that their site expects. */
#include "doc/inner.h"

#include "doc/bytes16.h"
#include "doc/raw.h"

static bool inner_begin(struct inner *inner)
{
	static const struct read_fields all = { .all = true };
	struct gatherer *g = arena_zalloc(inner->arena, 1, sizeof *g);

	if (g == NULL || !read_keys_init(&g->keys, inner->arena, &all))
		return false;
	g->keys.inner = inner; /* what stands in these objects is found in the same way */
	inner->nothing = read_keys_layout(&g->keys, NULL, 0, NULL, 0);
	if (inner->nothing == NULL)
		return false;
	inner->gather = g;
	return true;
}

struct inner_site *inner_site(const struct shape *shape, uint32_t i)
{
	if (UNLIKELY(shape->sites == NULL)) {
		struct inner_site *sites = arena_array(shape->home, shape->n, sizeof *sites);

		if (sites == NULL)
			return NULL;
		for (uint32_t k = 0; k < shape->n; k++)
			sites[k] = (struct inner_site){ .inner = shape->inner };
		((struct shape *)(uintptr_t)shape)->sites = sites;
	}
	return &shape->sites[i];
}

/* Nothing has been remembered anywhere, or not at this site. */
static bool site_begin(struct inner_site *site)
{
	if (site->inner->gather == NULL && !inner_begin(site->inner))
		return false;
	site->expected = site->inner->nothing;
	return true;
}

/* ---- along the expected layout ---- */

static inline void set(struct value *to, const char *text, const char *end)
{
	to->type = VALUE_RAW;
	to->flags = VALUE_KEYED;
	to->unused = 0;
	to->len = (uint32_t)(end - text);
	to->text = text;
}

/*
 * Behind a value that is a number or a literal.  Text of readers may be read beyond its end
 * (READ_PADDING).
 */
static inline const char *scalar_end(const char *p)
{
	for (;; p += 16) {
		uint64_t stops = bytes16_scalar_stops(p);

		if (LIKELY(stops != 0))
			return p + __builtin_ctzll(stops);
	}
}

static inline const char *string_end(const char *p)
{
	for (p++;; p += 16) {
		uint64_t quotes = bytes16_equal(p, '"'), escapes = bytes16_equal(p, '\\');

		if (LIKELY(quotes != 0 && (escapes & (quotes - 1)) == 0))
			return p + __builtin_ctzll(quotes) + 1;
		if (escapes != 0)
			return NULL;
	}
}

static inline const char *value_end(const char *p, const char *behind)
{
	if (*p == '"') {
		const char *end = string_end(p);

		return LIKELY(end != NULL) ? end : raw_skip_value(p, behind);
	}
	if (*p == '{' || *p == '[')
		return raw_skip_value(p, behind);
	return scalar_end(p);
}

/* Is the field's key what is written at text?  No more than 16 bytes are read behind the end. */
static inline bool is_at(const struct read_field *f, const char *text, const char *behind)
{
	uint64_t head[2];

	memcpy(head, text, sizeof head);
	if ((((head[0] & f->mask[0]) ^ f->head[0]) | ((head[1] & f->mask[1]) ^ f->head[1])) != 0)
		return false;
	return LIKELY(f->len <= 16) || (behind - text > (ptrdiff_t)f->len &&
	                                memcmp(text + 16, f->text + 16, f->len - 16) == 0);
}

/* Fields for as long as they are the expected ones; *ret_p is the brace or comma they end at. */
static uint32_t expected_fields(const struct read_layout *layout, const char *behind,
                                struct value *values, const char **ret_p)
{
	const struct read_field *f = layout->fields, *f_end = f + layout->n;
	const char *p = *ret_p;

	while (f < f_end && is_at(f, p + 1, behind)) {
		const char *start = p + 1 + f->len;

		start += *start == ' ';
		if (UNLIKELY(*start <= ' '))
			break;
		const char *end = value_end(start, behind);

		set(&values[f->slot], start, end);
		p = *end > ' ' ? end : raw_skip_space(end);
		f++;
		if (*p != ',')
			break;
	}
	*ret_p = p;
	return (uint32_t)(f - layout->fields);
}

/* ---- along no layout ---- */

/* The rest of the fields, from behind the brace or comma at p. */
static bool gather_fields(struct gatherer *g, struct gathering *now, const char *p,
                          const char *behind)
{
	while (*p != '}') {
		const char *key = raw_skip_space(p + 1);

		if (*key == '}') /* there was none at all */
			break;
		const char *key_end = raw_skip_value(key, behind);
		const char *colon = raw_skip_space(key_end);
		uint32_t slot;

		if (!gatherer_reserve(g, now))
			return false;
		const struct read_field *f = gathering_find(g, now, p + 1, colon);
		if (f != NULL)
			slot = gathering_add(g, now, f);
		else if (!gathering_add_new(g, now, p + 1, colon,
		                            (struct str){ key, (size_t)(key_end - key) }, &slot))
			return false;
		const char *start = raw_skip_space(colon + 1);
		const char *end = value_end(start, behind);

		set(&g->values[slot], start, end);
		p = raw_skip_space(end);
	}
	return true;
}

/* The first n fields are in values already, in their slots. */
static bool open_stray(struct arena *a, struct object *o, const char *p, uint32_t n,
                       const struct value *values)
{
	struct inner_site *site = o->site;
	struct gatherer *g = site->inner->gather;
	struct gathering now = { .arena = a, .has_layout = true };

	if (!gathering_begin(g, &now, site->expected, n, values) ||
	    !gather_fields(g, &now, p, o->raw + o->raw_len))
		return false;
	if (now.has_strangers) {
		const struct object *built = gathering_build(g, &now);

		if (built == NULL)
			return false;
		o->shape = built->shape;
		o->values = built->values;
		o->is_partial = false;
		return true;
	}
	struct gathered found = gathering_end(g, &now);

	if (found.shape == NULL)
		return false;
	struct value *copy = arena_array(a, found.shape->n, sizeof *copy);
	if (copy == NULL)
		return false;
	if (found.layout != NULL)
		site->expected = found.layout;
	if (found.shape->n > 0)
		memcpy(copy, g->values, found.shape->n * sizeof *copy);
	o->shape = found.shape;
	o->values = copy;
	o->is_partial = false;
	return true;
}

bool inner_open(struct arena *a, struct object *o)
{
	if (UNLIKELY(o->site->expected == NULL) && !site_begin(o->site))
		return false;
	const struct read_layout *layout = o->site->expected;
	const char *p = o->raw, *behind = o->raw + o->raw_len;
	struct value *values = arena_array(a, layout->n_slots, sizeof *values);

	if (values == NULL)
		return false;
	o->site->inner->gather->n++;
	uint32_t n = expected_fields(layout, behind, values, &p);

	if (UNLIKELY(*p != '}' || n < layout->n || layout->n == 0))
		return open_stray(a, o, p, n, values);
	o->shape = layout->shape;
	o->values = values;
	o->is_partial = false;
	return true;
}
