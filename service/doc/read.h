/*
 * The document reader: from bytes to lazy documents, in one pass that checks everything.
 *
 * Pass one finds the structure of a chunk of text with SIMD and checks UTF-8, control characters
 * and escapes (index.h); pass two walks that index, checks the grammar, and keeps for each record
 * the spans of its fields.  Nothing is decoded.  Every byte of the input is checked exactly once,
 * the bytes of values that nobody wants included.
 *
 * The text must stay where it is for as long as values refer to it, and READ_PADDING bytes after
 * its end must be readable (their content does not matter).
 */
#ifndef DOC_READ_H
#define DOC_READ_H

#include <stddef.h>

#include "base/err.h"
#include "doc/object.h"

#define READ_PADDING 64

struct read_limits {
	uint32_t depth_max;   /* levels, the document itself is 1 */
	uint32_t key_len_max; /* bytes of an object's key as written */
	uint64_t documents_max;
};

#define READ_LIMITS_DEFAULT \
	((struct read_limits){ .depth_max = 100, .key_len_max = 65536, .documents_max = 10000000 })

enum read_format {
	READ_ARRAY,  /* one JSON array of objects */
	READ_NDJSON, /* objects, one a line; blank lines are skipped */
};

/*
 * Which fields the reader should keep spans of.  all: every field.  Otherwise only those named
 * (the plan's first look at what its stages read); the others are checked and skipped, and the
 * documents are partial objects.  names must live as long as the documents.
 */
struct read_fields {
	bool all;
	const struct str *names;
	uint32_t n;
};

struct reader;

/*
 * Reads text of a format.  The place that errors name counts from text_start, which text lies in
 * (they are the same unless text is part of a larger message).  The reader borrows all of it.
 */
struct reader_input {
	const char *text;
	size_t len;
	const char *text_start;
	enum read_format format;
	struct read_fields fields;
	struct read_limits limits;
	/*
	 * Objects in the documents are opened as they come, and nothing is remembered of them
	 * (inner.h): for documents that several threads look into.
	 */
	bool is_plain;
};

/*
 * A part of the documents, cut where split.h says: the pieces of a text are read one by one, or
 * by several readers.
 */
struct reader_piece {
	const char *text;
	size_t len;
	bool is_begun; /* an array: it begins with a document, '[' or a comma came before */
	bool is_cut;   /* an array: it ends behind a comma, another document comes next */
};

/* Memory for the reader itself (index buffers, shapes) comes from a. */
int reader_create(struct arena *a, const struct reader_input *input, struct reader **ret,
                  struct err *err) MUST_CHECK;

/*
 * Go on with another piece.  What was learned of keys and shapes is kept; documents that were
 * read stay good for as long as their text does.
 */
void reader_restart(struct reader *r, const struct reader_piece *piece);

/*
 * Read up to docs_max further documents into docs (objects, their headers and spans in batch).
 * *ret_n is 0 at the end of the input.  A document that is not an object, and anything malformed,
 * is an error; err->document is then its index, and the reader is of no more use.  The shapes of
 * documents live as long as the reader's arena or, once there are too many, as long as the batch.
 */
int reader_next(struct reader *r, struct arena *batch, struct value *docs, size_t docs_max,
                size_t *ret_n, struct err *err) MUST_CHECK;

/*
 * Check one JSON text of any kind: the whole of it, white space around it allowed.  On success
 * *ret is the value (raw, without the white space).
 */
int read_check(struct arena *scratch, struct str text, const char *text_start,
               const struct read_limits *limits, struct value *ret, struct err *err) MUST_CHECK;

/* Set line and column of err from its offset in text. */
void read_place(struct err *err, struct str text);

/*
 * The members of the object that a request's body is, without checking what is in them: each
 * span is found by skipping, and whoever takes it checks it.  fn is called for each member in
 * order, with the key decoded (in scratch) and the value's span; a return other than 0 ends the
 * walk with it.  What is malformed outside the values is an ERR_JSON with its place; and so is a
 * value that has no end.
 */
typedef int read_member_fn(void *arg, struct str key, struct str value, struct err *err);

int read_members(struct arena *scratch, struct str text, read_member_fn *fn, void *arg,
                 struct err *err) MUST_CHECK;

#endif
