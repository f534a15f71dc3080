/*
 * One record of the input: from its opening brace to the object with the spans of its fields.
 *
 * read_record.c reads along the layout that is expected; from the field on that is another than
 * expected, read_stray.c takes over.  For doc/ alone.
 */
#ifndef DOC_READ_RECORD_H
#define DOC_READ_RECORD_H

#include "doc/inner.h"
#include "doc/skip.h"

struct record_reader {
	struct cursor cursor;
	struct gatherer gather;
	struct inner inner;
	struct inner_site whole; /* of records of which not all was kept, when they are opened */
	uint32_t n_parts_of; /* records in a row that left out some fields of what is expected */
	const struct read_layout *expected; /* the layout of the last record that had one */
	struct object *spare;               /* made in the current batch, and not used yet */
	uint32_t n_spare;                   /* values that it has room for */
	enum read_format format;
};

int record_reader_init(struct record_reader *r, struct arena *a, const struct reader_input *input,
                       struct err *err) MUST_CHECK;

/* From here on another arena is the batch, or the same one after a reset. */
void record_reader_begin_batch(struct record_reader *r);

/*
 * Read the record whose opening brace is the last character that the cursor gave.  Its object is
 * made in batch; *ret_end is behind its closing brace.
 */
int record_read(struct record_reader *r, const char *open, struct arena *batch, struct value *ret,
                const char **ret_end, struct err *err) MUST_CHECK;

/* ---- between read_record.c and read_stray.c ---- */

/*
 * Go on with a record of which n_fields are read, those that were expected, into the spare object.
 * before is the last character taken, a brace or a comma.  *ret is the object, *ret_close its
 * closing brace.
 */
int record_read_stray(struct record_reader *r, const char *before, uint32_t n_fields,
                      struct arena *batch, struct object **ret, const char **ret_close,
                      struct err *err) MUST_CHECK;

/* The value behind a colon, whose first structural character is *op; leaves *op at the next. */
int record_read_value(struct cursor *c, const char *colon, const char **op, struct value *ret,
                      struct err *err) MUST_CHECK;

/* A field's value as it came.  Stored part by part: copied whole it would wait for its parts. */
static inline void record_set(struct value *to, const char *text, size_t len)
{
	to->type = VALUE_RAW;
	to->flags = VALUE_KEYED;
	to->unused = 0;
	to->len = (uint32_t)len;
	to->text = text;
}

/* See to it that the spare object has room for so many values. */
bool record_reserve(struct record_reader *r, struct arena *batch, uint32_t n);

/* The spare object, whose values are there already, is one of the documents now. */
static inline struct object *record_take(struct record_reader *r, struct arena *batch,
                                         const struct shape *shape, bool is_partial)
{
	struct object *o = r->spare;

	*o = (struct object){
		.shape = shape,
		.values = o->values,
		.home = batch,
		.site = is_partial && r->whole.inner != NULL ? &r->whole : NULL,
		.is_partial = is_partial,
	};
	r->spare = NULL;
	return o;
}

#endif
