/* docmill run: the engine without the service. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/machine.h"
#include "cli/command.h"
#include "cli/compile.h"
#include "cli/report.h"

#define COMMAND "docmill run"
#define WRITE_SIZE ((size_t)256 << 10)
#define PROGRESS_NS UINT64_C(1000000000)

struct output {
	struct run_writer writer;
	struct buf buf;
	int fd;
	uint64_t n_bytes, n_bytes_max;
};

struct progress {
	bool is_shown; /* stderr is a terminal */
	bool is_dirty;
	uint64_t last_ns;
};

struct job {
	const struct run_options *options;
	struct compiled compiled;
	struct input documents;
	struct input collections[RUN_NAMED_MAX];
	struct output output;
	struct progress progress;
};

static int write_all(int fd, const char *data, size_t len, struct err *err)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_IO, "cannot write: %s", strerror(errno));
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int output_flush(struct output *o, struct err *err)
{
	o->n_bytes += o->buf.len;
	if (o->n_bytes > o->n_bytes_max)
		return err_limit(err, ERR_OUTPUT, "max-output",
		                 "the output is larger than %llu bytes",
		                 (unsigned long long)o->n_bytes_max);
	TRY(write_all(o->fd, o->buf.data, o->buf.len, err));
	buf_reset(&o->buf);
	return 0;
}

static int output_sink(void *arg, struct arena *scratch, const struct value *docs, size_t n_docs,
                       struct err *err)
{
	struct output *o = arg;

	TRY(run_write(&o->writer, scratch, docs, n_docs, err));
	return o->buf.len >= WRITE_SIZE ? output_flush(o, err) : 0;
}

/* What threads have written goes out as it is, behind what is waiting. */
static int output_text(void *arg, struct str text, uint64_t n_docs, struct err *err)
{
	struct output *o = arg;

	TRY(run_write_text(&o->writer, text, n_docs, err));
	return o->buf.len >= WRITE_SIZE ? output_flush(o, err) : 0;
}

static int output_open(struct output *o, const struct run_options *options,
                       enum read_format input_format, struct err *err)
{
	bool is_ndjson = options->format == RUN_FORMAT_NDJSON ||
	                 (options->format == RUN_FORMAT_INPUT && input_format == READ_NDJSON);

	o->fd = STDOUT_FILENO;
	if (options->output != NULL)
		o->fd = open(options->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (o->fd < 0)
		return err_set(err, ERR_IO, "%s: %s", options->output, strerror(errno));
	buf_init(&o->buf, SIZE_MAX / 2);
	o->writer = (struct run_writer){ .out = &o->buf, .is_ndjson = is_ndjson };
	o->n_bytes_max = options->limits.output_max;
	if (!is_ndjson)
		buf_append_char(&o->buf, '[');
	return 0;
}

static int output_finish(struct output *o, struct err *err)
{
	if (!o->writer.is_ndjson)
		buf_append_cstr(&o->buf, "]\n");
	TRY(output_flush(o, err));
	if (o->fd != STDOUT_FILENO) {
		int fd = o->fd;

		o->fd = -1;
		if (close(fd) != 0)
			return err_set(err, ERR_IO, "cannot write: %s", strerror(errno));
	}
	return 0;
}

static void show_progress(void *arg, uint64_t n_documents, uint64_t n_bytes)
{
	struct progress *p = arg;
	uint64_t now = clock_monotonic_ns();

	if (!p->is_shown || now - p->last_ns < PROGRESS_NS)
		return;
	p->last_ns = now;
	p->is_dirty = true;
	fprintf(stderr, "\r%llu documents, %llu MB read", (unsigned long long)n_documents,
	        (unsigned long long)(n_bytes / 1000000));
}

static void job_deinit(struct job *job)
{
	if (job->progress.is_dirty)
		fputc('\n', stderr);
	for (size_t i = 0; i < job->options->n_collections; i++)
		input_close(&job->collections[i]);
	input_close(&job->documents);
	compiled_deinit(&job->compiled);
	if (job->output.fd > STDERR_FILENO)
		close(job->output.fd);
	buf_deinit(&job->output.buf);
}

static int open_inputs(struct job *job, struct run_collection *collections, struct err *err)
{
	const struct run_options *o = job->options;

	for (size_t i = 0; i < o->n_collections; i++) {
		struct input *in = &job->collections[i];

		TRY(input_open(o->collections[i].value, in, err));
		collections[i] = (struct run_collection){
			.name = o->collections[i].name,
			.text = { .text = in->text, .len = in->len, .format = input_format(in) },
		};
	}
	if (o->file == NULL && plan_has_documents(job->compiled.plan))
		return 0;
	bool is_stdin = o->file == NULL || strcmp(o->file, "-") == 0;
	if (is_stdin && plan_keeps_copies(job->compiled.plan))
		return input_open_stream(&job->documents, err);
	return input_open(o->file, &job->documents, err);
}

static void print_rules(const struct plan *plan)
{
	unsigned applied = plan_rules_applied(plan);

	fputs("rules:", stderr);
	for (unsigned i = 0; plan_rule_name(i) != NULL; i++)
		if (applied & (1u << i))
			fprintf(stderr, " %s", plan_rule_name(i));
	fputs(applied != 0 ? "\n" : " none\n", stderr);
}

static void print_stats(const struct run_stats *stats, const struct plan *plan)
{
	static const char row[] = "%-18s %12llu %12llu %10.3f %12llu\n";

	fprintf(stderr, "%-18s %12s %12s %10s %12s\n", "stage", "in", "out", "ms", "bytes");
	for (size_t i = 0; i < plan_n_stages(plan); i++)
		fprintf(stderr, row, stats->stages[i].name,
		        (unsigned long long)stats->stages[i].documents_in,
		        (unsigned long long)stats->stages[i].documents_out,
		        (double)stats->stages[i].duration_ns / 1e6,
		        (unsigned long long)stats->stages[i].peak_bytes);
	fprintf(stderr, row, "total", (unsigned long long)stats->documents_in,
	        (unsigned long long)stats->documents_out, (double)stats->duration_ns / 1e6,
	        (unsigned long long)stats->peak_bytes);
	print_rules(plan);
}

static int job_run(struct job *job, struct err *err)
{
	const struct run_options *o = job->options;
	struct run_collection collections[RUN_NAMED_MAX];
	struct budget budget = BUDGET(o->limits.memory_max);
	struct team team = team_of_threads(o->n_threads != 0 ? o->n_threads : machine_cpus());
	struct run_stats stats;

	TRY(compiled_init(&job->compiled, o, err));
	TRY(open_inputs(job, collections, err));
	enum read_format format = job->documents.is_stream ? READ_NDJSON
	                                                   : input_format(&job->documents);
	TRY(output_open(&job->output, o, format, err));

	const struct run_input input = {
		.plan = job->compiled.plan,
		.documents = { .text = job->documents.is_stream ? NULL : job->documents.text,
		               .len = job->documents.len,
		               .format = format },
		.source = job->documents.is_stream ? input_next : NULL,
		.source_arg = &job->documents,
		.on_read = input_drop,
		.read_arg = &job->documents,
		.collections = collections,
		.n_collections = o->n_collections,
		.limits = o->limits,
		.now_ms = clock_wall_ms(),
		.seed = clock_monotonic_ns(),
		.team = &team,
		.piece_size = o->piece_size,
		.is_explained = o->is_explained,
		.on_progress = show_progress,
		.progress_arg = &job->progress,
		.sink = output_sink,
		.sink_arg = &job->output,
		.sink_text = output_text,
		.write_mode = job->output.writer.mode,
		.is_ndjson = job->output.writer.is_ndjson,
	};
	int rc = run_transform(&job->compiled.arena, &budget, &input, &stats, err);
	if (rc != 0) {
		struct err ignored;

		(void)output_flush(&job->output, &ignored); /* what was written stays; rc says more */
		return rc;
	}
	TRY(output_finish(&job->output, err));
	if (o->is_explained)
		print_stats(&stats, job->compiled.plan);
	return 0;
}

static void print_help(void)
{
	puts("usage: docmill run --pipeline FILE|JSON [option]… [FILE]\n\n"
	     "Runs a pipeline over a JSON array or NDJSON from FILE or standard input.\n\n"
	     "  --collection NAME=FILE  a side input for $lookup, $unionWith, $graphLookup\n"
	     "  --let NAME=JSON         a constant, $$NAME in the pipeline\n"
	     "  --output FILE           written in place; standard output when not given\n"
	     "  --format json|ndjson    of the output; that of the input when not given\n"
	     "  --explain               documents and time of each stage, on standard error\n"
	     "  --threads N             at most so many; 0, the default: as many as the cgroup allows\n"
	     "  --piece-size SIZE       what a thread takes at once; short inputs are shared too, then\n"
	     "  --json                  errors as problem documents\n"
	     "  --no-rules              the pipeline as it is written, without rewrites");
	run_options_print_limits();
}

int run_run(int argc, char **argv)
{
	struct run_options options;
	struct err err = ERR_INIT;
	int rc = run_options_parse(argc, argv, COMMAND, &options);

	if (rc != 0)
		return rc;
	if (options.is_help) {
		print_help();
		return EX_OK;
	}
	signal(SIGPIPE, SIG_IGN); /* a reader that left is an error of write() */
	CLEANUP(job_deinit) struct job job = { .options = &options, .output.fd = -1 };
	job.progress.is_shown = isatty(STDERR_FILENO);
	job.progress.last_ns = clock_monotonic_ns();
	if (job_run(&job, &err) == 0)
		return EX_OK;
	bool is_input = err.code == ERR_JSON || err.code == ERR_DEPTH || err.code == ERR_KEY_LENGTH;
	const char *name = is_input && job.compiled.plan != NULL
	                           ? (options.file != NULL ? options.file : "standard input")
	                           : job.compiled.pipeline_name;
	return report_err(COMMAND, name, &err, options.is_json);
}
