/* A run, for the files of engine/ that make one: run.c in one thread, run_split.c in several. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "engine/plan.h"

struct run {
	const struct run_input *input;
	struct arena keep, batch;
	struct eval ev;
	struct err *err;
	struct run_stats stats;
	uint64_t deadline_ns;
	uint64_t n_read;      /* documents, those of collections too */
	uint64_t n_delivered; /* the sink has had so many of the first documents */
	uint64_t n_repeated;  /* it has had them before, so they are not given again */
	bool is_sink_failed;
	struct value *docs;   /* room for one batch */
	const char *docs_end; /* of the text of those read last */
};

/* The state of a run: its ev, and the collections. */
int run_prepare(struct run *run) MUST_CHECK;

/* The documents, for a reader of what the plan needs. */
struct reader_input run_document_input(const struct run *run);

/* A flow_sink_fn of struct run: to the sink of the input. */
int run_sink(void *run, struct value *docs, size_t n_docs) MUST_CHECK;

/* Room in a for the statistics of the stages. */
int run_stats_init(struct run *run, struct arena *a) MUST_CHECK;

/* Add what a flow of the stages from first on has counted. */
void run_stats_add(struct run *run, size_t first, const struct pipeline *pipeline,
                   const struct flow *flow);

#endif
