/*
 * Sub-pipelines: what $lookup and $unionWith run over the documents of a collection.
 *
 * One that runs once for each document of the outer pipeline gets a sub_run: arenas of its own
 * that are emptied after each time, so that state does not pile up, and results copied to where
 * the caller wants them.
 */
#ifndef ENGINE_STAGE_SUB_PIPELINE_H
#define ENGINE_STAGE_SUB_PIPELINE_H

#include "engine/stage/stage.h"

struct sub_pipeline {
	struct pipeline pipeline;
	bool has_documents; /* begins with $documents: needs no collection */
	bool is_constant;   /* gives the same each time: no outer variable, nothing random */
};

/* Variables that only the pipeline sees are bound by the caller, in c->scope. */
int sub_pipeline_compile(struct compiler *c, const char *inside, struct value spec,
                         struct sub_pipeline *ret) MUST_CHECK;

/* The collection of a name; an empty one when the request has none of that name. */
struct collection collection_find(const struct eval *ev, struct str name);

/*
 * The documents that a pipeline is given: all of a collection, or those of its documents that
 * numbers names.
 */
struct sub_input {
	const struct collection *from;
	const uint32_t *numbers; /* NULL: all */
	size_t n;
};

/* Push them to a flow, emptying ev->arena after each batch: it is for nothing else. */
int sub_push(struct eval *ev, struct flow *flow, const struct sub_input *input) MUST_CHECK;

/* Arenas for runs, one after the other. */
struct sub_run {
	struct arena scratch, keep;
};

void sub_run_init(struct sub_run *run, const struct eval *ev);
void sub_run_deinit(struct sub_run *run);

/* Run; *ret is an array of the results, in arena results. */
int sub_run(struct sub_run *run, struct eval *ev, const struct sub_pipeline *sub,
            const struct sub_input *input, struct arena *results, struct value *ret) MUST_CHECK;

#endif
