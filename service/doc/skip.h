/*
 * Cursor: pass two's way through the index, and the parts of JSON's grammar that all of pass two
 * shares.  For doc/ alone.
 *
 * The cursor hands out the structural characters of a text one by one and fetches the index of
 * the next chunk when one is used up.  Between two that follow each other stands nothing, or one
 * scalar, with white space around it (index.h says why that can be relied upon).
 */
#ifndef DOC_SKIP_H
#define DOC_SKIP_H

#include <string.h>

#include "base/err.h"
#include "doc/bytes16.h"
#include "doc/index.h"
#include "doc/number.h"
#include "doc/read.h"

struct cursor {
	const char *base;         /* of the positions */
	const uint32_t *at, *end; /* positions that are left in this chunk */
	struct index index;
	const char *text_start; /* what the places in errors count from */
	uint32_t depth_max;
	uint32_t key_len_max;
	uint64_t *is_object; /* a bit for each open container; room for depth_max of them */
};

/* Chunk and instruction set are arguments for the sake of tests. */
int cursor_init(struct cursor *c, struct arena *a, const struct index_isa *isa, size_t chunk_size,
                struct str text, const char *text_start, const struct read_limits *limits,
                struct err *err) MUST_CHECK;

/* Begin again with another text of the same message. */
void cursor_restart(struct cursor *c, struct str text);

/* Fetch the next chunk; false when there is none, because of the end or of a fault. */
bool cursor_refill(struct cursor *c);

/* The next structural character, or NULL. */
static inline const char *cursor_next(struct cursor *c)
{
	if (UNLIKELY(c->at == c->end) && !cursor_refill(c))
		return NULL;
	return c->base + *c->at++;
}

/* Is there none, for no other reason than that the text has ended? */
static inline bool cursor_next_is_end(struct cursor *c)
{
	return c->at == c->end && !cursor_refill(c) && c->index.fault == INDEX_OK;
}

static inline const char *cursor_text_end(const struct cursor *c)
{
	return c->index.text + c->index.len;
}

/*
 * Walk over the container that begins at open, which was the last character that the cursor gave,
 * and set *ret_end to what is behind it.  Everything in it is checked.  depth is its level.
 */
int skip_container(struct cursor *c, const char *open, uint32_t depth, const char **ret_end,
                   struct err *err) MUST_CHECK;

/*
 * Failures.  Each returns the error's code.
 *
 * skip_fail: at or behind at, where expected should be, is something else.
 * skip_fail_with: what is wrong, in so many words.
 * skip_fail_end: the cursor had no more to give; at is behind what it gave last.
 * skip_fail_cut: the same where a key or a value would be right, and may be there.
 * skip_fail_member: between from and op is no key, or too long a one, or op is no colon.
 * skip_place: add the place to an error that has been set.
 */
int skip_fail(const struct cursor *c, const char *at, const char *expected, struct err *err);
int skip_fail_with(const struct cursor *c, const char *at, const char *message, struct err *err);
int skip_fail_end(const struct cursor *c, const char *at, const char *expected, struct err *err);
int skip_fail_cut(const struct cursor *c, const char *at, const char *expected, struct err *err);
int skip_fail_depth(const struct cursor *c, const char *at, struct err *err);
int skip_fail_member(const struct cursor *c, const char *from, const char *op, struct err *err);
int skip_place(const struct cursor *c, const char *at, struct err *err);

static inline bool skip_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* White space is all there is from p up to op. */
static inline bool skip_is_blank(const char *p, const char *op)
{
	if (LIKELY(p == op))
		return true;
	while (p < op && skip_is_space(*p))
		p++;
	return p == op;
}

/* What is between p and op, without the white space around it. */
static inline struct str skip_trim(const char *p, const char *op)
{
	while (p < op && UNLIKELY(skip_is_space(*p)))
		p++;
	while (p < op && UNLIKELY(skip_is_space(op[-1])))
		op--;
	return (struct str){ p, (size_t)(op - p) };
}

/* Strings were checked by pass one, to the quotes. */
static inline bool skip_is_string(struct str s)
{
	return s.len > 1 && s.data[0] == '"' && s.data[s.len - 1] == '"';
}

/* Is this, all of it, a string, a number or a literal? */
static inline bool skip_is_scalar(struct str s)
{
	if (s.len == 0)
		return false;
	switch (s.data[0]) {
	case '"': return skip_is_string(s);
	case 't': return s.len == 4 && memcmp(s.data, "true", 4) == 0;
	case 'f': return s.len == 5 && memcmp(s.data, "false", 5) == 0;
	case 'n': return s.len == 4 && memcmp(s.data, "null", 4) == 0;
	default: return number_is_valid(s.data, s.len);
	}
}

/*
 * Is all from p to op a number without an exponent, of up to 31 characters?  (false: perhaps it
 * is one of the others.)  All bytes are looked at together, which takes half of the time that
 * stepping over digits does.  Reads 32 bytes.
 */
static inline bool skip_is_plain_number(const char *p, const char *op)
{
	p += *p == '-';
	size_t len = (size_t)(op - p);
	if (UNLIKELY(len - 1 > 30))
		return false;
	uint64_t others = bytes16_not_digits(p);
	if (len > 16)
		others |= bytes16_not_digits(p + 16) << 16;
	uint64_t behind = UINT64_C(1) << len;
	others &= behind - 1;
	size_t n_whole = (size_t)__builtin_ctzll(others | behind);

	if (n_whole == 0 || (*p == '0' && n_whole > 1))
		return false;
	if (others == 0)
		return true;
	return p[n_whole] == '.' && (others & (others - 1)) == 0 && n_whole + 1 < len;
}

/*
 * The quick way for what is written without white space around it: is all from p to the
 * structural character op a scalar?  (false: perhaps it is, but not so simple a one.)
 */
static inline bool skip_is_tight_scalar(const char *p, const char *op)
{
	if (*p == '"')
		return op[-1] == '"';
	if (*p == '-' || (unsigned char)(*p - '0') < 10)
		return skip_is_plain_number(p, op);
	if (op - p == 4)
		return memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0;
	return op - p == 5 && memcmp(p, "false", 5) == 0;
}

/* A scalar, and nothing else but white space, is between p and the structural character op. */
static inline bool skip_is_scalar_between(const char *p, const char *op)
{
	/* One blank, behind a colon or comma, is the rule in much of what is written. */
	if (LIKELY(skip_is_tight_scalar(p + (*p == ' '), op)))
		return true;
	return skip_is_scalar(skip_trim(p, op));
}

/* A key between from and the colon at op, quotes included; len 0 when it is none or too long. */
static inline struct str skip_key(const struct cursor *c, const char *from, const char *op)
{
	struct str key = skip_trim(from, op);

	if (UNLIKELY(*op != ':' || !skip_is_string(key) || key.len - 2 > c->key_len_max))
		return (struct str){ NULL, 0 };
	return key;
}

#endif
