/* Job result: what a job has made, in the form that the caller asks for. */
#include "api/job_result.h"

#include <stdlib.h>
#include <string.h>

#include "api/accept.h"
#include "api/app.h"
#include "api/offload.h"
#include "api/problem.h"
#include "api/transform_answer.h"
#include "base/arena.h"
#include "doc/read.h"
#include "store/store.h"

static int refuse_expired(const struct request *req, struct response *res)
{
	problem_refuse(req, res,
	               &(struct refusal){
			       .code = "result_expired",
			       .detail = "the result was kept for a while, and is gone",
		       });
	return 0;
}

/* The parts of a result, one after the other; the first was read to see whether they are there. */
struct parts {
	struct store *store;
	char id[UUID_TEXT_SIZE];
	struct buf first;
	uint64_t n_read;
};

static int parts_read(void *arg, struct buf *ret, struct err *err)
{
	struct parts *parts = arg;
	uint64_t n = parts->n_read++;

	if (n > 0)
		return parts->store->ops->jobs->read(parts->store, str_from(parts->id), JOB_RESULT,
		                                     n, ret, err);
	buf_append(ret, parts->first.data, parts->first.len);
	buf_deinit(&parts->first);
	return 0;
}

static void parts_close(void *arg)
{
	struct parts *parts = arg;

	buf_deinit(&parts->first);
	free(parts);
}

static int parts_open(struct store *store, struct str id, struct parts **ret, struct err *err)
{
	struct parts *parts = calloc(1, sizeof *parts);

	if (parts == NULL)
		return err_nomem(err, "the result");
	parts->store = store;
	memcpy(parts->id, id.data, MIN(id.len, sizeof parts->id - 1));
	buf_init(&parts->first, SIZE_MAX / 2);
	int rc = store->ops->jobs->read(store, id, JOB_RESULT, 0, &parts->first, err);
	if (rc == 0 && parts->first.failed != BUF_OK)
		rc = err_nomem(err, "the result");
	if (rc != 0) {
		parts_close(parts);
		return rc;
	}
	*ret = parts;
	return 0;
}

/* Where a whole result has its documents. */
struct spans {
	struct str documents;
	struct run_collection collection; /* of $out or $merge */
	struct arena *arena;
	bool has_collection;
};

static int take_collection(void *arg, struct str key, struct str value, struct err *err)
{
	struct spans *spans = arg;

	(void)err;
	spans->has_collection = true;
	spans->collection.name = key;
	spans->collection.text = (struct run_text){ .text = value.data, .len = value.len };
	return 0;
}

static int take_member(void *arg, struct str key, struct str value, struct err *err)
{
	struct spans *spans = arg;

	if (str_is(key, "documents"))
		spans->documents = value;
	if (str_is(key, "collections"))
		return read_members(spans->arena, value, take_collection, spans, err);
	return 0;
}

/* A result in another form: read, and written anew, by the compute pool. */
struct conversion {
	struct request *req;
	struct response *res;
	struct offload offload;
	struct parts *parts;
	uint64_t n_bytes;
	enum transform_form form;
	struct budget budget;
	struct arena arena;
	struct buf in, out;
	struct spans spans;
	struct transform_answer answer;
	struct run_stats stats;
};

static void conversion_deinit(struct conversion *c)
{
	buf_deinit(&c->in);
	buf_deinit(&c->out);
	arena_deinit(&c->arena);
	budget_give(&c->budget, budget_used(&c->budget));
}

static int read_all(struct conversion *c, struct err *err)
{
	uint64_t n_bytes = c->n_bytes;

	if (!budget_take(&c->budget, n_bytes) || buf_reserve(&c->in, n_bytes + READ_PADDING) == NULL)
		return err_nomem(err, "the result");
	while (c->in.len < n_bytes)
		TRY(parts_read(c->parts, &c->in, err));
	if (c->in.failed != BUF_OK || buf_reserve(&c->in, READ_PADDING) == NULL)
		return err_nomem(err, "the result");
	memset(c->in.data + c->in.len, 0, READ_PADDING);
	return read_members(&c->arena, (struct str){ c->in.data, c->in.len }, take_member,
	                    &c->spans, err);
}

static int copy(struct conversion *c, const struct plan *plan, struct str documents,
                run_sink_fn *sink, struct err *err)
{
	const struct run_input input = {
		.plan = plan,
		.documents = { .text = documents.data, .len = documents.len },
		.limits = request_app(c->req)->job_limits,
		.sink = sink,
		.sink_arg = &c->answer,
		.is_cancelled = work_should_stop,
		.cancel_arg = &c->offload.work,
	};

	return run_transform(&c->arena, &c->budget, &input, &c->stats, err);
}

/* The collection follows the documents as $out's does in an answer of its own. */
static int copy_collection(struct conversion *c, const struct plan *plan, struct err *err)
{
	struct str text = { c->spans.collection.text.text, c->spans.collection.text.len };

	TRY(transform_answer_collection_begin(&c->answer, c->spans.collection.name, err));
	TRY(copy(c, plan, text, transform_answer_documents, err));
	transform_answer_collection_end(&c->answer);
	return 0;
}

static int convert(struct conversion *c, struct err *err)
{
	static const char none[READ_PADDING + 2] = "[]";
	struct plan_input source = { .let = MISSING, .limits = request_app(c->req)->job_limits };
	struct plan *plan;

	source.pipeline = value_decode(&c->arena, value_raw(none, 2));
	TRY(plan_compile(&c->arena, &source, &plan, NULL, err));
	transform_answer_begin(&c->answer, &c->out, c->form);
	transform_answer_charge(&c->answer, &c->budget);
	TRY(copy(c, plan, c->spans.documents, transform_answer_documents, err));
	if (c->spans.has_collection && c->form != FORM_NDJSON)
		TRY(copy_collection(c, plan, err));
	transform_answer_end(&c->answer, plan, &c->stats, c->budget.peak);
	return transform_answer_give(&c->answer, c->req, c->res, &c->offload.work, err);
}

static int convert_work(void *arg, struct err *err)
{
	struct conversion *c = arg;
	int rc = read_all(c, err);

	if (rc == 0)
		rc = convert(c, err);
	if (rc != ERR_NOMEM || !c->budget.is_parent_full)
		return rc;
	offload_refuse(&c->offload, ADMIT_MEMORY); /* others have it now */
	return 0;
}

static int answer_converted(struct request *req, struct response *res, struct parts *parts,
                            uint64_t n_bytes, enum transform_form form, struct err *err)
{
	const struct app *app = request_app(req);
	CLEANUP(conversion_deinit)
	struct conversion c = {
		.req = req,
		.res = res,
		.parts = parts,
		.n_bytes = n_bytes,
		.form = form,
		.budget = { .limit = app->job_limits.memory_max, .parent = app->memory },
	};

	arena_init(&c.arena, &c.budget);
	buf_init(&c.in, SIZE_MAX / 2);
	buf_init(&c.out, app->job_limits.output_max);
	c.spans.arena = &c.arena;
	if (!offload_begin(&c.offload, req, res))
		return 0;
	return offload_run(&c.offload, n_bytes, convert_work, &c, err);
}

int job_result_answer(struct request *req, struct response *res, struct str id, uint64_t n_bytes,
                      struct err *err)
{
	size_t form = accept_choose(req, transform_forms, FORM_COUNT);
	struct parts *parts;

	if (form == FORM_COUNT) {
		transform_answer_refuse(req, res);
		return 0;
	}
	int rc = parts_open(request_app(req)->store, id, &parts, err);
	if (rc == ERR_NOT_FOUND)
		return refuse_expired(req, res);
	TRY(rc);
	if (form == FORM_JSON) {
		response_stream(res, &(struct response_source){
					     .len = n_bytes,
					     .read = parts_read,
					     .close = parts_close,
					     .arg = parts,
				     });
		return 0;
	}
	rc = answer_converted(req, res, parts, n_bytes, (enum transform_form)form, err);
	parts_close(parts);
	return rc;
}
