/*
 * The engine: MongoDB aggregation pipelines over JSON documents.
 *
 *     plan_compile()   a pipeline, once, to a read-only plan
 *     run_transform()  a plan over documents, from bytes to a sink
 *
 * It knows nothing of sockets, files or the service, has no mutable globals, and never exits:
 * several may live in one process, and a plan may be run by several threads at once.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/team.h"
#include "doc/read.h"
#include "doc/write.h"
#include "engine/compile.h"
#include "engine/eval.h"
#include "engine/limits.h"
#include "engine/rule.h"

struct plan;

struct plan_input {
	struct value pipeline; /* what the request says; anything else than an array is reported */
	struct value let;      /* an object of constants for $$name, or missing */
	struct limits limits;
	unsigned rules; /* enum plan_rule, PLAN_RULES_ALL by default */
};

/*
 * Compile.  Everything in the plan lives in arena a, and borrows the text of the pipeline.  When
 * it does not compile, err is the first problem and *ret_problems (may be NULL) lists all.
 */
int plan_compile(struct arena *a, const struct plan_input *input, struct plan **ret,
                 struct problem **ret_problems, struct err *err) MUST_CHECK;

size_t plan_n_stages(const struct plan *plan);
/* Rules that found something to rewrite (enum plan_rule). */
unsigned plan_rules_applied(const struct plan *plan);

const char *plan_stage_name(const struct plan *plan, size_t i);

/* Do all stages copy what they keep, so that documents may come in blocks (run_input.source)? */
bool plan_keeps_copies(const struct plan *plan);

/* May several threads share the reading of its documents? */
bool plan_is_splittable(const struct plan *plan);

/* Does the pipeline begin with $documents, so that it needs no input? */
bool plan_has_documents(const struct plan *plan);

/* Documents still as text: READ_PADDING bytes behind it must be readable. */
struct run_text {
	const char *text;
	size_t len;
	const char *text_start; /* what errors count from; text itself when NULL */
	enum read_format format;
};

/*
 * Documents that come in blocks: *ret_lines are further whole lines of NDJSON, good until the next
 * call, with READ_PADDING behind them; none at the end.
 */
typedef int run_source_fn(void *arg, struct str *ret_lines, struct err *err);

struct run_collection {
	struct str name;
	struct run_text text;
};

struct run_stage_stats {
	const char *name;
	uint64_t documents_in, documents_out;
	uint64_t duration_ns;
	uint64_t peak_bytes; /* of memory that it held */
};

struct run_stats {
	uint64_t documents_in, documents_out;
	uint64_t duration_ns;
	size_t peak_bytes;              /* of memory for state */
	struct run_stage_stats *stages; /* plan_n_stages() of them when explained, else NULL */
};

/* What comes out, a batch at a time; docs and what they refer to are valid during the call. */
typedef int run_sink_fn(void *arg, struct arena *scratch, const struct value *docs, size_t n_docs,
                        struct err *err);

/* The same as text: what run_write() makes of n_docs documents, without a comma before it. */
typedef int run_text_sink_fn(void *arg, struct str text, uint64_t n_docs, struct err *err);

struct run_input {
	const struct plan *plan;
	struct run_text documents; /* ignored when the plan has $documents and this is empty */
	/*
	 * Instead of a text of documents, for plans that keep copies; NULL.  Reading ends when no
	 * stage wants more.  Memory is that of what the stages hold, whatever comes.
	 */
	run_source_fn *source;
	void *source_arg;
	/*
	 * What the source gives stays until the end of the run, as a text of documents does: nothing
	 * is copied, any plan will do, and all of it is read and checked.
	 */
	bool source_stays;
	const struct run_collection *collections;
	size_t n_collections;
	/*
	 * Values for the names of `let` that the plan was compiled with, the same ones in the same
	 * order; or missing: those that were compiled.
	 */
	struct value let;
	struct limits limits; /* may be tighter than the plan's */
	int64_t now_ms;       /* $$NOW */
	uint64_t seed;        /* of $rand and $sample */
	struct team *team;    /* who may share the work; NULL: this thread alone */
	size_t piece_size;    /* bytes of text that a thread takes at once; 0: as it is best */
	bool is_explained;
	bool (*is_cancelled)(void *arg); /* may be NULL */
	void *cancel_arg;
	/* After each batch: documents and bytes read so far.  May be NULL. */
	void (*on_progress)(void *arg, uint64_t n_documents, uint64_t n_bytes);
	void *progress_arg;
	/* This text has been read, though parts of it may be looked at again.  Any thread; NULL. */
	void (*on_read)(void *arg, const char *text, size_t len);
	void *read_arg;
	run_sink_fn *sink;
	void *sink_arg;
	/*
	 * Takes what threads have written apart, instead of sink, in the order of the documents;
	 * it may be called by any thread of the team, one at a time.  NULL: one thread writes.
	 */
	run_text_sink_fn *sink_text;
	enum write_mode write_mode;
	bool is_ndjson;
	/*
	 * Gets the collection that $out or $merge leaves behind, once and after the last documents.
	 * NULL: such a pipeline fails.
	 */
	eval_written_fn *written;
	void *written_arg;
};

/*
 * Run, in several threads when a team is given and there is enough to do; the answer is the same.
 * State is charged to budget.  On an error what the sink has got so far is worthless to
 * anybody who promised whole answers.  All input is read and checked, whatever $limit says.
 * stats may be NULL; its stages live in arena a, which is used for nothing else.
 */
int run_transform(struct arena *a, struct budget *budget, const struct run_input *input,
                  struct run_stats *ret_stats, struct err *err) MUST_CHECK;

/* A sink that writes documents to a buf: as items of a JSON array, or one a line. */
struct run_writer {
	struct buf *out;
	enum write_mode mode;
	bool is_ndjson;
	uint64_t n_written;
};

/* run_sink_fn with a struct run_writer; ERR_OUTPUT when out is full. */
int run_write(void *writer, struct arena *scratch, const struct value *docs, size_t n_docs,
              struct err *err);

/* The text of further documents, as sink_text gets it. */
int run_write_text(struct run_writer *w, struct str text, uint64_t n_docs, struct err *err);

/* MongoDB's name of an error code ("TypeMismatch", "Location40324"); buf holds 32 bytes. */
const char *mongo_code_name(int code, char *buf, size_t size);

#endif
