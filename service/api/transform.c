/* POST /transform and POST /transform/validate. */
#include "api/transform.h"

#include <inttypes.h>

#include "api/accept.h"
#include "api/app.h"
#include "api/body.h"
#include "api/early.h"
#include "api/offload.h"
#include "api/problem.h"
#include "api/transform_answer.h"
#include "api/transform_async.h"
#include "api/transform_request.h"
#include "base/clock.h"
#include "engine/plan_cache.h"
#include "json/write.h"
#include "obs/metrics.h"

#define MS_NS 1000000

/* One transform, from its body to its answer. */
struct transform {
	struct request *req;
	struct response *res;
	struct offload offload;
	struct early *early; /* the documents arrive while they are read; NULL */
	struct str body;
	bool is_ndjson;
	struct budget budget;
	struct arena arena;
	struct json_problems problems;
	struct transform_request request;
	struct held_plan held;
	const struct plan *plan;
	enum transform_form form;
	struct buf out;
	size_t n_input; /* bytes in the budget that the body's owner has paid for */
	struct transform_answer text;
	struct run_stats stats;
	uint64_t read_ns;
};

static void transform_init(struct transform *t, struct request *req, struct response *res)
{
	const struct limits *limits = &request_app(req)->limits;

	*t = (struct transform){
		.req = req,
		.res = res,
		.budget = { .limit = limits->memory_max, .parent = request_app(req)->memory },
	};
	arena_init(&t->arena, &t->budget);
	buf_init(&t->out, limits->output_max);
	t->problems = JSON_PROBLEMS(&t->arena);
}

static void transform_deinit(struct transform *t)
{
	buf_deinit(&t->out);
	arena_deinit(&t->arena);
	plan_release(&t->held);
	/* What is still counted: an answer that was not sent, and a plan, which is the cache's. */
	budget_give(&t->budget, budget_used(&t->budget) - t->n_input);
}

/* Is the body of a type that is taken here?  Otherwise the answer says which are. */
static bool check_type(struct transform *t)
{
	t->is_ndjson = body_is_type(t->req, "application/x-ndjson");
	if (t->is_ndjson || body_is_type(t->req, "application/json") ||
	    body_is_type(t->req, "application/ejson"))
		return body_check_coding(t->req, t->res);
	problem_refuse(
		t->req, t->res,
		&(struct refusal){
			.code = "unsupported_media_type",
			.detail = "the body must be application/json, application/x-ndjson or application/ejson",
		});
	return false;
}

static bool check_accept(struct transform *t)
{
	size_t form = accept_choose(t->req, transform_forms, FORM_COUNT);

	t->form = (enum transform_form)form;
	if (form == FORM_COUNT)
		transform_answer_refuse(t->req, t->res);
	return form != FORM_COUNT;
}

/* Read the body, and have the rest done by the pool. */
static int compute(struct transform *t, offload_fn *fn, struct err *err)
{
	if (!offload_begin(&t->offload, t->req, t->res))
		return 0;

	int rc = request_body(t->req, &t->body, err);
	t->read_ns = t->res->read_ns = clock_monotonic_ns() - t->req->start_ns;
	TRY(rc);
	return offload_run(&t->offload, t->body.len, fn, t, err);
}

/* The body, taken apart: the input is part of the transform's memory. */
static int read_request(struct transform *t, struct err *err)
{
	if (!budget_take_paid(&t->budget, t->body.len))
		return err_nomem(err, "the input");
	t->n_input = t->body.len;
	TRY(transform_request_read(&t->arena, t->body, t->is_ndjson, &request_app(t->req)->limits,
	                           &t->request, &t->problems, err));
	t->budget.limit = MIN(t->budget.limit, t->request.limits.memory_max);
	if (t->budget.used > t->budget.limit)
		return err_nomem(err, "the input");
	return 0;
}

static int find_plan(struct transform *t, struct problem **ret_problems, struct err *err)
{
	const struct app *app = request_app(t->req);
	const struct plan_source source = {
		.text = t->request.pipeline_text,
		.let = t->request.let,
		.limits = t->request.limits,
		.rules = (unsigned)PLAN_RULES_ALL,
	};

	int rc = plan_cache_hold(app->plans, &t->arena, &source, &t->held, ret_problems, err);
	series_add(t->held.is_found ? app->metrics.plans_found : app->metrics.plans_compiled, 1);
	t->plan = t->held.plan;
	return rc;
}

static int refuse_pipeline(struct transform *t, const struct problem *problems,
                           const struct err *err)
{
	problem_refuse(t->req, t->res,
	               &(struct refusal){
			       .code = "pipeline_invalid",
			       .detail = err->message,
			       .err = err,
			       .pipeline = problems,
		       });
	return 0;
}

/* Time counts from when the request was there as a whole: what it has waited is over. */
static uint64_t waited_ms(const struct transform *t)
{
	const struct work *work = &t->offload.work;

	return (work->started_ns - work->arrived_ns) / MS_NS;
}

static int run(struct transform *t, struct err *err)
{
	const struct transform_request *request = &t->request;
	struct run_input input = {
		.plan = t->plan,
		.documents = request->documents,
		.collections = request->collections,
		.n_collections = request->n_collections,
		.let = request->let,
		.limits = request->limits,
		.now_ms = request->now_ms,
		.seed = request->seed,
		.is_explained = request->is_explained,
		.team = pool_team(request_app(t->req)->pool),
		.is_cancelled = work_should_stop,
		.cancel_arg = &t->offload.work,
		.sink = transform_answer_documents,
		.sink_arg = &t->text,
		.sink_text = transform_answer_text,
		.write_mode = transform_write_modes[t->form],
		.is_ndjson = t->form == FORM_NDJSON,
		.written = t->form == FORM_NDJSON ? NULL : transform_answer_collection,
		.written_arg = &t->text,
		.source = t->early == NULL ? NULL : early_lines,
		.source_arg = t->early,
		.source_stays = true,
	};

	/* Not 0, which would be no limit; who has waited longer is not here. */
	input.limits.time_ms_max -= MIN(waited_ms(t), input.limits.time_ms_max - 1);
	transform_answer_begin(&t->text, &t->out, t->form);
	transform_answer_charge(&t->text, &t->budget); /* the answer is part of its memory, too */

	uint64_t start_ns = clock_monotonic_ns();
	int rc = run_transform(&t->arena, &t->budget, &input, &t->stats, err);
	t->res->run_ns = clock_monotonic_ns() - start_ns - t->text.write_ns;
	t->res->write_ns = t->text.write_ns;
	return rc;
}

static void observe(const struct transform *t)
{
	const struct app *app = request_app(t->req);
	const struct app_metrics *metrics = &app->metrics;

	if (t->early == NULL) /* else nobody knows yet */
		series_observe(metrics->transform_read, t->read_ns);
	series_observe(metrics->transform_run, t->res->run_ns);
	series_observe(metrics->transform_write, t->text.write_ns);
	series_add(metrics->documents_in, t->stats.documents_in);
	series_add(metrics->documents_out, t->stats.documents_out);
}

static int answer(struct transform *t, struct err *err)
{
	struct response *res = t->res;

	transform_answer_end(&t->text, t->plan, &t->stats, t->budget.peak);
	TRY(transform_answer_give(&t->text, t->req, res, &t->offload.work, err));
	response_header(res, "Docmill-Documents", "%" PRIu64, t->stats.documents_out);
	observe(t);
	return 0;
}

static int transform_all(struct transform *t, struct err *err)
{
	struct problem *problems = NULL;

	TRY(read_request(t, err));
	if (t->problems.n_items > 0) {
		problem_refuse_message(t->req, t->res, &t->problems);
		return 0;
	}

	int rc = find_plan(t, &problems, err);
	if (rc == ERR_PIPELINE)
		return refuse_pipeline(t, problems, err);
	TRY(rc);
	if (!t->request.has_documents && !plan_has_documents(t->plan)) {
		json_problem_add(&t->problems, "/documents",
		                 "is required, unless the first stage is $documents");
		problem_refuse_message(t->req, t->res, &t->problems);
		return 0;
	}
	if (t->early != NULL)
		t->early->is_splittable = pool_team(request_app(t->req)->pool)->n_max > 1 &&
		                          plan_is_splittable(t->plan);
	TRY(run(t, err));
	return answer(t, err);
}

/*
 * What failed for want of something that others have now is no fault of the request: 503, so that
 * it is sent again, where the request's own limits would be a 422.
 */
static int excuse(struct transform *t, int rc)
{
	if (rc == ERR_NOMEM && t->budget.is_parent_full)
		offload_refuse(&t->offload, ADMIT_MEMORY);
	else if (rc == ERR_TIME && waited_ms(t) > t->request.limits.time_ms_max / 10)
		offload_refuse(&t->offload, ADMIT_TIME);
	else
		return rc;
	return 0;
}

static int transform_work(void *arg, struct err *err)
{
	return excuse(arg, transform_all(arg, err));
}

/* The same, of a body that is not there yet: what does not go well is done again when it is. */
static int transform_early(void *arg, struct err *err)
{
	struct transform *t = arg;

	t->body = early_body(t->early);
	return transform_all(t, err);
}

/* As if nothing had been tried. */
static void transform_restart(struct transform *t)
{
	struct request *req = t->req;
	struct response *res = t->res;
	bool is_ndjson = t->is_ndjson;
	enum transform_form form = t->form;

	transform_deinit(t);
	transform_init(t, req, res);
	t->is_ndjson = is_ndjson;
	t->form = form;
	res->headers_len = 0;
	response_clear_body(res);
}

/* Begin while the lines of the body arrive, if it can be had; *ret is false: nothing is done. */
static int compute_early(struct transform *t, bool *ret, struct err *err)
{
	struct early early;
	struct str body;

	*ret = false;
	if (!t->is_ndjson || !early_follow(&early, &t->offload, t->req, transform_early, t))
		return 0;
	if (!offload_begin(&t->offload, t->req, t->res)) {
		*ret = true;
		(void)early_end(&early);
		return 0;
	}
	t->early = &early;
	int rc = request_body(t->req, &body, err);
	t->res->read_ns = clock_monotonic_ns() - t->req->start_ns;
	*ret = early_end(&early);
	if (*ret)
		series_observe(request_app(t->req)->metrics.transform_read, t->res->read_ns);
	else
		transform_restart(t);
	return rc;
}

int transform_run(struct request *req, struct response *res, struct err *err)
{
	CLEANUP(transform_deinit) struct transform t;

	transform_init(&t, req, res);
	res->has_timing = true;
	if (!check_type(&t) || !check_accept(&t))
		return 0;
	struct prefer prefer = prefer_read(req);
	if (prefer.respond_async)
		return transform_async(req, res, &prefer, t.is_ndjson, err);
	bool is_done;
	TRY(compute_early(&t, &is_done, err));
	return is_done ? 0 : compute(&t, transform_work, err);
}

static void write_verdict(struct transform *t, const struct problem *problems)
{
	struct json_writer w = { .buf = response_body(t->res) };

	json_object_begin(&w);
	json_put_bool(&w, "valid", problems == NULL);
	json_key(&w, "stages");
	json_array_begin(&w);
	for (size_t i = 0; problems == NULL && i < plan_n_stages(t->plan); i++) {
		json_object_begin(&w);
		json_put_cstr(&w, "name", plan_stage_name(t->plan, i));
		json_object_end(&w);
	}
	json_array_end(&w);
	json_key(&w, "errors");
	problem_write_pipeline(&w, problems);
	json_object_end(&w);
}

/* The verdict speaks of the stages as they were sent: no rule may move them. */
static int compile_as_sent(struct transform *t, struct problem **ret_problems, struct err *err)
{
	const struct plan_input input = {
		.pipeline = t->request.pipeline,
		.let = t->request.let,
		.limits = t->request.limits,
	};
	struct plan *plan;

	TRY(plan_compile(&t->arena, &input, &plan, ret_problems, err));
	t->plan = plan;
	return 0;
}

static int validate_all(struct transform *t, struct err *err)
{
	struct problem *problems = NULL;

	TRY(read_request(t, err));
	if (t->problems.n_items > 0) {
		problem_refuse_message(t->req, t->res, &t->problems);
		return 0;
	}

	int rc = compile_as_sent(t, &problems, err);
	if (rc != 0 && rc != ERR_PIPELINE)
		return rc;
	write_verdict(t, problems);
	return 0;
}

static int validate_work(void *arg, struct err *err)
{
	return excuse(arg, validate_all(arg, err));
}

int transform_validate(struct request *req, struct response *res, struct err *err)
{
	CLEANUP(transform_deinit) struct transform t;

	transform_init(&t, req, res);
	if (!check_type(&t))
		return 0;
	return compute(&t, validate_work, err);
}
