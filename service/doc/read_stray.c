/* One record that strays from the expected layout. */
#include "doc/raw.h"
#include "doc/read_record.h"

#define SKIP_MAX 2 /* expected fields in a row that may be missing before it takes a look-up */

struct stray {
	struct arena *batch;
	const struct read_field *expected, *expected_end; /* what may come next */
	uint32_t n_fields, n_slots;
	uint64_t hash, slots_hash; /* of the keys so far, and of those with slots */
	bool has_layout;           /* all that is written so far is remembered */
	bool has_strangers;        /* keys that are not, so two may be the same */
};

static bool scratch_grow(struct record_reader *r, uint32_t n_slots, uint32_t n_fields)
{
	struct record_scratch *s = &r->scratch;
	struct arena *a = r->keys.arena;
	size_t cap = s->n_values_max;

	struct value *values = arena_extend(a, s->values, n_slots, &cap, sizeof *values);
	struct str *names = arena_extend(a, s->names, n_slots, &s->n_values_max, sizeof *names);
	const struct read_field **fields = arena_extend(a, s->fields, n_fields, &s->n_fields_max,
	                                                sizeof *fields);
	if (values == NULL || names == NULL || fields == NULL) {
		*s = (struct record_scratch){ 0 };
		return false;
	}
	s->values = values;
	s->names = names;
	s->fields = fields;
	return true;
}

/* Room for one more. */
static inline bool scratch_reserve(struct record_reader *r, uint32_t n_slots, uint32_t n_fields)
{
	if (LIKELY(n_slots < r->scratch.n_values_max && n_fields < r->scratch.n_fields_max))
		return true;
	return scratch_grow(r, n_slots, n_fields);
}

/* A key of this record: which slot its value goes to. */
static inline uint32_t key_slot(struct record_reader *r, struct stray *s, struct read_key *key)
{
	if (!key->is_wanted)
		return READ_NO_SLOT;
	if (key->record != r->n) {
		key->record = r->n;
		key->slot = s->n_slots;
		r->scratch.names[s->n_slots++] = key->name;
		s->slots_hash = read_keys_hash(s->slots_hash, key);
	}
	return key->slot;
}

static inline void field_add(struct record_reader *r, struct stray *s, const struct read_field *f)
{
	if (s->n_fields == READ_LAYOUT_FIELDS_MAX) {
		s->has_layout = false;
		return;
	}
	r->scratch.fields[s->n_fields++] = f;
	s->hash = read_keys_hash(s->hash, f->key);
}

/* Take over what has been read along the expected layout: its first n fields. */
static bool stray_begin(struct record_reader *r, struct stray *s, uint32_t n)
{
	const struct read_layout *layout = r->expected;

	for (uint32_t i = 0; i < n; i++) {
		if (!scratch_reserve(r, s->n_slots, s->n_fields))
			return false;
		(void)key_slot(r, s, layout->fields[i].key);
		field_add(r, s, &layout->fields[i]);
	}
	s->expected = layout->fields + n;
	s->expected_end = layout->fields + layout->n;
	if (s->n_slots > 0)
		memcpy(r->scratch.values, r->spare->values, s->n_slots * sizeof(struct value));
	return true;
}

/* The field written at text, when it is remembered.  Most often it is one of the next expected. */
static const struct read_field *field_find(const struct record_reader *r, struct stray *s,
                                           const char *text, const char *colon)
{
	const struct read_field *f = s->expected;

	for (int i = 0; i <= SKIP_MAX && f < s->expected_end; i++, f++)
		if (read_field_is_at(f, text, colon)) {
			s->expected = f + 1;
			return f;
		}
	return *colon == ':' ? read_keys_find(&r->keys, text, colon) : NULL;
}

/*
 * A key that is written as never before: its slot, unless memory lacks.  Once there is no room to
 * remember more, any such key is a stranger, the ones known in another writing too.
 */
static bool key_new(struct record_reader *r, struct stray *s, const char *text, const char *colon,
                    struct str written, uint32_t *ret_slot)
{
	struct str name = raw_string(s->batch, written.data, written.data + written.len);
	struct read_key *key = NULL;
	const struct read_field *f = NULL;

	if (r->keys.n_written < READ_KEYS_MAX && !arena_failed(s->batch))
		key = read_keys_name(&r->keys, name);
	if (key != NULL)
		f = read_keys_add(&r->keys, text, colon, key);
	if (arena_failed(s->batch) || arena_failed(r->keys.arena))
		return false;
	if (f != NULL) {
		field_add(r, s, f);
		*ret_slot = key_slot(r, s, key);
		return true;
	}
	s->has_layout = false;
	*ret_slot = READ_NO_SLOT;
	if (read_keys_is_wanted(&r->keys, name)) {
		s->has_strangers = true;
		*ret_slot = s->n_slots;
		r->scratch.names[s->n_slots++] = name;
	}
	return true;
}

/* The key between before and the colon: the slot for its value. */
static int stray_key(struct record_reader *r, struct stray *s, const char *before,
                     const char *colon, uint32_t *ret_slot, struct err *err)
{
	if (!scratch_reserve(r, s->n_slots, s->n_fields))
		return err_nomem(err, "a document's keys");

	const struct read_field *f = field_find(r, s, before + 1, colon);
	if (LIKELY(f != NULL)) {
		*ret_slot = key_slot(r, s, f->key);
		field_add(r, s, f);
		return 0;
	}
	struct str key = skip_key(&r->cursor, before + 1, colon);
	if (key.len == 0)
		return skip_fail_member(&r->cursor, before + 1, colon, err);
	if (!key_new(r, s, before + 1, colon, key, ret_slot))
		return err_nomem(err, "a document's keys");
	return 0;
}

/* Fields from here on to the closing brace, which is *ret_close. */
static int stray_fields(struct record_reader *r, struct stray *s, const char *before,
                        const char **ret_close, struct err *err)
{
	struct cursor *c = &r->cursor;
	struct value unwanted;

	do {
		const char *colon = cursor_next(c);
		uint32_t slot = READ_NO_SLOT;

		if (colon == NULL)
			return skip_fail_cut(c, before + 1, "a key in double quotes", err);
		if (*colon == '}' && *before == '{' && skip_is_blank(before + 1, colon)) {
			*ret_close = colon;
			return 0;
		}
		TRY(stray_key(r, s, before, colon, &slot, err));
		before = cursor_next(c);
		if (before == NULL)
			return skip_fail_cut(c, colon + 1, "a value", err);
		struct value *to = slot == READ_NO_SLOT ? &unwanted : &r->scratch.values[slot];
		if (LIKELY(skip_is_tight_scalar(colon + 1, before)))
			record_set(to, colon + 1, (size_t)(before - colon - 1));
		else
			TRY(record_read_value(c, colon, &before, to, err));
	} while (*before == ',');
	if (*before != '}')
		return skip_fail(c, before, "',' or '}'", err);
	*ret_close = before;
	return 0;
}

/* A record with more, or longer, keys than are kept; two of them may be the same. */
static struct object *object_of_strangers(struct record_reader *r, const struct stray *s)
{
	struct value v = object_build(s->batch, r->scratch.names, r->scratch.values, s->n_slots);

	if (v.type != VALUE_OBJECT)
		return NULL;
	v.object->depth = 0;
	v.object->home = s->batch;
	v.object->is_partial = !r->keys.wanted.all;
	return v.object;
}

/* A shape of this record's own, when there are too many to keep. */
static const struct shape *shape_in_batch(const struct record_reader *r, struct arena *batch,
                                          const struct str *names, uint32_t n)
{
	struct shape *shape = arena_alloc(batch, sizeof *shape + n * sizeof *names);

	if (shape == NULL)
		return NULL;
	*shape = (struct shape){
		.n = n,
		.keys = (struct str *)(shape + 1),
		.home = batch,
		.asked = r->keys.wanted.names,
		.n_asked = r->keys.wanted.n,
	};
	if (n > 0)
		memcpy(shape + 1, names, n * sizeof *names);
	return shape;
}

static struct object *stray_object(struct record_reader *r, const struct stray *s)
{
	const struct record_scratch *scratch = &r->scratch;
	const struct read_names names = { scratch->names, s->n_slots, s->slots_hash };
	const struct read_layout *layout = NULL;

	if (s->has_strangers)
		return object_of_strangers(r, s);
	if (s->has_layout)
		layout = read_keys_layout(&r->keys, scratch->fields, s->n_fields, s->hash, names);
	const struct shape *shape = layout != NULL ? layout->shape
	                                           : read_keys_shape(&r->keys, names);

	if (layout != NULL)
		r->expected = layout;
	if (shape == NULL)
		shape = shape_in_batch(r, s->batch, scratch->names, s->n_slots);
	if (shape == NULL || !record_reserve(r, s->batch, shape->n))
		return NULL;
	if (shape->n > 0)
		memcpy(r->spare->values, scratch->values, shape->n * sizeof *scratch->values);
	return record_take(r, s->batch, shape,
	                   layout != NULL ? layout->is_partial : !r->keys.wanted.all);
}

int record_read_stray(struct record_reader *r, const char *before, uint32_t n_fields,
                      struct arena *batch, struct object **ret, const char **ret_close,
                      struct err *err)
{
	struct stray s = { .batch = batch, .has_layout = true };

	if (!stray_begin(r, &s, n_fields))
		return err_nomem(err, "a document's keys");
	if (*before == '}')
		*ret_close = before;
	else
		TRY(stray_fields(r, &s, before, ret_close, err));
	*ret = stray_object(r, &s);
	return 0;
}
