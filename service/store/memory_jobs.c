/* Jobs in memory: what is done with them. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/memory_private.h"
#include "store/outcome.h"

/* One that was asked to stop has no worker any more. */
static void set_cancelled(struct memory_store *m, struct entry *entry)
{
	memory_job_free_parts(m, entry->job);
	memory_job_set_ended(m, entry, JOB_CANCELLED);
}

/* Those whose workers have not been heard of: they wait again, or have failed. */
static void reap(struct memory_store *m, int64_t now_ms, uint32_t attempts_max)
{
	struct memory_link *next;

	for (struct memory_link *link = m->running.first; link != NULL; link = next) {
		struct entry *entry = link->entry;

		next = link->next;
		if (entry->job->lease_until_ms > now_ms)
			continue;
		if (entry->job->is_cancelled) {
			set_cancelled(m, entry);
			continue;
		}
		if (entry->job->shown.attempts < attempts_max) {
			memory_job_set_waiting(m, entry);
			continue;
		}
		memory_job_free_parts(m, entry->job);
		memory_job_set_error(m, entry->job, store_worker_lost);
		memory_job_set_ended(m, entry, JOB_FAILED);
	}
}

static int job_claim(struct store *store, int64_t lease_ms, uint32_t attempts_max,
                     struct job_claim *ret, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	int64_t now_ms = clock_wall_ms();
	int priority = TASK_PRIORITY_MAX;

	WRITE_LOCKED(m);
	reap(m, now_ms, attempts_max);
	while (priority >= TASK_PRIORITY_MIN && m->waiting[priority].first == NULL)
		priority--;
	if (priority < TASK_PRIORITY_MIN)
		return err_set(err, ERR_NOT_FOUND, "no job waits");

	struct entry *entry = m->waiting[priority].first->entry;
	struct memory_job *job = entry->job;
	memory_job_set_state(m, entry, JOB_RUNNING);
	memory_list_append(&m->running, &job->place, entry);
	job->claim++;
	job->lease_until_ms = now_ms + lease_ms;
	job->is_cancelled = false;
	job->shown.attempts++;
	job->shown.started_ms = now_ms;
	job->shown.documents_done = job->shown.documents_total = 0;
	*ret = (struct job_claim){
		.number = job->claim,
		.attempts = job->shown.attempts,
		.created_ms = entry->task.created_ms,
	};
	memcpy(ret->id, entry->id, sizeof ret->id);
	return 0;
}

/* The job of a claim that is still good. */
static int find_claimed(struct memory_store *m, const struct job_claim *claim, struct entry **ret,
                        struct err *err)
{
	struct entry *entry = map_get(&m->by_id, str_from(claim->id));

	if (entry == NULL || entry->job == NULL)
		return store_not_found(err);
	if (entry->job->state != JOB_RUNNING || entry->job->claim != claim->number)
		return store_claim_lost(err);
	*ret = entry;
	return 0;
}

static int job_renew(struct store *store, const struct job_claim *claim, int64_t lease_ms,
                     const struct job_progress *progress, bool *ret_is_cancelled, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	struct entry *entry;

	WRITE_LOCKED(m);
	TRY(find_claimed(m, claim, &entry, err));
	struct memory_job *job = entry->job;
	job->lease_until_ms = clock_wall_ms() + lease_ms;
	job->shown.documents_done = progress->documents_done;
	job->shown.documents_total = progress->documents_total;
	strncpy(job->stage, progress->stage, sizeof job->stage - 1);
	job->shown.stage = str_from(job->stage);
	*ret_is_cancelled = job->is_cancelled;
	return 0;
}

static int release(struct memory_store *m, const struct job_claim *claim, struct err *err)
{
	struct entry *entry;

	WRITE_LOCKED(m);
	TRY(find_claimed(m, claim, &entry, err));
	if (entry->job->is_cancelled) {
		set_cancelled(m, entry);
		return 0;
	}
	entry->job->shown.attempts--;
	memory_job_set_waiting(m, entry);
	return 0;
}

static int job_release(struct store *store, const struct job_claim *claim, struct err *err)
{
	TRY(release((struct memory_store *)store, claim, err));
	store_wake_call(&((struct memory_store *)store)->wake);
	return 0;
}

static int finish(struct memory_store *m, const struct job_claim *claim, const struct job_end *end,
                  struct err *err)
{
	struct entry *entry;

	WRITE_LOCKED(m);
	TRY(find_claimed(m, claim, &entry, err));
	struct memory_job *job = entry->job;
	job->shown.documents_done = end->documents;
	job->shown.has_result = end->state == JOB_SUCCEEDED;
	if (job->shown.has_result) {
		job->shown.result_documents = end->documents;
		job->shown.result_bytes = end->bytes;
		job->shown.result_expires_ms = end->expires_ms;
		memory_list_append(&m->expiring, &job->expiring, entry);
	} else {
		memory_job_free_parts(m, job);
	}
	memory_job_set_error(m, job, end->error);
	memory_job_set_ended(m, entry, end->state);
	return 0;
}

static int job_finish(struct store *store, const struct job_claim *claim, const struct job_end *end,
                      struct err *err)
{
	TRY(finish((struct memory_store *)store, claim, end, err));
	store_wake_call(&((struct memory_store *)store)->wake);
	return 0;
}

static int cancel(struct memory_store *m, struct str id, struct store_receipt *ret,
                  struct buf *ret_json, struct err *err)
{
	struct entry *entry;

	WRITE_LOCKED(m);
	TRY(memory_find_job(m, id, &entry, err));
	switch (entry->job->state) {
	case JOB_PENDING: memory_job_set_ended(m, entry, JOB_CANCELLED); break;
	case JOB_RUNNING: entry->job->is_cancelled = true; break;
	default: return store_wrong_state(entry->job->state, "cancelled", err);
	}
	memory_answer(entry, ret, ret_json);
	return 0;
}

static int job_cancel(struct store *store, struct str id, struct store_receipt *ret,
                      struct buf *ret_json, struct err *err)
{
	TRY(cancel((struct memory_store *)store, id, ret, ret_json, err));
	store_wake_call(&((struct memory_store *)store)->wake);
	return 0;
}

static int retry(struct memory_store *m, struct str id, struct store_receipt *ret,
                 struct buf *ret_json, struct err *err)
{
	struct entry *entry;

	WRITE_LOCKED(m);
	TRY(memory_find_job(m, id, &entry, err));
	struct memory_job *job = entry->job;
	if (job->state != JOB_FAILED && job->state != JOB_CANCELLED)
		return store_wrong_state(job->state, "retried", err);
	job->shown.attempts = 0;
	job->shown.started_ms = job->shown.finished_ms = 0;
	memory_job_set_error(m, job, (struct str){ "", 0 });
	memory_job_set_waiting(m, entry);
	memory_answer(entry, ret, ret_json);
	return 0;
}

static int job_retry(struct store *store, struct str id, struct store_receipt *ret,
                     struct buf *ret_json, struct err *err)
{
	TRY(retry((struct memory_store *)store, id, ret, ret_json, err));
	store_wake_call(&((struct memory_store *)store)->wake);
	return 0;
}

static int no_part(struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "there is no such part");
}

static int job_read(struct store *store, struct str id, enum job_bytes which, uint64_t n,
                    struct buf *ret, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	struct entry *entry;

	READ_LOCKED(m);
	TRY(memory_find_job(m, id, &entry, err));
	const struct memory_job *job = entry->job;
	if (which == JOB_RESULT) {
		if (job->state != JOB_SUCCEEDED || n >= job->n_parts)
			return no_part(err);
		buf_append(ret, job->parts[n].data, job->parts[n].len);
		return 0;
	}
	if (n >= (job->input_len + STORE_PART_BYTES - 1) / STORE_PART_BYTES)
		return no_part(err);
	size_t start = (size_t)n * STORE_PART_BYTES;
	buf_append(ret, job->input + start, MIN(STORE_PART_BYTES, job->input_len - start));
	return 0;
}

static int job_write(struct store *store, const struct job_claim *claim, uint64_t n,
                     struct str bytes, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	struct entry *entry;

	WRITE_LOCKED(m);
	TRY(find_claimed(m, claim, &entry, err));
	struct memory_job *job = entry->job;
	if (n == 0)
		memory_job_free_parts(m, job);
	TRY(memory_check_bytes(m, 0, bytes.len, err));
	struct memory_part *grown = reallocarray(job->parts, job->n_parts + 1, sizeof *grown);
	if (grown == NULL)
		return memory_no_memory(err);
	job->parts = grown;
	char *copy = malloc(bytes.len + 1);
	if (copy == NULL)
		return memory_no_memory(err);
	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	job->parts[job->n_parts++] = (struct memory_part){ copy, bytes.len };
	job->n_bytes += bytes.len;
	m->n_bytes += bytes.len;
	return 0;
}

const struct job_ops memory_job_ops = {
	.claim = job_claim,
	.renew = job_renew,
	.release = job_release,
	.finish = job_finish,
	.cancel = job_cancel,
	.retry = job_retry,
	.read = job_read,
	.write = job_write,
};
