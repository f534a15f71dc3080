/* Early: lines as they arrive. */
#include "api/early.h"

#include <string.h>

#include "api/app.h"
#include "base/clock.h"
#include "base/thread.h"

#define BEGIN_AT ((size_t)256 << 10) /* bytes that are there when it begins */
#define BLOCK ((size_t)128 << 10)    /* that are worth looking at while more come */
#define LINE_MAX ((size_t)4 << 20)   /* a line longer than this is not waited for */
#define PATIENCE_NS UINT64_C(20000000)

/*
 * Readers look at whole vectors, past the end of what they are given; what lies there must not be
 * written meanwhile.
 */
#define UNSETTLED ((size_t)256)

static void begin(struct early *e, struct str so_far)
{
	size_t settled = so_far.len - UNSETTLED;

	if (so_far.len < BEGIN_AT || so_far.len == e->size)
		return;
	e->is_tried = true;
	if (memchr(so_far.data, '\n', settled) != NULL)
		e->has_begun = offload_start(e->offload, e->size, e->fn, e->arg, &e->err);
}

static void on_piece(void *arg, struct str so_far)
{
	struct early *e = arg;

	pthread_mutex_lock(&e->lock);
	e->arrived = so_far;
	pthread_cond_signal(&e->moved);
	pthread_mutex_unlock(&e->lock);
	if (!e->is_tried)
		begin(e, so_far);
}

bool early_follow(struct early *e, struct offload *offload, struct request *req, offload_fn *fn,
                  void *arg)
{
	*e = (struct early){
		.offload = offload,
		.fn = fn,
		.arg = arg,
		.err = ERR_INIT,
		.size = request_body_size(req),
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	if (e->size < EARLY_FROM || !request_follow_body(req, on_piece, e))
		return false;
	thread_cond_init(&e->moved);
	return true;
}

bool early_end(struct early *e)
{
	const struct app_metrics *metrics = &request_app(e->offload->req)->metrics;
	int rc = ERR_CANCELLED;

	pthread_mutex_lock(&e->lock);
	e->is_over = true;
	pthread_cond_signal(&e->moved);
	pthread_mutex_unlock(&e->lock);
	if (e->has_begun) {
		rc = offload_join(e->offload);
		series_add(rc == 0 ? metrics->early_used : metrics->early_given_up, 1);
	}
	pthread_cond_destroy(&e->moved);
	pthread_mutex_destroy(&e->lock);
	return rc == 0;
}

struct str early_body(struct early *e)
{
	pthread_mutex_lock(&e->lock);
	const char *data = e->arrived.data;
	pthread_mutex_unlock(&e->lock);
	e->begun_ns = clock_monotonic_ns();
	e->n_taken = (size_t)((const char *)memchr(data, '\n', e->size) - data) + 1;
	return (struct str){ data, e->size };
}

/* The bytes of whole lines that have come and are not taken; the lock is held. */
static size_t n_waiting(const struct early *e)
{
	const char *start = e->arrived.data + e->n_taken;
	size_t n = e->arrived.len - MIN(e->arrived.len, e->n_taken + UNSETTLED);

	if (e->is_over)
		return e->arrived.len - e->n_taken;
	const char *end = n < BLOCK ? NULL : memrchr(start, '\n', n);
	return end == NULL ? 0 : (size_t)(end + 1 - start);
}

/* Did it come faster than one thread computes?  The lock is held. */
static bool is_overtaken(const struct early *e)
{
	return e->is_over && e->is_splittable && e->n_taken < e->size / 2;
}

/* Wait for more, but not longer than was worked; the lock is held.  False: it is not worth while. */
static bool await_more(struct early *e)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t worked_ns = now_ns - e->begun_ns - e->waited_ns;

	if (e->arrived.len - e->n_taken > LINE_MAX || e->waited_ns > worked_ns + PATIENCE_NS)
		return false;
	(void)thread_wait(&e->moved, &e->lock, now_ns + worked_ns + PATIENCE_NS - e->waited_ns);
	e->waited_ns += clock_monotonic_ns() - now_ns;
	return true;
}

int early_lines(void *arg, struct str *ret, struct err *err)
{
	struct early *e = arg;
	size_t n = 0;
	bool is_given_up = false;

	pthread_mutex_lock(&e->lock);
	while (!is_given_up && (n = n_waiting(e)) == 0 && !e->is_over)
		is_given_up = !await_more(e);
	is_given_up |= is_overtaken(e) || (e->is_over && e->arrived.len < e->size);
	*ret = (struct str){ e->arrived.data + e->n_taken, n };
	e->n_taken += n;
	pthread_mutex_unlock(&e->lock);
	return is_given_up ? err_set(err, ERR_CANCELLED, "not worth waiting for") : 0;
}
