/* What stands in the second line of a case, as the input of a run. */
#ifndef TESTS_ENGINE_CASE_INPUT_H
#define TESTS_ENGINE_CASE_INPUT_H

#include "engine/engine.h"

#define COLLECTIONS_MAX 8

struct given {
	struct str documents;
	struct run_collection collections[COLLECTIONS_MAX];
	size_t n_collections;
};

/* Documents as lines, of which one is in memory. */
struct lines {
	struct reader *reader;
	struct arena *arena;
	char *line;
};

/* A document, an array of them, or what a case expects: out of its line. */
int case_parse(struct arena *a, struct str text, struct value *ret, struct err *err) MUST_CHECK;

/* A document, an array of documents, or {"documents": …, "collections": …}. */
struct given case_input(struct arena *a, struct str input);

int lines_init(struct lines *lines, struct arena *a, struct str documents,
               struct err *err) MUST_CHECK;

/* run_input.source; the last line is the caller's to free. */
int lines_next(void *arg, struct str *ret_lines, struct err *err);

struct run_text text_of(struct str s);

#endif
