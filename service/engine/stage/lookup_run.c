/* $lookup: running one. */
#include <stdlib.h>
#include <string.h>

#include "engine/stage/fan_out.h"
#include "engine/stage/foreign_index.h"
#include "engine/stage/lookup.h"

struct lookup_state {
	struct fan_out out;
	struct field_finder as;
	struct collection from;
	struct sub_run sub;
	const struct foreign_index *index; /* NULL: not made yet */
	uint32_t *found;                   /* documents of from that go with the present one */
	size_t n_found, found_cap;
	uint32_t *seen; /* by document: stamp of the last that found it */
	uint32_t stamp;
};

static int lookup_open(struct node *n)
{
	const struct lookup_stage *s = (const struct lookup_stage *)n->stage;
	struct lookup_state *state = n->state;

	TRY(field_finder_init(&state->as, &s->as, n->ev));
	TRY(fan_out_init(&state->out, n));
	sub_run_init(&state->sub, n->ev);
	state->from = collection_find(n->ev, s->from);
	return 0;
}

static void lookup_close(struct node *n)
{
	struct lookup_state *state = n->state;

	fan_out_deinit(&state->out);
	sub_run_deinit(&state->sub);
}

/* ---- by fields ---- */

static int get_index(struct node *n, struct lookup_state *state)
{
	const struct lookup_stage *s = (const struct lookup_stage *)n->stage;

	if (state->index != NULL)
		return 0;
	TRY(foreign_index_get(n->ev, &state->from, s->foreign, &state->index));
	state->seen = arena_zalloc(n->ev->keep, state->from.n_docs, sizeof *state->seen);
	return state->seen == NULL ? eval_check(n->ev) : 0;
}

static int find_value(void *arg, struct value v, bool *ret_done)
{
	struct node *n = arg;
	struct lookup_state *state = n->state;
	const struct foreign_posting *p = foreign_index_find(state->index, n->ev, v);

	(void)ret_done;
	for (; p != NULL; p = foreign_index_next(state->index, p)) {
		TRY(eval_tick(n->ev));
		if (state->seen[p->doc] == state->stamp)
			continue;
		state->seen[p->doc] = state->stamp;
		uint32_t *found = arena_extend(n->ev->keep, state->found, state->n_found,
		                               &state->found_cap, sizeof *found);
		if (found == NULL)
			return eval_check(n->ev);
		state->found = found;
		found[state->n_found++] = p->doc;
	}
	return 0;
}

struct counted {
	struct node *node;
	size_t n_values;
};

static int find_counted(void *arg, struct value v, bool *ret_done)
{
	struct counted *counted = arg;

	if (v.type == VALUE_MISSING)
		return 0; /* an item without the field says nothing when others have it */
	counted->n_values++;
	return find_value(counted->node, v, ret_done);
}

static int cmp_numbers(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

static int begin_find(struct node *n, struct lookup_state *state)
{
	TRY(get_index(n, state));
	if (++state->stamp == 0) { /* after 2^32 documents the stamps begin anew */
		memset(state->seen, 0, state->from.n_docs * sizeof *state->seen);
		state->stamp = 1;
	}
	state->n_found = 0;
	return 0;
}

/* An array stands for its items; when there are none, or nothing at all, that is null. */
static int find_by_fields(struct node *n, struct lookup_state *state, struct value doc)
{
	const struct lookup_stage *s = (const struct lookup_stage *)n->stage;
	struct counted counted = { .node = n };
	bool is_done;

	TRY(begin_find(n, state));
	TRY(query_path_walk(s->local, n->ev, doc, PATH_ITEMS, find_counted, &counted, &is_done));
	if (counted.n_values == 0)
		return find_value(n, NUL_VALUE, &is_done);
	if (counted.n_values > 1 && state->n_found > 1)
		qsort(state->found, state->n_found, sizeof *state->found, cmp_numbers);
	return 0;
}

static int take_found(struct node *n, struct lookup_state *state, struct value *ret)
{
	struct value *items = arena_array(n->ev->arena, state->n_found, sizeof *items);

	if (items == NULL)
		return eval_check(n->ev);
	for (size_t i = 0; i < state->n_found; i++)
		items[i] = state->from.docs[state->found[i]];
	*ret = array_take(n->ev->arena, items, (uint32_t)state->n_found);
	return 0;
}

/* ---- by a pipeline ---- */

static int bind_lets(struct node *n, const struct lookup_stage *s)
{
	for (size_t i = 0; i < s->n_lets; i++) {
		struct value v;

		TRY(expr_eval(s->lets[i].expr, n->ev, &v));
		n->ev->vars[s->lets[i].slot] = v;
	}
	return 0;
}

static int find_by_join(struct node *n, struct lookup_state *state, const struct expr *join)
{
	struct value v;
	bool is_done;

	TRY(expr_eval(join, n->ev, &v));
	TRY(begin_find(n, state));
	return find_value(n, v, &is_done);
}

static int run_for_document(struct node *n, struct lookup_state *state, struct value *ret)
{
	const struct lookup_stage *s = (const struct lookup_stage *)n->stage;
	struct sub_input input = { .from = &state->from, .n = state->from.n_docs };

	if (s->join != NULL)
		TRY(find_by_join(n, state, s->join));
	if (s->foreign != NULL) {
		input.numbers = state->found;
		input.n = state->n_found;
	}
	return sub_run(&state->sub, n->ev, &s->sub, &input, n->ev->arena, ret);
}

/* What depends on no document is run once. */
static int run_once(struct node *n, struct lookup_state *state, struct value *ret)
{
	const struct lookup_stage *s = (const struct lookup_stage *)n->stage;
	struct sub_input input = { .from = &state->from, .n = state->from.n_docs };
	struct arena *keep;
	void **memo = eval_memo(n->ev, s, &keep);
	struct value result;

	if (memo == NULL)
		return eval_check(n->ev);
	if (*memo == NULL) {
		TRY(sub_run(&state->sub, n->ev, &s->sub, &input, keep, &result));
		*memo = arena_memdup(keep, &result, sizeof result);
		if (*memo == NULL)
			return err_nomem(n->ev->err, "the result of a pipeline");
	}
	*ret = *(const struct value *)*memo;
	return 0;
}

/* ---- both ---- */

static int lookup_document(struct node *n, struct lookup_state *state, struct value doc)
{
	const struct lookup_stage *s = (const struct lookup_stage *)n->stage;
	struct value before, found = NUL_VALUE;

	if (s->local != NULL)
		TRY(find_by_fields(n, state, doc));
	TRY(bind_lets(n, s));
	if (!s->has_pipeline)
		TRY(take_found(n, state, &found));
	else if (s->sub.is_constant && s->local == NULL)
		TRY(run_once(n, state, &found));
	else
		TRY(run_for_document(n, state, &found));
	TRY(field_find(&state->as, n->ev, n->ev->arena, doc, &before));
	TRY(eval_check(n->ev));
	size_t weight = found.array->n;
	doc = field_put(&state->as, n->ev, found);
	if (doc.type != VALUE_OBJECT)
		return eval_check(n->ev);
	return fan_out_add(&state->out, n, doc, weight + 1);
}

static int lookup_documents(struct node *n, struct lookup_state *state, struct value *docs,
                            size_t n_docs)
{
	for (size_t i = 0; i < n_docs && node_is_wanted(n); i++) {
		node_bind(n, docs[i], i);
		TRY(lookup_document(n, state, docs[i]));
	}
	return 0;
}

static int lookup_push(struct node *n, struct value *docs, size_t n_docs)
{
	struct lookup_state *state = n->state;

	fan_out_begin(&state->out, n);
	int rc = lookup_documents(n, state, docs, n_docs);
	return fan_out_end(&state->out, n, rc);
}

static void lookup_needs(const struct stage *stage, struct needs *needs)
{
	const struct lookup_stage *s = (const struct lookup_stage *)stage;

	if (s->local != NULL)
		needs_add(needs, s->local->parts[0]);
	for (size_t i = 0; i < s->n_lets; i++)
		needs_add_expr(needs, s->lets[i].expr);
}

/* By fields alone it cannot fail, and so it need not see what a filter behind it drops. */
static bool lookup_lets_pass(const struct stage *stage, const struct needs *reads)
{
	const struct lookup_stage *s = (const struct lookup_stage *)stage;

	return !s->has_pipeline && !needs_has(reads, s->as.parts[0]);
}

const struct stage_ops lookup_stage_ops = {
	.effect = STAGE_CHANGES,
	.state_size = sizeof(struct lookup_state),
	.open = lookup_open,
	.push = lookup_push,
	.close = lookup_close,
	.needs = lookup_needs,
	.lets_pass = lookup_lets_pass,
};
