/* What one thread does of a run that several share. */
#include "engine/run_split.h"

/* Only the thread that asked for the run may ask whether its answer is still wanted. */
static bool is_cancelled(void *arg)
{
	const struct part *part = arg;
	const struct run_input *input = part->split->run->input;

	if (split_is_over(part->split))
		return true;
	return part->is_caller && input->is_cancelled != NULL &&
	       input->is_cancelled(input->cancel_arg);
}

static int eval_init(struct part *part)
{
	const struct run *run = part->split->run;
	const struct plan *plan = run->input->plan;
	struct value *vars = arena_zalloc(&part->keep, plan->n_vars, sizeof *vars);
	struct path_cache *caches = arena_zalloc(&part->keep, plan->n_caches, sizeof *caches);

	part->docs = arena_array(&part->keep, STAGE_BATCH, sizeof *part->docs);
	if (vars == NULL || caches == NULL || part->docs == NULL)
		return err_nomem(&part->err, "the state of a thread");
	for (size_t i = 0; i < plan->n_lets; i++)
		vars[plan->lets[i].slot] = run->ev.vars[plan->lets[i].slot];
	part->ev = (struct eval){
		.arena = &part->batch,
		.keep = &part->keep,
		.err = &part->err,
		.vars = vars,
		.caches = caches,
		.limits = run->ev.limits,
		.now_ms = run->ev.now_ms,
		.deadline_ns = run->ev.deadline_ns,
		.is_cancelled = is_cancelled,
		.cancel_arg = part,
		.document = -1,
	};
	return 0;
}

/* What is left when all parts have become one: to the stages behind. */
static int feed_rest(void *arg, struct value *docs, size_t n_docs)
{
	struct split *s = ((struct part *)arg)->split;

	arena_reset(&s->run->batch);
	return flow_is_done(s->flow) ? 0 : flow_push(s->flow, docs, n_docs);
}

int part_init(struct part *part, struct split *s)
{
	static flow_sink_fn *const sinks[] = {
		[SPLIT_TEXT] = piece_add_text,
		[SPLIT_DOCS] = piece_add_docs,
		[SPLIT_MERGE] = feed_rest,
	};

	*part = (struct part){
		.split = s,
		.budget = { .limit = SIZE_MAX, .parent = s->run->keep.budget },
		.err = ERR_INIT,
		.is_caller = pthread_equal(pthread_self(), s->caller),
	};
	arena_init(&part->keep, &part->budget);
	arena_init(&part->batch, &part->budget);
	TRY(eval_init(part));
	return flow_create(&part->ev, &part->keep, &s->front, s->run->input->is_explained,
	                   sinks[s->mode], part, &part->flow);
}

void part_deinit(struct part *part)
{
	flow_destroy(part->flow);
	if (part->batch.budget != NULL)
		arena_deinit(&part->batch);
	if (part->keep.budget != NULL)
		arena_deinit(&part->keep);
}

/* Offset of the first document that begins in a piece's stretch of the text; the end if none. */
static size_t piece_begin(const struct split *s, size_t number)
{
	enum read_format format = s->run->input->documents.format;
	size_t at = 0;

	for (; at == 0 && number > 0 && number < s->n_pieces; number++)
		at = split_find(format, s->text.data, s->text.len, number * s->piece_size,
		                MIN((number + 1) * s->piece_size, s->text.len));
	return number == 0 ? 0 : at == 0 ? s->text.len : at;
}

/* False when no document begins in the piece's stretch: another piece has what is there. */
static bool find_piece(const struct split *s, size_t number, struct reader_piece *ret)
{
	size_t begin = piece_begin(s, number);

	if (begin >= MIN((number + 1) * s->piece_size, s->text.len) && number > 0)
		return false;
	size_t end = piece_begin(s, number + 1);
	*ret = (struct reader_piece){
		.text = s->text.data + begin,
		.len = end - begin,
		.is_begun = begin > 0,
		.is_cut = end < s->text.len,
	};
	return true;
}

static int prepare_reader(struct part *part, const struct reader_piece *piece)
{
	const struct run *run = part->split->run;
	struct reader_input input = run_document_input(run);

	if (part->reader == NULL) {
		input.text = piece->text;
		input.len = piece->len;
		input.text_start = piece->text;          /* nobody sees the places of its errors */
		input.limits.documents_max = UINT64_MAX; /* counted for all parts together */
		if (part->split->mode == SPLIT_DOCS && part->split->rest.n_stages > 0)
			input.is_plain = true; /* another thread looks into them meanwhile */
		TRY(reader_create(&part->keep, &input, &part->reader, &part->err));
	}
	reader_restart(part->reader, piece);
	return 0;
}

static int count_documents(struct part *part, size_t n)
{
	struct split *s = part->split;
	uint64_t n_max = s->run->ev.limits->documents_max - s->run->n_read;

	pthread_mutex_lock(&s->lock);
	s->n_documents += n;
	bool is_too_many = s->n_documents > n_max;
	pthread_mutex_unlock(&s->lock);
	return is_too_many ? err_limit(&part->err, ERR_DOCUMENTS, "max-documents",
	                               "more than %llu documents", (unsigned long long)n_max)
	                   : 0;
}

/* Documents that are delivered as they are live in the piece's arena, and others for a batch. */
int part_run(struct part *part, size_t number)
{
	struct split *s = part->split;
	bool keeps_batches = s->mode == SPLIT_DOCS && !s->copies_docs;
	struct reader_piece piece;
	size_t n;

	if (!find_piece(s, number, &piece))
		return 0;
	TRY(prepare_reader(part, &piece));
	part->ev.arena = keeps_batches ? &part->piece->arena : &part->batch;
	do {
		if (!keeps_batches)
			arena_reset(&part->batch);
		TRY(reader_next(part->reader, part->ev.arena, part->docs, STAGE_BATCH, &n,
		                &part->err));
		TRY(eval_tick_slow(&part->ev));
		TRY(count_documents(part, n));
		TRY(flow_push(part->flow, part->docs, n));
	} while (n > 0);
	if (s->run->input->on_read != NULL)
		s->run->input->on_read(s->run->input->read_arg, piece.text, piece.len);
	return 0;
}
