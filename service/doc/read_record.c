/* One record, along the layout that is expected. */
#include "doc/read_record.h"

int record_reader_init(struct record_reader *r, struct arena *a, const struct reader_input *input,
                       struct err *err)
{
	if (!read_keys_init(&r->gather.keys, a, &input->fields))
		return err_nomem(err, "the reader's keys");
	r->inner.arena = a;
	if (!input->is_plain)
		r->whole.inner = r->gather.keys.inner = &r->inner;
	r->expected = read_keys_layout(&r->gather.keys, NULL, 0, NULL, 0);
	if (r->expected == NULL)
		return err_nomem(err, "the reader's layouts");
	return 0;
}

void record_reader_begin_batch(struct record_reader *r)
{
	r->spare = NULL;
	r->n_spare = 0;
}

bool record_reserve(struct record_reader *r, struct arena *batch, uint32_t n)
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

int record_read_value(struct cursor *c, const char *colon, const char **op, struct value *ret,
                      struct err *err)
{
	const char *start = *op, *end;

	if (*start != '{' && *start != '[') {
		if (!skip_is_scalar_between(colon + 1, start))
			return skip_fail(c, colon + 1, "a value", err);
		struct str s = skip_trim(colon + 1, start);

		record_set(ret, s.data, s.len);
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
	record_set(ret, start, (size_t)(end - start));
	return 0;
}

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

	while (f < f_end && end - at >= 2 && read_field_is_at(f, before + 1, base + at[0])) {
		const char *start = before + 1 + f->len;

		start += *start == ' ';

		before = base + at[1];
		at += 2;
		if (LIKELY(skip_is_tight_scalar(start, before))) {
			record_set(&values[f->slot], start, (size_t)(before - start));
		} else {
			const char *next = before; /* so that before itself has no address */

			c->at = at;
			TRY(record_read_value(c, start - 1, &next, &values[f->slot], err));
			before = next;
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

	r->gather.n++;
	if (!record_reserve(r, batch, layout->n_slots))
		return err_nomem(err, "a batch of documents");
	TRY(expected_fields(r, &op, &n, err));
	if (LIKELY(*op == '}' && n == layout->n)) {
		o = record_take(r, batch, layout->shape, layout->is_partial);
	} else {
		if (*op != '}' && *op != ',' && op != open)
			return skip_fail(&r->cursor, op, "',' or '}'", err);
		TRY(record_read_stray(r, op, n, batch, &o, &op, err));
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
