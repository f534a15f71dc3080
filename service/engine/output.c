/* A sink that writes documents to a buf. */
#include <string.h>

#include "engine/engine.h"

static void replace(char *text, size_t len, char from)
{
	char *at = text, *end = text + len;

	while (at < end && (at = memchr(at, from, (size_t)(end - at))) != NULL)
		*at++ = ' ';
}

/* A line of NDJSON holds no line break: those of the input's own layout become blanks. */
static void flatten(char *text, size_t len)
{
	replace(text, len, '\n');
	replace(text, len, '\r');
}

static int check(const struct run_writer *w, struct err *err)
{
	if (w->out->failed == BUF_FULL)
		return err_limit(err, ERR_OUTPUT, "max-output",
		                 "the answer is larger than %zu bytes", w->out->max);
	if (w->out->failed != BUF_OK)
		return err_nomem(err, "the answer");
	return 0;
}

int run_write(void *arg, struct arena *scratch, const struct value *docs, size_t n_docs,
              struct err *err)
{
	struct run_writer *w = arg;

	for (size_t i = 0; i < n_docs; i++) {
		size_t before = w->out->len;

		if (w->n_written++ > 0 && !w->is_ndjson)
			buf_append_char(w->out, ',');
		write_value(w->out, scratch, docs[i], w->mode);
		if (w->is_ndjson) {
			if (w->out->len > before)
				flatten(w->out->data + before, w->out->len - before);
			buf_append_char(w->out, '\n');
		}
		if (w->out->failed != BUF_OK)
			break;
	}
	TRY(check(w, err));
	return arena_failed(scratch) ? err_nomem(err, "writing the answer") : 0;
}

int run_write_text(struct run_writer *w, struct str text, uint64_t n_docs, struct err *err)
{
	if (w->n_written > 0 && n_docs > 0 && !w->is_ndjson)
		buf_append_char(w->out, ',');
	buf_append_str(w->out, text);
	w->n_written += n_docs;
	return check(w, err);
}
