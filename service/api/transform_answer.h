/*
 * Transform answer: the text of what a transform has made, as it grows.
 *
 *	{"documents": [...], "collections": {...}, "stats": {...}, "stages": [...], "rules": [...]}
 *
 * in JSON and Extended JSON, or a document a line.  It is the answer of POST /transform, and what is
 * kept as the result of a job.
 */
#ifndef API_TRANSFORM_ANSWER_H
#define API_TRANSFORM_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/macros.h"
#include "engine/engine.h"
#include "compute/work.h"
#include "http/request.h"
#include "http/response.h"

/* The one that is given unasked first, the closer name before the wider: for accept_choose(). */
enum transform_form {
	FORM_JSON,
	FORM_NDJSON,
	FORM_EJSON_CANONICAL,
	FORM_EJSON,
	FORM_COUNT,
};

extern const char *const transform_forms[FORM_COUNT];
extern const enum write_mode transform_write_modes[FORM_COUNT];

/* Takes what is in the buffer when a batch has been written, and resets it. */
typedef int transform_flush_fn(void *arg, struct buf *out, struct err *err);

struct transform_answer {
	struct buf *out;
	enum transform_form form;
	transform_flush_fn *flush; /* NULL: it all stays in out */
	void *flush_arg;
	struct run_writer writer;
	struct budget *budget; /* pays for out; NULL: nobody does */
	size_t n_paid;         /* bytes of out, from the budget */
	bool has_collections;  /* they follow the documents */
	uint64_t write_ns;     /* time that writing took */
};

void transform_answer_begin(struct transform_answer *answer, struct buf *out,
                            enum transform_form form);

/* The answer stays in out, which this budget pays for as it grows. */
void transform_answer_charge(struct transform_answer *answer, struct budget *budget);

/* run_input.sink, with the answer. */
int transform_answer_documents(void *answer, struct arena *scratch, const struct value *docs,
                               size_t n_docs, struct err *err);

/* run_input.sink_text, likewise; its texts must be of the form's mode. */
int transform_answer_text(void *answer, struct str text, uint64_t n_docs, struct err *err);

/* run_input.written; a form that has no place for collections wants NULL there. */
int transform_answer_collection(void *answer, struct arena *scratch, struct str name,
                                const struct value *docs, size_t n_docs, struct err *err);

/* The same for documents that come by themselves, through transform_answer_documents(). */
int transform_answer_collection_begin(struct transform_answer *answer, struct str name,
                                      struct err *err) MUST_CHECK;
void transform_answer_collection_end(struct transform_answer *answer);

/* Make the response the refusal of a caller who wants none of the forms. */
void transform_answer_refuse(const struct request *req, struct response *res);

/* The end: out.failed says whether it is whole. */
void transform_answer_end(struct transform_answer *answer, const struct plan *plan,
                          const struct run_stats *stats, size_t peak_bytes);

/*
 * What is in out is the response's, packed when that is worth while, and what was paid for it the
 * request's.  Packing is a part of the work, as reading and running are: on its thread, and stopped
 * with it.  After transform_answer_charge() only.
 */
int transform_answer_give(struct transform_answer *answer, struct request *req,
                          struct response *res, struct work *work, struct err *err) MUST_CHECK;

#endif
