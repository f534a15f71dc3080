/* A task as text. */
#include "store/task.h"

#include "json/write.h"

void task_apply(struct task *task, const struct task_fields *fields)
{
	if (fields->title.data != NULL)
		task->title = fields->title;
	if (fields->description.data != NULL)
		task->description = fields->description;
	if (fields->status.data != NULL)
		task->status = fields->status;
	if (fields->priority != 0)
		task->priority = fields->priority;
}

void task_begin(struct task *task, const struct uuid *id, const struct task_fields *fields)
{
	task->id = *id;
	task->created_ms = task->updated_ms = uuid_ms(id);
	task_apply(task, fields);
}

static void write_result(struct json_writer *w, const struct task_job *job)
{
	json_key(w, "result");
	json_object_begin(w);
	json_put_uint(w, "documents", job->result_documents);
	json_put_uint(w, "bytes", job->result_bytes);
	json_put_time(w, "expires_at", job->result_expires_ms);
	json_object_end(w);
}

static void write_progress(struct json_writer *w, const struct task_job *job)
{
	json_key(w, "progress");
	json_object_begin(w);
	json_put_uint(w, "documents_done", job->documents_done);
	json_put_uint(w, "documents_total", job->documents_total);
	json_put_string(w, "stage", job->stage);
	json_object_end(w);
}

static void write_job(struct json_writer *w, const struct task_job *job)
{
	json_put_uint(w, "attempts", job->attempts);
	if (job->started_ms != 0)
		json_put_time(w, "started_at", job->started_ms);
	if (job->finished_ms != 0)
		json_put_time(w, "finished_at", job->finished_ms);
	if (job->is_running)
		write_progress(w, job);
	if (job->error.len > 0) {
		json_key(w, "error");
		json_raw(w, job->error);
	}
	if (job->has_result)
		write_result(w, job);
	if (job->webhook_url.len > 0) {
		json_key(w, "webhook");
		json_object_begin(w);
		json_put_string(w, "url", job->webhook_url);
		json_object_end(w);
	}
}

void task_write(const struct task *task, struct buf *out)
{
	struct json_writer w = { .buf = out };
	char id[UUID_TEXT_SIZE];

	uuid_format(&task->id, id);
	json_object_begin(&w);
	json_put_cstr(&w, "id", id);
	json_put_string(&w, "title", task->title);
	json_put_string(&w, "description", task->description);
	json_put_string(&w, "status", task->status);
	json_put_int(&w, "priority", task->priority);
	json_put_time(&w, "created_at", task->created_ms);
	json_put_time(&w, "updated_at", task->updated_ms);
	json_put_uint(&w, "version", task->version);
	if (task->job != NULL)
		write_job(&w, task->job);
	json_object_end(&w);
}
