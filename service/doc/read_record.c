/* One record: along the expected layout, and what happens when it turns out otherwise. */
#include "doc/read_record.h"

#include "doc/raw.h"

#define REALIGN_MAX 16   /* fields of the expected layout that may be missing in a row */

/* A record that does not follow the expected layout, while it is being read. */
struct stray {
	struct arena *batch;
	const struct read_field *expected;   /* what may come next */
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
static inline int value_read(struct cursor *c, const char *colon, const char **op,
                             struct value *ret, struct err *err)
{
	const char *start = *op, *end;

	if (LIKELY(*start != '{' && *start != '[')) {
		struct str s = skip_trim(colon + 1, start);

		if (!skip_is_scalar(s))
			return skip_fail(c, colon + 1, "a value", err);
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

static inline uint64_t load64(const char *p)
{
	uint64_t bits;

	memcpy(&bits, p, sizeof bits);
	return bits;
}

/* Is the field's key what is written from text to the colon?  Reads up to 16 bytes from text. */
static inline bool field_is_at(const struct read_field *f, const char *text, const char *colon)
{
	if (colon + 1 - text != (ptrdiff_t)f->len)
		return false;
	if ((((load64(text) ^ f->text_head[0]) & f->mask[0]) |
	     ((load64(text + 8) ^ f->text_head[1]) & f->mask[1])) != 0)
		return false;
	return f->len <= 16 || memcmp(text + 16, f->text + 16, f->len - 16) == 0;
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
		(void)key_slot(r, s, layout->fields[i].key);
		field_add(r, s, layout->fields[i]);
	}
	s->expected = layout->fields + n;
	return true;
}

/* A key was found by its name: go on behind it when the expected layout has it further on. */
static void realign(struct stray *s, const struct read_key *key)
{
	const struct read_field *f = s->expected;

	for (unsigned i = 0; i < REALIGN_MAX && f->len != 0; i++, f++)
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
	if (field_is_at(s->expected, text, colon)) {
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

static struct object *object_new(struct arena *batch, const struct shape *shape,
                                 const struct value *values)
{
	struct object *o = arena_alloc(batch, sizeof *o + shape->n * sizeof *values);

	if (o == NULL)
		return NULL;
	*o = (struct object){
		.shape = shape,
		.values = (struct value *)(o + 1),
		.home = batch,
	};
	if (shape->n > 0)
		memcpy(o->values, values, shape->n * sizeof *values);
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
	struct object *o = shape == NULL ? NULL : object_new(s->batch, shape, scratch->values);
	if (o != NULL)
		o->is_partial = layout != NULL ? layout->is_partial : !r->keys.wanted.all;
	return o;
}

static int stray_read(struct record_reader *r, const char *before, uint32_t n_fields, bool is_closed,
                      struct arena *batch, struct object **ret, const char **ret_close,
                      struct err *err)
{
	struct stray s = { .batch = batch, .has_layout = true };

	if (!stray_begin(r, &s, n_fields))
		return err_nomem(err, "a document's keys");
	if (is_closed)
		*ret_close = before;
	else
		TRY(stray_fields(r, &s, before, ret_close, err));
	*ret = stray_object(r, &s);
	return 0;
}

/* ---- along the expected layout ---- */

int record_read(struct record_reader *r, const char *open, struct arena *batch, struct value *ret,
                const char **ret_end, struct err *err)
{
	struct cursor *c = &r->cursor;
	const struct read_layout *layout = r->expected;
	const struct read_field *f = layout->fields;
	const char *op = open;
	struct object *o = NULL;

	r->n++;
	while (c->end - c->at >= 2 && *op != '}') {
		const char *colon = c->base + c->at[0];
		struct value v;

		if (!field_is_at(f, op + 1, colon))
			break;
		op = c->base + c->at[1];
		c->at += 2;
		TRY(value_read(c, colon, &op, &v, err));
		if (f->slot != READ_NO_SLOT)
			r->scratch.values[f->slot] = v;
		f++;
		if (*op != ',' && *op != '}')
			return skip_fail(c, op, "',' or '}'", err);
	}
	uint32_t n_fields = (uint32_t)(f - layout->fields);
	if (n_fields == layout->n && *op == '}' && op != open) {
		o = object_new(batch, layout->shape, r->scratch.values);
		if (o != NULL)
			o->is_partial = layout->is_partial;
	} else {
		TRY(stray_read(r, op, n_fields, *op == '}' && op != open, batch, &o, &op, err));
	}
	if (o == NULL)
		return err_nomem(err, "a batch of documents");
	if (op - open >= UINT32_MAX)
		return err_set(err, ERR_TOO_LARGE, "a document of more than 4 GiB");
	o->raw = open;
	o->raw_len = (uint32_t)(op + 1 - open);
	*ret = value_object(o);
	*ret_end = op + 1;
	return 0;
}
