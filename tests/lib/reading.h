/* Reading documents in tests: texts with hostile padding, and everything that was understood. */
#ifndef TESTS_LIB_READING_H
#define TESTS_LIB_READING_H

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "doc/read_internal.h"
#include "doc/write.h"

#define READING_BATCH 3

/* A text that ends where its memory ends but for the padding, which is full of quotes. */
struct text {
	char *data;
	size_t len;
};

static inline struct text text_new(const char *s, size_t len)
{
	struct text t = { malloc(len + READ_PADDING), len };

	memcpy(t.data, s, len);
	memset(t.data + len, '"', READ_PADDING);
	return t;
}

/* How to read, and the memory for it. */
struct reading {
	enum read_format format;
	struct read_fields fields;
	struct read_limits limits;
	const char *isa;
	size_t chunk_size;
	struct budget budget;
	struct arena arena, batch;
	struct err err;
};

static inline struct reading reading_init(enum read_format format)
{
	return (struct reading){
		.format = format,
		.fields.all = true,
		.limits = READ_LIMITS_DEFAULT,
		.isa = index_isa_name(),
		.chunk_size = INDEX_CHUNK,
	};
}

/* To be called once the reading is where it stays. */
static inline void reading_begin(struct reading *r)
{
	r->budget = BUDGET(256 << 20);
	arena_init(&r->arena, &r->budget);
	arena_init(&r->batch, &r->budget);
	r->err = ERR_INIT;
}

static inline void reading_end(struct reading *r)
{
	arena_deinit(&r->arena);
	arena_deinit(&r->batch);
	assert_int_equal(r->budget.used, 0);
}

typedef void reading_fn(struct reading *r, struct value document, void *arg);

static inline int reading_each(struct reading *r, struct text t, reading_fn *fn, void *arg)
{
	const struct reader_input input = {
		.text = t.data,
		.len = t.len,
		.text_start = t.data,
		.format = r->format,
		.fields = r->fields,
		.limits = r->limits,
	};
	struct value docs[READING_BATCH];
	struct reader *reader;
	size_t n;

	TRY(reader_create_with(&r->arena, &input, index_isa_find(r->isa), r->chunk_size, &reader,
	                       &r->err));
	do {
		TRY(reader_next(reader, &r->batch, docs, READING_BATCH, &n, &r->err));
		for (size_t i = 0; i < n; i++)
			fn(r, docs[i], arg);
	} while (n > 0);
	return 0;
}

/* Write what was understood and kept of a document, not what came. */
static inline void reading_write(struct reading *r, struct value document, void *arg)
{
	struct buf *out = arg;
	struct object copy = *document.object;

	copy.raw = NULL;
	copy.is_partial = false;
	write_value(out, &r->batch, value_object(&copy), WRITE_PLAIN);
	buf_append_char(out, '\n');
}

/* All documents, each as a line of what was understood of it. */
static inline void expect_documents(struct reading r, const char *text, const char *documents)
{
	struct text t = text_new(text, strlen(text));
	struct buf out;

	buf_init(&out, 1 << 24);
	reading_begin(&r);
	if (reading_each(&r, t, reading_write, &out) != 0)
		fail_msg("%s: %s", text, r.err.message);
	buf_append_char(&out, '\0');
	assert_string_equal(out.data, documents);
	reading_end(&r);
	buf_deinit(&out);
	free(t.data);
}

static inline void expect_failure(struct reading r, const char *text, enum err_code code,
                                  const char *message, uint64_t offset, int64_t document)
{
	struct text t = text_new(text, strlen(text));
	struct buf out;

	buf_init(&out, 1 << 24);
	reading_begin(&r);
	assert_int_equal(reading_each(&r, t, reading_write, &out), code);
	assert_string_equal(r.err.message, message);
	assert_true(r.err.has_place);
	assert_int_equal(r.err.offset, offset);
	assert_int_equal(r.err.document, document);
	reading_end(&r);
	buf_deinit(&out);
	free(t.data);
}

#endif
