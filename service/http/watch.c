/* Watch: deadlines and facts about the socket that the library keeps to itself. */
#include "http/watch.h"

#include <limits.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/macros.h"

/* The library looks every two seconds, and stopping takes as long. */
#define ACCEPT_MS_MAX 200

__thread struct watch watch;

void watch_accept(void)
{
	watch.phase = WATCH_ACCEPT;
}

void watch_wait_for_header(uint64_t idle_ns, uint64_t header_ns, const atomic_bool *is_draining)
{
	watch.phase = WATCH_IDLE;
	watch.deadline_ns = clock_monotonic_ns() + idle_ns;
	watch.header_timeout_ns = header_ns;
	watch.has_expired = false;
	watch.has_ended = false;
	watch.head = watch.head_end = NULL;
	watch.head_len = 0;
	watch.first_line = WATCH_LINE_EMPTY;
	watch.chunks = NULL;
	watch.is_draining = is_draining;
}

void watch_begin_request(void)
{
	watch.phase = WATCH_REQUEST;
	watch.deadline_ns = 0;
	watch.chunks = NULL;
}

void watch_set_timeout(uint64_t timeout_ns)
{
	watch.deadline_ns = timeout_ns == 0 ? 0 : clock_monotonic_ns() + timeout_ns;
	watch.has_expired = false;
}

bool watch_chunks(struct chunks *chunks, const char *start)
{
	if (watch.fd < 0) /* nobody routes calls through here */
		return true;
	if (watch.head_end == NULL)
		return false;
	*chunks = CHUNKS_INIT;
	chunks_follow(chunks, start, (size_t)(watch.head_end - start));
	watch.chunks = chunks;
	return true;
}

static bool is_over(void)
{
	if (watch.phase == WATCH_IDLE &&
	    atomic_load_explicit(watch.is_draining, memory_order_relaxed))
		return true;
	return watch.deadline_ns != 0 && clock_monotonic_ns() >= watch.deadline_ns;
}

/* Tell the library that its socket is ready, so that it goes and finds the end. */
static int expire(struct pollfd *fd)
{
	watch.has_expired = true;
	if (fd->events & POLLOUT)
		shutdown(fd->fd, SHUT_RDWR);
	fd->revents = (short)(fd->events & (POLLIN | POLLOUT));
	return 1;
}

/* How long to wait for real: no longer than the deadline allows. */
static int shorten(int timeout_ms)
{
	if (watch.deadline_ns == 0)
		return timeout_ms;
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t left_ms = watch.deadline_ns <= now_ns ? 0
	                                               : (watch.deadline_ns - now_ns) / 1000000 + 1;
	if (timeout_ms >= 0 && (uint64_t)timeout_ms <= left_ms)
		return timeout_ms;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

int watch_poll(watch_poll_fn real, struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
	if (LIKELY(watch.phase == WATCH_OFF) || n_fds == 0)
		return real(fds, n_fds, timeout_ms);
	if (watch.phase == WATCH_ACCEPT)
		return real(fds, n_fds,
		            timeout_ms < 0 ? timeout_ms : MIN(timeout_ms, ACCEPT_MS_MAX));
	/* The first wait of a connection tells its socket; other libraries may wait for theirs. */
	if (watch.fd < 0 && watch.phase != WATCH_REQUEST)
		watch.fd = fds[0].fd;
	if (fds[0].fd != watch.fd)
		return real(fds, n_fds, timeout_ms);
	if (is_over())
		return expire(&fds[0]);

	int rc = real(fds, n_fds, shorten(timeout_ms));
	if (rc == 0 && is_over())
		return expire(&fds[0]);
	if (rc > 0 && watch.phase == WATCH_IDLE && (fds[0].revents & POLLIN)) {
		watch.phase = WATCH_HEADER;
		watch.deadline_ns = clock_monotonic_ns() + watch.header_timeout_ns;
	}
	return rc;
}

static enum watch_line follow_line(enum watch_line line, const char *p, size_t len)
{
	for (const char *end = p + len; p < end && line < WATCH_LINE_ENDED; p++) {
		if (line == WATCH_LINE_CR)
			line = *p == '\n' ? WATCH_LINE_ENDED : WATCH_LINE_BROKEN;
		else if (line == WATCH_LINE_BEGUN && *p == '\n')
			line = WATCH_LINE_BROKEN;
		else if (line == WATCH_LINE_BEGUN && *p == '\r')
			line = WATCH_LINE_CR;
		else if (*p != '\r' && *p != '\n')
			line = WATCH_LINE_BEGUN;
	}
	return line;
}

ssize_t watch_recv(watch_recv_fn real, int fd, void *buf, size_t len, int flags)
{
	if (watch.phase == WATCH_OFF || watch.phase == WATCH_ACCEPT || fd != watch.fd)
		return real(fd, buf, len, flags);
	if (watch.has_expired)
		return 0;
	ssize_t n = real(fd, buf, len, flags);
	if (n == 0)
		watch.has_ended = true;
	if (n > 0 && watch.chunks != NULL) {
		chunks_follow(watch.chunks, buf, (size_t)n);
		if (watch.chunks->state == CHUNKS_BROKEN)
			return 0;
	}
	if (n > 0 && watch.phase != WATCH_REQUEST) {
		if (watch.head == NULL)
			watch.head = buf;
		watch.head_len += (size_t)n;
		watch.head_end = (const char *)buf + n;
		watch.first_line = follow_line(watch.first_line, buf, (size_t)n);
	}
	return n;
}
