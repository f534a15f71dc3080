/* A run of a pipeline: nodes in a chain, and a sink at its end. */
#include "base/clock.h"
#include "engine/stage/stage.h"

struct cost {
	int64_t ns, bytes;
};

struct flow {
	struct eval *ev;
	struct eval own; /* used when the flow has a keep of its own */
	struct eval *outer;
	struct node *nodes;
	size_t n_nodes;
	size_t n_open; /* opened so far: what flow_destroy() closes */
	bool is_explained;
	bool owns_scratch;
	struct cost inner; /* of the nodes behind the one that is measured now */
	flow_sink_fn *sink;
	void *sink_arg;
};

/* What has been spent so far, of the run's time and memory. */
static struct cost cost_now(const struct eval *ev)
{
	return (struct cost){ .ns = (int64_t)clock_monotonic_ns(),
		              .bytes = (int64_t)budget_used(ev->keep->budget) };
}

static struct cost cost_between(struct cost from, struct cost to)
{
	return (struct cost){ .ns = to.ns - from.ns, .bytes = to.bytes - from.bytes };
}

/* Its own part of what was spent since start: not that of the nodes behind it. */
static void node_charge(struct node *n, struct cost start, struct cost inner_before)
{
	struct cost spent = cost_between(start, cost_now(n->ev));
	struct cost own = cost_between(n->flow->inner, spent);

	n->duration_ns += (uint64_t)own.ns;
	n->held_bytes += own.bytes;
	n->peak_bytes = MAX(n->peak_bytes, n->held_bytes);
	n->flow->inner = (struct cost){ .ns = inner_before.ns + spent.ns,
		                        .bytes = inner_before.bytes + spent.bytes };
}

static int node_enter(struct node *n, int (*work)(struct node *, struct value *, size_t),
                      struct value *docs, size_t n_docs)
{
	struct eval *ev = n->ev;
	struct flow *flow = n->flow;
	const struct stage *stage_before = ev->stage;
	int64_t document_before = ev->document;
	struct cost inner_before = flow->inner, start = { 0 };

	if (flow->is_explained)
		start = cost_now(ev);
	ev->stage = n->stage;
	flow->inner = (struct cost){ 0 };
	int rc = work(n, docs, n_docs);
	/* When memory ran out, whatever else came of it is not the reason. */
	int failed = rc == ERR_NOMEM || rc == ERR_DEPTH ? rc : eval_check(ev);
	if (flow->is_explained)
		node_charge(n, start, inner_before);
	ev->stage = stage_before;
	ev->document = document_before;
	return failed != 0 ? failed : rc;
}

static int push_work(struct node *n, struct value *docs, size_t n_docs)
{
	TRY(eval_tick_n(n->ev, n_docs));
	int rc = n->stage->ops->push(n, docs, n_docs);
	n->documents_in += n_docs;
	return rc;
}

static int finish_work(struct node *n, struct value *docs, size_t n_docs)
{
	(void)docs;
	(void)n_docs;
	return n->stage->ops->finish(n);
}

static int node_push(struct node *n, struct value *docs, size_t n_docs)
{
	return n->is_done ? 0 : node_enter(n, push_work, docs, n_docs);
}

static int flow_deliver(struct flow *flow, struct node *to, struct value *docs, size_t n_docs)
{
	while (n_docs > 0) {
		size_t n_now = MIN(n_docs, (size_t)STAGE_BATCH);

		if (to != NULL)
			TRY(node_push(to, docs, n_now));
		else
			TRY(flow->sink(flow->sink_arg, docs, n_now));
		docs += n_now;
		n_docs -= n_now;
	}
	return 0;
}

int node_emit(struct node *n, struct value *docs, size_t n_docs)
{
	n->documents_out += n_docs;
	return flow_deliver(n->flow, n->next, docs, n_docs);
}

bool node_is_wanted(const struct node *n)
{
	return n->next == NULL || !n->next->is_done;
}

int node_empty_scratch(struct node *n)
{
	TRY(eval_check(n->ev));
	if (n->flow->owns_scratch)
		arena_reset(n->ev->arena);
	return 0;
}

void flow_own_scratch(struct flow *flow)
{
	flow->owns_scratch = true;
}

void flow_share_scratch(struct flow *inner, const struct node *outer)
{
	inner->owns_scratch = outer->flow->owns_scratch;
}

void node_bind(struct node *n, struct value doc, size_t i)
{
	eval_set_root(n->ev, doc);
	n->ev->document = (int64_t)(n->documents_in + i);
}

static int open_nodes(struct flow *flow)
{
	for (; flow->n_open < flow->n_nodes; flow->n_open++) {
		struct node *n = &flow->nodes[flow->n_open];

		if (n->stage->ops->open != NULL)
			TRY(n->stage->ops->open(n));
	}
	return 0;
}

int flow_create(struct eval *ev, struct arena *keep, const struct pipeline *pipeline,
                bool is_explained, flow_sink_fn *sink, void *sink_arg, struct flow **ret)
{
	struct flow *flow = arena_zalloc(keep, 1, sizeof *flow);
	struct node *nodes = arena_zalloc(keep, pipeline->n_stages, sizeof *nodes);

	if (flow == NULL || nodes == NULL)
		return err_nomem(ev->err, "the state of a pipeline");
	flow->outer = flow->ev = ev;
	if (keep != ev->keep) {
		flow->own = *ev;
		flow->own.keep = keep;
		flow->ev = &flow->own;
	}
	flow->nodes = nodes;
	flow->n_nodes = pipeline->n_stages;
	flow->is_explained = is_explained;
	flow->sink = sink;
	flow->sink_arg = sink_arg;
	for (size_t i = 0; i < flow->n_nodes; i++) {
		const struct stage *stage = pipeline->stages[i];

		nodes[i] = (struct node){
			.stage = stage,
			.ev = flow->ev,
			.state = arena_zalloc(keep, 1, stage->ops->state_size),
			.next = i + 1 < flow->n_nodes ? &nodes[i + 1] : NULL,
			.flow = flow,
		};
		if (nodes[i].state == NULL)
			return err_nomem(ev->err, "the state of a stage");
	}
	int rc = open_nodes(flow);
	if (rc != 0) {
		flow_destroy(flow);
		return rc;
	}
	*ret = flow;
	return 0;
}

int flow_push(struct flow *flow, struct value *docs, size_t n_docs)
{
	return flow_deliver(flow, flow->n_nodes > 0 ? &flow->nodes[0] : NULL, docs, n_docs);
}

int flow_finish(struct flow *flow)
{
	for (size_t i = 0; i < flow->n_nodes; i++)
		if (flow->nodes[i].stage->ops->finish != NULL)
			TRY(node_enter(&flow->nodes[i], finish_work, NULL, 0));
	return 0;
}

void flow_destroy(struct flow *flow)
{
	if (flow == NULL)
		return;
	for (size_t i = 0; i < flow->n_open; i++)
		if (flow->nodes[i].stage->ops->close != NULL)
			flow->nodes[i].stage->ops->close(&flow->nodes[i]);
	flow->n_open = 0;
	if (flow->ev != flow->outer) {
		flow->outer->random = flow->ev->random;
		flow->outer->ticks = flow->ev->ticks;
	}
}

bool flow_is_done(const struct flow *flow)
{
	for (size_t i = 0; i < flow->n_nodes; i++)
		if (flow->nodes[i].is_done)
			return true;
	return false;
}

struct node *flow_first(struct flow *flow)
{
	return &flow->nodes[0];
}

struct node *flow_last(struct flow *flow)
{
	return &flow->nodes[flow->n_nodes - 1];
}

static int seal_work(struct node *n, struct value *docs, size_t n_docs)
{
	(void)docs;
	(void)n_docs;
	return n->stage->ops->seal(n);
}

int flow_seal(struct flow *flow)
{
	struct node *last = &flow->nodes[flow->n_nodes - 1];

	return last->stage->ops->seal == NULL ? 0 : node_enter(last, seal_work, NULL, 0);
}

int flow_merge(struct flow *flow, struct flow *other)
{
	struct node *last = flow_last(flow), *from = flow_last(other);

	TRY(last->stage->ops->merge(last, from));
	last->documents_in += from->documents_in;
	from->documents_in = 0;
	return eval_check(flow->ev);
}

int flow_join(struct flow *flow, struct flow *const *others, size_t n_others)
{
	struct node *last = flow_last(flow);
	struct node **nodes = arena_array(flow->ev->keep, n_others, sizeof(struct node *));

	if (nodes == NULL)
		return eval_check(flow->ev);
	for (size_t i = 0; i < n_others; i++) {
		nodes[i] = flow_last(others[i]);
		last->documents_in += nodes[i]->documents_in;
		nodes[i]->documents_in = 0;
	}
	TRY(last->stage->ops->join(last, nodes, n_others));
	return eval_check(flow->ev);
}

const struct node *flow_node(const struct flow *flow, size_t i)
{
	return &flow->nodes[i];
}
