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
	json_object_end(&w);
}
