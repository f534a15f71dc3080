/* Log: the ring, and the thread that empties it. */
#include "obs/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "obs/log_ring.h"

/*
 * After a write the writer rests this long before it looks again, so that under load it takes many
 * lines at once and those who log need not wake it each time.
 */
#define REST_NS UINT64_C(20000000)

enum writer_state {
	WRITER_IDLE,    /* nothing to do: wake it for a line */
	WRITER_RESTING, /* will look by itself: wake it only when the ring fills up */
	WRITER_BUSY,
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	char *bytes;       /* LOG_RING_SIZE of them */
	size_t head, used; /* the first byte to write out, and how many from there */
	enum writer_state state;
	bool is_closing;
	uint64_t n_dropped_reported;
	struct log_options options;
} ring = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static _Atomic bool is_open;
static _Atomic uint64_t n_dropped;

bool log_is_on(enum log_level level)
{
	return atomic_load_explicit(&is_open, memory_order_acquire) && level >= ring.options.level;
}

enum log_format log_ring_format(void)
{
	return ring.options.format;
}

uint64_t log_n_dropped(void)
{
	return atomic_load_explicit(&n_dropped, memory_order_relaxed);
}

/* The lock is held, and there is room. */
static void copy_in(const char *text, size_t len)
{
	size_t at = (ring.head + ring.used) % LOG_RING_SIZE;
	size_t first = MIN(len, LOG_RING_SIZE - at);

	memcpy(ring.bytes + at, text, first);
	memcpy(ring.bytes, text + first, len - first);
	ring.used += len;
}

void log_ring_put(const char *text, size_t len)
{
	bool wake = false;

	pthread_mutex_lock(&ring.lock);
	if (ring.bytes == NULL || ring.is_closing || len > LOG_RING_SIZE - ring.used) {
		atomic_fetch_add_explicit(&n_dropped, 1, memory_order_relaxed);
	} else {
		copy_in(text, len);
		wake = ring.state == WRITER_IDLE ||
		       (ring.state == WRITER_RESTING && ring.used > LOG_RING_SIZE / 2);
		if (wake)
			ring.state = WRITER_BUSY;
	}
	pthread_mutex_unlock(&ring.lock);
	if (wake)
		pthread_cond_signal(&ring.wake);
}

static void write_all(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(ring.options.fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* a closed or full stderr must not stop the service */
		bytes += n;
		len -= (size_t)n;
	}
}

/* Write out what is there.  The lock is held at entry and exit, not while writing. */
static void empty_ring(void)
{
	while (ring.used > 0) {
		size_t n = MIN(ring.used, LOG_RING_SIZE - ring.head);
		const char *from = ring.bytes + ring.head;

		pthread_mutex_unlock(&ring.lock);
		write_all(from, n);
		pthread_mutex_lock(&ring.lock);
		ring.used -= n;
		/* Starting over at the front keeps a quiet service from touching the whole ring. */
		ring.head = ring.used == 0 ? 0 : (ring.head + n) % LOG_RING_SIZE;
	}
}

static void report_dropped(void)
{
	struct log_line line;
	uint64_t n = log_n_dropped();

	if (n == ring.n_dropped_reported)
		return;
	uint64_t n_new = n - ring.n_dropped_reported;
	ring.n_dropped_reported = n;
	pthread_mutex_unlock(&ring.lock);
	log_begin(&line, LOG_WARNING, "log lines dropped");
	log_int(&line, "count", (int64_t)n_new);
	log_end(&line);
	pthread_mutex_lock(&ring.lock);
}

static void rest(void)
{
	uint64_t until_ns = clock_monotonic_ns() + REST_NS;

	ring.state = WRITER_RESTING;
	while (ring.state == WRITER_RESTING && !ring.is_closing &&
	       thread_wait(&ring.wake, &ring.lock, until_ns))
		;
}

static void *writer_main(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&ring.lock);
	for (;;) {
		empty_ring();
		report_dropped();
		if (ring.is_closing && ring.used == 0)
			break;
		if (!ring.is_closing)
			rest();
		ring.state = WRITER_IDLE;
		while (ring.used == 0 && !ring.is_closing)
			pthread_cond_wait(&ring.wake, &ring.lock);
		ring.state = WRITER_BUSY;
	}
	pthread_mutex_unlock(&ring.lock);
	return NULL;
}

int log_open(const struct log_options *options, struct err *err)
{
	ring.bytes = malloc(LOG_RING_SIZE);
	if (ring.bytes == NULL)
		return err_nomem(err, "the log's ring");
	ring.options = *options;
	ring.head = ring.used = 0;
	ring.is_closing = false;
	ring.state = WRITER_BUSY;
	ring.n_dropped_reported = 0;
	atomic_store(&n_dropped, 0);
	thread_cond_init(&ring.wake);
	int rc = pthread_create(&ring.thread, NULL, writer_main, NULL);
	if (rc != 0) {
		free(ring.bytes);
		ring.bytes = NULL;
		return err_set(err, ERR_UNAVAILABLE, "cannot start the log's thread: %s",
		               strerror(rc));
	}
	pthread_setname_np(ring.thread, "log");
	atomic_store_explicit(&is_open, true, memory_order_release);
	return 0;
}

void log_close(void)
{
	if (!atomic_exchange(&is_open, false))
		return;
	pthread_mutex_lock(&ring.lock);
	ring.is_closing = true;
	pthread_mutex_unlock(&ring.lock);
	pthread_cond_signal(&ring.wake);
	pthread_join(ring.thread, NULL);
	pthread_mutex_lock(&ring.lock);
	free(ring.bytes);
	ring.bytes = NULL;
	pthread_mutex_unlock(&ring.lock);
	pthread_cond_destroy(&ring.wake);
}
