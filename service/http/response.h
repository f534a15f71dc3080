/*
 * Response: status, a few headers and a body, sent as one write when the handler has returned.
 *
 *	res->status = 201;
 *	response_header(res, "Location", "/tasks/%s", id);
 *	task_write(task, response_body(res));
 *	return 0;
 *
 * Everything that a handler fills in can be replaced until it returns: nothing is sent before.  The
 * server adds Date, Content-Length, Connection and X-Request-Id, packs the body for callers who take
 * gzip, and leaves it away where the request is a HEAD.
 *
 * The body is in one of three places: in the response's own buffer (response_body(), append only, the
 * usual way), or in memory of somebody else's that stays until the answer is sent
 * (response_borrow(), for constants) or is given away (response_take(), for big results that are
 * in a buffer already), or behind a function that gives it a piece at a time (response_stream(), for
 * what is too big for memory).  Appending cannot fail where it stands: look at body->failed, or leave it
 * to the server, which answers 500 in place of a body that is not whole.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"

/* Kept free in front of the body, so that head and body leave together without a copy. */
#define RESPONSE_HEAD_ROOM ((size_t)4096)
#define RESPONSE_HEADERS_SIZE ((size_t)2048)

struct request;
struct spare;

/* Larger answers are packed where a handler asks for it, or not at all. */
#define RESPONSE_PACK_MAX ((size_t)1 << 20)

/* Who packs an answer, and for how long. */
struct response_packing {
	struct budget *budget;          /* pays for the packed body, and for what packing needs */
	bool (*should_stop)(void *arg); /* asked for each 256 KiB or so; NULL: never */
	void *arg;
};

/*
 * Append the next bytes of a body, at least one and about a megabyte at most.  An error ends the
 * connection in the middle of the answer, which is all that can be said by then.
 */
typedef int response_source_fn(void *arg, struct buf *ret, struct err *err);

struct response_source {
	uint64_t len; /* bytes that will come in all */
	response_source_fn *read;
	void (*close)(void *arg); /* when the answer was sent, or is not wanted any more */
	void *arg;
};

struct response {
	struct spare *spare;      /* where own has its memory from; NULL: from malloc */
	int status;               /* 200 unless the handler says otherwise */
	const char *content_type; /* static; "application/json" unless the handler says otherwise */
	char headers[RESPONSE_HEADERS_SIZE]; /* "Name: value\r\n"... */
	size_t headers_len;
	bool headers_full;     /* one did not fit: the server answers 500 */
	bool close;            /* end the connection after this answer */
	bool is_exact;         /* its ETag stands for these very bytes: they are not to be packed */
	bool is_coded;         /* whether to pack it is decided: response_pack() was here */
	bool varies_by_coding; /* set when it is packed, or might have been */
	const char *coding;    /* static: of the body as it stands; NULL: none */
	bool has_timing;       /* Server-Timing is sent, whatever comes of the request: */
	uint64_t read_ns, run_ns, write_ns;
	struct buf own; /* RESPONSE_HEAD_ROOM bytes, then the body */
	struct buf taken;
	struct str borrowed;           /* .data not NULL: this is the body */
	struct response_source source; /* .read not NULL: this gives the body */
};

/* Back to 200 without headers and body; spare and what was allocated stay. */
void response_reset(struct response *res);
void response_deinit(struct response *res);

/* The answer is sent: give back the body's memory. */
void response_trim(struct response *res);

/* Add a header.  Control characters in the value are replaced by spaces: it stays one line. */
void response_header(struct response *res, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * The buffer to append the body to.  There may be bytes before the first one of the body: never
 * look at data and len, use response_body_bytes().
 */
struct buf *response_body(struct response *res);

/* The body is this memory, which stays as it is until the answer is sent. */
void response_borrow(struct response *res, struct str body);

/* The body is what the buf holds; the response takes its memory and leaves the buf empty. */
void response_take(struct response *res, struct buf *body);

/* The body comes from a source, which is the response's from now on.  It is not packed. */
void response_stream(struct response *res, const struct response_source *source);

/* The body as it stands; empty when it comes from a source. */
struct str response_body_bytes(const struct response *res);

/*
 * Pack the body with gzip, here and now, if that is worth while and the caller takes it.  The server
 * does so with what is not larger than RESPONSE_PACK_MAX, on the thread of the connection; a handler
 * whose answers may be larger asks for it where it computes.  *ret_paid: bytes that are taken from
 * the budget for the packed body, 0 when it stays as it is; it does so, too, when the budget is used
 * up.  Fails with ERR_CANCELLED when it was told to stop.
 */
int response_pack(const struct request *req, struct response *res,
                  const struct response_packing *packing, size_t *ret_paid,
                  struct err *err) MUST_CHECK;

/* Forget the body, not the headers. */
void response_clear_body(struct response *res);

#endif
