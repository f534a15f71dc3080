/*
 * The inside of queries: nodes, and the rows of operators that make them.  For engine/query.
 *
 * A node answers two questions.  match() is asked of a document; test() of one value, when the
 * node stands in {$elemMatch: {$gt: 1, …}} or behind a path.  A leaf (an operator that looks at
 * the values of a path) has only a test; its match is query_leaf_match().  Nodes that combine
 * others have both.
 *
 * query_leaf_match() is the definition of what a leaf means, walking all values of its path.  It
 * has a short cut for what nearly all leaves are: a path of one part and no array there.  A leaf
 * may add a glance, which decides by the bytes of a value as it came in, or says that it cannot.
 */
#ifndef ENGINE_QUERY_NODE_H
#define ENGINE_QUERY_NODE_H

#include "engine/expr/expr.h"
#include "engine/query/path.h"
#include "engine/query/query.h"

struct query_op;

enum glance { GLANCE_NO, GLANCE_YES, GLANCE_UNSURE };

typedef int query_match_fn(const struct query *q, struct eval *ev, struct value v, bool *ret);

/* text is a value as it stands in the input, len bytes. */
typedef enum glance query_glance_fn(const struct query *q, struct eval *ev, const char *text,
                                    uint32_t len);

/* Kinds of nodes embed this as their first member. */
struct query {
	query_match_fn *match;
	query_match_fn *test;
	query_glance_fn *glance;       /* NULL: always look at the value itself */
	const struct query_path *path; /* of a leaf; NULL inside {$elemMatch: {$gt: …}} */
	enum path_reach reach;
	bool has_short_cut;
	bool may_fail;  /* itself, whatever its args do; or is a matter of chance */
	bool reads_all; /* of the document, whatever the paths say */
	struct query **args;
	uint32_t n_args;
	struct expr *expr;
};

/* Where an operator stands: what it is asked of, and the object that it is a member of. */
struct query_site {
	const struct query_path *path;
	struct object *siblings;
	bool is_item; /* within $elemMatch: there is no whole document */
};

enum query_place {
	QUERY_TOP = 1,   /* {$or: […]} */
	QUERY_FIELD = 2, /* {a: {$gt: 1}} */
};

struct query_op {
	unsigned places; /* enum query_place */
	struct query_op_info info;
	bool needs_document; /* not allowed within $elemMatch */
	/* *ret stays NULL when there is nothing to ask ($comment). */
	int (*compile)(struct compiler *c, const struct query_op *op, const struct query_site *site,
	               struct value spec, struct query **ret);
	int option;
};

/* ---- making nodes ---- */

/* Zeroed, of a kind's size; NULL after reporting. */
void *query_create(struct compiler *c, size_t size);

/* A leaf at the site's path. */
void *query_create_leaf(struct compiler *c, size_t size, const struct query_site *site,
                        query_match_fn *test);

/* Do all match?  One alone is itself. */
int query_create_and(struct compiler *c, struct query **args, uint32_t n,
                     struct query **ret) MUST_CHECK;

/* The opposite; NULL after reporting. */
struct query *query_create_not(struct compiler *c, struct query *q);

/* {field: condition, $or: […]}, of a document or of an item of an array. */
int query_compile_filter(struct compiler *c, struct value spec, bool is_item,
                         struct query **ret) MUST_CHECK;

/* {$gt: 1, $lt: 5}: all of them, at the site's path. */
int query_compile_conditions(struct compiler *c, const struct query_site *site, struct object *spec,
                             struct query **ret) MUST_CHECK;

/* Is it an object that begins with an operator, and so no value to be compared with? */
bool query_is_conditions(struct compiler *c, struct value spec);

/* {a: value}: equality, or a match when value is a regular expression. */
int query_compile_value(struct compiler *c, const struct query_site *site, struct value v,
                        struct query **ret) MUST_CHECK;

/* {$regularExpression: {pattern: …, options: …}}, Extended JSON's way to write /…/. */
bool query_is_regex(struct compiler *c, struct value v);
int query_compile_regex(struct compiler *c, const struct query_site *site, struct value v,
                        struct query **ret) MUST_CHECK;

/* A value to be looked for in a list ($in, $all), and its place in the list: {$…} is refused. */
int query_check_listed(struct compiler *c, const char *op, struct value v) MUST_CHECK;

/* ---- asking ---- */

query_match_fn query_leaf_match;

/* Of a node that asks all of its args, the first one first. */
query_match_fn query_match_all;

/* ---- the tables ---- */

const struct query_op *query_op_find(struct str name, enum query_place place);

#endif
