/*
 * Expressions: what one is, how it is compiled, evaluated and found by name.
 *
 * An expression is a tree of nodes.  Constants, paths ("$a.b", "$$v.a"), arrays and objects are
 * nodes of their own (constant.c, path.c, node.c); everything with a "$name" is an operator, one
 * row in a table.
 *
 * There are two kinds of operators.  A strict one has `call`: its arguments are evaluated in
 * order and handed over.  One that decides itself what is evaluated ($cond, $map, $let) has
 * `eval`.  Operators are pure: they read their arguments, write *ret and touch nothing else, and
 * *ret is untouched on failure.  Results are never VALUE_RAW.
 *
 * Arguments come as a list ("$add": [a, b]), or alone ("$abs": a), and the table says how many;
 * or by name ("$filter": {input: …, as: …, cond: …}), and the row has `params`.  What neither
 * describes has a `compile` of its own.
 */
#ifndef ENGINE_EXPR_EXPR_H
#define ENGINE_EXPR_EXPR_H

#include <limits.h>
#include <stddef.h>

#include "engine/compile.h"
#include "engine/eval.h"

#define EXPR_ANY INT_MAX
#define EXPR_PARAMS_MAX 16 /* named arguments of an operator */

struct expr;
struct expr_op;

typedef int expr_eval_fn(const struct expr *e, struct eval *ev, struct value *ret);
typedef int expr_call_fn(const struct expr *e, struct eval *ev, const struct value *argv,
                         size_t argc, struct value *ret);
typedef int expr_compile_fn(struct compiler *c, const struct expr_op *op, struct value spec,
                            struct expr **ret);

enum expr_flag {
	EXPR_VOLATILE = 1,       /* $rand: never folded */
	EXPR_WHOLE_DOCUMENT = 2, /* reads the document in ways that its arguments do not show */
	EXPR_TOTAL = 4,          /* takes every value: fails only where an argument does */
};

/* A named argument.  Arguments stand in args in the order of this table; absent ones are NULL. */
struct expr_param {
	const char *name;
	bool is_required;
	int missing_code; /* MongoDB's code when a required one is absent */
};

/*
 * For operators that take in one argument after the other and make their result at the end
 * ($mergeObjects, $concat).  $reduce hands them what it meets, instead of having a whole result
 * made at every step.  They are associative: a, then b and c, is a and b, then c.
 */
struct expr_fold {
	/* Fails when v is no argument for it; *ret_is_null: the result is null, whatever follows. */
	int (*check)(const struct expr *e, struct eval *ev, struct value v, bool *ret_is_null);
	/* What passed, in order.  state: EXPR_FOLD_STATE_MAX bytes, zeroed at first. */
	int (*add)(struct eval *ev, void *state, struct value v);
	int (*finish)(struct eval *ev, void *state, struct value *ret);
};

#define EXPR_FOLD_STATE_MAX 64

struct expr_op {
	const char *name;                /* as written in a pipeline, with the dollar sign */
	const char *doc;                 /* one sentence, shown by docmill operators */
	const char *usage;               /* how it is written: "{$add: [number, …]}" */
	int args_min, args_max;          /* of a list of arguments */
	int arity_code;                  /* MongoDB's code for a wrong number; 0: 16020 */
	unsigned flags;                  /* enum expr_flag */
	expr_call_fn *call;              /* strict … */
	expr_eval_fn *eval;              /* … or not */
	const struct expr_fold *fold;    /* how expr_eval_fold() does it, and $reduce */
	expr_compile_fn *compile;        /* only for arguments that the table cannot describe */
	const struct expr_param *params; /* only for named arguments; ends with a NULL name */
	int object_code;                 /* code when params get something else than an object */
	int unknown_code;                /* code when params get a name that is not among them */
	double (*math1)(double); /* for the rows of a family that differ in a function … */
	int option;              /* … or in a number */
};

struct expr_path {
	uint32_t slot;  /* of the variable that it starts from */
	uint32_t cache; /* of the first part, in struct eval.caches; the others follow */
	const struct str *parts;
	uint32_t n_parts; /* 0: the variable itself */
};

struct expr {
	expr_eval_fn *eval;
	const struct expr_op *op; /* NULL for constants, paths, arrays, objects */
	struct expr **args;       /* every expression below this one; entries may be NULL */
	uint32_t n_args;
	unsigned flags;
	const char *pointer; /* where it stands in the request */
	union {
		struct value constant;
		struct expr_path path;
		const struct str *keys; /* of an object: n_args of them */
		void *data;             /* of an operator with its own compile */
		uint32_t slots[2];      /* of variables that it binds */
	};
};

/* ---- compiling ---- */

/* Any expression: scalar, "$path", array, object, {$operator: …}. */
int expr_compile(struct compiler *c, struct value spec, struct expr **ret) MUST_CHECK;

/*
 * Something that has to be constant when the pipeline is compiled: *ret_v is its value if it is.
 * Constants are found whether or not they are folded elsewhere.
 */
int expr_compile_constant(struct compiler *c, struct value spec, bool *ret_is_constant,
                          struct value *ret_v) MUST_CHECK;

/* What has constant arguments is a constant itself; what fails to evaluate stays as it is. */
void expr_fold_constant(struct compiler *c, struct expr **e);

/* A node of an operator with room for n_args; NULL after reporting lack of memory. */
struct expr *expr_create(struct compiler *c, const struct expr_op *op, uint32_t n_args);

/* A node that is a constant; the value is borrowed. */
struct expr *expr_constant(struct compiler *c, struct value v);

/* A node that is a path given with its dollar sign(s): "$a.b", "$$ROOT.x". */
int expr_compile_path(struct compiler *c, struct str path, struct expr **ret) MUST_CHECK;

/* The parts of "a.b.c", no dollar sign before it; reports what is not a field path. */
int expr_split_path(struct compiler *c, struct str path, struct str **ret,
                    uint32_t *ret_n) MUST_CHECK;

/* Arguments of a list (or one alone), counted; and by name, as params says. */
int expr_compile_args(struct compiler *c, const struct expr_op *op, struct value spec,
                      struct expr **ret) MUST_CHECK;
int expr_compile_params(struct compiler *c, const struct expr_op *op, struct value spec,
                        struct expr **ret) MUST_CHECK;

/*
 * For operators with params and a compile of their own: what stands under each name, in the order
 * of the table, missing when absent; and one of them compiled at its place (nothing is done when
 * it is missing).
 */
int expr_read_params(struct compiler *c, const struct expr_op *op, struct value spec,
                     struct value *ret) MUST_CHECK;
int expr_compile_member(struct compiler *c, const char *name, struct value spec,
                        struct expr **ret) MUST_CHECK;

/* Has it one value, whatever the document (folded, or written so)? */
bool expr_is_constant(const struct expr *e);

/* The constant's value; only when expr_is_constant(). */
struct value expr_constant_value(const struct expr *e);

/* Is it an object literal, whose fields are args under the names in keys? */
bool expr_is_object(const struct expr *e);

/* Does it, and all below it, take every value, so that it cannot fail? */
bool expr_is_safe(const struct expr *e);

/* Is it a path ("$a.b", "$$v.a", "$$v")?  Then that path, else NULL. */
const struct expr_path *expr_as_path(const struct expr *e);

/* Is it a plain path from the document, "$a.b": then its path, else NULL. */
const struct expr_path *expr_as_field(const struct expr *e);

/* ---- evaluating ---- */

/* The value, decoded one level, or missing. */
static inline int expr_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	return e->eval(e, ev, ret);
}

/*
 * The value to be put into a result: a path gives what stands there, raw if nobody looked at it,
 * so that numbers keep their text.  Use it where the value is stored and not looked at.
 */
int expr_eval_raw(const struct expr *e, struct eval *ev, struct value *ret);

/* What an operator says when it cannot go on: MongoDB's code and the server's words. */
int expr_fail(const struct expr *e, struct eval *ev, int mongo_code, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* An array or object literal's, and every strict operator's, way of evaluating. */
int expr_eval_strict(const struct expr *e, struct eval *ev, struct value *ret);

/* Every argument in turn, until it is done: the eval of an operator that has a fold. */
int expr_eval_fold(const struct expr *e, struct eval *ev, struct value *ret);

/* Does it, or anything below it, read the variable? */
bool expr_uses_variable(const struct expr *e, uint32_t slot);

/*
 * A field as it stands (raw, if nobody looked), or missing; remembers in ev->caches[cache] where
 * it was.  The same decoded: an object there stays opened in the one around it.
 */
struct value expr_field_raw(struct eval *ev, uint32_t cache, struct object *o, struct str name);
struct value expr_field(struct eval *ev, uint32_t cache, struct object *o, struct str name);

/* ---- the table ---- */

/* The operator of that name, or NULL. */
const struct expr_op *expr_op_find(struct str name);

/* Call fn for every operator, in table order. */
void expr_op_each(void (*fn)(const struct expr_op *op, void *arg), void *arg);

/*
 * Report an operator that is refused or not known.  One that stands right in a field of $project
 * has a code of its own.  Returns ERR_PIPELINE.
 */
int expr_fail_unknown(struct compiler *c, struct str name, bool is_projected);

#endif
