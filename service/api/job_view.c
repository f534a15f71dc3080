/* Job view: what the text of a task says about its job. */
#include "api/job_view.h"

#include "api/app.h"
#include "base/clock.h"
#include "base/num.h"
#include "doc/read.h"
#include "tasks/background.h"

#define SECOND_NS UINT64_C(1000000000)

static struct str unquoted(struct str text)
{
	return text.len < 2 ? text : (struct str){ text.data + 1, text.len - 2 };
}

static int take_result(void *arg, struct str key, struct str value, struct err *err)
{
	struct job_view *view = arg;

	(void)err;
	if (str_is(key, "bytes") && !num_parse_u64(str_trim(value), &view->result_bytes))
		return err_set(err, ERR_INTERNAL, "a task's result has no size");
	if (str_is(key, "documents") && !num_parse_u64(str_trim(value), &view->result_documents))
		return err_set(err, ERR_INTERNAL, "a task's result has no number of documents");
	return 0;
}

struct viewing {
	struct arena *arena;
	struct job_view view;
};

static int take_member(void *arg, struct str key, struct str value, struct err *err)
{
	struct viewing *v = arg;

	if (str_is(key, "attempts"))
		v->view.is_job = true;
	else if (str_is(key, "status"))
		v->view.state = job_state_find(unquoted(str_trim(value)));
	else if (str_is(key, "error"))
		v->view.error = str_trim(value);
	else if (str_is(key, "result"))
		return read_members(v->arena, value, take_result, &v->view, err);
	return 0;
}

int job_view_read(struct arena *a, struct str json, struct job_view *ret, struct err *err)
{
	struct viewing v = { .arena = a };

	TRY(read_members(a, json, take_member, &v, err));
	*ret = v.view;
	return 0;
}

bool job_view_is_open(const struct job_view *view)
{
	return view->is_job && (view->state == JOB_PENDING || view->state == JOB_RUNNING);
}

static int look(const struct request *req, struct arena *a, struct str id,
                struct store_receipt *ret_receipt, struct buf *ret_json, struct job_view *ret,
                struct err *err)
{
	struct store *store = request_app(req)->store;
	size_t start = ret_json->len;

	TRY(store->ops->get(store, id, ret_receipt, ret_json, err));
	if (ret_json->failed != BUF_OK)
		return err_nomem(err, "the task");
	return job_view_read(a, (struct str){ ret_json->data + start, ret_json->len - start }, ret,
	                     err);
}

int job_view_await(const struct request *req, struct arena *a, struct str id, unsigned wait_s,
                   struct store_receipt *ret_receipt, struct buf *ret_json, struct job_view *ret,
                   struct err *err)
{
	struct waiters *waiters = &request_app(req)->background->waiters;
	uint64_t until_ns = clock_monotonic_ns() + wait_s * SECOND_NS, seen;
	size_t start = ret_json->len;
	int rc;

	if (wait_s == 0 || !waiters_enter(waiters))
		return look(req, a, id, ret_receipt, ret_json, ret, err);
	do {
		seen = waiters_seen(waiters);
		ret_json->len = start;
		rc = look(req, a, id, ret_receipt, ret_json, ret, err);
	} while (rc == 0 && job_view_is_open(ret) && !request_is_abandoned(req) &&
	         waiters_wait(waiters, seen, until_ns));
	waiters_leave(waiters);
	return rc;
}
