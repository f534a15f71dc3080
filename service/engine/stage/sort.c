/* $sort: all documents in the order of their keys; equals stay in the order in which they came. */
#include "engine/sorter.h"
#include "engine/stage/sort.h"

struct sort_stage {
	struct stage stage;
	struct sort_spec *spec;
	size_t limit; /* 0: none */
};

static int sort_open(struct node *n)
{
	const struct sort_stage *s = (const struct sort_stage *)n->stage;

	return sorter_init(n->state, n->ev, s->spec, s->limit);
}

static int sort_push(struct node *n, struct value *docs, size_t n_docs)
{
	for (size_t i = 0; i < n_docs; i++) {
		node_bind(n, docs[i], i);
		TRY(sorter_add(n->state, n->ev, docs[i], NULL));
	}
	return 0;
}

static int sort_seal(struct node *n)
{
	return sorter_finish(n->state, n->ev);
}

static int sort_merge(struct node *n, struct node *other)
{
	return sorter_merge(n->state, n->ev, other->state);
}

static size_t sort_n_held(const struct node *n)
{
	return ((const struct sorter *)n->state)->n;
}

static int sort_make(const struct node *n, struct eval *ev, size_t first, struct value *docs,
                     size_t n_held, size_t *ret_n)
{
	const struct sorter *sorter = n->state;

	(void)ev;
	for (size_t i = 0; i < n_held; i++)
		docs[i] = sorter->rows[first + i]->doc;
	*ret_n = n_held;
	return 0;
}

static int sort_finish(struct node *n)
{
	struct sorter *sorter = n->state;
	size_t n_now;

	TRY(sorter_finish(sorter, n->ev));
	for (size_t first = 0; first < sorter->n && node_is_wanted(n); first += n_now) {
		n_now = MIN(sorter->n - first, (size_t)STAGE_BATCH);
		TRY(node_empty_scratch(n));
		struct value *docs = arena_array(n->ev->arena, n_now, sizeof *docs);
		if (docs == NULL)
			return eval_check(n->ev);
		for (size_t i = 0; i < n_now; i++) {
			sorter_fetch_ahead(sorter->rows, sorter->n, first + i);
			docs[i] = sorter->rows[first + i]->doc;
		}
		TRY(node_emit(n, docs, n_now));
	}
	return 0;
}

static void sort_close(struct node *n)
{
	sorter_deinit(n->state);
}

static void sort_needs(const struct stage *stage, struct needs *needs)
{
	sort_spec_needs(((const struct sort_stage *)stage)->spec, needs);
}

static void sort_take_limit(struct stage *stage, uint64_t n)
{
	((struct sort_stage *)stage)->limit = n < SIZE_MAX ? (size_t)n : 0;
}

/* With more than one key it may meet two arrays in a document, and fail. */
static bool sort_lets_pass(const struct stage *s, const struct needs *reads)
{
	(void)reads;
	return ((const struct sort_stage *)s)->spec->n_keys == 1;
}

static const struct stage_ops sort_ops = {
	.effect = STAGE_PASSES,
	.state_size = sizeof(struct sorter),
	.open = sort_open,
	.push = sort_push,
	.finish = sort_finish,
	.seal = sort_seal,
	.merge = sort_merge,
	.keeps_copies = true,
	.n_held = sort_n_held,
	.make = sort_make,
	.close = sort_close,
	.needs = sort_needs,
	.lets_pass = sort_lets_pass,
	.take_limit = sort_take_limit,
};

struct stage *sort_stage_create(struct compiler *c, struct sort_spec *spec)
{
	struct sort_stage *s = stage_create(c, sizeof *s, &sort_ops);

	if (s == NULL)
		return NULL;
	s->spec = spec;
	return &s->stage;
}

static int sort_compile(struct compiler *c, struct value v, struct stage **ret)
{
	struct sort_spec *spec;

	TRY(sort_spec_compile(c, "$sort", v, &spec));
	*ret = sort_stage_create(c, spec);
	return *ret == NULL ? ERR_PIPELINE : 0;
}

const struct stage_op stage_sort_ops[] = {
	{
		.name = "$sort",
		.doc = "All documents in the order of the fields named: 1 is ascending, -1 descending.",
		.usage = "{$sort: {field: 1 or -1, …}}",
		.compile = sort_compile,
	},
	{ 0 }
};
