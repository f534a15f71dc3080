/* Response: what a handler fills in. */
#include "http/response.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "http/spare.h"

#define OWN_SIZE_MIN (RESPONSE_HEAD_ROOM + 4096)

void response_reset(struct response *res)
{
	res->status = 200;
	res->content_type = "application/json";
	res->headers_len = 0;
	res->headers_full = false;
	res->close = res->is_exact = false;
	res->has_timing = false;
	res->read_ns = res->run_ns = res->write_ns = 0;
	res->own.max = SIZE_MAX / 2; /* what a body may grow to is the handler's business */
	response_clear_body(res);
}

void response_trim(struct response *res)
{
	response_clear_body(res);
	if (res->spare != NULL)
		spare_give(res->spare, &res->own);
}

void response_deinit(struct response *res)
{
	response_clear_body(res);
	buf_deinit(&res->own);
}

void response_header(struct response *res, const char *name, const char *fmt, ...)
{
	char *start = res->headers + res->headers_len;
	size_t room = sizeof res->headers - res->headers_len;
	va_list ap;

	size_t name_len = strlen(name);
	if (name_len + sizeof ": \r\n" > room) {
		res->headers_full = true;
		return;
	}
	memcpy(start, name, name_len);
	memcpy(start + name_len, ": ", 2);
	char *value = start + name_len + 2;
	room -= name_len + 2;
	va_start(ap, fmt);
	int value_len = vsnprintf(value, room, fmt, ap);
	va_end(ap);
	if (value_len < 0 || (size_t)value_len + sizeof "\r\n" > room) {
		res->headers_full = true;
		return;
	}
	char *end = value + value_len;
	for (char *p = value; p < end; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	memcpy(end, "\r\n", 2);
	res->headers_len = (size_t)(end + 2 - res->headers);
}

struct buf *response_body(struct response *res)
{
	if (res->own.len >= RESPONSE_HEAD_ROOM)
		return &res->own;
	if (res->own.data == NULL && res->spare != NULL)
		spare_take(res->spare, &res->own);
	if (buf_reserve(&res->own, OWN_SIZE_MIN) != NULL)
		res->own.len = RESPONSE_HEAD_ROOM;
	return &res->own;
}

void response_borrow(struct response *res, struct str body)
{
	response_clear_body(res);
	res->borrowed = body;
}

void response_take(struct response *res, struct buf *body)
{
	response_clear_body(res);
	res->taken = *body;
	*body = (struct buf){ .max = body->max };
}

struct str response_body_bytes(const struct response *res)
{
	if (res->borrowed.data != NULL)
		return res->borrowed;
	if (res->taken.data != NULL)
		return (struct str){ res->taken.data, res->taken.len };
	if (res->own.len <= RESPONSE_HEAD_ROOM)
		return (struct str){ "", 0 };
	return (struct str){ res->own.data + RESPONSE_HEAD_ROOM, res->own.len - RESPONSE_HEAD_ROOM };
}

void response_stream(struct response *res, const struct response_source *source)
{
	response_clear_body(res);
	res->source = *source;
	res->is_exact = true;
}

void response_clear_body(struct response *res)
{
	if (res->source.read != NULL)
		res->source.close(res->source.arg);
	res->source.read = NULL;
	res->is_coded = res->varies_by_coding = false;
	res->coding = NULL;
	buf_reset(&res->own);
	buf_deinit(&res->taken);
	res->borrowed = (struct str){ NULL, 0 };
}
