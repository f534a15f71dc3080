/*
 * Writer: JSON text of ours, straight into a buf.
 *
 *	struct json_writer w = { .buf = response_body(res) };
 *
 *	json_object_begin(&w);
 *	json_put_string(&w, "title", title);
 *	json_key(&w, "tags");
 *	json_array_begin(&w);
 *	json_string(&w, STR("a"));
 *	json_array_end(&w);
 *	json_object_end(&w);
 *
 * Nothing fails here: the buf remembers whether it could grow (base/buf.h).  The writer sets the
 * commas; that what is begun is ended is the caller's business.  Text is UTF-8.
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct json_writer {
	struct buf *buf;
	bool needs_comma;
};

void json_object_begin(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w);
void json_array_end(struct json_writer *w);

/* The name of what is written next. */
void json_key(struct json_writer *w, const char *name);

void json_string(struct json_writer *w, struct str s);
void json_int(struct json_writer *w, int64_t n);
void json_uint(struct json_writer *w, uint64_t n);
void json_bool(struct json_writer *w, bool b);
void json_null(struct json_writer *w);

/* Text that is JSON already. */
void json_raw(struct json_writer *w, struct str text);

/* A key and its value. */
void json_put_string(struct json_writer *w, const char *name, struct str s);
void json_put_cstr(struct json_writer *w, const char *name, const char *s);
void json_put_int(struct json_writer *w, const char *name, int64_t n);
void json_put_uint(struct json_writer *w, const char *name, uint64_t n);
void json_put_bool(struct json_writer *w, const char *name, bool b);

/* A moment, RFC 3339 in UTC with milliseconds. */
void json_put_time(struct json_writer *w, const char *name, int64_t wall_ms);

#endif
