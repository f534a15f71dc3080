/*
 * Task: what a store keeps, and the text it is shown as.
 *
 * All text is UTF-8 without U+0000, within the bounds below (code points), and borrowed.
 */
#ifndef STORE_TASK_H
#define STORE_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uuid.h"

#define TASK_TITLE_MAX 200
#define TASK_DESCRIPTION_MAX 2000
#define TASK_STATUS_MAX 50
#define TASK_PRIORITY_MIN 1
#define TASK_PRIORITY_MAX 5

#define TASK_STATUS_NEW STR("pending")
#define TASK_PRIORITY_NEW 1

enum task_kind { TASK_ANY, TASK_PLAIN, TASK_JOB };

/* What a job has besides, as far as it is shown. */
struct task_job {
	uint32_t attempts;
	int64_t started_ms, finished_ms; /* 0: not yet */
	struct str error;                /* the problem document of a failure, JSON; empty: none */
	bool has_result;
	uint64_t result_documents, result_bytes;
	int64_t result_expires_ms;
	bool is_running; /* then there is progress to be shown */
	uint64_t documents_done, documents_total;
	struct str stage;
	struct str webhook_url; /* empty: none */
};

struct task {
	struct uuid id;
	enum task_kind kind;
	struct str title, description, status;
	int priority;
	int64_t created_ms, updated_ms; /* since 1970 */
	uint64_t version;               /* 1, and one more with every change: its ETag */
	const struct task_job *job;     /* borrowed; NULL: a plain task */
};

/* What is given of a task; the rest is left as it is, or at its default in a new one. */
struct task_fields {
	struct str title, description, status; /* .data NULL: not given */
	int priority;                          /* 0: not given */
};

/* A task as it is before anything is known of it. */
#define TASK_NEW \
	((struct task){ .kind = TASK_PLAIN, \
	                .description = STR(""), \
	                .status = TASK_STATUS_NEW, \
	                .priority = TASK_PRIORITY_NEW, \
	                .version = 1 })

/* Give a new task its id, the moment that is in it, and the fields given. */
void task_begin(struct task *task, const struct uuid *id, const struct task_fields *fields);

/* The task with the fields given in place of its own.  Text stays borrowed. */
void task_apply(struct task *task, const struct task_fields *fields);

/* Append the task as a JSON object. */
void task_write(const struct task *task, struct buf *out);

#endif
