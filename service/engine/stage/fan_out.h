/*
 * Fanning out: for stages that make many documents of one.
 *
 * What such a stage makes of a batch may be far larger than the batch.  So it gets an arena of its
 * own, which is ev->arena between begin and end, and which is emptied each time that a batch's
 * worth of documents has left: memory follows what is on its way and not what a product comes to.
 * What must survive a flush is made in the outer arena.
 *
 *     fan_out_begin(&s->out, n);
 *     rc = …;                            fan_out_add(&s->out, n, doc, weight)
 *     return fan_out_end(&s->out, n, rc);
 */
#ifndef ENGINE_STAGE_FAN_OUT_H
#define ENGINE_STAGE_FAN_OUT_H

#include "engine/stage/stage.h"

struct fan_out {
	struct arena arena;
	struct arena *outer; /* ev->arena outside of begin and end */
	struct value *docs;
	size_t n_docs;
	size_t weight; /* values in the documents that wait */
};

/* In open() and close(). */
int fan_out_init(struct fan_out *out, struct node *n) MUST_CHECK;
void fan_out_deinit(struct fan_out *out);

void fan_out_begin(struct fan_out *out, struct node *n);

/* Flushes what waits when rc is 0; returns rc, or why it could not. */
int fan_out_end(struct fan_out *out, struct node *n, int rc) MUST_CHECK;

/*
 * A document to be emitted, made in ev->arena or living longer; weight is how many values it
 * brings with it, about.  May flush: nothing else in ev->arena outlives the call.
 */
int fan_out_add(struct fan_out *out, struct node *n, struct value doc, size_t weight) MUST_CHECK;

#endif
