/* Timed: the operations of a store, and how long they take. */
#include "store/store.h"

#include "base/clock.h"
#include "obs/metrics.h"

const char *const store_op_names[STORE_OP_COUNT] = {
	[STORE_CREATE] = "create", [STORE_GET] = "get",       [STORE_LIST] = "list",
	[STORE_UPDATE] = "update", [STORE_REMOVE] = "remove", [STORE_SWEEP] = "sweep",
};

/* A store that was opened without store_open(), by a test, is not measured. */
static int observe(const struct store *store, enum store_op op, uint64_t start_ns, int rc)
{
	if (store->durations[op] != NULL)
		series_observe(store->durations[op], clock_monotonic_ns() - start_ns);
	return rc;
}

int store_create(struct store *store, const struct store_new *new_task, struct store_receipt *ret,
                 struct buf *ret_json, struct err *err)
{
	uint64_t start_ns = clock_monotonic_ns();

	return observe(store, STORE_CREATE, start_ns,
	               store->ops->create(store, new_task, ret, ret_json, err));
}

int store_get(struct store *store, struct str id, struct store_receipt *ret, struct buf *ret_json,
              struct err *err)
{
	uint64_t start_ns = clock_monotonic_ns();

	return observe(store, STORE_GET, start_ns, store->ops->get(store, id, ret, ret_json, err));
}

int store_list(struct store *store, const struct store_query *query, struct store_page *ret,
               struct buf *ret_json, struct err *err)
{
	uint64_t start_ns = clock_monotonic_ns();

	return observe(store, STORE_LIST, start_ns,
	               store->ops->list(store, query, ret, ret_json, err));
}

int store_update(struct store *store, struct str id, uint64_t version,
                 const struct task_fields *fields, struct store_receipt *ret, struct buf *ret_json,
                 struct err *err)
{
	uint64_t start_ns = clock_monotonic_ns();

	return observe(store, STORE_UPDATE, start_ns,
	               store->ops->update(store, id, version, fields, ret, ret_json, err));
}

int store_remove(struct store *store, struct str id, uint64_t version, struct err *err)
{
	uint64_t start_ns = clock_monotonic_ns();

	return observe(store, STORE_REMOVE, start_ns, store->ops->remove(store, id, version, err));
}

int store_sweep(struct store *store, const struct store_sweep *sweep, size_t *ret_n, struct err *err)
{
	uint64_t start_ns = clock_monotonic_ns();

	return observe(store, STORE_SWEEP, start_ns, store->ops->sweep(store, sweep, ret_n, err));
}
