/*
 * Errors: a code for the program; a message and a place for the person.
 *
 * A function that can fail returns 0 or one of the negative codes below, and has described the
 * failure in *err by then.  Outputs are untouched on failure.  The place (position in a JSON text,
 * stage and pointer in a pipeline, index of a document) is filled in by whoever knows it, inner
 * before outer, and never overwritten by an outer layer.
 *
 * An err is plain memory: copy it, keep it, forget it.  ERR_INIT is the state "nothing known".
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

enum err_code {
	ERR_NOMEM = -1,         /* a memory budget, or the machine's memory, is used up */
	ERR_INVALID = -2,       /* an argument, option or message is not acceptable */
	ERR_JSON = -3,          /* malformed JSON: offset, line and column are set */
	ERR_DEPTH = -4,         /* nested too deep */
	ERR_KEY_LENGTH = -5,    /* an object's key is too long */
	ERR_STAGES = -6,        /* a pipeline with too many stages */
	ERR_PIPELINE = -7,      /* a pipeline that does not compile */
	ERR_FAILED = -8,        /* an operator met a value that it cannot take */
	ERR_DOCUMENTS = -9,     /* more documents than allowed */
	ERR_TOO_LARGE = -10,    /* input larger than allowed */
	ERR_OUTPUT = -11,       /* more output than allowed */
	ERR_TIME = -12,         /* out of time */
	ERR_REGEX = -13,        /* a regular expression took too many steps */
	ERR_NOT_FOUND = -14,    /* no such thing */
	ERR_CONFLICT = -15,     /* the thing is not in a state that allows it */
	ERR_IO = -16,           /* the system refused to read or write */
	ERR_UNAVAILABLE = -17,  /* a component is out of reach for now; a retry may help */
	ERR_CANCELLED = -18,    /* the one who asked is gone, or the service is stopping */
	ERR_INTERNAL = -19,     /* a bug */
	ERR_PRECONDITION = -20, /* the thing is not the version that the caller knows */
	ERR_CODING = -21,       /* packed bytes that do not unpack */
	ERR_MISMATCH = -22,     /* the same idempotency key came with another request before */
};

struct err {
	enum err_code code;
	char message[512];
	bool has_place;        /* offset, line and column are meaningful */
	uint64_t offset;       /* bytes from the start of the text, from 0 */
	uint64_t line, column; /* from 1; columns count bytes */
	int64_t stage;         /* index in the pipeline, or -1 */
	int64_t document;      /* index of the stage's input document, or -1 */
	int mongo_code;        /* MongoDB's error code, or 0 */
	const char *limit; /* name of the option that was reached ("max-depth"), or NULL; static */
	char operator_name[32]; /* "$add", or "" */
	char cause[256];        /* for the operator's log, and for no answer: hosts, names; or "" */
	char pointer[256]; /* JSON Pointer into the request ("/pipeline/3/$project/total"), or "" */
};

#define ERR_INIT ((struct err){ .stage = -1, .document = -1 })

/* Describe a failure and return its code, so that callers write return err_set(...). */
int err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same for a limit: limit is the option's name and a static string. */
int err_limit(struct err *err, enum err_code code, const char *limit, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* Add what the one who operates the service should know and the one who asks it should not. */
void err_cause(struct err *err, const char *cause);

/* Out of memory: what could not be had. */
int err_nomem(struct err *err, const char *what);

/* Stable, lower-case name of a code: part of the public contract (proto/errors.yaml). */
const char *err_code_name(enum err_code code);

#endif
