/* A plan over documents: from bytes, batch by batch, to a sink. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "engine/accum/kept.h"
#include "engine/run.h"
#include "engine/run_split.h"

#define READ_STEP ((size_t)4 << 20) /* bytes that on_read is told of at once, about */

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

struct reader_input run_document_input(const struct run *run)
{
	const struct needs *needs = &run->input->plan->needs;
	struct reader_input input = reader_input_of(run, &run->input->documents);

	input.fields = (struct read_fields){ needs->all, needs->names, needs->n };
	input.is_plain = !run->input->plan->has_inner;
	return input;
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

int run_sink(void *arg, struct value *docs, size_t n_docs)
{
	struct run *run = arg;
	size_t n_skipped = MIN(n_docs, run->n_repeated);

	run->stats.documents_out += n_docs;
	run->n_repeated -= n_skipped;
	if (n_skipped == n_docs)
		return 0;
	int rc = run->input->sink(run->input->sink_arg, &run->batch, docs + n_skipped,
	                          n_docs - n_skipped, run->err);
	run->is_sink_failed = rc != 0;
	run->n_delivered += n_docs - n_skipped;
	return rc;
}

static void report_progress(const struct run *run, uint64_t n_bytes)
{
	if (run->input->on_progress != NULL)
		run->input->on_progress(run->input->progress_arg, run->stats.documents_in, n_bytes);
}

/* A batch of documents to the flow; *ret_n is 0 at the end of the text. */
static int read_batch(struct run *run, struct reader *reader, struct flow *flow, size_t *ret_n)
{
	arena_reset(&run->batch);
	TRY(reader_next(reader, &run->batch, run->docs, STAGE_BATCH, ret_n, run->err));
	run->stats.documents_in += *ret_n;
	if (*ret_n > 0) { /* before stages put other documents in */
		const struct object *last = run->docs[*ret_n - 1].object;

		run->docs_end = last->raw + last->raw_len;
	}
	TRY(eval_tick_slow(&run->ev));
	return *ret_n == 0 || flow_is_done(flow) ? 0 : flow_push(flow, run->docs, *ret_n);
}

static int read_documents(struct run *run, struct flow *flow)
{
	struct reader_input input = run_document_input(run);
	const char *text = run->input->documents.text, *read = text;
	struct reader *reader;
	size_t n;

	TRY(reader_create(&run->keep, &input, &reader, run->err));
	for (;;) {
		TRY(read_batch(run, reader, flow, &n));
		if (n == 0)
			return 0;
		const char *at = run->docs_end;

		report_progress(run, (uint64_t)(at - text));
		if (run->input->on_read != NULL && (size_t)(at - read) >= READ_STEP) {
			run->input->on_read(run->input->read_arg, read, (size_t)(at - read));
			read = at;
		}
	}
}

/* ---- documents that come in blocks ---- */

struct blocks {
	struct reader *reader; /* NULL until the first one */
	struct str lines;
	uint64_t n_bytes, n_lines; /* of those before */
};

static int next_block(struct run *run, struct blocks *b)
{
	const struct run_input *input = run->input;

	for (const char *at = b->lines.data, *end = at + b->lines.len; at < end; b->n_lines++) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));

		if (line_end == NULL)
			break;
		at = line_end + 1;
	}
	b->n_bytes += b->lines.len;
	TRY(input->source(input->source_arg, &b->lines, run->err));
	if (b->lines.len == 0)
		return 0;
	if (b->reader == NULL) {
		struct reader_input from = run_document_input(run);

		from.text = from.text_start = b->lines.data;
		from.len = b->lines.len;
		from.format = READ_NDJSON;
		return reader_create(&run->keep, &from, &b->reader, run->err);
	}
	const struct reader_piece piece = { .text = b->lines.data, .len = b->lines.len };
	reader_restart(b->reader, &piece);
	return 0;
}

/* Where it is in all that came. */
static void move_place(struct err *err, const struct blocks *b)
{
	if (!err->has_place)
		return;
	err->offset += b->n_bytes;
	err->line += b->n_lines;
}

static bool wants_more(const struct run *run, struct flow *flow)
{
	return run->input->source_stays || !flow_is_done(flow);
}

static int read_blocks(struct run *run, struct flow *flow)
{
	struct blocks b = { .reader = NULL };
	size_t n;

	while (wants_more(run, flow)) {
		TRY(next_block(run, &b));
		if (b.lines.len == 0)
			return 0;
		do {
			int rc = read_batch(run, b.reader, flow, &n);

			if (rc != 0)
				move_place(run->err, &b);
			TRY(rc);
		} while (n > 0 && wants_more(run, flow));
		report_progress(run, b.n_bytes + b.lines.len);
	}
	return 0;
}

static int flow_all(struct run *run, struct flow *flow)
{
	bool has_input = run->input->documents.text != NULL;

	if (run->input->source != NULL)
		TRY(read_blocks(run, flow));
	else if (has_input || !run->input->plan->has_documents)
		TRY(read_documents(run, flow));
	arena_reset(&run->batch);
	flow_own_scratch(flow);
	return flow_finish(flow);
}

int run_stats_init(struct run *run, struct arena *a)
{
	const struct pipeline *pipeline = &run->input->plan->pipeline;

	if (!run->input->is_explained)
		return 0;
	run->stats.stages = arena_zalloc(a, pipeline->n_stages, sizeof *run->stats.stages);
	if (run->stats.stages == NULL)
		return err_nomem(run->err, "statistics");
	for (size_t i = 0; i < pipeline->n_stages; i++)
		run->stats.stages[i].name = pipeline->stages[i]->op->name;
	return 0;
}

void run_stats_add(struct run *run, size_t first, const struct pipeline *pipeline,
                   const struct flow *flow)
{
	if (run->stats.stages == NULL || flow == NULL)
		return;
	for (size_t i = 0; i < pipeline->n_stages; i++) {
		struct run_stage_stats *stats = &run->stats.stages[first + i];
		const struct node *node = flow_node(flow, i);

		stats->documents_in += node->documents_in;
		stats->documents_out += node->documents_out;
		stats->duration_ns += node->duration_ns;
		stats->peak_bytes += (uint64_t)MAX(node->peak_bytes, 0);
	}
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

int run_prepare(struct run *run)
{
	const struct plan *plan = run->input->plan;
	struct value *vars = arena_zalloc(&run->keep, plan->n_vars, sizeof *vars);
	struct path_cache *caches = arena_zalloc(&run->keep, plan->n_caches, sizeof *caches);

	run->keep.copies_text = run->input->source != NULL && !run->input->source_stays;
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
		.deadline_ns = run->deadline_ns,
		.document = -1,
	};
	TRY(eval_check(&run->ev));
	return read_collections(run);
}

static int run_flow(struct run *run, struct arena *a)
{
	const struct pipeline *pipeline = &run->input->plan->pipeline;
	struct flow *flow = NULL;

	TRY(run_prepare(run));
	TRY(run_stats_init(run, a));
	TRY(flow_create(&run->ev, &run->keep, pipeline, run->input->is_explained, run_sink, run,
	                &flow));
	int rc = flow_all(run, flow);
	run_stats_add(run, 0, pipeline, flow);
	flow_destroy(flow);
	return rc;
}

static void run_init(struct run *run, struct budget *budget)
{
	arena_init(&run->keep, budget);
	arena_init(&run->batch, budget);
}

static void run_deinit(struct run *run)
{
	arena_deinit(&run->batch);
	arena_deinit(&run->keep);
}

/* What several threads could not finish, or not begin, one does from the first document on. */
static int run_all(struct run *run, struct arena *a, struct budget *budget)
{
	bool is_done;

	TRY(run_split(run, a, &is_done));
	if (is_done)
		return 0;
	run_deinit(run);
	run_init(run, budget);
	*run->err = ERR_INIT;
	run->stats = (struct run_stats){ 0 };
	run->n_read = 0;
	run->n_repeated = run->n_delivered;
	return run_flow(run, a);
}

int run_transform(struct arena *a, struct budget *budget, const struct run_input *input,
                  struct run_stats *ret_stats, struct err *err)
{
	struct run run = { .input = input, .err = err };
	uint64_t start = clock_monotonic_ns();

	if (input->limits.time_ms_max != 0)
		run.deadline_ns = start + input->limits.time_ms_max * UINT64_C(1000000);
	run_init(&run, budget);
	int rc = run_all(&run, a, budget);
	run.stats.duration_ns = clock_monotonic_ns() - start;
	run.stats.peak_bytes = budget->peak;
	run_deinit(&run);
	if (rc == 0 && ret_stats != NULL)
		*ret_stats = run.stats;
	return rc;
}
