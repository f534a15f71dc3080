/*
 * Window functions: what $setWindowFields computes for each document from those around it.
 *
 * Every accumulator is one, by window_accum_op: it is added up once for a whole partition, grows
 * with a window that only grows, and slides by two stacks (window_slide.h) otherwise.  Functions
 * that need something else ($rank, $shift, $first) have a row of their own in accum_op.window.
 *
 * A function is started for each partition, with its state zeroed, and then asked for the value of
 * each document from the first to the last.  Frames move forward only, so whatever a function does
 * as they move it does once a document.
 */
#ifndef ENGINE_ACCUM_WINDOW_H
#define ENGINE_ACCUM_WINDOW_H

#include "engine/accum/accum.h"
#include "engine/sorter.h"
#include "engine/time_unit.h"

enum window_kind {
	WINDOW_DOCUMENTS, /* bounds count documents */
	WINDOW_RANGE,     /* bounds are distances between sort keys */
};

struct window_bounds {
	enum window_kind kind;
	bool has_lower, has_upper; /* false: unbounded */
	int64_t first, last;       /* of WINDOW_DOCUMENTS: distances from the document */
	struct value lower, upper; /* of WINDOW_RANGE: numbers */
	enum time_unit unit;       /* … of this, between dates; TIME_UNIT_NONE: between numbers */
};

/* Documents first to end - 1 of a partition. */
struct window_frame {
	size_t first, end;
};

struct window_fn {
	struct accum *accum;
	const struct window_op *op;
	const struct sort_spec *sort_by; /* NULL: none */
	bool has_window;                 /* bounds were written */
	struct window_bounds bounds;
};

/* One partition, in order. */
struct window_part {
	struct eval *ev;
	struct sorter *sorter;
	struct sort_row **rows;
	size_t n;
	struct arena *arena; /* what lives as long as the partition */
};

enum window_flag {
	WINDOW_NO_BOUNDS = 1, /* takes no `window` */
	WINDOW_ALONE = 2,     /* takes nothing beside itself, as $rank does (code 5371601) */
	WINDOW_OWN_WHOLE = 4, /* asked even when the window is the whole partition */
};

struct window_op {
	unsigned flags;
	size_t state_size;

	/* After the accumulator was compiled; NULL: any argument and any sort will do. */
	int (*compile)(struct compiler *c, struct window_fn *f);

	/* NULL: a zeroed state is ready. */
	int (*start)(const struct window_fn *f, struct window_part *p, void *state);

	/* The value for document i; may be raw, or missing; lives in ev->arena or p->arena. */
	int (*next)(const struct window_fn *f, struct window_part *p, void *state, size_t i,
	            struct value *ret);
};

/* For accumulators that say nothing else, and in parts for those that say a little more. */
extern const struct window_op window_accum_op;

struct window_stacks;

struct window_accum_state {
	struct window_frame frame;
	struct value whole;   /* the value of a window that is the whole partition */
	unsigned char *total; /* state of a window that only grows */
	size_t n_added;
	struct window_stacks *stacks; /* of one that slides */
};

int window_accum_start(const struct window_fn *f, struct window_part *p, void *state);
int window_accum_next(const struct window_fn *f, struct window_part *p, void *state, size_t i,
                      struct value *ret);

/* ---- compiling ---- */

/* {$function: …, window: …} (codes 9, 53399xx, 53716xx …). */
int window_fn_compile(struct compiler *c, struct str field, struct value spec,
                      const struct sort_spec *sort_by, struct window_fn *ret) MUST_CHECK;

/* {documents: …} or {range: …, unit: …}. */
int window_bounds_compile(struct compiler *c, struct value spec, const struct sort_spec *sort_by,
                          struct window_bounds *ret) MUST_CHECK;

static inline bool window_is_whole(const struct window_bounds *bounds)
{
	return !bounds->has_lower && !bounds->has_upper;
}

/* ---- running ---- */

/* Bind document i: what is evaluated now reads it, and errors name it. */
void window_bind(struct window_part *p, size_t i);

/* Move a frame (at first all zeros) on to document i. */
int window_frame_move(const struct window_fn *f, struct window_part *p, size_t i,
                      struct window_frame *frame) MUST_CHECK;

/* The one sort key of document i: a number, a date or whatever it is. */
int window_sort_key(struct window_part *p, size_t i, struct value *ret) MUST_CHECK;

#endif
