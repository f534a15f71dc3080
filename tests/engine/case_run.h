/*
 * Running one case of a case file: an expression over a document, or a pipeline over documents.
 * test_cases.c says what stands in the files, and what every run must hold to.
 */
#ifndef TESTS_ENGINE_CASE_RUN_H
#define TESTS_ENGINE_CASE_RUN_H

#include "base/buf.h"
#include "base/err.h"
#include "doc/value.h"

struct answer {
	struct buf text; /* canonical Extended JSON, or "missing" */
	struct buf plain;
	struct err err;
	int rc;
	size_t n_lost; /* bytes of memory that were not given back */
	size_t memory; /* bytes that compiling, and running, may take */
};

/* In how many threads, in pieces of how many bytes, and whether they write what comes of those. */
struct sharing {
	unsigned n_threads;
	size_t piece_size;
	bool is_text;
	bool is_stream; /* a line at a time */
};

void answer_init(struct answer *a, size_t memory);
void answer_deinit(struct answer *a);

/* Compiles with these rules, runs, and writes down what comes. */
int case_run(struct arena *a, struct str spec_text, struct str input, unsigned rules,
             struct sharing sharing, struct answer *ret);

#endif
