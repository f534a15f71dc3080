/* One job in memory: its parts, its state, and its place among those of that state. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/memory_private.h"
#include "store/outcome.h"

static struct str text_of(const char *s)
{
	return s == NULL ? (struct str){ "", 0 } : str_from(s);
}

static void list_remove(struct memory_link *link)
{
	struct memory_list *list = link->list;

	if (list == NULL)
		return;
	*(link->prev == NULL ? &list->first : &link->prev->next) = link->next;
	*(link->next == NULL ? &list->last : &link->next->prev) = link->prev;
	link->prev = link->next = NULL;
	link->list = NULL;
}

/* Behind a link; NULL: at the front. */
static void list_insert(struct memory_list *list, struct memory_link *after,
                        struct memory_link *link, struct entry *entry)
{
	link->entry = entry;
	link->list = list;
	link->prev = after;
	link->next = after == NULL ? list->first : after->next;
	*(link->prev == NULL ? &list->first : &link->prev->next) = link;
	*(link->next == NULL ? &list->last : &link->next->prev) = link;
}

void memory_list_append(struct memory_list *list, struct memory_link *link, struct entry *entry)
{
	list_insert(list, list->last, link, entry);
}

/* Among those that wait: by age, and nearly always the youngest. */
static void wait(struct memory_store *m, struct entry *entry)
{
	struct memory_list *list = &m->waiting[entry->task.priority];
	struct memory_link *after = list->last;

	while (after != NULL && after->entry->place > entry->place)
		after = after->prev;
	list_insert(list, after, &entry->job->place, entry);
}

void memory_job_free_parts(struct memory_store *m, struct memory_job *job)
{
	for (size_t i = 0; i < job->n_parts; i++) {
		m->n_bytes -= job->parts[i].len;
		job->n_bytes -= job->parts[i].len;
		free(job->parts[i].data);
	}
	free(job->parts);
	job->parts = NULL;
	job->n_parts = 0;
}

/* The job is in another state: counted, and shown. */
void memory_job_set_state(struct memory_store *m, struct entry *entry, enum job_state state)
{
	struct memory_job *job = entry->job;

	m->n_jobs[job->state]--;
	m->n_jobs[state]++;
	list_remove(&job->place);
	job->state = state;
	job->shown.is_running = state == JOB_RUNNING;
	entry->task.status = str_from(job_state_name(state));
	entry->task.updated_ms = MAX(clock_wall_ms(), entry->task.updated_ms);
	entry->task.version++;
}

void memory_job_set_waiting(struct memory_store *m, struct entry *entry)
{
	memory_job_set_state(m, entry, JOB_PENDING);
	memory_job_free_parts(m, entry->job);
	wait(m, entry);
}

void memory_job_set_ended(struct memory_store *m, struct entry *entry, enum job_state state)
{
	struct err err;

	memory_job_set_state(m, entry, state);
	entry->job->shown.finished_ms = entry->task.updated_ms;
	memory_list_append(&m->ended, &entry->job->place, entry);
	if (entry->job->webhook_url != NULL)
		(void)memory_delivery_add(m, entry, &err);
}

void memory_job_set_error(struct memory_store *m, struct memory_job *job, struct str error)
{
	m->n_bytes -= job->shown.error.len;
	job->n_bytes -= job->shown.error.len;
	free(job->error);
	job->error = error.len == 0 ? NULL : strndup(error.data, error.len);
	job->shown.error = text_of(job->error);
	m->n_bytes += job->shown.error.len;
	job->n_bytes += job->shown.error.len;
}

size_t memory_job_size(const struct job_new *new_job)
{
	return sizeof(struct memory_job) + new_job->input.len + new_job->webhook_url.len;
}

struct memory_job *memory_job_create(const struct job_new *new_job)
{
	struct memory_job *job = calloc(1, sizeof *job);

	if (job == NULL)
		return NULL;
	job->input = malloc(new_job->input.len + 1);
	if (new_job->webhook_url.len > 0)
		job->webhook_url = strndup(new_job->webhook_url.data, new_job->webhook_url.len);
	if (job->input == NULL || (new_job->webhook_url.len > 0 && job->webhook_url == NULL)) {
		memory_job_destroy(job);
		return NULL;
	}
	memcpy(job->input, new_job->input.data, new_job->input.len);
	job->input_len = new_job->input.len;
	job->n_bytes = memory_job_size(new_job);
	job->shown.webhook_url = text_of(job->webhook_url);
	job->shown.stage = job->shown.error = (struct str){ "", 0 };
	return job;
}

void memory_job_destroy(struct memory_job *job)
{
	if (job == NULL)
		return;
	for (size_t i = 0; i < job->n_parts; i++)
		free(job->parts[i].data);
	free(job->parts);
	free(job->input);
	free(job->webhook_url);
	free(job->error);
	free(job);
}

void memory_job_begin(struct memory_store *m, struct entry *entry)
{
	m->n_jobs[JOB_PENDING]++;
	m->n_bytes += entry->job->n_bytes;
	wait(m, entry);
}

void memory_job_move(struct memory_store *m, struct entry *entry)
{
	if (entry->job->state != JOB_PENDING)
		return;
	list_remove(&entry->job->place);
	wait(m, entry);
}

void memory_job_leave(struct memory_store *m, struct entry *entry)
{
	struct memory_job *job = entry->job;

	list_remove(&job->place);
	list_remove(&job->expiring);
	memory_delivery_leave(m, job);
	m->n_jobs[job->state]--;
	m->n_bytes -= job->n_bytes;
}

int memory_find_job(struct memory_store *m, struct str id, struct entry **ret, struct err *err)
{
	struct entry *entry = map_get(&m->by_id, id);

	if (entry == NULL)
		return store_not_found(err);
	if (entry->job == NULL)
		return store_no_job(err);
	*ret = entry;
	return 0;
}

size_t memory_job_sweep(struct memory_store *m, const struct store_sweep *sweep)
{
	int64_t now_ms = clock_wall_ms();
	size_t n = 0;

	while (n < sweep->n_max && m->expiring.first != NULL) {
		struct memory_job *job = m->expiring.first->entry->job;

		if (job->shown.result_expires_ms > now_ms)
			break;
		list_remove(&job->expiring);
		memory_job_free_parts(m, job);
		n++;
	}
	while (n < sweep->n_max && m->ended.first != NULL) {
		struct entry *entry = m->ended.first->entry;

		if (entry->job->shown.finished_ms >= sweep->jobs_before_ms)
			break;
		memory_forget(m, entry);
		n++;
	}
	return n;
}
