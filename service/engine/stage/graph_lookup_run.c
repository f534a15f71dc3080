/* $graphLookup: running one. */
#include <string.h>

#include "engine/stage/fan_out.h"
#include "engine/stage/foreign_index.h"
#include "engine/stage/graph_lookup.h"
#include "engine/stage/sub_pipeline.h"

struct reached {
	uint32_t doc;
	uint32_t depth;
};

enum fit { FIT_UNKNOWN, FIT_YES, FIT_NO };

/*
 * What searches have found out about a document.  Each step of a search goes to another station, so
 * they are small: link is the document that it leads to, if that is the only one; else, less the
 * number of documents, where in links the number of its values stands, and then they.
 */
struct station {
	uint32_t stamp; /* of the search that reached it last */
	uint32_t link;  /* LINK_UNKNOWN: no search has gone on from here */
};

#define LINK_UNKNOWN UINT32_MAX

/*
 * A search goes breadth first over reached, which is the queue and the result.  Each document is
 * reached once and each value looked up once, so that a search is linear in what it can reach,
 * whatever circles there are.  Where a document leads is read once a run and kept, since another
 * search most likely comes the same way.
 */
struct graph_state {
	struct fan_out out;
	struct field_finder as, depth;
	struct collection from;
	const struct foreign_index *index;
	struct station *stations; /* by number of the document */
	uint32_t *value_stamps;   /* of the search that looked a value up last */
	uint8_t *fits;            /* enum fit: to the restriction, by number of the document */
	uint32_t *links;          /* numbers of values */
	size_t n_links, links_cap;
	size_t n_linked; /* stations whose link is known */
	uint32_t stamp;
	uint32_t level; /* links from the start to what is found now */
	struct reached *reached;
	size_t n_reached, reached_cap;
};

static int graph_open(struct node *n)
{
	const struct graph_stage *s = (const struct graph_stage *)n->stage;
	struct graph_state *state = n->state;

	TRY(field_finder_init(&state->as, &s->as, n->ev));
	TRY(field_finder_init(&state->depth, &s->depth, n->ev));
	TRY(fan_out_init(&state->out, n));
	state->from = collection_find(n->ev, s->from);
	return 0;
}

static void graph_close(struct node *n)
{
	fan_out_deinit(&((struct graph_state *)n->state)->out);
}

static int make_index(struct node *n, struct graph_state *state)
{
	const struct graph_stage *s = (const struct graph_stage *)n->stage;
	struct arena *keep = n->ev->keep;

	if (state->index != NULL)
		return 0;
	TRY(foreign_index_get(n->ev, &state->from, s->connect_to, &state->index));
	state->stations = arena_array(keep, state->from.n_docs, sizeof *state->stations);
	for (size_t i = 0; i < state->from.n_docs && state->stations != NULL; i++)
		state->stations[i] = (struct station){ .link = LINK_UNKNOWN };
	state->fits = arena_zalloc(keep, s->restriction != NULL ? state->from.n_docs : 0,
	                           sizeof *state->fits);
	state->value_stamps = arena_zalloc(keep, state->index->values.n,
	                                   sizeof *state->value_stamps);
	return eval_check(n->ev);
}

static void begin_search(struct graph_state *state)
{
	state->n_reached = 0;
	state->level = 0;
	if (++state->stamp != 0)
		return;
	for (size_t i = 0; i < state->from.n_docs; i++)
		state->stations[i].stamp = 0;
	memset(state->value_stamps, 0, state->index->values.n * sizeof *state->value_stamps);
	state->stamp = 1;
}

static int does_fit(struct node *n, struct graph_state *state, uint32_t doc, bool *ret)
{
	const struct graph_stage *s = (const struct graph_stage *)n->stage;

	if (s->restriction != NULL && state->fits[doc] == FIT_UNKNOWN) {
		bool is_match;

		eval_set_root(n->ev, state->from.docs[doc]);
		TRY(query_match(s->restriction, n->ev, state->from.docs[doc], &is_match));
		state->fits[doc] = is_match ? FIT_YES : FIT_NO;
	}
	*ret = s->restriction == NULL || state->fits[doc] == FIT_YES;
	return 0;
}

static int reach(struct node *n, struct graph_state *state, uint32_t doc)
{
	bool fits;

	if (state->stations[doc].stamp == state->stamp)
		return 0;
	state->stations[doc].stamp = state->stamp;
	TRY(does_fit(n, state, doc, &fits));
	if (!fits)
		return 0;
	struct reached *reached = arena_extend(n->ev->keep, state->reached, state->n_reached,
	                                       &state->reached_cap, sizeof *reached);
	if (reached == NULL)
		return eval_check(n->ev);
	state->reached = reached;
	reached[state->n_reached++] = (struct reached){ .doc = doc, .depth = state->level };
	return 0;
}

/* Everything that has the value. */
static int follow(struct node *n, struct graph_state *state, uint32_t number)
{
	if (state->value_stamps[number] == state->stamp)
		return 0;
	state->value_stamps[number] = state->stamp;
	const struct foreign_posting *p = foreign_index_at(state->index, number);
	for (; p != NULL; p = foreign_index_next(state->index, p)) {
		TRY(eval_tick(n->ev));
		TRY(reach(n, state, p->doc));
	}
	return 0;
}

/* The number of a value that documents have, or -1: what is not there leads nowhere. */
static int64_t number_of(struct node *n, const struct graph_state *state, struct value v)
{
	return v.type == VALUE_MISSING ? -1 : value_set_find(&state->index->values, n->ev->arena, v);
}

static int search_from(struct node *n, struct graph_state *state, struct value v)
{
	int64_t number = number_of(n, state, v);

	TRY(eval_tick(n->ev));
	return number < 0 ? 0 : follow(n, state, (uint32_t)number);
}

static int search_start(struct node *n, struct graph_state *state, struct value start)
{
	if (start.type != VALUE_ARRAY)
		return search_from(n, state, start);
	uint32_t n_items = array_n(n->ev->arena, start.array);
	for (uint32_t i = 0; i < n_items; i++)
		TRY(search_from(n, state, array_get(n->ev->arena, start.array, i)));
	return 0;
}

static int add_link(struct node *n, uint32_t link)
{
	struct graph_state *state = n->state;
	uint32_t *links = arena_extend(n->ev->keep, state->links, state->n_links, &state->links_cap,
	                               sizeof *links);

	if (state->n_links >= LINK_UNKNOWN - state->from.n_docs)
		arena_fail(n->ev->keep, ERR_NOMEM);
	if (links == NULL || arena_failed(n->ev->keep))
		return eval_check(n->ev);
	state->links = links;
	links[state->n_links++] = link;
	return 0;
}

static int add_value(void *arg, struct value v, bool *ret_done)
{
	struct node *n = arg;
	int64_t number = number_of(n, n->state, v);

	(void)ret_done;
	TRY(eval_tick(n->ev));
	return number < 0 ? 0 : add_link(n, (uint32_t)number);
}

static int find_links(struct node *n, struct graph_state *state, uint32_t doc)
{
	const struct graph_stage *s = (const struct graph_stage *)n->stage;
	struct station *station = &state->stations[doc];
	size_t first = state->n_links;
	bool is_done;

	TRY(add_link(n, 0));
	TRY(query_path_walk(s->connect_from, n->ev, state->from.docs[doc], PATH_ITEMS, add_value, n,
	                    &is_done));
	state->links[first] = (uint32_t)(state->n_links - first - 1);
	station->link = (uint32_t)(state->from.n_docs + first);
	if (state->links[first] != 1)
		return 0;
	const struct foreign_posting *p = foreign_index_at(state->index, state->links[first + 1]);
	if (foreign_index_next(state->index, p) == NULL) {
		station->link = p->doc;
		state->n_links = first;
	}
	return 0;
}

/*
 * Searches go to documents in any order, which misses the cache at each.  Once an eighth was asked
 * for, the others are read in the order in which they lie.
 */
static int find_all_links(struct node *n, struct graph_state *state)
{
	for (size_t i = 0; i < state->from.n_docs; i++)
		if (state->stations[i].link == LINK_UNKNOWN)
			TRY(find_links(n, state, (uint32_t)i));
	return 0;
}

static int find_link(struct node *n, struct graph_state *state, uint32_t doc)
{
	TRY(find_links(n, state, doc));
	if (++state->n_linked == state->from.n_docs / 8)
		TRY(find_all_links(n, state));
	return 0;
}

static int search_on(struct node *n, struct graph_state *state, uint32_t doc)
{
	if (state->stations[doc].link == LINK_UNKNOWN)
		TRY(find_link(n, state, doc));
	uint32_t link = state->stations[doc].link;
	if (link < state->from.n_docs)
		return reach(n, state, link);
	const uint32_t *links = &state->links[link - state->from.n_docs];
	for (uint32_t i = 1; i <= links[0]; i++)
		TRY(follow(n, state, links[i]));
	return 0;
}

static int search(struct node *n, struct graph_state *state, struct value start)
{
	const struct graph_stage *s = (const struct graph_stage *)n->stage;

	begin_search(state);
	TRY(search_start(n, state, start));
	for (size_t i = 0; i < state->n_reached; i++) {
		struct reached r = state->reached[i];

		TRY(eval_tick(n->ev));
		if (r.depth >= s->depth_max)
			break;
		state->level = r.depth + 1;
		TRY(search_on(n, state, r.doc));
	}
	return 0;
}

static int take_reached(struct node *n, struct graph_state *state, struct value *ret)
{
	const struct graph_stage *s = (const struct graph_stage *)n->stage;
	struct eval *ev = n->ev;
	struct value *items = arena_array(ev->arena, state->n_reached, sizeof *items);
	struct value before;

	if (items == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < state->n_reached; i++) {
		items[i] = state->from.docs[state->reached[i].doc];
		if (s->depth.n_parts == 0)
			continue;
		TRY(eval_tick(ev));
		TRY(field_find(&state->depth, ev, ev->arena, items[i], &before));
		items[i] = field_put(&state->depth, ev, value_long(state->reached[i].depth));
	}
	*ret = array_take(ev->arena, items, (uint32_t)state->n_reached);
	return 0;
}

static int graph_document(struct node *n, struct graph_state *state, struct value doc)
{
	const struct graph_stage *s = (const struct graph_stage *)n->stage;
	struct value v, before;

	TRY(make_index(n, state));
	TRY(expr_eval(s->start, n->ev, &v));
	TRY(search(n, state, v));
	TRY(take_reached(n, state, &v));
	TRY(field_find(&state->as, n->ev, n->ev->arena, doc, &before));
	doc = field_put(&state->as, n->ev, v);
	if (doc.type != VALUE_OBJECT)
		return eval_check(n->ev);
	return fan_out_add(&state->out, n, doc, state->n_reached + 1);
}

static int graph_documents(struct node *n, struct graph_state *state, struct value *docs,
                           size_t n_docs)
{
	for (size_t i = 0; i < n_docs && node_is_wanted(n); i++) {
		node_bind(n, docs[i], i);
		TRY(graph_document(n, state, docs[i]));
	}
	return 0;
}

static int graph_push(struct node *n, struct value *docs, size_t n_docs)
{
	struct graph_state *state = n->state;

	fan_out_begin(&state->out, n);
	int rc = graph_documents(n, state, docs, n_docs);
	return fan_out_end(&state->out, n, rc);
}

static void graph_needs(const struct stage *stage, struct needs *needs)
{
	needs_add_expr(needs, ((const struct graph_stage *)stage)->start);
}

static bool graph_lets_pass(const struct stage *stage, const struct needs *reads)
{
	const struct graph_stage *s = (const struct graph_stage *)stage;

	return expr_is_safe(s->start) &&
	       (s->restriction == NULL || !query_may_fail(s->restriction)) &&
	       !needs_has(reads, s->as.parts[0]);
}

const struct stage_ops graph_stage_ops = {
	.effect = STAGE_CHANGES,
	.state_size = sizeof(struct graph_state),
	.open = graph_open,
	.push = graph_push,
	.close = graph_close,
	.needs = graph_needs,
	.lets_pass = graph_lets_pass,
};
