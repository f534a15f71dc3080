/*
 * Buf: a growing run of bytes for output.
 *
 * Appending cannot fail where it stands: a buf that could not grow, or would pass its max, keeps
 * what it has, remembers it in failed, and ignores what follows.  Look at it once, at the end:
 * BUF_NOMEM or BUF_FULL.  data is not NUL-terminated; it is valid until the next append.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <string.h>

#include "base/macros.h"
#include "base/str.h"

enum buf_failure { BUF_OK, BUF_NOMEM, BUF_FULL };

struct buf {
	char *data;
	size_t len, cap;
	size_t max; /* bytes */
	enum buf_failure failed;
};

void buf_init(struct buf *b, size_t max);
void buf_deinit(struct buf *b);

/* Empty, and not failed; the memory stays. */
void buf_reset(struct buf *b);

/* Room for at least n more bytes at data + len, or NULL; the caller adds what it used to len. */
char *buf_reserve_slow(struct buf *b, size_t n);

static inline char *buf_reserve(struct buf *b, size_t n)
{
	if (LIKELY(n <= b->cap - b->len && b->failed == BUF_OK))
		return b->data + b->len;
	return buf_reserve_slow(b, n);
}

/* The same when there is room already; else NULL, though there may be room to be had. */
static inline char *buf_room(struct buf *b, size_t n)
{
	return n <= b->cap - b->len && b->failed == BUF_OK ? b->data + b->len : NULL;
}

static inline void buf_append(struct buf *b, const void *p, size_t n)
{
	char *to = buf_reserve(b, n);

	if (UNLIKELY(to == NULL) || n == 0)
		return;
	memcpy(to, p, n);
	b->len += n;
}

static inline void buf_append_char(struct buf *b, char c)
{
	char *to = buf_reserve(b, 1);

	if (UNLIKELY(to == NULL))
		return;
	*to = c;
	b->len++;
}

static inline void buf_append_str(struct buf *b, struct str s)
{
	buf_append(b, s.data, s.len);
}

void buf_append_cstr(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* How many of the first bytes of s stand in a JSON string as they are. */
size_t buf_json_plain(struct str s);

/* Append s as a JSON string, quotes included.  s is UTF-8. */
void buf_append_json_string(struct buf *b, struct str s);

#endif
