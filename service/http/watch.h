/*
 * Watch: what happens on the socket of a connection, seen from below the library.
 *
 * civetweb has no deadline for a whole header, body or answer, names no socket, and does not say
 * why a header could not be read.  The executable therefore defines poll(), recv() and send() in
 * front of the C library's (interpose.c) and sends the calls of the threads that serve connections through
 * here.  One watch belongs to each thread; a thread serves one connection at a time.
 *
 * Tabs in header values are allowed and stand for a blank, but the library refuses them: they become
 * blanks as they are received.
 *
 * Where the calls are not routed through here (unit tests), everything works, without deadlines.
 *
 * An expired deadline looks to the library as if the peer had closed its side: it stops reading,
 * and an answer can still be sent.  Only one that expires while writing cuts the connection.
 */
#ifndef HTTP_WATCH_H
#define HTTP_WATCH_H

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macros.h"
#include "http/chunks.h"

/* How often it is looked at whether a peer is too slow: it may pause for about as long. */
#define WATCH_WINDOW_S 5

enum watch_phase {
	WATCH_OFF,     /* not a thread of a server */
	WATCH_ACCEPT,  /* the thread that accepts connections */
	WATCH_IDLE,    /* between requests: nothing received yet */
	WATCH_HEADER,  /* a header is on its way */
	WATCH_REQUEST, /* the header is in, a handler is at work */
};

/*
 * How the first line of a header ends.  The library takes any two white characters for an end, and
 * has overwritten them when it calls us.
 */
enum watch_line {
	WATCH_LINE_EMPTY, /* nothing but line ends so far, which may come before a request */
	WATCH_LINE_BEGUN,
	WATCH_LINE_CR,
	WATCH_LINE_ENDED,  /* in CR LF */
	WATCH_LINE_BROKEN, /* in something else */
};

/* What ends the connections that wait for a next request. */
struct watch_end {
	atomic_bool is_draining;
	int fd; /* readable as soon as it is; or -1 */
};

struct watch {
	enum watch_phase phase;
	int fd;               /* -1 until the library first waits for the connection */
	uint64_t deadline_ns; /* 0: none; expires on the monotonic clock */
	uint64_t header_timeout_ns;
	uint64_t min_rate;      /* bytes a second that the peer must get through; 0: any */
	uint64_t window_end_ns; /* when it is next looked at how many they were */
	uint64_t n_moved, n_moved_before; /* bytes received or sent, and as of the last look */
	bool has_expired;
	bool has_ended;              /* the peer closed its side */
	const char *head, *head_end; /* where the header under way is received, or NULL */
	size_t head_len;
	enum watch_line first_line;
	struct chunks *chunks;       /* follows what is received for a chunked body, or NULL */
	const struct watch_end *end; /* ends the connection while it is idle */
};

/* This thread's. */
extern __thread struct watch watch;

/* Wait for the next header: the first byte within idle_ns, the last within header_ns from there. */
void watch_wait_for_header(uint64_t idle_ns, uint64_t header_ns, const struct watch_end *end);

/* This thread accepts: it looks often enough whether the server stops. */
void watch_accept(void);

/* The header is in.  No deadline holds until one is set. */
void watch_begin_request(void);

/*
 * From now, for what is read or written next; 0: none.  It ends sooner for a peer who gets through
 * less than min_rate bytes a second in WATCH_WINDOW_S seconds.
 */
void watch_set_timeout(uint64_t timeout_ns, uint64_t min_rate);

/*
 * Follow a chunked body that begins at start, in the buffer in which the header was received; false
 * when it is not known how much of it was received, since it came behind another request.
 */
bool watch_chunks(struct chunks *chunks, const char *start) MUST_CHECK;

typedef int (*watch_poll_fn)(struct pollfd *fds, nfds_t n_fds, int timeout_ms);
typedef ssize_t (*watch_recv_fn)(int fd, void *buf, size_t len, int flags);
typedef ssize_t (*watch_send_fn)(int fd, const void *buf, size_t len, int flags);

int watch_poll(watch_poll_fn real, struct pollfd *fds, nfds_t n_fds, int timeout_ms);
ssize_t watch_recv(watch_recv_fn real, int fd, void *buf, size_t len, int flags);
ssize_t watch_send(watch_send_fn real, int fd, const void *buf, size_t len, int flags);

#endif
