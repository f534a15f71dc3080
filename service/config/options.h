/* Options: the rows of the table, and reading one value.  Inside config/ and for its tests. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"

struct config;

enum option_type {
	OPTION_TEXT,     /* const char * */
	OPTION_ADDRESS,  /* const char *: HOST:PORT, :PORT or PORT */
	OPTION_COUNT,    /* uint64_t */
	OPTION_SIZE,     /* uint64_t, bytes */
	OPTION_DURATION, /* uint64_t, milliseconds */
	OPTION_RATE,     /* uint64_t, bytes a second */
	OPTION_CHOICE,   /* unsigned: the index in choices */
	OPTION_FLAG,     /* bool; on the command line it needs no value */
};

#define OPTION_NAME_MAX 32
#define OPTIONS_MAX 128 /* rows */

struct option {
	const char *name; /* "max-body" */
	const char *group;
	enum option_type type;
	size_t offset;              /* in struct config */
	const char *value;          /* the default, as a user would write it */
	uint64_t min, max;          /* of counts, sizes and durations */
	const char *const *choices; /* ends with NULL */
	const char *argument; /* what --help calls the value, where the type does not say it */
	const char *doc;      /* one sentence */
};

/* The rows, in the order of --help; NULL: there are no more. */
const struct option *option_at(size_t i);

/* The row of a name, or NULL. */
const struct option *option_find(struct str name);

/* The name that was probably meant, or NULL. */
const char *option_suggest(struct str name);

/* An amount as a user would write it; size is at least QUANTITY_TEXT_SIZE (base/quantity.h). */
void option_format(const struct option *option, uint64_t n, char *ret, size_t size);

/*
 * Set an option from its text, which must live as long as the config.  where is for the message:
 * "--max-body", "DOCMILL_MAX_BODY", "docmill.conf:3: max-body".
 */
int option_set(const struct option *option, const char *text, const char *where,
               struct config *config, struct err *err) MUST_CHECK;

#endif
