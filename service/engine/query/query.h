/*
 * Queries: the language of $match, compiled to a tree and asked of one document at a time.
 *
 * Semantics differ from expressions: paths reach into arrays, comparisons keep to one type, null
 * matches missing (PIPELINE 2.2 to 2.4).
 */
#ifndef ENGINE_QUERY_QUERY_H
#define ENGINE_QUERY_QUERY_H

#include "engine/compile.h"
#include "engine/eval.h"
#include "engine/needs.h"

struct query;

/* A filter document: {field: condition, $or: […], $expr: …}. */
int query_compile(struct compiler *c, struct value spec, struct query **ret) MUST_CHECK;

/* Does the document (an object) match?  Fails where an expression in it fails. */
int query_match(const struct query *q, struct eval *ev, struct value doc, bool *ret) MUST_CHECK;

/* May asking it fail: has it an $expr or a regular expression? */
bool query_may_fail(const struct query *q);

/* Both, the first one first. */
int query_merge(struct compiler *c, struct query *first, struct query *second,
                struct query **ret) MUST_CHECK;

/*
 * {$expr: {$eq: ["$field", value]}}, perhaps with more beside it: a document can match only if its
 * field equals a value that depends on no document.
 */
struct query_join {
	struct str field;
	const struct expr *value;
};

bool query_find_join(const struct query *q, struct query_join *ret);

/* What the query reads of a document. */
void query_needs(const struct query *q, struct needs *needs);

/* One row of the table of query operators: name, one sentence, how it is written. */
struct query_op_info {
	const char *name;
	const char *doc;
	const char *usage;
};

/* Call fn for every query operator, in table order. */
void query_op_each(void (*fn)(const struct query_op_info *op, void *arg), void *arg);

#endif
