/*
 * Stages: what one is, how it is compiled, and how documents flow through it.
 *
 * A compiled stage is read-only and may serve several runs at once.  In a run it has a node:
 * its state, and the node that comes next.  Documents are pushed in batches: push() looks at the
 * documents and emits what comes of them; finish(), called once after the last push, emits what a
 * blocking stage held back.
 *
 * Documents are objects.  A stage may change the array of documents it is given (compact it, put
 * other documents in) and emit it; it must not change the documents themselves, which others may
 * hold.  What it keeps beyond the call it copies to ev->keep.
 */
#ifndef ENGINE_STAGE_STAGE_H
#define ENGINE_STAGE_STAGE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/compile.h"
#include "engine/eval.h"
#include "engine/needs.h"

#define STAGE_BATCH 1024 /* documents pushed at once, about */

#define STAGE_SHARES 64 /* of what is merged by several threads */

struct node;
struct stage;
struct pipeline;

enum stage_flag {
	STAGE_FIRST_ONLY = 1, /* $documents */
	STAGE_NOT_IN_FACET = 2,
	STAGE_LAST_ONLY = 4, /* $out, $merge */
};

/* How documents that leave relate to those that come: the planner's view. */
enum stage_effect {
	STAGE_PASSES,   /* the same documents, some of them, in any order */
	STAGE_CHANGES,  /* the documents with something added or taken away */
	STAGE_REPLACES, /* other documents, made of what needs() says */
};

struct stage_op {
	const char *name;
	const char *doc;
	const char *usage;
	unsigned flags;
	int (*compile)(struct compiler *c, struct value spec, struct stage **ret);
};

/* What a run does with a stage. */
struct stage_ops {
	enum stage_effect effect;
	size_t state_size;           /* zeroed before open */
	int (*open)(struct node *n); /* NULL: nothing to do */
	int (*push)(struct node *n, struct value *docs, size_t n_docs);
	int (*finish)(struct node *n); /* NULL: nothing was held back */
	void (*close)(struct node *n); /* frees what is not in an arena; NULL: nothing */
	void (*needs)(const struct stage *s, struct needs *needs); /* NULL: reads nothing */

	/*
	 * How many of the first documents that come in matter, when so many of those that leave
	 * do.  For stages that only count; NULL: all of them, or nobody knows.
	 */
	uint64_t (*looks_at)(const struct stage *s, uint64_t n_wanted);

	/*
	 * May a stage that reads no more than this, keeps or drops whole documents and cannot fail
	 * stand before this one as well?  NULL: no.
	 */
	bool (*lets_pass)(const struct stage *s, const struct needs *reads);

	/* Do not compute what later does not read; true when something was given up.  NULL. */
	bool (*drop_unused)(struct compiler *c, struct stage *s, const struct needs *later);

	/*
	 * Nobody behind takes the documents apart that leave: of their fields no more than those in
	 * reads are looked at.  *ret becomes true when the stage makes use of that.  NULL.
	 */
	int (*splice)(struct compiler *c, struct stage *s, const struct needs *reads, bool *ret);

	/*
	 * Looks at one document at a time and keeps nothing of it, so that the parts of an input
	 * may pass through it in several threads, each with a node of its own.
	 */
	bool is_apart;

	/*
	 * What it keeps of documents is copied (value_copy(), kept.h), so that their text need not
	 * last; stages that are apart keep nothing.
	 */
	bool keeps_copies;

	/* What leaves is good during the emit alone, though what came may last longer. */
	bool emits_short;

	/*
	 * For stages that hold everything back: nodes that have taken in the parts of an input
	 * become one.  seal() is called once a node, behind its last push and in its own thread
	 * (NULL: nothing to do); then merge() adds what other holds, whose documents all came
	 * later, and n finishes for both.  The answer must be that of one node, byte by byte; where
	 * only the data tells, ev->is_order_seen says that it is not.  merge is NULL: no.
	 */
	int (*seal)(struct node *n);
	int (*merge)(struct node *n, struct node *other);
	bool (*can_merge)(const struct stage *s); /* NULL: always */

	/*
	 * Instead of merge(), when it is so of all nodes: join() tells one of all that come later,
	 * and then each of STAGE_SHARES shares is merged once, by any threads at once, in their ev.
	 */
	bool (*merges_apart)(const struct node *n);
	int (*join)(struct node *n, struct node *const *others, size_t n_others);
	int (*merge_share)(const struct node *n, struct eval *ev, size_t share);

	/*
	 * Instead of finish(): so many things are held, and these make documents of some of them in
	 * ev, whose thread need not be the node's; *ret_n of them, not every thing need come to
	 * one.  Nothing that they share may change on the way, nor when the documents are written
	 * as plain JSON.  n_held is 0 when that cannot be promised.
	 */
	size_t (*n_held)(const struct node *n);
	int (*make)(const struct node *n, struct eval *ev, size_t first, struct value *docs,
	            size_t n_held, size_t *ret_n);

	/* No more than the first n documents that leave are wanted.  NULL: it makes no difference. */
	void (*take_limit)(struct stage *s, uint64_t n);
};

/* Stages embed this as their first member. */
struct stage {
	const struct stage_op *op;
	const struct stage_ops *ops;
	const char *pointer; /* "/pipeline/3/$project" */
	int64_t index;       /* in the outermost pipeline */
};

struct pipeline {
	struct stage **stages;
	size_t n_stages;
};

struct node {
	const struct stage *stage;
	struct eval *ev;
	void *state;
	struct node *next; /* NULL: the flow's sink is next */
	struct flow *flow;
	bool is_done; /* wants no more documents ($limit) */
	uint64_t documents_in, documents_out;
	/* Only if explained, what the nodes behind it cost not counted: */
	uint64_t duration_ns;
	int64_t held_bytes, peak_bytes; /* memory: now, and the most */
};

/* ---- compiling ---- */

/* One stage: {"$name": spec}. */
int stage_compile(struct compiler *c, struct value spec, struct stage **ret) MUST_CHECK;

/* A list of stages, inside another stage too. */
int pipeline_compile(struct compiler *c, struct value spec, struct pipeline *ret) MUST_CHECK;

/* What a pipeline reads of the documents that come in: down to the stage that makes other ones. */
void pipeline_needs(const struct pipeline *pipeline, struct needs *needs);

/* Is there a stage in it behind which nothing of the documents that come in is left? */
bool pipeline_replaces(const struct pipeline *pipeline);

/* Zeroed memory for a stage that embeds struct stage first; NULL after reporting. */
void *stage_create(struct compiler *c, size_t size, const struct stage_ops *ops);

/* ---- running ---- */

/* Hand documents to the next node.  Splits what is too much for one batch. */
int node_emit(struct node *n, struct value *docs, size_t n_docs) MUST_CHECK;

/* Does anybody behind still want documents?  A stage that emits a lot may stop when not. */
bool node_is_wanted(const struct node *n);

/*
 * To be called in finish() between two emits: what was built for the batch that has left is
 * forgotten, if the flow may do so (flow_own_scratch()).
 */
int node_empty_scratch(struct node *n) MUST_CHECK;

/* Bind document i of those pushed now: $$ROOT, $$CURRENT, and the index that errors name. */
void node_bind(struct node *n, struct value doc, size_t i);

/* A run of a pipeline: the chain of its nodes with a sink at its end. */
struct flow;

/* Gets what leaves; docs and what they refer to are good during the call (value_copy() what stays). */
typedef int flow_sink_fn(void *arg, struct value *docs, size_t n_docs);

/* Nodes and state in keep; variables and the rest come from ev, which is borrowed. */
int flow_create(struct eval *ev, struct arena *keep, const struct pipeline *pipeline,
                bool is_explained, flow_sink_fn *sink, void *sink_arg, struct flow **ret) MUST_CHECK;
int flow_push(struct flow *flow, struct value *docs, size_t n_docs) MUST_CHECK;
int flow_finish(struct flow *flow) MUST_CHECK;

/*
 * The flow has ev->arena for itself while it finishes: nothing that anybody still needs is in it.
 * Without this a flow only adds to ev->arena.
 */
void flow_own_scratch(struct flow *flow);

/* A flow inside a stage that is finishing may do what the flow around it may. */
void flow_share_scratch(struct flow *inner, const struct node *outer);

/* Frees what is not in an arena; any state, NULL too. */
void flow_destroy(struct flow *flow);

/* Does it want no more documents? */
bool flow_is_done(const struct flow *flow);

const struct node *flow_node(const struct flow *flow, size_t i);

/* For stages that merge: the first of the chain. */
struct node *flow_first(struct flow *flow);

/* The last stage of two flows of the same pipeline: see seal and merge above. */
int flow_seal(struct flow *flow) MUST_CHECK;
int flow_merge(struct flow *flow, struct flow *other) MUST_CHECK;
int flow_join(struct flow *flow, struct flow *const *others, size_t n_others) MUST_CHECK;
struct node *flow_last(struct flow *flow);

/* ---- the table ---- */

const struct stage_op *stage_op_find(struct str name);
void stage_op_each(void (*fn)(const struct stage_op *op, void *arg), void *arg);

#endif
