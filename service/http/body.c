/* Body: reading it, skipping it, draining it. */
#include "http/body.h"

#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <civetweb.h>

#include "base/clock.h"
#include "http/connection.h"
#include "http/gunzip.h"
#include "http/server_private.h"
#include "http/watch.h"

#define SIZE_KEPT ((size_t)64 << 10) /* larger buffers are given back after the request */
#define SLICE ((size_t)256 << 10)
#define PIECE ((size_t)64 << 10) /* of a packed body, and of what it becomes */
#define SKIP_MAX ((size_t)64 << 10)
#define DRAIN_MAX ((size_t)8 << 20)
/* Of a body in chunks that nobody wants. */
#define UNWANTED_MAX ((size_t)64 << 10)
#define SLICE_UNWANTED ((size_t)8 << 10)

#define DRAIN_NS UINT64_C(1000000000)
#define CONTINUE_LINE "HTTP/1.1 100 Continue\r\n\r\n"

static int fail_as_told(struct connection *c, int code)
{
	c->body.state = BODY_FAILED;
	c->body.failure = code;
	return code;
}

static int fail(struct connection *c, enum err_code code, struct err *err)
{
	const struct server_options *options = server_options(c->server);

	(void)fail_as_told(c, code); /* is told now */
	switch (code) {
	case ERR_NOMEM: return err_nomem(err, "the body");
	case ERR_TOO_LARGE:
		if (c->body.is_bomb)
			return err_limit(err, code, "max-inflate-ratio",
			                 "the body unpacks to more than %llu times its size",
			                 (unsigned long long)options->max_inflate_ratio);
		return err_limit(err, code, "max-body", "the body has more than %zu bytes",
		                 options->max_body);
	case ERR_CODING: return err_set(err, code, "the body is not whole gzip");
	case ERR_TIME: return err_set(err, code, "the body did not arrive in time");
	case ERR_INVALID: return err_set(err, code, "the body's chunks are not well formed");
	default: return err_set(err, code, "the body ended early");
	}
}

/* Why the library could not read on. */
static enum err_code why(const struct connection *c)
{
	if (watch.has_expired)
		return ERR_TIME;
	if (c->framing.is_chunked && (!watch.has_ended || c->body.chunks.state == CHUNKS_BROKEN))
		return ERR_INVALID;
	return ERR_IO;
}

/* What is larger than a buffer that is kept is paid for from what all bodies may use together. */
static int charge(struct connection *c, size_t cap, struct err *err)
{
	struct budget *bodies = &c->server->bodies;
	struct body *body = &c->body;

	if (bodies->parent == NULL || cap <= SIZE_KEPT)
		return 0;
	if (cap > bodies->limit) {
		(void)fail_as_told(c, ERR_TOO_LARGE);
		return err_limit(err, ERR_TOO_LARGE, "memory-budget",
		                 "all bodies together may have %zu bytes", bodies->limit);
	}
	if (!budget_take(bodies, cap - body->n_charged)) {
		observe_no_memory();
		(void)fail_as_told(c, ERR_NOMEM);
		return err_limit(err, ERR_NOMEM, "memory-budget",
		                 "all requests together use the memory that they may use");
	}
	body->n_charged = cap;
	return 0;
}

static int reserve(struct connection *c, size_t size, struct err *err)
{
	struct body *body = &c->body;

	if (size <= body->cap)
		return 0;
	size_t cap = MAX(size, (size_t)8192);
	TRY(charge(c, cap, err));
	if (body->len == 0) { /* nothing to keep: do not copy what is there */
		free(body->data);
		body->data = NULL;
		body->cap = 0;
	}
	char *grown = realloc(body->data, cap);
	if (grown == NULL)
		return fail(c, ERR_NOMEM, err);
	body->data = grown;
	body->cap = cap;
	return 0;
}

/* The library is done; what it went by must have been an end. */
static int end_chunked(struct connection *c, struct err *err)
{
	enum chunks_state state = c->body.chunks.state;

	if (watch.chunks == NULL || state == CHUNKS_DONE)
		return 0;
	if (state != CHUNKS_TRAILERS)
		return fail(c, why(c), err);
	c->res.close = true;
	return 0;
}

/* The next bytes on their way, at most room; *ret is 0 at the end of the body. */
static int next_piece(struct connection *c, char *to, size_t room, size_t *ret, struct err *err)
{
	struct body *body = &c->body;
	bool is_chunked = c->framing.is_chunked;

	*ret = 0;
	if (!is_chunked)
		room = MIN(room, c->framing.content_length - body->n_received);
	if (room == 0)
		return 0;
	int n = mg_read(c->mg, to, MIN(room, SLICE));
	if (n < 0 || (n == 0 && !is_chunked))
		return fail(c, why(c), err);
	if (n == 0)
		return end_chunked(c, err);
	body->n_received += (size_t)n;
	/* Of one that came in chunks this is the first that is known of its size. */
	if (body->n_received > server_options(c->server)->max_body)
		return fail(c, ERR_TOO_LARGE, err);
	*ret = (size_t)n;
	return 0;
}

static int read_plain(struct connection *c, struct err *err)
{
	struct body *body = &c->body;
	size_t max = server_options(c->server)->max_body;
	size_t n;

	do {
		/* One byte more than allowed is asked for: it tells too large from just right. */
		size_t room = c->framing.is_chunked
		                      ? MIN(max + 1 - body->len, MAX(body->len, (size_t)16384))
		                      : c->framing.content_length - body->len;

		TRY(reserve(c, body->len + room + REQUEST_BODY_PADDING, err));
		TRY(next_piece(c, body->data + body->len, room, &n, err));
		body->len += n;
		if (body->on_piece != NULL)
			body->on_piece(body->on_piece_arg, (struct str){ body->data, body->len });
	} while (n > 0);
	return 0;
}

/* Unpack what has come behind what was there. */
static int unpack(struct connection *c, struct gunzip *gunzip, struct str packed, struct err *err)
{
	const struct server_options *options = server_options(c->server);
	struct body *body = &c->body;
	size_t n, room;

	do {
		room = MIN(options->max_body + 1 - body->len, MAX(body->len, PIECE));
		TRY(reserve(c, body->len + room + REQUEST_BODY_PADDING, err));
		int rc = gunzip_run(gunzip, &packed, body->data + body->len, room, &n, err);
		if (rc != 0)
			return fail_as_told(c, rc);
		body->len += n;
		body->is_bomb = body->len / options->max_inflate_ratio > gunzip_n_in(gunzip);
		if (body->is_bomb || body->len > options->max_body)
			return fail(c, ERR_TOO_LARGE, err);
	} while (packed.len > 0 || n == room);
	return 0;
}

static void free_piece(char **piece)
{
	free(*piece);
}

static void destroy_gunzip(struct gunzip **gunzip)
{
	gunzip_destroy(*gunzip);
}

static int read_packed(struct connection *c, struct err *err)
{
	CLEANUP(free_piece) char *piece = malloc(PIECE);
	CLEANUP(destroy_gunzip) struct gunzip *gunzip = gunzip_create();
	size_t n;

	if (piece == NULL || gunzip == NULL)
		return fail(c, ERR_NOMEM, err);
	TRY(reserve(c, REQUEST_BODY_PADDING, err));
	for (;;) {
		TRY(next_piece(c, piece, PIECE, &n, err));
		if (n == 0)
			break;
		TRY(unpack(c, gunzip, (struct str){ piece, n }, err));
	}
	if (c->body.n_received > 0 && !gunzip_is_whole(gunzip))
		return fail(c, ERR_CODING, err);
	return 0;
}

/* Whatever is wrong with the chunks is found on the way. */
static int read_all(struct connection *c, struct err *err)
{
	c->body.chunks = CHUNKS_INIT;
	if (c->framing.is_chunked && !watch_chunks(&c->body.chunks, c->framing.body))
		return fail(c, ERR_INVALID, err);
	return request_coding(&c->req) == CODING_GZIP ? read_packed(c, err) : read_plain(c, err);
}

int body_read(struct connection *c, struct err *err)
{
	struct body *body = &c->body;

	if (body->state == BODY_READ)
		return 0;
	if (body->state == BODY_FAILED)
		return fail(c, body->failure, err);
	if (c->framing.wants_continue)
		(void)mg_write(c->mg, CONTINUE_LINE, strlen(CONTINUE_LINE)); /* reading will tell */
	watch_set_timeout(server_options(c->server)->body_timeout_ms * 1000000,
	                  server_options(c->server)->min_rate);
	TRY(read_all(c, err));
	memset(body->data + body->len, 0, REQUEST_BODY_PADDING);
	body->state = BODY_READ;
	return 0;
}

int body_check_chunks(struct connection *c, struct err *err)
{
	const struct server_options *options = server_options(c->server);
	char slice[SLICE_UNWANTED];
	size_t n = 1;

	c->body.chunks = CHUNKS_INIT;
	if (!watch_chunks(&c->body.chunks, c->framing.body))
		return fail(c, ERR_INVALID, err);
	watch_set_timeout(options->body_timeout_ms * 1000000, options->min_rate);
	while (n > 0 && c->body.n_received < UNWANTED_MAX && !c->framing.wants_continue)
		TRY(next_piece(c, slice, sizeof slice, &n, err));
	c->body.state = n == 0 ? BODY_READ : BODY_FAILED;
	c->body.failure = ERR_TOO_LARGE; /* of what is not read whole */
	return 0;
}

bool body_skip(struct connection *c)
{
	struct err ignored; /* why does not matter: the connection ends */

	if (c->body.state != BODY_UNREAD)
		return c->body.state == BODY_READ;
	/* Who waits to be told to go on has not sent the body, and is not told. */
	if (c->framing.wants_continue || c->framing.content_length > SKIP_MAX)
		return c->framing.content_length == 0 && !c->framing.is_chunked;
	return body_read(c, &ignored) == 0;
}

/* More than is drained of any body, if it is one that would have been taken at another time. */
static size_t drain_max(const struct connection *c)
{
	size_t size = c->framing.content_length;

	return size <= server_options(c->server)->max_body ? MAX(size, DRAIN_MAX) : DRAIN_MAX;
}

/*
 * Straight from the socket: after a header that it could not read, the library's own reading starts
 * in front of its buffer.
 */
void body_drain(struct connection *c)
{
	char slice[65536];
	/* The kernel throws it away without copying, where nobody has to look at it. */
	int flags = MSG_DONTWAIT | (watch.chunks == NULL ? MSG_TRUNC : 0);
	uint64_t until_ns = clock_monotonic_ns() + DRAIN_NS, now_ns;
	struct pollfd fd = { .fd = c->fd, .events = POLLIN };
	size_t n_drained = 0;

	if (c->fd < 0 || c->body.state == BODY_READ || c->framing.wants_continue || watch.has_ended)
		return;
	/*
	 * The caller sees at once that this was the last answer; bytes still on the way must be taken
	 * in all the same, or the reset that they provoke overtakes it.
	 */
	shutdown(c->fd, SHUT_WR);
	watch_set_timeout(0, 0);
	while (n_drained < drain_max(c) && (now_ns = clock_monotonic_ns()) < until_ns) {
		if (poll(&fd, 1, (int)((until_ns - now_ns) / 1000000) + 1) <= 0)
			return;
		ssize_t n = recv(c->fd, slice, sizeof slice, flags);
		if (n <= 0)
			return;
		n_drained += (size_t)n;
	}
}

void body_trim(struct connection *c)
{
	struct body *body = &c->body;

	/* It may be paid for and not be there: the system had no memory. */
	if (body->cap <= SIZE_KEPT && body->n_charged == 0)
		return;
	free(body->data);
	body->data = NULL;
	body->cap = 0;
	if (body->n_charged > 0)
		budget_give(&c->server->bodies, body->n_charged);
	body->n_charged = 0;
}

void body_reset(struct body *body)
{
	body->state = BODY_UNREAD;
	body->len = body->n_received = 0;
	body->is_bomb = false;
	body->on_piece = NULL;
}

void body_deinit(struct body *body)
{
	free(body->data);
	*body = (struct body){ 0 };
}
