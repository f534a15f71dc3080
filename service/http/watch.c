/* Watch: deadlines and facts about the socket that the library keeps to itself. */
#include "http/watch.h"

#include <limits.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/macros.h"

/* The library looks every two seconds, and stopping takes as long. */
#define ACCEPT_MS_MAX 200

#define SECOND_NS UINT64_C(1000000000)

/* The library waits for the connection, and in 1.16 for its own end as well. */
#define FDS_MAX 3

__thread struct watch watch;

void watch_accept(void)
{
	watch.phase = WATCH_ACCEPT;
}

void watch_wait_for_header(uint64_t idle_ns, uint64_t header_ns, const struct watch_end *end)
{
	watch.phase = WATCH_IDLE;
	watch.deadline_ns = clock_monotonic_ns() + idle_ns;
	watch.min_rate = 0;
	watch.header_timeout_ns = header_ns;
	watch.has_expired = false;
	watch.has_ended = false;
	watch.head = watch.head_end = NULL;
	watch.head_len = 0;
	watch.first_line = WATCH_LINE_EMPTY;
	watch.chunks = NULL;
	watch.end = end;
}

void watch_begin_request(void)
{
	watch.phase = WATCH_REQUEST;
	watch.deadline_ns = 0;
	watch.min_rate = 0;
	watch.chunks = NULL;
}

void watch_set_timeout(uint64_t timeout_ns, uint64_t min_rate)
{
	uint64_t now_ns = clock_monotonic_ns();

	watch.deadline_ns = timeout_ns == 0 ? 0 : now_ns + timeout_ns;
	watch.min_rate = min_rate;
	watch.window_end_ns = now_ns + WATCH_WINDOW_S * SECOND_NS;
	watch.n_moved = 0;
	watch.n_moved_before = 0;
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

/* Bytes that the peer has taken or given; what waits to be sent it has not. */
static uint64_t count_moved(void)
{
	int n_waiting = 0;

	if (ioctl(watch.fd, SIOCOUTQ, &n_waiting) != 0)
		n_waiting = 0;
	return watch.n_moved - MIN((uint64_t)n_waiting, watch.n_moved);
}

static bool is_too_slow(uint64_t now_ns)
{
	if (watch.min_rate == 0 || now_ns < watch.window_end_ns)
		return false;
	uint64_t n_moved = count_moved();
	if (n_moved - watch.n_moved_before < watch.min_rate * WATCH_WINDOW_S)
		return true;
	watch.n_moved_before = n_moved;
	watch.window_end_ns = now_ns + WATCH_WINDOW_S * SECOND_NS;
	return false;
}

static bool is_over(void)
{
	if (watch.phase == WATCH_IDLE &&
	    atomic_load_explicit(&watch.end->is_draining, memory_order_relaxed))
		return true;
	if (watch.deadline_ns == 0 && watch.min_rate == 0)
		return false;
	uint64_t now_ns = clock_monotonic_ns();
	return (watch.deadline_ns != 0 && now_ns >= watch.deadline_ns) || is_too_slow(now_ns);
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
	uint64_t until_ns = watch.deadline_ns != 0 ? watch.deadline_ns : UINT64_MAX;

	if (watch.min_rate != 0)
		until_ns = MIN(until_ns, watch.window_end_ns);
	if (until_ns == UINT64_MAX)
		return timeout_ms;
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t left_ms = until_ns <= now_ns ? 0 : (until_ns - now_ns) / 1000000 + 1;
	if (timeout_ms >= 0 && (uint64_t)timeout_ms <= left_ms)
		return timeout_ms;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

/* Idle connections wait for the end of the service as well, or they would notice it late. */
static int poll_idle(watch_poll_fn real, struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
	struct pollfd all[FDS_MAX + 1];

	if (n_fds > FDS_MAX || watch.end->fd < 0)
		return real(fds, n_fds, timeout_ms);
	memcpy(all, fds, n_fds * sizeof *fds);
	all[n_fds] = (struct pollfd){ .fd = watch.end->fd, .events = POLLIN };
	int rc = real(all, n_fds + 1, timeout_ms);
	memcpy(fds, all, n_fds * sizeof *fds);
	return rc > 0 && all[n_fds].revents != 0 ? rc - 1 : rc;
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

	int rc = watch.phase == WATCH_IDLE ? poll_idle(real, fds, n_fds, shorten(timeout_ms))
	                                   : real(fds, n_fds, shorten(timeout_ms));
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

/* Where the header ends that is received from head on, or NULL: it has not ended yet. */
static const char *find_end(const char *head, const char *received)
{
	/* Its beginning may have come with the request before: then this may be its empty line. */
	if (head[0] == '\n' || (head[0] == '\r' && received - head > 1 && head[1] == '\n'))
		return head;
	for (const char *p = head; (p = memchr(p, '\n', (size_t)(received - p))) != NULL;) {
		p++;
		if (p < received && *p == '\n')
			return p;
		if (received - p > 1 && p[0] == '\r' && p[1] == '\n')
			return p;
	}
	return NULL;
}

/* Does a value, or more of it, follow on the same line? */
static bool is_before_value(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p < end && *p != '\r' && *p != '\n';
}

/*
 * In the header lines just received, not in the request line, nor in what follows the header.  What
 * ends a line stays as it is: white space there is a trick more often than an accident.
 */
static void blank_tabs(char *bytes, size_t len)
{
	const char *received = bytes + len;

	if (LIKELY(memchr(bytes, '\t', len) == NULL))
		return;
	const char *end = find_end(watch.head, received);
	const char *lines = memchr(watch.head, '\n', (size_t)(received - watch.head));
	if (lines == NULL)
		return;
	if (end == NULL)
		end = received;
	for (char *p = bytes; p < end; p++)
		if (*p == '\t' && p > lines && is_before_value(p, end))
			*p = ' ';
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
	if (n > 0)
		watch.n_moved += (uint64_t)n;
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
		blank_tabs(buf, (size_t)n);
		watch.first_line = follow_line(watch.first_line, buf, (size_t)n);
	}
	return n;
}

ssize_t watch_send(watch_send_fn real, int fd, const void *buf, size_t len, int flags)
{
	ssize_t n = real(fd, buf, len, flags);

	if (n > 0 && watch.phase == WATCH_REQUEST && fd == watch.fd)
		watch.n_moved += (uint64_t)n;
	return n;
}
