/* Job run: what a worker does with a job. */
#include "api/job_run.h"

#include <stdatomic.h>

#include "api/app.h"
#include "api/job_input.h"
#include "api/problem.h"
#include "api/transform_answer.h"
#include "api/transform_request.h"
#include "base/arena.h"
#include "obs/metrics.h"

/* Text is handed on in pieces of this size at least. */
#define FLUSH_MIN ((size_t)256 << 10)

struct job {
	const struct app *app;
	struct worker_job *worker;
	struct budget budget;
	struct arena arena;
	struct transform_request request;
	struct plan *plan;
	struct buf out;
	size_t n_flushed, output_max;
	struct transform_answer answer;
	struct run_stats stats;
	struct problem *problems; /* of the pipeline */
};

static void job_deinit(struct job *j)
{
	buf_deinit(&j->out);
	arena_deinit(&j->arena);
	budget_give(&j->budget, budget_used(&j->budget)); /* the input */
}

/* The limit counts what has left the buffer too. */
static int hand_on(struct job *j, struct err *err)
{
	TRY(worker_job_write(j->worker, (struct str){ j->out.data, j->out.len }, err));
	j->n_flushed += j->out.len;
	buf_reset(&j->out);
	j->out.max = j->output_max - MIN(j->n_flushed, j->output_max);
	return 0;
}

static int flush(void *arg, struct buf *out, struct err *err)
{
	return out->len < FLUSH_MIN ? 0 : hand_on(arg, err);
}

static int read_input(const struct app *app, struct job *j, struct err *err)
{
	struct json_problems problems = JSON_PROBLEMS(&j->arena);

	if (!budget_take(&j->budget, j->worker->input.len))
		return err_nomem(err, "the input");
	TRY(transform_request_read(&j->arena, j->worker->input,
	                           job_input_is_ndjson(&j->arena, j->worker->input),
	                           &app->job_limits, &j->request, &problems, err));
	if (problems.n_items > 0) /* it was checked when the job was made: another version did so */
		return err_set(err, ERR_INVALID, "%s: %s", problems.items[0].pointer,
		               problems.items[0].detail);
	j->budget.limit = MIN(j->budget.limit, j->request.limits.memory_max);
	return 0;
}

/* How much there is to do; names of stages are static. */
static int announce(struct job *j, struct err *err)
{
	uint64_t n;

	TRY(job_input_count(&j->arena, &j->request, &n, err));
	atomic_store(&j->worker->documents_total, n);
	if (plan_n_stages(j->plan) > 0)
		atomic_store(&j->worker->stage, plan_stage_name(j->plan, 0));
	return 0;
}

static void show_progress(void *arg, uint64_t n_documents, uint64_t n_bytes)
{
	struct job *j = arg;

	worker_job_progress(j->worker, n_documents, n_bytes);
	if (n_documents == atomic_load(&j->worker->documents_total) && plan_n_stages(j->plan) > 0)
		atomic_store(&j->worker->stage,
		             plan_stage_name(j->plan, plan_n_stages(j->plan) - 1));
}

/* What was sent as lines, and none of them a document, is stored as an object without documents. */
static struct run_text documents_of(const struct job *j)
{
	const struct str input = j->worker->input;
	const struct run_text none = {
		.text = input.data + input.len,
		.text_start = input.data,
		.format = READ_NDJSON,
	};
	bool is_none = !j->request.has_documents && !plan_has_documents(j->plan);

	return is_none ? none : j->request.documents;
}

static int run(struct job *j, struct err *err)
{
	const struct plan_input source = {
		.pipeline = j->request.pipeline,
		.let = j->request.let,
		.limits = j->request.limits,
		.rules = (unsigned)PLAN_RULES_ALL,
	};

	TRY(plan_compile(&j->arena, &source, &j->plan, &j->problems, err));
	TRY(announce(j, err));
	const struct run_input input = {
		.plan = j->plan,
		.documents = documents_of(j),
		.collections = j->request.collections,
		.n_collections = j->request.n_collections,
		.let = j->request.let,
		.limits = j->request.limits,
		.now_ms = j->request.now_ms,
		.seed = j->request.seed,
		.is_explained = j->request.is_explained,
		.team = pool_team(j->app->pool),
		.is_cancelled = worker_job_should_stop,
		.cancel_arg = j->worker,
		.on_progress = show_progress,
		.progress_arg = j,
		.sink = transform_answer_documents,
		.sink_arg = &j->answer,
		.sink_text = transform_answer_text,
		.write_mode = transform_write_modes[FORM_JSON],
		.written = transform_answer_collection,
		.written_arg = &j->answer,
	};
	transform_answer_begin(&j->answer, &j->out, FORM_JSON);
	j->answer.flush = flush;
	j->answer.flush_arg = j;
	TRY(run_transform(&j->arena, &j->budget, &input, &j->stats, err));
	transform_answer_end(&j->answer, j->plan, &j->stats, j->budget.peak);
	if (j->out.failed != BUF_OK)
		return err_nomem(err, "the answer");
	return hand_on(j, err);
}

static void count(const struct app *app, const struct job *j)
{
	const struct app_metrics *metrics = &app->metrics;

	series_observe(metrics->transform_run, j->stats.duration_ns - j->answer.write_ns);
	series_observe(metrics->transform_write, j->answer.write_ns);
	series_add(metrics->documents_in, j->stats.documents_in);
	series_add(metrics->documents_out, j->stats.documents_out);
}

int job_run(void *arg, struct worker_job *worker, struct err *err)
{
	const struct app *app = arg;
	CLEANUP(job_deinit)
	struct job j = {
		.app = app,
		.worker = worker,
		.budget = { .limit = app->job_limits.memory_max, .parent = app->memory },
		.output_max = app->job_limits.output_max,
	};

	arena_init(&j.arena, &j.budget);
	buf_init(&j.out, j.output_max);
	int rc = read_input(app, &j, err);
	if (rc == 0)
		rc = run(&j, err);
	/* What others have now is no fault of the job: it is tried again. */
	if (rc == ERR_NOMEM && j.budget.is_parent_full)
		return err_set(err, ERR_UNAVAILABLE, "all requests together use all memory");
	if (rc != 0) {
		problem_write_failure(&worker->error, err, j.problems);
		return rc;
	}
	worker->documents = j.stats.documents_out;
	count(app, &j);
	return 0;
}
