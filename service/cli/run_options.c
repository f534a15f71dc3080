/* The arguments of docmill run and docmill check. */
#include "cli/run_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/machine.h"
#include "base/num.h"
#include "base/quantity.h"
#include "cli/report.h"

enum {
	OPT_PIPELINE = 256,
	OPT_COLLECTION,
	OPT_LET,
	OPT_EXPLAIN,
	OPT_THREADS,
	OPT_PIECE_SIZE,
	OPT_OUTPUT,
	OPT_FORMAT,
	OPT_JSON,
	OPT_HELP,
	OPT_NO_RULES,
	OPT_LIMIT,
};

/* A limit of 32 bits or of 64: the other setter is NULL. */
struct limit_row {
	const char *name;
	char kind; /* n: a number, b: bytes, t: a duration */
	uint32_t *(*narrow)(struct limits *limits);
	uint64_t *(*wide)(struct limits *limits);
	const char *doc;
};

#define FIELD(type, field) \
	static type *limit_##field(struct limits *limits) \
	{ \
		return &limits->field; \
	}

FIELD(uint32_t, depth_max)
FIELD(uint32_t, key_len_max)
FIELD(uint32_t, stages_max)
FIELD(uint32_t, regex_steps_max)
FIELD(uint64_t, documents_max)
FIELD(uint64_t, output_max)
FIELD(uint64_t, memory_max)
FIELD(uint64_t, time_ms_max)

static const struct limit_row limit_rows[] = {
	{ "max-depth", 'n', limit_depth_max, NULL, "levels of a document or stage" },
	{ "max-key", 'b', limit_key_len_max, NULL, "bytes of an object's key" },
	{ "max-stages", 'n', limit_stages_max, NULL, "stages of a pipeline" },
	{ "max-documents", 'n', NULL, limit_documents_max, "documents read" },
	{ "max-output", 'b', NULL, limit_output_max, "bytes written" },
	{ "max-memory", 'b', NULL, limit_memory_max, "bytes of state" },
	{ "max-time", 't', NULL, limit_time_ms_max, "duration of the run" },
	{ "max-regex-steps", 'n', limit_regex_steps_max, NULL, "steps of one match" },
};

void run_options_print_limits(void)
{
	for (size_t i = 0; i < ARRAY_LEN(limit_rows); i++)
		printf("  --%-16s limit: %s\n", limit_rows[i].name, limit_rows[i].doc);
}

static int set_limit(const char *command, const struct limit_row *row, const char *text,
                     struct limits *limits)
{
	struct str s = str_from(text);
	uint64_t n;
	bool is_good = row->kind == 'n'   ? num_parse_u64(s, &n)
	               : row->kind == 'b' ? quantity_parse_bytes(s, &n)
	                                  : quantity_parse_ms(s, &n);

	if (!is_good || (row->narrow != NULL && n > UINT32_MAX))
		return report_usage(command, "--%s: \"%s\" is not a %s", row->name, text,
		                    row->kind == 'n'   ? "number"
		                    : row->kind == 'b' ? "size such as 64MiB"
		                                       : "duration such as 30s");
	if (row->narrow != NULL)
		*row->narrow(limits) = (uint32_t)n;
	else
		*row->wide(limits) = n;
	return 0;
}

static int add_named(const char *command, const char *option, const char *text,
                     struct run_named *list, size_t *n)
{
	struct str s = str_from(text);
	size_t at = str_find(s, '=');

	if (at == 0 || at == s.len)
		return report_usage(command, "%s: \"%s\" is not NAME=VALUE", option, text);
	if (*n == RUN_NAMED_MAX)
		return report_usage(command, "%s: more than %d", option, RUN_NAMED_MAX);
	list[(*n)++] = (struct run_named){ .name = { text, at }, .value = text + at + 1 };
	return 0;
}

static int set_format(const char *command, const char *text, struct run_options *o)
{
	if (strcmp(text, "json") == 0)
		o->format = RUN_FORMAT_JSON;
	else if (strcmp(text, "ndjson") == 0)
		o->format = RUN_FORMAT_NDJSON;
	else
		return report_usage(command, "--format: \"%s\" is neither json nor ndjson", text);
	return 0;
}

static int set_threads(const char *command, const char *text, struct run_options *o)
{
	uint64_t n;

	if (!num_parse_u64(str_from(text), &n) || n > 1024)
		return report_usage(command, "--threads: \"%s\" is not a number from 0 to 1024",
		                    text);
	o->n_threads = (unsigned)n;
	return 0;
}

static int set_piece_size(const char *command, const char *text, struct run_options *o)
{
	uint64_t n;

	if (!quantity_parse_bytes(str_from(text), &n) || n == 0)
		return report_usage(command, "--piece-size: \"%s\" is not a size such as 1MiB",
		                    text);
	o->piece_size = (size_t)n;
	return 0;
}

static int set_option(const char *command, int option, const char *value, struct run_options *o)
{
	switch (option) {
	case OPT_PIPELINE: o->pipeline = value; return 0;
	case OPT_OUTPUT: o->output = value; return 0;
	case OPT_EXPLAIN: o->is_explained = true; return 0;
	case OPT_JSON: o->is_json = true; return 0;
	case OPT_HELP: o->is_help = true; return 0;
	case OPT_NO_RULES: o->rules = 0; return 0;
	case OPT_THREADS: return set_threads(command, value, o);
	case OPT_PIECE_SIZE: return set_piece_size(command, value, o);
	case OPT_FORMAT: return set_format(command, value, o);
	case OPT_COLLECTION:
		return add_named(command, "--collection", value, o->collections, &o->n_collections);
	case OPT_LET: return add_named(command, "--let", value, o->lets, &o->n_lets);
	default: return set_limit(command, &limit_rows[option - OPT_LIMIT], value, &o->limits);
	}
}

int run_options_parse(int argc, char **argv, const char *command, struct run_options *ret)
{
	struct option table[11 + ARRAY_LEN(limit_rows) + 1] = {
		{ "pipeline", required_argument, NULL, OPT_PIPELINE },
		{ "collection", required_argument, NULL, OPT_COLLECTION },
		{ "let", required_argument, NULL, OPT_LET },
		{ "explain", no_argument, NULL, OPT_EXPLAIN },
		{ "threads", required_argument, NULL, OPT_THREADS },
		{ "piece-size", required_argument, NULL, OPT_PIECE_SIZE },
		{ "output", required_argument, NULL, OPT_OUTPUT },
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, OPT_HELP },
		{ "no-rules", no_argument, NULL, OPT_NO_RULES },
	};
	int option;

	for (size_t i = 0; i < ARRAY_LEN(limit_rows); i++)
		table[11 + i] = (struct option){ limit_rows[i].name, required_argument, NULL,
			                         OPT_LIMIT + (int)i };
	*ret = (struct run_options){ .limits = LIMITS_DEFAULT, .rules = (unsigned)PLAN_RULES_ALL };
	ret->limits.documents_max = UINT64_MAX;
	ret->limits.output_max = UINT64_MAX;
	ret->limits.time_ms_max = 0;
	ret->limits.memory_max = machine_memory_bytes() / 4 * 3;
	opterr = 0;
	optind = 1;
	argv--; /* getopt wants a name before the arguments: the subcommand's stands there */
	argc++;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == '?')
			return report_usage(command, "unknown or incomplete option %s",
			                    argv[optind - 1]);
		TRY(set_option(command, option, optarg, ret));
	}
	if (optind < argc)
		ret->file = argv[optind++];
	if (optind < argc)
		return report_usage(command, "more than one file: %s", argv[optind]);
	if (ret->pipeline == NULL && !ret->is_help)
		return report_usage(command, "--pipeline is needed");
	return 0;
}
