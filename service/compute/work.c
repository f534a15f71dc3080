/* Work: their classes, and whether they should go on. */
#include "compute/work.h"

#include "base/clock.h"
#include "compute/pool.h"

/* How often a thread that works for its own caller looks whether that one is still there. */
#define LOOK_NS UINT64_C(50000000)

enum work_class work_class_of(size_t bytes)
{
	if (bytes <= WORK_SMALL_MAX)
		return WORK_SMALL;
	return bytes <= WORK_MEDIUM_MAX ? WORK_MEDIUM : WORK_LARGE;
}

const char *work_class_name(enum work_class class)
{
	static const char *const names[WORK_CLASS_COUNT] = {
		[WORK_SMALL] = "small",
		[WORK_MEDIUM] = "medium",
		[WORK_LARGE] = "large",
		[WORK_BACKGROUND] = "background",
	};

	return names[class];
}

/* Nobody else looks for a piece of work that runs on the thread that waits for it. */
static void look_for_caller(struct work *work)
{
	uint64_t now_ns;

	if (!work->is_inline || work->is_abandoned == NULL)
		return;
	now_ns = clock_monotonic_ns();
	if (now_ns - work->looked_ns < LOOK_NS)
		return;
	work->looked_ns = now_ns;
	if (work->is_abandoned(work->arg))
		atomic_store_explicit(&work->stop, WORK_ABANDONED, memory_order_relaxed);
}

bool work_should_stop(void *arg)
{
	struct work *work = arg;

	if (atomic_load_explicit(&work->stop, memory_order_relaxed) != WORK_GO_ON)
		return true;
	if (pool_is_stopped(work->pool)) {
		atomic_store_explicit(&work->stop, WORK_DRAINED, memory_order_relaxed);
		return true;
	}
	look_for_caller(work);
	return atomic_load_explicit(&work->stop, memory_order_relaxed) != WORK_GO_ON;
}

void work_progress(void *arg, uint64_t n_documents, uint64_t n_bytes)
{
	struct work *work = arg;

	atomic_store_explicit(&work->documents_done, n_documents, memory_order_relaxed);
	atomic_store_explicit(&work->bytes_done, n_bytes, memory_order_relaxed);
}
