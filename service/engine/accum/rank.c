/* $rank, $denseRank and $documentNumber: where a document stands in its partition. */
#include "engine/accum/window.h"

enum rank_option { RANK_GAPS, RANK_DENSE, RANK_NUMBER };

struct rank_state {
	uint64_t place;       /* of the document, from 1 */
	uint64_t rank, dense; /* of the documents whose key is the same */
};

static int rank_compile(struct compiler *c, struct accum *a, struct value spec)
{
	if (spec.type != VALUE_OBJECT || object_n(c->arena, spec.object) != 0)
		return compile_fail(c, 5371603, a->op->name,
		                    "%s must be specified with '{}' as the value", a->op->name);
	return 0;
}

static int rank_check(struct compiler *c, struct window_fn *f)
{
	if (f->sort_by == NULL || f->sort_by->n_keys != 1)
		return compile_fail(c, 5371602, f->accum->op->name,
		                    "%s must be specified with a top level sortBy expression with "
		                    "exactly one element",
		                    f->accum->op->name);
	return 0;
}

static int rank_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                     struct value *ret)
{
	struct rank_state *state = arg;

	state->place++;
	if (i == 0 || sorter_cmp(p->sorter, p->ev, p->rows[i - 1], p->rows[i]) != 0) {
		state->rank = state->place;
		state->dense++;
	}
	switch ((enum rank_option)f->accum->op->option) {
	case RANK_GAPS: *ret = value_whole((int64_t)state->rank); break;
	case RANK_DENSE: *ret = value_whole((int64_t)state->dense); break;
	case RANK_NUMBER: *ret = value_whole((int64_t)state->place); break;
	}
	return 0;
}

static const struct window_op rank_window = {
	.flags = WINDOW_ALONE,
	.state_size = sizeof(struct rank_state),
	.compile = rank_check,
	.next = rank_next,
};

#define ROW(row_name, row_doc, row_option) \
	{ \
		.name = row_name, .doc = row_doc, .usage = "{" row_name ": {}}", \
		.flags = ACCUM_WINDOW_ONLY, .compile = rank_compile, .window = &rank_window, \
		.option = row_option, \
	}

const struct accum_op accum_rank_ops[] = {
	ROW("$denseRank",
	    "Place of the document's sort key among the different ones of its partition.",
	    RANK_DENSE),
	ROW("$documentNumber", "Number of the document in its partition, from 1.", RANK_NUMBER),
	ROW("$rank", "Place of the document in its partition, the same for equal sort keys.",
	    RANK_GAPS),
	{ 0 }
};
