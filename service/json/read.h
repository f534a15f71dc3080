/*
 * Reader: one small message of ours, a JSON object, member by member.
 *
 *	CLEANUP(json_reader_deinit) struct json_reader r = { 0 };
 *
 *	TRY(json_reader_init(&r, body, "", &problems, err));
 *	json_read_string(&r, "title", 1, 200, &title);
 *	json_read_int(&r, "priority", 1, 5, &priority);
 *	json_ignore(&r, "id");
 *	json_reader_finish(&r);
 *	if (problems.n_items > 0) ...
 *
 * The names that were asked for are the names that are allowed: json_reader_finish() reports all
 * others, with the one that was probably meant, and members that are given twice.  What is wrong
 * goes to the problems and reading goes on, so that nobody has to fix a message error by error.
 *
 * Types are strict: nothing is converted.  Lengths count code points.  A whole number may be
 * written 1.0, as in JSON Schema.  U+0000 and half surrogate pairs are refused: neither C strings
 * nor databases hold them.
 *
 * The text must have been checked to be JSON (doc/read.h) of bounded depth: the library beneath is
 * lenient about malformed text, and recurses.  Strings that were read are valid until
 * json_reader_deinit().
 */
#ifndef JSON_READ_H
#define JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "json/problems.h"

/* Bytes of a message, and members of its object: a tree takes some 40 times the text's memory. */
#define JSON_MESSAGE_MAX ((size_t)65536)
#define JSON_MEMBERS_MAX 64

/* Names that a reader can be asked for. */
#define JSON_NAMES_MAX 32

struct cJSON;

struct json_reader {
	struct cJSON *root;
	const char *pointer; /* of the object, in the whole message */
	struct json_problems *problems;
	const char *names[JSON_NAMES_MAX];
	size_t n_names;
};

enum json_found {
	JSON_ABSENT,
	JSON_READ,
	JSON_REFUSED, /* there, but not as it must be: a problem says so */
};

/*
 * Take in a text.  When it is not an object that is a problem, and every member is absent.
 * Fails with ERR_TOO_LARGE, or ERR_INVALID for what cannot be held, with its offset.
 */
int json_reader_init(struct json_reader *r, struct str text, const char *pointer,
                     struct json_problems *problems, struct err *err) MUST_CHECK;

void json_reader_deinit(struct json_reader *r);

/* Is there a member of this name; is it a string that is not empty? */
bool json_has(const struct json_reader *r, const char *name);
bool json_has_text(const struct json_reader *r, const char *name);

/* Is there a member of this name that is null?  Then it is allowed; else it has not been asked for. */
bool json_take_null(struct json_reader *r, const char *name);

/* Outputs are touched only when the answer is JSON_READ. */
enum json_found json_read_string(struct json_reader *r, const char *name, size_t min, size_t max,
                                 struct str *ret);
enum json_found json_read_int(struct json_reader *r, const char *name, int64_t min, int64_t max,
                              int64_t *ret);

/* One of n names; *ret is its number. */
enum json_found json_read_choice(struct json_reader *r, const char *name,
                                 const char *const *choices, size_t n, size_t *ret);

/* A member that is an object: to be read by *ret, which needs no deinit; false: absent or none. */
bool json_read_object(struct json_reader *r, const char *name, struct json_reader *ret) MUST_CHECK;

/* Add a problem about a member. */
void json_refuse(struct json_reader *r, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* A member that is allowed and has no effect, whatever is in it. */
void json_ignore(struct json_reader *r, const char *name);

/* To be called after the last name: reports every member that nobody asked for, or given twice. */
void json_reader_finish(struct json_reader *r);

#endif
