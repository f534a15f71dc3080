/* One record: along the expected layout, and what happens when it turns out otherwise. */
#include "doc/read_record.h"

#include "doc/raw.h"

#define REALIGN_MAX 16   /* fields of the expected layout that may be missing in a row */

/* A record that does not follow the expected layout, while it is being read. */
struct stray {
	struct arena *batch;
	const struct read_field *expected;   /* what may come next */
	const struct read_field *expected_end;
	uint32_t n_fields, n_slots;
	bool has_layout;             /* the keys so far are all in the dictionary */
};

int record_reader_init(struct record_reader *r, struct arena *a, const struct read_fields *wanted,
                       struct err *err)
{
	if (!read_keys_init(&r->keys, a, wanted))
		return err_nomem(err, "the reader's keys");
	r->expected = read_keys_layout(&r->keys, NULL, 0, NULL, 0);
	if (r->expected == NULL)
		return err_nomem(err, "the reader's layouts");
	return 0;
}

/* The value behind a colon, whose first structural character is *op; leaves *op at the next. */
static int value_read(struct cursor *c, const char *colon, const char **op,
                             struct value *ret, struct err *err)
{
	const char *start = *op, *end;

	if (LIKELY(*start != '{' && *start != '[')) {
		if (!skip_is_scalar_between(colon + 1, start))
			return skip_fail(c, colon + 1, "a value", err);
		struct str s = skip_trim(colon + 1, start);
		*ret = value_raw(s.data, s.len);
		ret->flags = VALUE_KEYED;
		return 0;
	}
	if (!skip_is_blank(colon + 1, start))
		return skip_fail(c, colon + 1, "a value", err);
	TRY(skip_container(c, start, 2, &end, err));
	*op = cursor_next(c);
	if (*op == NULL)
		return skip_fail_end(c, end, "',' or '}'", err);
	if (!skip_is_blank(end, *op))
		return skip_fail(c, end, "',' or '}'", err);
	*ret = value_raw(start, (size_t)(end - start));
	ret->flags = VALUE_KEYED;
	return 0;
}

/*
 * Is the field's key what is written from text on?  colon is the next structural character.  When
 * the bytes are the same the colon is where theirs is, so only long keys need to look at it: to
 * be sure that all of them is there.  Reads 16 bytes.
 */
static inline bool field_is_at(const struct read_field *f, const char *text, const char *colon)
{
	uint64_t different = ((skip_load64(text) ^ f->head[0]) & f->mask[0]) |
	                     ((skip_load64(text + 8) ^ f->head[1]) & f->mask[1]);

	if (different != 0)
		return false;
	return LIKELY(f->len <= 16) ||
	       (colon + 1 - text == (ptrdiff_t)f->len &&
	        memcmp(text + 16, f->text + 16, f->len - 16) == 0);
}

/* ---- off the expected layout ---- */

static bool scratch_reserve(struct record_reader *r, uint32_t n_slots, uint32_t n_fields)
{
	struct record_scratch *s = &r->scratch;
	struct arena *a = r->keys.arena;
	size_t cap = s->n_values_max;

	struct value *values = arena_extend(a, s->values, n_slots, &cap, sizeof *values);
	struct str *names = arena_extend(a, s->names, n_slots, &s->n_values_max, sizeof *names);
	struct read_field *fields =
		arena_extend(a, s->fields, n_fields, &s->n_fields_max, sizeof *fields);
	if (values == NULL || names == NULL || fields == NULL) {
		*s = (struct record_scratch){ 0 };
		return false;
	}
	s->values = values;
	s->names = names;
	s->fields = fields;
	return true;
}

/* A key of this record: which slot its value goes to. */
static uint32_t key_slot(struct record_reader *r, struct stray *s, struct read_key *key)
{
	if (!key->is_wanted)
		return READ_NO_SLOT;
	if (key->record != r->n) {
		key->record = r->n;
		key->slot = s->n_slots;
		r->scratch.names[s->n_slots++] = key->name;
	}
	return key->slot;
}

static void field_add(struct record_reader *r, struct stray *s, struct read_field f)
{
	if (!s->has_layout || s->n_fields == READ_LAYOUT_FIELDS_MAX) {
		s->has_layout = false;
		return;
	}
	r->scratch.fields[s->n_fields++] = f;
}

/* Take over what has been read along the expected layout: its first n fields. */
static bool stray_begin(struct record_reader *r, struct stray *s, uint32_t n)
{
	const struct read_layout *layout = r->expected;

	for (uint32_t i = 0; i < n; i++) {
		if (!scratch_reserve(r, s->n_slots, s->n_fields))
			return false;
		struct read_field f = layout->fields[i];

		f.slot = key_slot(r, s, f.key);
		field_add(r, s, f);
	}
	s->expected = layout->fields + n;
	s->expected_end = layout->fields + layout->n;
	if (s->n_slots > 0)
		memcpy(r->scratch.values, r->spare->values, s->n_slots * sizeof(struct value));
	return true;
}

/* A key was found by its name: go on behind it when the expected layout has it further on. */
static void realign(struct stray *s, const struct read_key *key)
{
	const struct read_field *f = s->expected;

	for (unsigned i = 0; i < REALIGN_MAX && f < s->expected_end; i++, f++)
		if (f->key == key) {
			s->expected = f + 1;
			return;
		}
}

/* The slot for the value of the key written from text to colon; false on lack of memory. */
static bool stray_key(struct record_reader *r, struct stray *s, const char *text,
                      const char *colon, struct str written, uint32_t *ret_slot)
{
	if (!scratch_reserve(r, s->n_slots, s->n_fields))
		return false;
	if (s->expected < s->expected_end && field_is_at(s->expected, text, colon)) {
		struct read_field f = *s->expected++;

		f.slot = *ret_slot = key_slot(r, s, f.key);
		field_add(r, s, f);
		return true;
	}
	struct str name = raw_string(s->batch, written.data, written.data + written.len);
	if (arena_failed(s->batch))
		return false;
	struct read_key *key = read_keys_get(&r->keys, name);
	if (key != NULL) {
		struct read_field f;

		read_field_init(&f, text, colon);
		f.key = key;
		f.slot = *ret_slot = key_slot(r, s, key);
		field_add(r, s, f);
		realign(s, key);
		return true;
	}
	s->has_layout = false;
	*ret_slot = READ_NO_SLOT;
	if (read_keys_is_wanted(&r->keys, name)) {
		*ret_slot = s->n_slots;
		r->scratch.names[s->n_slots++] = name;
	}
	return !arena_failed(r->keys.arena);
}

/* Fields from here on to the closing brace, which is *ret_close. */
static int stray_fields(struct record_reader *r, struct stray *s, const char *before,
                        const char **ret_close, struct err *err)
{
	struct cursor *c = &r->cursor;
	uint32_t slot;

	for (;;) {
		const char *op = cursor_next(c);
		struct value v;

		if (op == NULL)
			return skip_fail_cut(c, before + 1, "a key in double quotes", err);
		if (*op == '}' && *before == '{' && skip_is_blank(before + 1, op)) {
			*ret_close = op;
			return 0;
		}
		struct str key = skip_key(c, before + 1, op);
		if (key.len == 0)
			return skip_fail_member(c, before + 1, op, err);
		if (!stray_key(r, s, before + 1, op, key, &slot))
			return err_nomem(err, "a document's keys");
		const char *colon = op;
		op = cursor_next(c);
		if (op == NULL)
			return skip_fail_cut(c, colon + 1, "a value", err);
		TRY(value_read(c, colon, &op, &v, err));
		if (slot != READ_NO_SLOT)
			r->scratch.values[slot] = v;
		if (*op == '}') {
			*ret_close = op;
			return 0;
		}
		if (*op != ',')
			return skip_fail(c, op, "',' or '}'", err);
		before = op;
	}
}

/* ---- the object ---- */

void record_reader_begin_batch(struct record_reader *r)
{
	r->spare = NULL;
	r->n_spare = 0;
}

/* See to it that the spare object has room for so many values. */
static inline bool spare_reserve(struct record_reader *r, struct arena *batch, uint32_t n)
{
	if (LIKELY(r->spare != NULL && r->n_spare >= n))
		return true;
	struct object *o = arena_alloc(batch, sizeof *o + n * sizeof(struct value));
	if (o == NULL)
		return false;
	o->values = (struct value *)(o + 1);
	r->spare = o;
	r->n_spare = n;
	return true;
}

/* The spare object, whose values are there already, is one of the documents now. */
static inline struct object *spare_take(struct record_reader *r, struct arena *batch,
                                        const struct shape *shape, bool is_partial)
{
	struct object *o = r->spare;

	*o = (struct object){
		.shape = shape,
		.values = o->values,
		.home = batch,
		.is_partial = is_partial,
	};
	r->spare = NULL;
	return o;
}

/* A record with more, or longer, keys than are kept; two of them may be the same. */
static struct object *object_without_layout(struct record_reader *r, const struct stray *s)
{
	struct value v = object_build(s->batch, r->scratch.names, r->scratch.values, s->n_slots);

	if (v.type != VALUE_OBJECT)
		return NULL;
	v.object->depth = 0;
	v.object->is_partial = !r->keys.wanted.all;
	return v.object;
}

/* A shape of this record's own, when there are too many to keep. */
static const struct shape *shape_in_batch(struct arena *batch, const struct str *names, uint32_t n)
{
	struct shape *shape = arena_zalloc(batch, 1, sizeof *shape);
	struct str *copy = arena_memdup(batch, names, n * sizeof *names);

	if (shape == NULL || copy == NULL)
		return NULL;
	shape->n = n;
	shape->keys = copy;
	shape->home = batch;
	return shape;
}

static struct object *stray_object(struct record_reader *r, const struct stray *s)
{
	if (!s->has_layout)
		return object_without_layout(r, s);

	const struct record_scratch *scratch = &r->scratch;
	const struct read_layout *layout = read_keys_layout(&r->keys, scratch->fields, s->n_fields,
	                                                    scratch->names, s->n_slots);
	const struct shape *shape = layout != NULL ? layout->shape
	                          : read_keys_shape(&r->keys, scratch->names, s->n_slots);

	if (layout != NULL)
		r->expected = layout;
	if (shape == NULL)
		shape = shape_in_batch(s->batch, scratch->names, s->n_slots);
	if (shape == NULL || !spare_reserve(r, s->batch, shape->n))
		return NULL;
	if (shape->n > 0)
		memcpy(r->spare->values, scratch->values, shape->n * sizeof *scratch->values);
	return spare_take(r, s->batch, shape,
	                  layout != NULL ? layout->is_partial : !r->keys.wanted.all);
}

/* Go on with a record that has had n_fields of the expected ones, and may be over. */
static int stray_read(struct record_reader *r, const char *before, uint32_t n_fields,
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

/* ---- along the expected layout ---- */

/*
 * Read fields for as long as they are the expected ones, into the spare object.  *op is the last
 * structural character, the opening brace at first.  Most of the reader's time is spent here, so
 * the cursor is in local variables, and scalars without white space around them are dealt with on
 * the spot. 
 */
static int expected_fields(struct record_reader *r, const char **op, uint32_t *ret_n,
                           struct err *err)
{
	struct cursor *c = &r->cursor;
	struct value *values = r->spare->values;
	const struct read_field *f = r->expected->fields, *f_end = f + r->expected->n;
	const uint32_t *at = c->at, *end = c->end;
	const char *base = c->base, *before = *op;

	while (f < f_end && end - at >= 2 && field_is_at(f, before + 1, base + at[0])) {
		const char *start = before + 1 + f->len;

		before = base + at[1];
		at += 2;
		if (LIKELY(skip_scalar(start, before) == before)) {
			values[f->slot] = value_raw(start, (size_t)(before - start));
			values[f->slot].flags = VALUE_KEYED;
		} else {
			c->at = at;
			TRY(value_read(c, start - 1, &before, &values[f->slot], err));
			at = c->at;
			end = c->end;
			base = c->base;
		}
		f++;
		if (*before != ',')
			break;
	}
	c->at = at;
	*op = before;
	*ret_n = (uint32_t)(f - r->expected->fields);
	return 0;
}

int record_read(struct record_reader *r, const char *open, struct arena *batch, struct value *ret,
                const char **ret_end, struct err *err)
{
	const struct read_layout *layout = r->expected;
	const char *op = open;
	struct object *o = NULL;
	uint32_t n;

	r->n++;
	if (!spare_reserve(r, batch, layout->n_slots))
		return err_nomem(err, "a batch of documents");
	TRY(expected_fields(r, &op, &n, err));
	if (LIKELY(*op == '}' && n == layout->n)) {
		o = spare_take(r, batch, layout->shape, layout->is_partial);
	} else {
		if (*op != '}' && *op != ',' && op != open)
			return skip_fail(&r->cursor, op, "',' or '}'", err);
		TRY(stray_read(r, op, n, batch, &o, &op, err));
		if (o == NULL)
			return err_nomem(err, "a batch of documents");
	}
	if (op - open >= UINT32_MAX)
		return err_set(err, ERR_TOO_LARGE, "a document of more than 4 GiB");
	o->raw = open;
	o->raw_len = (uint32_t)(op + 1 - open);
	*ret = value_object(o);
	*ret_end = op + 1;
	return 0;
}
