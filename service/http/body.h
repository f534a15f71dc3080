/*
 * Body: reading what follows a header, into a buffer that is kept while it is small.
 *
 * Inside http/ only.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macros.h"
#include "http/chunks.h"
#include "http/request.h"

struct connection;

enum body_state { BODY_UNREAD, BODY_READ, BODY_FAILED };

struct body {
	enum body_state state;
	enum err_code failure; /* of BODY_FAILED */
	bool is_bomb;          /* of ERR_TOO_LARGE: it was the ratio, not the size */
	char *data;            /* unpacked */
	size_t len, cap;
	size_t n_received; /* on the wire, without chunks */
	size_t n_charged;  /* to what bodies may use together: cap, when it is large */
	struct chunks chunks;
	request_body_fn *on_piece; /* NULL: nobody follows it */
	void *on_piece_arg;
};

/* Read it whole, once; a failure stays one. */
int body_read(struct connection *c, struct err *err) MUST_CHECK;

/*
 * The chunks of a body that nobody wants: whether they are well formed, as far as they are looked
 * at.  Nothing is kept, and of a long one the rest is left where it is, so that the connection ends.
 */
int body_check_chunks(struct connection *c, struct err *err) MUST_CHECK;

/* What nobody asked for, so that the next request can follow; false when that is not worth while. */
bool body_skip(struct connection *c) MUST_CHECK;

/* After an answer that ends the connection: take in what still comes, so that the answer arrives. */
void body_drain(struct connection *c);

/* The answer is sent: give back a large buffer.  How long the body was is still known. */
void body_trim(struct connection *c);

/* For the next request. */
void body_reset(struct body *body);
void body_deinit(struct body *body);

#endif
