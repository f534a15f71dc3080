/*
 * One record of the input: from its opening brace to the object with the spans of its fields.
 * For doc/ alone.
 */
#ifndef DOC_READ_RECORD_H
#define DOC_READ_RECORD_H

#include "doc/read_keys.h"
#include "doc/skip.h"

/* Memory for the record that is being read, kept from one to the next. */
struct record_scratch {
	struct value *values;        /* by slot */
	struct str *names;           /* by slot; only of records that break the expected layout */
	struct read_field *fields;   /* the keys as they come; up to READ_LAYOUT_FIELDS_MAX */
	size_t n_values_max, n_fields_max;
};

struct record_reader {
	struct cursor cursor;
	struct read_keys keys;
	const struct read_layout *expected;   /* the layout of the last record that had one */
	struct record_scratch scratch;
	struct object *spare;        /* made in the current batch, and not used yet */
	uint32_t n_spare;            /* values that it has room for */
	uint64_t n;                  /* records begun, which is also the number of the current one */
	enum read_format format;
};

int record_reader_init(struct record_reader *r, struct arena *a, const struct read_fields *wanted,
                       struct err *err) MUST_CHECK;

/* From here on another arena is the batch, or the same one after a reset. */
void record_reader_begin_batch(struct record_reader *r);

/*
 * Read the record whose opening brace is the last character that the cursor gave.  Its object is
 * made in batch; *ret_end is behind its closing brace.
 */
int record_read(struct record_reader *r, const char *open, struct arena *batch, struct value *ret,
                const char **ret_end, struct err *err) MUST_CHECK;

#endif
