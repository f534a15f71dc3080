/* Tasks in memory: a hash index by id, and an array in order of creation. */
#include "store/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/memory_private.h"
#include "store/outcome.h"

/* What an entry costs besides itself and its text: a place in the array and in the index. */
#define ENTRY_OVERHEAD (sizeof(struct slot) + 2 * sizeof(struct map_slot))

int memory_no_memory(struct err *err)
{
	return err_set(err, ERR_UNAVAILABLE, "the system has no memory left for tasks");
}

static void entry_destroy(struct entry *entry)
{
	if (entry == NULL)
		return;
	memory_job_destroy(entry->job);
	free(entry->bytes);
	free(entry);
}

static void entry_cleanup(struct entry **entry)
{
	entry_destroy(*entry);
}

static size_t entry_size(const struct entry *entry)
{
	return sizeof *entry + ENTRY_OVERHEAD + (size_t)(entry->json.data - entry->bytes) +
	       entry->json.len;
}

static struct str take_text(const char **at, size_t len)
{
	struct str text = { *at, len };

	*at += len;
	return text;
}

/* An entry with a copy of the task's text and, unless it is a job, its rendering. */
static int entry_create(const struct task *task, struct entry **ret, struct err *err)
{
	struct entry *entry = calloc(1, sizeof *entry);
	struct buf bytes;

	buf_init(&bytes, SIZE_MAX);
	buf_append_str(&bytes, task->title);
	buf_append_str(&bytes, task->description);
	buf_append_str(&bytes, task->status);
	if (task->job == NULL)
		task_write(task, &bytes);
	if (entry == NULL || bytes.failed != BUF_OK) {
		buf_deinit(&bytes);
		free(entry);
		return memory_no_memory(err);
	}

	char *fitted = realloc(bytes.data, bytes.len); /* what grew by doubling is kept for long */
	entry->bytes = fitted == NULL ? bytes.data : fitted;
	entry->task = *task;
	uuid_format(&task->id, entry->id);

	const char *at = entry->bytes;
	entry->task.title = take_text(&at, task->title.len);
	entry->task.description = take_text(&at, task->description.len);
	entry->task.status = take_text(&at, task->status.len);
	entry->json = (struct str){ at, bytes.len - (size_t)(at - entry->bytes) };
	*ret = entry;
	return 0;
}

void memory_write(const struct entry *entry, struct buf *ret_json)
{
	if (entry->job != NULL)
		task_write(&entry->task, ret_json);
	else
		buf_append_str(ret_json, entry->json);
}

void memory_answer(const struct entry *entry, struct store_receipt *ret, struct buf *ret_json)
{
	*ret = (struct store_receipt){ .version = entry->task.version };
	memcpy(ret->id, entry->id, sizeof ret->id);
	memory_write(entry, ret_json);
}

int memory_check_bytes(const struct memory_store *m, size_t given, size_t taken, struct err *err)
{
	size_t kept = m->n_bytes + m->keys.n_bytes - given;

	if (taken <= m->limits.bytes_max && kept <= m->limits.bytes_max - taken)
		return 0;
	return err_limit(err, ERR_UNAVAILABLE, "max-tasks-bytes",
	                 "the store is full: its tasks may have %zu bytes in all",
	                 m->limits.bytes_max);
}

/* Answer what was answered first; ERR_NOT_FOUND: the key is new. */
static int replay(const struct memory_store *m, const struct store_new *new_task, int64_t now_ms,
                  struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	const struct memory_key *key = memory_keys_find(&m->keys, &new_task->key, now_ms);
	struct task task = TASK_NEW;
	struct task_job job = { 0 };

	if (new_task->job != NULL)
		job.webhook_url = new_task->job->webhook_url;
	if (key == NULL)
		return ERR_NOT_FOUND;
	if (memcmp(key->digest, new_task->key.digest, sizeof key->digest) != 0)
		return store_mismatch(err);
	task_begin(&task, &key->task, &new_task->fields);
	if (new_task->job != NULL) {
		task.kind = TASK_JOB;
		task.job = &job;
	}
	store_replay(&task, ret, ret_json);
	return 0;
}

static int entry_add_job(struct entry *entry, const struct job_new *new_job, struct err *err)
{
	if (new_job == NULL)
		return 0;
	entry->job = memory_job_create(new_job);
	if (entry->job == NULL)
		return memory_no_memory(err);
	entry->task.job = &entry->job->shown;
	return 0;
}

/* A new task, whose key (if it has one) is not known. */
static int add(struct memory_store *m, const struct store_new *new_task, int64_t now_ms,
               struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	CLEANUP(entry_cleanup) struct entry *entry = NULL;
	struct task task = TASK_NEW;
	struct uuid id;

	if (m->by_id.n_items >= m->limits.tasks_max)
		return err_limit(err, ERR_UNAVAILABLE, "max-tasks",
		                 "the store is full: it may have %zu tasks", m->limits.tasks_max);
	TRY(uuid_next(&m->ids, now_ms, &id, err));
	task_begin(&task, &id, &new_task->fields);
	if (new_task->job != NULL)
		task.kind = TASK_JOB;
	TRY(entry_create(&task, &entry, err));
	TRY(memory_check_bytes(m, 0,
	                       entry_size(entry) + memory_keys_cost(&new_task->key) +
	                               (new_task->job == NULL ? 0 : memory_job_size(new_task->job)),
	                       err));
	TRY(entry_add_job(entry, new_task->job, err));
	TRY(memory_slots_grow(m, err));
	if (!map_put(&m->by_id, str_from(entry->id), entry))
		return memory_no_memory(err);
	if (new_task->key.key.data != NULL &&
	    !memory_keys_add(&m->keys, &new_task->key, &id, now_ms)) {
		map_remove(&m->by_id, str_from(entry->id));
		return memory_no_memory(err);
	}
	entry->place = ++m->last_place;
	m->slots[m->n_slots++] = (struct slot){ entry->place, entry, (uint8_t)task.priority,
		                                (uint8_t)task.kind };
	m->n_bytes += entry_size(entry);
	if (entry->job != NULL)
		memory_job_begin(m, entry);
	memory_answer(entry, ret, ret_json);
	entry = NULL; /* the store's now */
	return 0;
}

static int create(struct memory_store *m, const struct store_new *new_task, int64_t now_ms,
                  struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	WRITE_LOCKED(m);
	if (new_task->key.key.data != NULL) {
		int rc = replay(m, new_task, now_ms, ret, ret_json, err);
		if (rc != ERR_NOT_FOUND)
			return rc;
	}
	return add(m, new_task, now_ms, ret, ret_json, err);
}

static int memory_create(struct store *store, const struct store_new *new_task,
                         struct store_receipt *ret, struct buf *ret_json, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	int64_t now_ms = clock_wall_ms();

	assert(new_task->fields.title.data != NULL);
	TRY(create(m, new_task, now_ms, ret, ret_json, err));
	if (new_task->job != NULL)
		store_wake_call(&m->wake);
	return 0;
}

static int memory_get(struct store *store, struct str id, struct store_receipt *ret,
                      struct buf *ret_json, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;

	READ_LOCKED(m);
	const struct entry *entry = map_get(&m->by_id, id);
	if (entry == NULL)
		return store_not_found(err);
	memory_answer(entry, ret, ret_json);
	return 0;
}

static int find_version(const struct memory_store *m, struct str id, uint64_t version,
                        struct entry **ret, struct err *err)
{
	struct entry *entry = map_get(&m->by_id, id);

	if (entry == NULL)
		return store_not_found(err);
	if (version != 0 && version != entry->task.version)
		return store_outdated(entry->task.version, err);
	*ret = entry;
	return 0;
}

static int memory_update(struct store *store, struct str id, uint64_t version,
                         const struct task_fields *fields, struct store_receipt *ret,
                         struct buf *ret_json, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	CLEANUP(entry_cleanup) struct entry *changed = NULL;
	struct entry *entry;

	WRITE_LOCKED(m);
	TRY(find_version(m, id, version, &entry, err));
	if (entry->job != NULL && fields->status.data != NULL)
		return store_status_is_ours(err);

	struct task task = entry->task;
	task_apply(&task, fields);
	task.updated_ms = MAX(clock_wall_ms(), task.updated_ms);
	task.version++;
	TRY(entry_create(&task, &changed, err));
	TRY(memory_check_bytes(m, entry_size(entry), entry_size(changed), err));
	m->n_bytes += entry_size(changed) - entry_size(entry);

	/* The index and the array keep pointing at the entry: only what is in it is exchanged. */
	struct entry old = *entry;
	*entry = *changed;
	entry->place = old.place;
	entry->job = old.job;
	*changed = old;
	changed->job = NULL;
	if (entry->job != NULL)
		memory_job_move(m, entry);
	m->slots[memory_slot_search(m, entry->place)].priority = (uint8_t)task.priority;
	memory_answer(entry, ret, ret_json);
	return 0;
}

void memory_forget(struct memory_store *m, struct entry *entry)
{
	map_remove(&m->by_id, str_from(entry->id));
	m->slots[memory_slot_search(m, entry->place)].entry = NULL;
	m->n_bytes -= entry_size(entry);
	if (entry->job != NULL)
		memory_job_leave(m, entry);
	entry_destroy(entry);
	memory_slots_compact(m);
}

static int memory_remove(struct store *store, struct str id, uint64_t version, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	struct entry *entry;

	WRITE_LOCKED(m);
	TRY(find_version(m, id, version, &entry, err));
	if (entry->job != NULL && entry->job->state == JOB_RUNNING)
		return store_wrong_state(JOB_RUNNING, "deleted", err);
	memory_forget(m, entry);
	return 0;
}

static int memory_stats(struct store *store, struct store_stats *ret, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;

	(void)err; /* counting in memory cannot fail */
	READ_LOCKED(m);
	*ret = (struct store_stats){
		.n_plain = m->by_id.n_items,
		.n_bytes = m->n_bytes + m->keys.n_bytes,
	};
	for (int i = 0; i < JOB_STATE_COUNT; i++) {
		ret->n_jobs[i] = m->n_jobs[i];
		ret->n_plain -= m->n_jobs[i];
	}
	return 0;
}

static int memory_sweep(struct store *store, const struct store_sweep *sweep, size_t *ret_n,
                        struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;

	(void)err; /* forgetting cannot fail either */
	WRITE_LOCKED(m);
	*ret_n = memory_keys_sweep(&m->keys, sweep->keys_before_ms, sweep->n_max);
	*ret_n += memory_job_sweep(m, sweep);
	return 0;
}

static void memory_watch(struct store *store, store_wake_fn *wake, void *arg)
{
	store_wake_set(&((struct memory_store *)store)->wake, wake, arg);
}

static int memory_health(struct store *store, struct err *err)
{
	(void)store;
	(void)err; /* as healthy as the process */
	return 0;
}

static void memory_close(struct store *store)
{
	struct memory_store *m = (struct memory_store *)store;

	for (size_t i = 0; i < m->n_slots; i++) {
		if (m->slots[i].entry != NULL && m->slots[i].entry->job != NULL)
			memory_delivery_leave(m, m->slots[i].entry->job);
		entry_destroy(m->slots[i].entry);
	}
	memory_delivery_deinit(m);
	free(m->slots);
	map_deinit(&m->by_id);
	memory_keys_deinit(&m->keys);
	pthread_rwlock_destroy(&m->lock);
	free(m);
}

static const struct store_ops memory_ops = {
	.name = "memory",
	.close = memory_close,
	.health = memory_health,
	.create = memory_create,
	.get = memory_get,
	.list = memory_list,
	.update = memory_update,
	.remove = memory_remove,
	.stats = memory_stats,
	.sweep = memory_sweep,
	.watch = memory_watch,
	.jobs = &memory_job_ops,
	.deliveries = &memory_delivery_ops,
};

int memory_store_open(struct str path, const struct store_limits *limits, struct store **ret,
                      struct err *err)
{
	struct memory_store *m = calloc(1, sizeof *m);
	pthread_rwlockattr_t attr;

	(void)path;
	if (m == NULL)
		return memory_no_memory(err);
	m->base.ops = &memory_ops;
	m->limits = *limits;
	m->ids = UUID_SOURCE_INIT;
	m->wake = STORE_WAKE_INIT;
	pthread_rwlockattr_init(&attr);
	/* Otherwise readers that come without a pause would keep writers out for good. */
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&m->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	*ret = &m->base;
	return 0;
}
