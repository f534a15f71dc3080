/*
 * Borrowed text: a pointer and a length, not NUL-terminated.
 *
 * A struct str owns nothing; it is passed by value and lives as long as what it points into.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *data;
	size_t len;
};

/* A string literal as a str. */
#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })

/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).len, (s).data

static inline struct str str_from(const char *s)
{
	return (struct str){ s, strlen(s) };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool str_is(struct str a, const char *b)
{
	return str_eq(a, str_from(b));
}

/* Bytewise order, as memcmp and then by length: below, equal to, or above 0. */
int str_cmp(struct str a, struct str b);

bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);

/* Position of the first c, or s.len. */
size_t str_find(struct str s, char c);

/* Position of part in s at byte from (at most s.len) or later, or SIZE_MAX; "" is at from. */
size_t str_search(struct str s, struct str part, size_t from);

/* ASCII case folded comparison: header names and media types. */
bool str_eq_fold(struct str a, struct str b);

/* Without white space (space, tab, CR, LF) at both ends. */
struct str str_trim(struct str s);

/*
 * Did you mean: of the n_names candidates the one nearest to s by edit distance, or NULL when none
 * is near enough to be helpful (at most a third of its letters, and never more than three, differ).
 */
const char *str_suggest(struct str s, const char *const *names, size_t n_names);

#endif
