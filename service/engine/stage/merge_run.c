/* $merge: running one. */
#include "engine/accum/kept.h"
#include "engine/stage/merge.h"
#include "engine/value_set.h"

struct merge_state {
	struct written into;
	struct value_set keys; /* number of a key: index in into.docs, by way of … */
	size_t *places;        /* … this */
	size_t places_cap;
	struct field_finder *on;
	struct sub_run sub;
};

/* ---- which documents are the same ---- */

/* The value of a document's "on" fields; missing when _id is all that is asked for, and missing. */
static int key_of(struct node *n, struct value doc, struct arena *a, bool is_checked,
                  struct value *ret)
{
	const struct merge_stage *s = (const struct merge_stage *)n->stage;
	struct merge_state *state = n->state;
	struct value *items = arena_array(a, s->n_on, sizeof *items);

	if (items == NULL)
		return eval_check(n->ev);
	for (size_t i = 0; i < s->n_on; i++) {
		TRY(field_find(&state->on[i], n->ev, a, doc, &items[i]));
		if (is_checked && items[i].type == VALUE_ARRAY)
			return eval_fail(n->ev, 51185, "$merge", NULL,
			                 "$merge write error: 'on' field '%.*s' is an array",
			                 STR_ARG(s->on[i].parts[0]));
		if (is_checked && !s->is_on_id && value_is_nullish(items[i]))
			return eval_fail(
				n->ev, 51132, "$merge", NULL,
				"$merge write error: 'on' field '%.*s' cannot be missing, null or "
				"undefined",
				STR_ARG(s->on[i].parts[0]));
		if (s->n_on > 1 && items[i].type == VALUE_MISSING)
			items[i] = NUL_VALUE;
	}
	*ret = s->n_on == 1 ? items[0] : array_take(a, items, (uint32_t)s->n_on);
	return 0;
}

/* Remember where the next document goes; of equal keys the first counts. */
static int add_key(struct node *n, struct value key)
{
	struct merge_state *state = n->state;

	if (key.type == VALUE_MISSING || !value_set_add(&state->keys, key))
		return eval_check(n->ev);
	size_t *places = arena_extend(n->ev->keep, state->places, state->keys.n - 1,
	                              &state->places_cap, sizeof *places);
	if (places == NULL)
		return eval_check(n->ev);
	state->places = places;
	places[state->keys.n - 1] = state->into.n_docs;
	return 0;
}

static int add(struct node *n, struct value doc)
{
	struct merge_state *state = n->state;
	struct value key;

	TRY(eval_tick(n->ev));
	TRY(key_of(n, doc, n->ev->keep, false, &key));
	TRY(add_key(n, key));
	return written_add(&state->into, n->ev, doc);
}

static int merge_open(struct node *n)
{
	const struct merge_stage *s = (const struct merge_stage *)n->stage;
	struct merge_state *state = n->state;
	struct collection from = collection_find(n->ev, s->into);

	TRY(written_check(n));
	state->on = arena_zalloc(n->ev->keep, s->n_on, sizeof *state->on);
	if (state->on == NULL)
		return eval_check(n->ev);
	for (size_t i = 0; i < s->n_on; i++)
		TRY(field_finder_init(&state->on[i], &s->on[i], n->ev));
	value_set_init(&state->keys, n->ev->keep, from.n_docs);
	for (size_t i = 0; i < from.n_docs; i++)
		TRY(add(n, from.docs[i]));
	sub_run_init(&state->sub, n->ev);
	return eval_check(n->ev);
}

static void merge_close(struct node *n)
{
	sub_run_deinit(&((struct merge_state *)n->state)->sub);
}

/* ---- what becomes of a document ---- */

/* The fields of both; where both have one, the new one's. */
static struct value merged(struct eval *ev, struct value old, struct value new)
{
	struct object_builder b;
	uint32_t n_old = object_n(ev->arena, old.object), n_new = object_n(ev->arena, new.object);

	object_builder_init(&b, ev->arena, n_old + n_new);
	for (uint32_t i = 0; i < n_old; i++)
		object_builder_add(&b, object_key(old.object, i), object_at_raw(old.object, i));
	for (uint32_t i = 0; i < n_new; i++)
		object_builder_add(&b, object_key(new.object, i), object_at_raw(new.object, i));
	return object_builder_finish(&b);
}

static int updated(struct node *n, struct value old, struct value *ret)
{
	const struct merge_stage *s = (const struct merge_stage *)n->stage;
	struct merge_state *state = n->state;
	struct collection from = { .docs = &old, .n_docs = 1 };
	struct sub_input input = { .from = &from, .n = 1 };
	struct value list;

	for (size_t i = 0; i < s->n_lets; i++) {
		struct value v;

		TRY(expr_eval(s->lets[i].expr, n->ev, &v));
		n->ev->vars[s->lets[i].slot] = v;
	}
	TRY(sub_run(&state->sub, n->ev, &s->update, &input, n->ev->arena, &list));
	*ret = array_get(n->ev->arena, list.array, 0);
	return 0;
}

static int match(struct node *n, struct value key, struct value *place, struct value new)
{
	const struct merge_stage *s = (const struct merge_stage *)n->stage;
	struct value before, v = new;

	switch (s->matched) {
	case MATCHED_KEEP_EXISTING: return 0;
	case MATCHED_REPLACE: break;
	case MATCHED_MERGE: v = merged(n->ev, *place, new); break;
	case MATCHED_PIPELINE: TRY(updated(n, *place, &v)); break;
	case MATCHED_FAIL:
		return eval_fail(n->ev, 11000, "$merge", NULL,
		                 "$merge with whenMatched: fail found an "
		                 "existing document with the same values for the 'on' fields: %s",
		                 eval_text(n->ev, key));
	}
	TRY(eval_check(n->ev));
	TRY(key_of(n, v, n->ev->arena, false, &before));
	if (!value_eq(n->ev->arena, before, key))
		return eval_fail(n->ev, 66, "$merge", NULL,
		                 "$merge failed to update the matching "
		                 "document, did you attempt to modify the _id or the shard key?");
	*place = kept_document(n->ev->keep, v);
	return 0;
}

static int merge_document(struct node *n, struct value doc)
{
	const struct merge_stage *s = (const struct merge_stage *)n->stage;
	struct merge_state *state = n->state;
	struct value key;

	TRY(key_of(n, doc, n->ev->arena, true, &key));
	int64_t number = key.type == VALUE_MISSING ? -1
	                                           : value_set_find(&state->keys, n->ev->arena, key);
	if (number >= 0)
		return match(n, key, &state->into.docs[state->places[number]], doc);
	if (s->not_matched == NOT_MATCHED_DISCARD)
		return 0;
	if (s->not_matched == NOT_MATCHED_FAIL)
		return eval_fail(n->ev, 13113, "$merge", NULL,
		                 "$merge could not find a matching document in the target collection for "
		                 "at least one document in the source collection");
	return add(n, kept_document(n->ev->keep, doc));
}

static int merge_push(struct node *n, struct value *docs, size_t n_docs)
{
	for (size_t i = 0; i < n_docs; i++) {
		node_bind(n, docs[i], i);
		TRY(eval_tick(n->ev));
		TRY(merge_document(n, docs[i]));
	}
	return eval_check(n->ev);
}

static int merge_finish(struct node *n)
{
	const struct merge_state *state = n->state;

	return written_emit(&state->into, n, ((const struct merge_stage *)n->stage)->into);
}

static void merge_needs(const struct stage *stage, struct needs *needs)
{
	const struct merge_stage *s = (const struct merge_stage *)stage;

	for (size_t i = 0; i < s->n_on; i++)
		needs_add(needs, s->on[i].parts[0]);
	for (size_t i = 0; i < s->n_lets; i++)
		needs_add_expr(needs, s->lets[i].expr);
	if (s->matched == MATCHED_MERGE)
		needs_all(needs);
}

const struct stage_ops merge_stage_ops = {
	.effect = STAGE_PASSES,
	.state_size = sizeof(struct merge_state),
	.open = merge_open,
	.push = merge_push,
	.finish = merge_finish,
	.close = merge_close,
	.needs = merge_needs,
};
