/* Send: a head in front of the body, both in one write. */
#include "http/send.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <civetweb.h>

#include "base/num.h"
#include "http/connection.h"
#include "http/cors.h"
#include "http/server_private.h"
#include "http/status.h"
#include "http/watch.h"

/* A borrowed or taken body up to this size is copied behind its head: a second write costs more. */
#define COPY_MAX ((size_t)32 << 10)
#define WRITE_MAX ((size_t)256 << 20) /* the library counts in int */

/* Status line, Date, Content-*, Connection, ids, times and CORS fit in the rest. */
_Static_assert(RESPONSE_HEAD_ROOM >= RESPONSE_HEADERS_SIZE + 1024 + CORS_HEADERS_MAX,
               "no room for the head");

static char *put(char *to, const char *s)
{
	return stpcpy(to, s);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", made once a second. */
static const char *date(struct connection *c)
{
	time_t now = time(NULL);
	struct tm tm;

	if (now != c->date_second) {
		gmtime_r(&now, &tm);
		strftime(c->date, sizeof c->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
		c->date_second = now;
	}
	return c->date;
}

static bool has_body(int status)
{
	return status != 204 && status != 304;
}

/* In milliseconds, with three decimals. */
static char *put_duration(char *to, const char *name, uint64_t ns)
{
	uint64_t us = ns / 1000;
	unsigned rest = (unsigned)(us % 1000);

	to = put(to, name);
	to = num_put_u64(put(to, ";dur="), us / 1000);
	*to++ = '.';
	*to++ = (char)('0' + rest / 100);
	*to++ = (char)('0' + rest / 10 % 10);
	*to++ = (char)('0' + rest % 10);
	return to;
}

static char *put_timing(char *to, const struct response *res)
{
	to = put_duration(put(to, "\r\nServer-Timing: "), "read", res->read_ns);
	to = put_duration(put(to, ", "), "run", res->run_ns);
	return put_duration(put(to, ", "), "write", res->write_ns);
}

/* The part of the trace that this request was. */
static char *put_trace(char *to, const struct request *req)
{
	to = put(put(to, "\r\ntraceparent: 00-"), req->trace_id);
	to = put(put(to, "-"), req->span_id);
	return put(put(to, "-"), req->trace_flags);
}

/* What the answer would be different for. */
static char *put_vary(char *to, const struct connection *c)
{
	const char *origins = server_options(c->server)->cors_origins;
	bool by_origin = origins != NULL && origins[0] != 0 && strcmp(origins, "*") != 0;
	bool by_coding = c->res.varies_by_coding;

	if (!by_origin && !by_coding)
		return to;
	to = put(put(to, "\r\nVary: "), by_coding ? "Accept-Encoding" : "Origin");
	return by_coding && by_origin ? put(to, ", Origin") : to;
}

static size_t write_head(struct connection *c, uint64_t body_len, bool close, char *ret)
{
	const struct response *res = &c->res;
	char *to = ret;

	to = put(to, "HTTP/1.1 ");
	to = put(to, status_find(res->status)->text);
	to = put(to, "\r\nDate: ");
	to = put(to, date(c));
	if (has_body(res->status)) {
		to = put(to, "\r\nContent-Type: ");
		to = put(to, res->content_type);
		to = put(to, "\r\nContent-Length: ");
		to = num_put_u64(to, body_len);
		if (res->coding != NULL) {
			to = put(to, "\r\nContent-Encoding: ");
			to = put(to, res->coding);
		}
	}
	to = put_vary(to, c);
	if (c->origin.data != NULL)
		to = cors_put_headers(c->origin, to);
	if (res->has_timing)
		to = put_timing(to, res);
	if (c->req.trace_id[0] != 0)
		to = put_trace(to, &c->req);
	to = put(to, "\r\nX-Request-Id: ");
	to = put(to, c->req.id);
	if (close)
		to = put(to, "\r\nConnection: close");
	else if (c->info->http_version != NULL && strcmp(c->info->http_version, "1.0") == 0)
		to = put(to, "\r\nConnection: keep-alive");
	to = put(to, "\r\n");
	memcpy(to, res->headers, res->headers_len);
	to = put(to + res->headers_len, "\r\n");
	return (size_t)(to - ret);
}

/* All of it, or as much as the peer takes; returns how much that was. */
static size_t write_all(struct connection *c, const char *data, size_t len)
{
	size_t n_written = 0;

	while (n_written < len) {
		size_t n = MIN(len - n_written, WRITE_MAX);
		int rc = mg_write(c->mg, data + n_written, n);

		if (rc > 0)
			n_written += (size_t)rc;
		if (rc != (int)n)
			break;
	}
	return n_written;
}

/* The own buffer has room in front of its body. */
static size_t send_own(struct connection *c, const char *head, size_t head_len)
{
	struct buf *own = &c->res.own;
	char *start = own->data + RESPONSE_HEAD_ROOM - head_len;

	memcpy(start, head, head_len);
	return write_all(c, start, own->len - RESPONSE_HEAD_ROOM + head_len);
}

/* A body that comes a piece at a time, through the own buffer.  Less than len: it broke off. */
static size_t send_source(struct connection *c, uint64_t len)
{
	struct response_source *source = &c->res.source;
	struct buf *own = &c->res.own;
	struct err err = ERR_INIT;
	size_t n_sent = 0;

	while (n_sent < len) {
		buf_reset(own);
		if (source->read(source->arg, own, &err) != 0 || own->failed != BUF_OK ||
		    own->len == 0 || own->len > len - n_sent)
			break;
		size_t n = write_all(c, own->data, own->len);
		n_sent += n;
		if (n != own->len)
			break;
	}
	return n_sent;
}

static uint64_t body_size(const struct response *res)
{
	return res->source.read != NULL ? res->source.len : response_body_bytes(res).len;
}

size_t send_response(struct connection *c, bool close, bool *ret)
{
	struct response *res = &c->res;
	struct str body = response_body_bytes(res);
	char head[RESPONSE_HEAD_ROOM];
	uint64_t body_len = body_size(res);
	size_t head_len = write_head(c, body_len, close, head);
	size_t n_sent, n_wanted = head_len + body_len;

	watch_set_timeout(server_options(c->server)->write_timeout_ms * 1000000,
	                  server_options(c->server)->min_rate);
	if (c->req.method == METHOD_HEAD || !has_body(res->status) || body_len == 0) {
		n_wanted = head_len;
		n_sent = write_all(c, head, head_len);
	} else if (res->source.read != NULL) {
		n_sent = write_all(c, head, head_len);
		if (n_sent == head_len)
			n_sent += send_source(c, body_len);
	} else if (body.data == res->own.data + RESPONSE_HEAD_ROOM) {
		n_sent = send_own(c, head, head_len);
	} else if (body.len <= COPY_MAX && buf_reserve(response_body(res), body.len) != NULL) {
		buf_append_str(&res->own, body);
		n_sent = send_own(c, head, head_len);
	} else {
		n_sent = write_all(c, head, head_len);
		if (n_sent == head_len)
			n_sent += write_all(c, body.data, body.len);
	}
	*ret = n_sent == n_wanted;
	return n_sent;
}
