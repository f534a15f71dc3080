/* A plan over documents: from bytes, batch by batch, to a sink. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "engine/accum/kept.h"
#include "engine/plan.h"

struct run {
	const struct run_input *input;
	struct arena keep, batch;
	struct eval ev;
	struct err *err;
	struct run_stats stats;
	uint64_t n_read;    /* documents, those of collections too */
	struct value *docs; /* room for one batch */
};

static struct reader_input reader_input_of(const struct run *run, const struct run_text *text)
{
	const struct limits *limits = run->ev.limits;

	return (struct reader_input){
		.text = text->text,
		.len = text->len,
		.text_start = text->text_start != NULL ? text->text_start : text->text,
		.format = text->format,
		.limits = {
			.depth_max = limits->depth_max,
			.key_len_max = limits->key_len_max,
			.documents_max = limits->documents_max - run->n_read,
		},
	};
}

/* Kept with the places of their fields, so that a join finds those without reading again. */
static int read_collection(struct run *run, const struct run_text *text, struct collection *ret)
{
	struct reader_input input = reader_input_of(run, text);
	struct reader *reader;
	size_t n, cap = 0;

	input.fields.all = true;
	input.is_plain = true;
	TRY(reader_create(&run->keep, &input, &reader, run->err));
	for (;;) {
		arena_reset(&run->batch);
		TRY(reader_next(reader, &run->batch, run->docs, STAGE_BATCH, &n, run->err));
		if (n == 0)
			break;
		TRY(eval_tick_slow(&run->ev));
		run->n_read += n;
		for (size_t i = 0; i < n; i++) {
			ret->docs = arena_extend(&run->keep, ret->docs, ret->n_docs, &cap,
			                         sizeof *ret->docs);
			if (ret->docs == NULL)
				return eval_check(&run->ev);
			ret->docs[ret->n_docs++] = kept_document(&run->keep, run->docs[i]);
		}
	}
	return eval_check(&run->ev);
}

static int read_collections(struct run *run)
{
	const struct run_input *input = run->input;
	struct collection *collections;

	collections = arena_zalloc(&run->keep, input->n_collections, sizeof *collections);
	if (collections == NULL)
		return eval_check(&run->ev);
	for (size_t i = 0; i < input->n_collections; i++) {
		const struct run_collection *from = &input->collections[i];

		collections[i].name = from->name;
		int rc = read_collection(run, &from->text, &collections[i]);
		if (rc != 0 && run->err->pointer[0] == '\0')
			snprintf(run->err->pointer, sizeof run->err->pointer, "/collections/%.*s",
			         STR_ARG(from->name));
		TRY(rc);
	}
	run->ev.collections = collections;
	run->ev.n_collections = input->n_collections;
	return 0;
}

static int sink(void *arg, struct value *docs, size_t n_docs)
{
	struct run *run = arg;

	run->stats.documents_out += n_docs;
	return run->input->sink(run->input->sink_arg, &run->batch, docs, n_docs, run->err);
}

static void report_progress(const struct run *run, const struct object *last)
{
	run->input->on_progress(run->input->progress_arg, run->stats.documents_in,
	                        (uint64_t)(last->raw - run->input->documents.text));
}

static int read_documents(struct run *run, struct flow *flow)
{
	const struct plan *plan = run->input->plan;
	struct reader_input input = reader_input_of(run, &run->input->documents);
	struct reader *reader;
	size_t n;

	input.fields = (struct read_fields){
		.all = plan->needs.all,
		.names = plan->needs.names,
		.n = plan->needs.n,
	};
	input.is_plain = !plan->has_inner;
	TRY(reader_create(&run->keep, &input, &reader, run->err));
	for (;;) {
		arena_reset(&run->batch);
		TRY(reader_next(reader, &run->batch, run->docs, STAGE_BATCH, &n, run->err));
		if (n == 0)
			return 0;
		run->stats.documents_in += n;
		TRY(eval_tick_slow(&run->ev));
		if (run->input->on_progress != NULL)
			report_progress(run, run->docs[n - 1].object);
		if (!flow_is_done(flow))
			TRY(flow_push(flow, run->docs, n));
	}
}

static int flow_all(struct run *run, struct flow *flow)
{
	bool has_input = run->input->documents.text != NULL;

	if (has_input || !run->input->plan->has_documents)
		TRY(read_documents(run, flow));
	arena_reset(&run->batch);
	flow_own_scratch(flow);
	return flow_finish(flow);
}

static int keep_stats(struct run *run, struct arena *a, const struct flow *flow)
{
	size_t n = run->input->plan->pipeline.n_stages;
	struct run_stage_stats *stages = arena_zalloc(a, n, sizeof *stages);

	if (stages == NULL)
		return err_nomem(run->err, "statistics");
	for (size_t i = 0; i < n; i++) {
		const struct node *node = flow_node(flow, i);

		stages[i] = (struct run_stage_stats){
			.name = node->stage->op->name,
			.documents_in = node->documents_in,
			.documents_out = node->documents_out,
			.duration_ns = node->duration_ns,
			.peak_bytes = (uint64_t)MAX(node->peak_bytes, 0),
		};
	}
	run->stats.stages = stages;
	return 0;
}

/* Opened before anything runs: it may be looked at from everywhere. */
static struct value let_value(struct run *run, size_t i)
{
	const struct value let = run->input->let;

	if (let.type != VALUE_OBJECT)
		return run->input->plan->lets[i].value;
	struct value v = object_at(&run->keep, let.object, (uint32_t)i);
	(void)value_share(&run->keep, v); /* the arena remembers */
	return v;
}

static int prepare(struct run *run)
{
	const struct plan *plan = run->input->plan;
	struct value *vars = arena_zalloc(&run->keep, plan->n_vars, sizeof *vars);
	struct path_cache *caches = arena_zalloc(&run->keep, plan->n_caches, sizeof *caches);

	run->docs = arena_array(&run->keep, STAGE_BATCH, sizeof *run->docs);
	if (vars == NULL || caches == NULL || run->docs == NULL)
		return err_nomem(run->err, "the state of a run");
	for (size_t i = 0; i < plan->n_lets; i++)
		vars[plan->lets[i].slot] = let_value(run, i);
	run->ev = (struct eval){
		.arena = &run->batch,
		.keep = &run->keep,
		.err = run->err,
		.vars = vars,
		.caches = caches,
		.limits = &run->input->limits,
		.now_ms = run->input->now_ms,
		.random = run->input->seed,
		.written = run->input->written,
		.written_arg = run->input->written_arg,
		.is_cancelled = run->input->is_cancelled,
		.cancel_arg = run->input->cancel_arg,
		.document = -1,
	};
	if (run->input->limits.time_ms_max != 0)
		run->ev.deadline_ns = clock_monotonic_ns() +
		                      run->input->limits.time_ms_max * UINT64_C(1000000);
	TRY(eval_check(&run->ev));
	return read_collections(run);
}

static int run_flow(struct run *run, struct arena *a)
{
	struct flow *flow = NULL;
	int rc;

	TRY(prepare(run));
	TRY(flow_create(&run->ev, &run->keep, &run->input->plan->pipeline, run->input->is_explained,
	                sink, run, &flow));
	rc = flow_all(run, flow);
	if (rc == 0 && run->input->is_explained)
		rc = keep_stats(run, a, flow);
	flow_destroy(flow);
	return rc;
}

int run_transform(struct arena *a, struct budget *budget, const struct run_input *input,
                  struct run_stats *ret_stats, struct err *err)
{
	struct run run = { .input = input, .err = err };
	uint64_t start = clock_monotonic_ns();

	arena_init(&run.keep, budget);
	arena_init(&run.batch, budget);
	int rc = run_flow(&run, a);
	run.stats.duration_ns = clock_monotonic_ns() - start;
	run.stats.peak_bytes = budget->peak;
	arena_deinit(&run.batch);
	arena_deinit(&run.keep);
	if (rc == 0 && ret_stats != NULL)
		*ret_stats = run.stats;
	return rc;
}
