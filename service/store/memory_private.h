/* The memory store's own state, for the files that make it up. */
#ifndef STORE_MEMORY_PRIVATE_H
#define STORE_MEMORY_PRIVATE_H

#include <pthread.h>

#include "base/macros.h"
#include "base/map.h"
#include "store/memory_keys.h"
#include "store/store.h"
#include "store/wake.h"

struct memory_delivery;

/* A place in one of the lists of jobs. */
struct memory_link {
	struct memory_link *prev, *next;
	struct memory_list *list; /* NULL: in none */
	struct entry *entry;
};

struct memory_list {
	struct memory_link *first, *last;
};

struct memory_part {
	char *data;
	size_t len;
};

/* What a job has besides its task. */
struct memory_job {
	struct task_job shown;
	enum job_state state;
	uint64_t claim;         /* rises with each one */
	int64_t lease_until_ms; /* while it runs */
	bool is_cancelled;      /* it runs, and shall not */
	char *input, *webhook_url, *error;
	char stage[32];
	size_t input_len;
	struct memory_part *parts; /* of the result */
	size_t n_parts;
	size_t n_bytes; /* of all that is kept here */
	/* Of the jobs of its state: those that wait in order of creation, ended ones by their end. */
	struct memory_link place;
	struct memory_link expiring;        /* of those with a result */
	struct memory_delivery *deliveries; /* the youngest first */
	uint64_t n_attempts;                /* of all deliveries */
};

struct entry {
	char id[UUID_TEXT_SIZE]; /* the index's key */
	int64_t place;           /* in the order of creation */
	struct task task;        /* its text is in bytes */
	struct str json;         /* in bytes; empty for a job, which is written anew each time */
	char *bytes;
	struct memory_job *job; /* NULL: a plain task */
};

/*
 * The place stays when the task has gone, so that the array can be searched at any time.  What most
 * lists ask for stands here, since following a million pointers takes ten times as long.
 */
struct slot {
	int64_t place;
	struct entry *entry; /* NULL: removed */
	uint8_t priority, kind;
};

struct memory_store {
	struct store base;
	struct store_limits limits;
	pthread_rwlock_t lock; /* of everything below */
	struct uuid_source ids;
	struct map by_id;
	struct memory_keys keys;
	struct slot *slots; /* by place */
	size_t n_slots, n_slots_max;
	int64_t last_place;
	size_t n_bytes; /* of entries, jobs and deliveries */

	struct memory_list waiting[TASK_PRIORITY_MAX + 1]; /* by priority */
	struct memory_list running, ended, expiring;
	size_t n_jobs[JOB_STATE_COUNT];
	struct memory_delivery *due; /* those that are to be sent some day, in no order */
	uint64_t last_delivery;

	struct store_wake wake; /* called without the lock */
};

static inline void memory_unlock(pthread_rwlock_t **lock)
{
	pthread_rwlock_unlock(*lock);
}

#define READ_LOCKED(m) \
	CLEANUP(memory_unlock) pthread_rwlock_t *held = &(m)->lock; \
	pthread_rwlock_rdlock(held)

#define WRITE_LOCKED(m) \
	CLEANUP(memory_unlock) pthread_rwlock_t *held = &(m)->lock; \
	pthread_rwlock_wrlock(held)

/*
 * Everything below expects the lock to be held.
 */

int memory_no_memory(struct err *err);

/* Is there room for so many more bytes, when others go? */
int memory_check_bytes(const struct memory_store *m, size_t given, size_t taken, struct err *err);

/* The text of a task. */
void memory_write(const struct entry *entry, struct buf *ret_json);
void memory_answer(const struct entry *entry, struct store_receipt *ret, struct buf *ret_json);

/* The first slot whose place is not below the one given. */
size_t memory_slot_search(const struct memory_store *m, int64_t place);

/* Room for one more slot. */
int memory_slots_grow(struct memory_store *m, struct err *err);

/* Close the gaps once half of the array is gaps: removal then costs the same on average. */
void memory_slots_compact(struct memory_store *m);

/* store_ops.list: takes the lock itself. */
int memory_list(struct store *store, const struct store_query *query, struct store_page *ret,
                struct buf *ret_json, struct err *err);

/* Remove a task for good. */
void memory_forget(struct memory_store *m, struct entry *entry);

/* The job of a new task, waiting to be put into its list; NULL: no memory. */
struct memory_job *memory_job_create(const struct job_new *new_job);
void memory_job_destroy(struct memory_job *job);
size_t memory_job_size(const struct job_new *new_job);

/* The task of an id, which must be a job. */
int memory_find_job(struct memory_store *m, struct str id, struct entry **ret,
                    struct err *err) MUST_CHECK;

/*
 * A job is in another state: counted, shown, and in no list but those of the ended and of those
 * that wait.  What waits has no parts; who ends may have a webhook that is due then.
 */
void memory_job_set_state(struct memory_store *m, struct entry *entry, enum job_state state);
void memory_job_set_waiting(struct memory_store *m, struct entry *entry);
void memory_job_set_ended(struct memory_store *m, struct entry *entry, enum job_state state);

/* The problem document of a failure, copied; "": none. */
void memory_job_set_error(struct memory_store *m, struct memory_job *job, struct str error);
void memory_job_free_parts(struct memory_store *m, struct memory_job *job);
void memory_list_append(struct memory_list *list, struct memory_link *link, struct entry *entry);

/* A new job begins to wait; one changes its priority; one is about to be removed. */
void memory_job_begin(struct memory_store *m, struct entry *entry);
void memory_job_move(struct memory_store *m, struct entry *entry);
void memory_job_leave(struct memory_store *m, struct entry *entry);

/* Results and jobs that are too old; up to n_max of them, returns how many. */
size_t memory_job_sweep(struct memory_store *m, const struct store_sweep *sweep);

/* A job has ended: somebody is to be told.  No memory: false, and nobody is. */
bool memory_delivery_add(struct memory_store *m, struct entry *entry, struct err *err);

/* The job goes: its log too; what is still to be sent stays. */
void memory_delivery_leave(struct memory_store *m, struct memory_job *job);
void memory_delivery_deinit(struct memory_store *m);

extern const struct job_ops memory_job_ops;
extern const struct delivery_ops memory_delivery_ops;

#endif
