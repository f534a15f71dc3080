/*
 * Regular expressions: PCRE2 with UTF, compiled to machine code, on a leash.
 *
 * A struct regex is read-only and may be used by several threads at once.  One that a plan holds
 * lives in the plan's arena, which frees what PCRE2 owns outside of it.  What a match needs
 * besides (offsets, stacks, the expressions met only while running) belongs to a run: it hangs on
 * struct eval, is made at the first use, and goes with ev->keep.
 *
 * A match that takes more than max-regex-steps is an ERR_REGEX.  PCRE2 counts the steps from one
 * place where a match may begin, so a long text is searched in windows of such places with a
 * look at the clock between them.
 */
#ifndef ENGINE_REGEX_H
#define ENGINE_REGEX_H

#include "engine/eval.h"

#define REGEX_UNSET SIZE_MAX /* offsets of a group that took no part in the match */

struct regex;

enum regex_fault {
	REGEX_FAULT_NONE,
	REGEX_FAULT_OPTION,  /* an option that there is not: MongoDB's 51108 */
	REGEX_FAULT_PATTERN, /* MongoDB's 51091 in queries, 51111 in expressions */
	REGEX_FAULT_NOMEM,   /* the arena has failed */
};

struct regex_problem {
	enum regex_fault fault;
	char message[160]; /* "missing closing parenthesis", "invalid flag in regex options: q" */
};

/* Options are any of i, m, x, s and u.  NULL: *problem says why. */
struct regex *regex_compile(struct arena *a, struct str pattern, struct str options,
                            struct regex_problem *problem);

/* An expression met while running, from a small cache of the run. */
const struct regex *regex_compile_cached(struct eval *ev, struct str pattern, struct str options,
                                         struct regex_problem *problem);

/* Pairs of offsets that regex_find() gives: 1 for the whole, and one for each group. */
uint32_t regex_n_pairs(const struct regex *re);

/*
 * The first match that begins at byte start (at a character) or later.  *ret_offsets is NULL
 * when there is none, else start and end (bytes) of the whole and of each group; it is valid
 * until the next call with this eval.
 */
int regex_find(const struct regex *re, struct eval *ev, struct str text, size_t start,
               const size_t **ret_offsets) MUST_CHECK;

/* Is there a match anywhere? */
int regex_matches(const struct regex *re, struct eval *ev, struct str text, bool *ret) MUST_CHECK;

#endif
