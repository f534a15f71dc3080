/* A team of threads that live as long as the work. */
#include "base/team.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/thread.h"

#define HELPERS_MAX 255

struct job {
	team_work_fn *work;
	void *arg;
};

static void *help(void *arg)
{
	const struct job *job = arg;

	job->work(job->arg);
	return NULL;
}

/* A helper that cannot be made is one that never began. */
static unsigned start(pthread_t *threads, unsigned n, struct job *job)
{
	unsigned n_started = 0;

	while (n_started < n && thread_start(&threads[n_started], THREAD_STACK_LARGE, help, job) == 0)
		n_started++;
	return n_started;
}

static void run(struct team *team, unsigned n, team_work_fn *work, void *arg)
{
	pthread_t threads[HELPERS_MAX];
	struct job job = { work, arg };
	unsigned n_helpers = MIN(MIN(n, team->n_max), (unsigned)HELPERS_MAX + 1);

	n_helpers = start(threads, n_helpers > 0 ? n_helpers - 1 : 0, &job);
	work(arg);
	for (unsigned i = 0; i < n_helpers; i++)
		pthread_join(threads[i], NULL);
}

struct team team_of_threads(unsigned n_max)
{
	return (struct team){ .n_max = n_max, .run = run };
}
