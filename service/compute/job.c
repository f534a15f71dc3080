/* Jobs: their classes, and whether they should go on. */
#include "compute/job.h"

#include "base/clock.h"
#include "compute/pool.h"

/* How often a thread that works for its own caller looks whether that one is still there. */
#define LOOK_NS UINT64_C(50000000)

enum job_class job_class_of(size_t bytes)
{
	if (bytes <= JOB_SMALL_MAX)
		return JOB_SMALL;
	return bytes <= JOB_MEDIUM_MAX ? JOB_MEDIUM : JOB_LARGE;
}

const char *job_class_name(enum job_class class)
{
	static const char *const names[JOB_CLASS_COUNT] = {
		[JOB_SMALL] = "small",
		[JOB_MEDIUM] = "medium",
		[JOB_LARGE] = "large",
		[JOB_BACKGROUND] = "background",
	};

	return names[class];
}

/* Nobody else looks for a job that runs on the thread that waits for it. */
static void look_for_caller(struct job *job)
{
	uint64_t now_ns;

	if (!job->is_inline || job->is_abandoned == NULL)
		return;
	now_ns = clock_monotonic_ns();
	if (now_ns - job->looked_ns < LOOK_NS)
		return;
	job->looked_ns = now_ns;
	if (job->is_abandoned(job->arg))
		atomic_store_explicit(&job->stop, JOB_ABANDONED, memory_order_relaxed);
}

bool job_should_stop(void *arg)
{
	struct job *job = arg;

	if (atomic_load_explicit(&job->stop, memory_order_relaxed) != JOB_GO_ON)
		return true;
	if (pool_is_stopped(job->pool)) {
		atomic_store_explicit(&job->stop, JOB_DRAINED, memory_order_relaxed);
		return true;
	}
	look_for_caller(job);
	return atomic_load_explicit(&job->stop, memory_order_relaxed) != JOB_GO_ON;
}

void job_progress(void *arg, uint64_t n_documents, uint64_t n_bytes)
{
	struct job *job = arg;

	atomic_store_explicit(&job->documents_done, n_documents, memory_order_relaxed);
	atomic_store_explicit(&job->bytes_done, n_bytes, memory_order_relaxed);
}
