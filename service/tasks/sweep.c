/* Sweeper: removes what is too old to be kept. */
#include "tasks/sweep.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"
#include "obs/log.h"

#define BATCH 500         /* rows that are removed in one transaction */
#define BATCH_PAUSE_MS 20 /* for others who write */

struct sweeper {
	struct sweeper_options options;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t event; /* by the monotonic clock */
	bool is_ending;
};

/* False: it is time to end. */
static bool wait_ms(struct sweeper *s, uint64_t ms)
{
	uint64_t until_ns = clock_monotonic_ns() + ms * 1000000;

	pthread_mutex_lock(&s->lock);
	while (!s->is_ending && thread_wait(&s->event, &s->lock, until_ns))
		;
	bool is_ending = s->is_ending;
	pthread_mutex_unlock(&s->lock);
	return !is_ending;
}

/* Batches until nothing is left, or the store fails. */
static void sweep(struct sweeper *s)
{
	struct store *store = s->options.store;
	int64_t now_ms = clock_wall_ms();
	const struct store_sweep what = {
		.keys_before_ms = now_ms - STORE_KEY_TTL_MS,
		.jobs_before_ms = s->options.job_ttl_ms == 0 ? 0 : now_ms - s->options.job_ttl_ms,
		.n_max = BATCH,
	};
	size_t n = 0, n_removed = 0;
	struct err err = ERR_INIT;

	do {
		if (store->ops->sweep(store, &what, &n, &err) != 0) {
			log_message(LOG_WARNING, "sweeping failed: %s", err.message);
			break;
		}
		n_removed += n;
	} while (n > 0 && wait_ms(s, BATCH_PAUSE_MS));
	if (n_removed > 0) {
		struct log_line line;

		log_begin(&line, LOG_INFO, "swept");
		log_int(&line, "removed", (int64_t)n_removed);
		log_end(&line);
	}
}

static void *run(void *arg)
{
	struct sweeper *s = arg;

	while (wait_ms(s, s->options.interval_ms))
		sweep(s);
	return NULL;
}

int sweeper_start(const struct sweeper_options *options, struct sweeper **ret, struct err *err)
{
	struct sweeper *s = calloc(1, sizeof *s);

	if (s == NULL)
		return err_nomem(err, "the sweeper");
	s->options = *options;
	pthread_mutex_init(&s->lock, NULL);
	thread_cond_init(&s->event);
	if (thread_start(&s->thread, THREAD_STACK_SMALL, run, s) != 0) {
		pthread_cond_destroy(&s->event);
		pthread_mutex_destroy(&s->lock);
		free(s);
		return err_set(err, ERR_UNAVAILABLE, "no thread for sweeping");
	}
	*ret = s;
	return 0;
}

void sweeper_stop(struct sweeper *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->is_ending = true;
	pthread_cond_signal(&s->event);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	pthread_cond_destroy(&s->event);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
