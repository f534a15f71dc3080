/* The document reader: the records of a JSON array, or of lines. */
#include "doc/read.h"

#include "doc/read_internal.h"
#include "doc/read_record.h"

enum position {
	BEFORE_ARRAY,
	BEFORE_FIRST, /* behind the opening bracket */
	BEFORE_NEXT,  /* behind a comma, which ended the last piece */
	BETWEEN,      /* behind a document */
	AT_END,
};

struct reader {
	struct record_reader records;
	enum position position;
	bool is_cut;        /* the text ends behind a comma */
	const char *behind; /* what was taken last */
	uint64_t documents_max;
};

int reader_create_with(struct arena *a, const struct reader_input *input,
                       const struct index_isa *isa, size_t chunk_size, struct reader **ret,
                       struct err *err)
{
	struct reader *r = arena_zalloc(a, 1, sizeof *r);

	if (r == NULL)
		return err_nomem(err, "the reader");
	r->records.format = input->format;
	r->position = input->format == READ_ARRAY ? BEFORE_ARRAY : BETWEEN;
	r->behind = input->text;
	r->documents_max = input->limits.documents_max;
	TRY(cursor_init(&r->records.cursor, a, isa, chunk_size,
	                (struct str){ input->text, input->len }, input->text_start, &input->limits,
	                err));
	TRY(record_reader_init(&r->records, a, input, err));
	*ret = r;
	return 0;
}

int reader_create(struct arena *a, const struct reader_input *input, struct reader **ret,
                  struct err *err)
{
	return reader_create_with(a, input, index_isa_best(), INDEX_CHUNK, ret, err);
}

void reader_restart(struct reader *r, const struct reader_piece *piece)
{
	cursor_restart(&r->records.cursor, (struct str){ piece->text, piece->len });
	r->behind = piece->text;
	r->is_cut = piece->is_cut;
	r->position = r->records.format == READ_NDJSON ? BETWEEN
	              : piece->is_begun                ? BEFORE_NEXT
	                                               : BEFORE_ARRAY;
}

/* The next structural character, which nothing but white space may stand before. */
static int take(struct reader *r, const char *expected, const char **ret, struct err *err)
{
	struct cursor *c = &r->records.cursor;
	const char *op = cursor_next(c);

	if (op == NULL)
		return skip_fail_end(c, r->behind, expected, err);
	if (!skip_is_blank(r->behind, op))
		return skip_fail(c, r->behind, expected, err);
	r->behind = op + 1;
	*ret = op;
	return 0;
}

/* Nothing but white space is left. */
static int finish(struct reader *r, struct err *err)
{
	struct cursor *c = &r->records.cursor;
	const char *op = cursor_next(c);

	if (op == NULL && c->index.fault != INDEX_OK)
		return skip_fail_end(c, r->behind, "the end of the text", err);
	if (op != NULL || !skip_is_blank(r->behind, cursor_text_end(c)))
		return skip_fail(c, r->behind, "the end of the text", err);
	r->position = AT_END;
	return 0;
}

/* Go to the next document of an array: *ret is its opening brace, or NULL at the end. */
static int next_in_array(struct reader *r, const char **ret, struct err *err)
{
	struct cursor *c = &r->records.cursor;
	const char *op;

	if (r->position == BEFORE_ARRAY) {
		TRY(take(r, "'[' and an array of documents", &op, err));
		if (*op != '[')
			return skip_fail(c, op, "'[' and an array of documents", err);
		r->position = BEFORE_FIRST;
	}
	if (r->position == BETWEEN) {
		TRY(take(r, "',' or ']' after a document", &op, err));
		if (*op == ']')
			return finish(r, err);
		if (*op != ',')
			return skip_fail(c, op, "',' or ']' after a document", err);
	}
	if (r->is_cut && cursor_next_is_end(c) && skip_is_blank(r->behind, cursor_text_end(c))) {
		r->position = AT_END;
		return 0;
	}
	TRY(take(r, "'{' and a document", &op, err));
	if (*op == ']' && r->position == BEFORE_FIRST)
		return finish(r, err);
	if (*op != '{')
		return skip_fail(c, op, "'{' and a document", err);
	*ret = op;
	return 0;
}

/* The same for lines. */
static int next_in_lines(struct reader *r, const char **ret, struct err *err)
{
	struct cursor *c = &r->records.cursor;
	const char *behind = r->behind, *op = cursor_next(c);

	if (op == NULL) {
		if (c->index.fault == INDEX_OK && skip_is_blank(behind, cursor_text_end(c))) {
			r->position = AT_END;
			return 0;
		}
		return skip_fail_end(c, behind, "'{' and a document", err);
	}
	if (*op != '{' || !skip_is_blank(behind, op))
		return skip_fail(c, behind, "'{' and a document", err);
	if (behind > c->index.text && *behind != '\n' &&
	    memchr(behind, '\n', (size_t)(op - behind)) == NULL)
		return skip_fail_with(c, op, "two documents on one line; each must have its own",
		                      err);
	*ret = op;
	return 0;
}

static int next_document(struct reader *r, struct arena *batch, struct value *ret, bool *ret_more,
                         struct err *err)
{
	struct cursor *c = &r->records.cursor;
	const char *open = NULL;

	*ret_more = false;
	if (r->position == AT_END)
		return 0;
	if (r->records.format == READ_ARRAY)
		TRY(next_in_array(r, &open, err));
	else
		TRY(next_in_lines(r, &open, err));
	if (open == NULL)
		return 0;
	if (r->records.gather.n == r->documents_max) {
		err_limit(err, ERR_DOCUMENTS, "max-documents", "more than %llu documents",
		          (unsigned long long)r->documents_max);
		return skip_place(c, open, err);
	}
	TRY(record_read(&r->records, open, batch, ret, &r->behind, err));
	if (r->records.format == READ_NDJSON && index_has_control(&c->index, open, r->behind)) {
		const char *line_end = memchr(open, '\n', (size_t)(r->behind - open));

		if (line_end != NULL)
			return skip_fail_with(
				c, line_end,
				"the line ends inside a document; each must be on one line", err);
	}
	r->position = BETWEEN;
	*ret_more = true;
	return 0;
}

int reader_next(struct reader *r, struct arena *batch, struct value *docs, size_t docs_max,
                size_t *ret_n, struct err *err)
{
	size_t n = 0;

	record_reader_begin_batch(&r->records);
	while (n < docs_max) {
		uint64_t document = r->records.gather.n;
		bool has_more;
		int rc = next_document(r, batch, &docs[n], &has_more, err);

		if (rc != 0) {
			if (rc != ERR_NOMEM)
				err->document = (int64_t)document;
			return rc;
		}
		if (!has_more)
			break;
		n++;
	}
	*ret_n = n;
	return 0;
}

int read_check(struct arena *scratch, struct str text, const char *text_start,
               const struct read_limits *limits, struct value *ret, struct err *err)
{
	struct cursor c;

	TRY(cursor_init(&c, scratch, index_isa_best(), INDEX_CHUNK, text, text_start, limits, err));
	const char *end = cursor_text_end(&c), *op = cursor_next(&c);
	struct str value = skip_trim(text.data, op == NULL ? end : op);

	if (op != NULL && (*op == '{' || *op == '[')) {
		if (value.len > 0)
			return skip_fail(&c, value.data, "a value", err);
		const char *behind;

		TRY(skip_container(&c, op, 1, &behind, err));
		value = (struct str){ op, (size_t)(behind - op) };
		op = cursor_next(&c);
		if (!skip_is_blank(behind, op == NULL ? end : op))
			return skip_fail(&c, behind, "the end of the text", err);
	}
	if (op == NULL && c.index.fault != INDEX_OK)
		return skip_fail_end(&c, text.data, "a value", err);
	if (!(value.len > 0 && (*value.data == '{' || *value.data == '[')) && !skip_is_scalar(value))
		return skip_fail(&c, text.data, "a value", err);
	if (op != NULL)
		return skip_fail(&c, op, "the end of the text", err);
	if (value.len > UINT32_MAX)
		return err_set(err, ERR_TOO_LARGE, "a value of more than 4 GiB");
	*ret = value_raw(value.data, value.len);
	return 0;
}
