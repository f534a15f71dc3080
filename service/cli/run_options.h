/* The arguments of docmill run and docmill check. */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"

#define RUN_NAMED_MAX 64 /* --collection and --let, each */

struct run_named {
	struct str name;
	const char *value; /* file or JSON */
};

enum run_format { RUN_FORMAT_INPUT, RUN_FORMAT_JSON, RUN_FORMAT_NDJSON };

struct run_options {
	const char *pipeline; /* a file, or the pipeline itself */
	const char *file;     /* NULL: stdin */
	const char *output;   /* NULL: stdout */
	struct run_named collections[RUN_NAMED_MAX], lets[RUN_NAMED_MAX];
	size_t n_collections, n_lets;
	enum run_format format;
	struct limits limits;
	unsigned n_threads; /* 0: as the cgroup allows */
	size_t piece_size; /* bytes that a thread takes at once, however short the text; 0: as is best */
	bool is_explained;
	bool is_json;
	bool is_help;
	unsigned rules;
};

/* 0, or an exit code after printing what is wrong. */
int run_options_parse(int argc, char **argv, const char *command, struct run_options *ret);

/* The lines of --help that describe the limits. */
void run_options_print_limits(void);

#endif
