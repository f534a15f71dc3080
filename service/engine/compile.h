/*
 * Compiling: from the JSON of a pipeline to a read-only plan.
 *
 * A compiler knows where it is (a JSON Pointer), what variables are in scope, and collects every
 * problem it is told of.  Everything it makes lives in its arena.
 *
 * A function that compiles something returns 0 or ERR_PIPELINE and has then reported at least one
 * problem.  Loops over independent parts (stages, fields, arguments) go on after a failure, so
 * that the user sees all problems at once:
 *
 *     int rc = 0;
 *
 *     for (…) {
 *             compile_enter(c, name);
 *             if (expr_compile(c, spec, &e) != 0)
 *                     rc = ERR_PIPELINE;
 *             compile_leave(c);
 *     }
 *     return rc;
 */
#ifndef ENGINE_COMPILE_H
#define ENGINE_COMPILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "doc/object.h"
#include "engine/limits.h"
#include "engine/rule.h"

/* Slots of variables that every evaluation has; user variables follow. */
enum var_slot { VAR_ROOT, VAR_CURRENT, VAR_USER };

struct scope {
	struct str name;
	uint32_t slot;
	uint64_t last_use; /* compiler.n_uses then; 0: never */
	struct scope *outer;
};

struct problem {
	struct err err;
	struct problem *next;
};

#define COMPILE_PROBLEMS_MAX 100 /* reported of one pipeline */
#define COMPILE_DEPTH_MAX 200    /* of nested expressions: MongoDB allows as much */
#define COMPILE_POINTER_SIZE 256

struct compiler {
	struct arena *arena;
	const struct limits *limits;
	struct problem *problems, **problems_end; /* in the order found */
	size_t n_problems;
	char pointer[COMPILE_POINTER_SIZE]; /* of what is being compiled */
	size_t pointer_len;
	uint16_t levels[COMPILE_POINTER_SIZE]; /* lengths to go back to: a level is a byte or more */
	size_t n_levels;
	int64_t stage;       /* index in the outermost pipeline */
	struct scope *scope; /* innermost first */
	uint32_t n_vars;     /* slots used so far, VAR_USER and up */
	uint32_t n_caches;   /* of struct eval.caches */
	uint64_t n_uses;     /* of variables, so far */
	uint64_t n_random;   /* operators met that answer anew each time */
	uint32_t n_stages;
	uint32_t depth;         /* of nested expressions and pipelines */
	unsigned rules;         /* enum plan_rule: those that are on */
	unsigned rules_applied; /* those that found something to do */
	uint32_t n_inside;      /* pipelines around this one */
	const char *inside;     /* "$facet", "$lookup" … or NULL at top level */
	const char *prefix;     /* of messages: "Invalid $project :: caused by :: ", or NULL */
};

void compile_init(struct compiler *c, struct arena *a, const struct limits *limits);

/* Step into, and out of, a member or an item; calls nest. */
void compile_enter(struct compiler *c, struct str key);
void compile_enter_index(struct compiler *c, size_t i);
void compile_leave(struct compiler *c);

/*
 * Report a problem at the present place: MongoDB's code, the operator's name (or NULL) and a
 * message in the server's words.  Returns ERR_PIPELINE.
 */
int compile_fail(struct compiler *c, int mongo_code, const char *operator_name, const char *fmt,
                 ...) PRINTF_LIKE(4, 5);

/* The same with a name that nothing is known by: adds "did you mean" from the candidates. */
int compile_fail_unknown(struct compiler *c, int mongo_code, struct str name,
                         const char *const *known, size_t n_known, const char *fmt, ...)
	PRINTF_LIKE(6, 7);

/* A limit was reached: its code and option's name. */
int compile_fail_limit(struct compiler *c, enum err_code code, const char *limit, const char *fmt,
                       ...) PRINTF_LIKE(4, 5);

/* No memory: the arena remembers, and plan_compile() says so. */
int compile_nomem(struct compiler *c);

/* Zeroed memory of the plan; NULL after reporting. */
void *compile_alloc(struct compiler *c, size_t n, size_t size);

/* The pointer as text of the plan, for errors at run time. */
const char *compile_pointer(struct compiler *c);

/* A new variable, the innermost one; restore c->scope to leave.  Returns its slot. */
uint32_t compile_bind(struct compiler *c, struct str name);

/* Slot of a variable in scope, or -1. */
int64_t compile_lookup(struct compiler *c, struct str name);

/* Is it a name that a user may give a variable?  Reports when it is not (code 9). */
int compile_check_variable(struct compiler *c, struct str name);

/* Number of names in a dotted path: never more than COMPILE_DEPTH_MAX are accepted. */
size_t compile_path_depth(struct str path);

/* Text of a value for messages, cut to a sensible length, in the compiler's arena. */
const char *compile_text(struct compiler *c, struct value v);

#endif
