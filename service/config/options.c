/* Options: one row each. */
#include "config/options.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "config/config.h"

#define FIELD(name) .offset = offsetof(struct config, name)
#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static const char *const auth_choices[] = { "", "none", "keys", NULL };
static const char *const level_choices[] = { "debug", "info", "warning", "error", NULL };
static const char *const format_choices[] = { "json", "text", NULL };
static const char *const access_choices[] = { "all", "errors", "off", NULL };

const struct option option_table[] = {
	{
		.name = "listen",
		.group = "listening",
		.type = OPTION_ADDRESS,
		FIELD(listen),
		.value = "127.0.0.1:8001",
		.doc = "Where the service listens; port 0: any, named in the first log line.",
	},
	{
		.name = "admin-listen",
		.group = "listening",
		.type = OPTION_ADDRESS,
		FIELD(admin_listen),
		.value = "127.0.0.1:9001",
		.doc = "Where /livez, /readyz and /metrics are answered, whatever else is busy.",
	},
	{
		.name = "http-threads",
		.group = "listening",
		.type = OPTION_COUNT,
		FIELD(http_threads),
		.value = "384",
		.min = 1,
		.max = 16384,
		.doc = "Connections served at a time.",
	},
	{
		.name = "header-timeout",
		.group = "listening",
		.type = OPTION_DURATION,
		FIELD(header_timeout_ms),
		.value = "10s",
		.min = 100,
		.max = HOUR,
		.doc = "For a whole header to arrive.",
	},
	{
		.name = "body-timeout",
		.group = "listening",
		.type = OPTION_DURATION,
		FIELD(body_timeout_ms),
		.value = "60s",
		.min = 100,
		.max = 24 * HOUR,
		.doc = "For a whole body to arrive.",
	},
	{
		.name = "write-timeout",
		.group = "listening",
		.type = OPTION_DURATION,
		FIELD(write_timeout_ms),
		.value = "60s",
		.min = 100,
		.max = 24 * HOUR,
		.doc = "For the caller to take a whole answer.",
	},
	{
		.name = "min-rate",
		.group = "listening",
		.type = OPTION_RATE,
		FIELD(min_rate),
		.value = "1KiB/s",
		.min = 0,
		.max = GIB,
		.doc = "Bytes of a body or an answer that a caller must get through, on average; 0: any.",
	},
	{
		.name = "keep-alive-timeout",
		.group = "listening",
		.type = OPTION_DURATION,
		FIELD(keep_alive_timeout_ms),
		.value = "15s",
		.min = 100,
		.max = HOUR,
		.doc = "How long a connection may stay idle between two requests.",
	},
	{
		.name = "auth",
		.group = "access",
		.type = OPTION_CHOICE,
		FIELD(auth),
		.value = "",
		.choices = auth_choices,
		.doc = "Who may call; must be said when listening beyond loopback, else none.",
	},
	{
		.name = "keys-file",
		.group = "access",
		.type = OPTION_TEXT,
		FIELD(keys_file),
		.value = "",
		.argument = "FILE",
		.doc = "The keys of --auth keys, as \"docmill key\" makes them; SIGHUP reads it again.",
	},
	{
		.name = "cors-origins",
		.group = "access",
		.type = OPTION_TEXT,
		FIELD(cors_origins),
		.value = "",
		.argument = "ORIGIN,...",
		.doc = "Origins of web pages that may read answers, or *; none unless listed.",
	},
	{
		.name = "max-body",
		.group = "limits",
		.type = OPTION_SIZE,
		FIELD(max_body),
		.value = "64MiB",
		.min = 1 * KIB,
		.max = 1 * TIB,
		.doc = "Bytes of a request's body.",
	},
	{
		.name = "max-header",
		.group = "limits",
		.type = OPTION_SIZE,
		FIELD(max_header),
		.value = "16KiB",
		.min = 1 * KIB,
		.max = 1 * MIB,
		.doc = "Bytes of a request's header.",
	},
	{
		.name = "max-inflate-ratio",
		.group = "limits",
		.type = OPTION_COUNT,
		FIELD(max_inflate_ratio),
		.value = "1000",
		.min = 1,
		.max = 1000000,
		.doc = "How many times its size a packed body may become.",
	},
	{
		.name = "max-depth",
		.group = "limits",
		.type = OPTION_COUNT,
		FIELD(max_depth),
		.value = "100",
		.min = 1,
		.max = 10000,
		.doc = "Levels of nesting in a document or a stage.",
	},
	{
		.name = "max-key",
		.group = "limits",
		.type = OPTION_SIZE,
		FIELD(max_key),
		.value = "64KiB",
		.min = 1,
		.max = 16 * MIB,
		.doc = "Bytes of an object's key.",
	},
	{
		.name = "max-stages",
		.group = "limits",
		.type = OPTION_COUNT,
		FIELD(max_stages),
		.value = "1000",
		.min = 1,
		.max = 100000,
		.doc = "Stages of a pipeline, those of inner pipelines included.",
	},
	{
		.name = "max-documents",
		.group = "limits",
		.type = OPTION_COUNT,
		FIELD(max_documents),
		.value = "10000000",
		.min = 1,
		.max = UINT64_C(1) << 40,
		.doc = "Documents of a request.",
	},
	{
		.name = "max-output",
		.group = "limits",
		.type = OPTION_SIZE,
		FIELD(max_output),
		.value = "256MiB",
		.min = 1 * KIB,
		.max = 1 * TIB,
		.doc = "Bytes of an answer.",
	},
	{
		.name = "max-memory",
		.group = "limits",
		.type = OPTION_SIZE,
		FIELD(max_memory),
		.value = "1GiB",
		.min = 1 * MIB,
		.max = 1 * TIB,
		.doc = "Bytes that one transform may use: its input, its state and its answer.",
	},
	{
		.name = "max-time",
		.group = "limits",
		.type = OPTION_DURATION,
		FIELD(max_time_ms),
		.value = "30s",
		.min = 1,
		.max = 24 * HOUR,
		.doc = "For one transform.",
	},
	{
		.name = "max-regex-steps",
		.group = "limits",
		.type = OPTION_COUNT,
		FIELD(max_regex_steps),
		.value = "100000",
		.min = 1,
		.max = 1000000000,
		.doc = "Steps that matching a regular expression once may take.",
	},
	{
		.name = "plan-cache",
		.group = "limits",
		.type = OPTION_SIZE,
		FIELD(plan_cache),
		.value = "8MiB",
		.min = 0,
		.max = GIB,
		.doc = "Memory for compiled pipelines that may be asked for again; 0: none are kept.",
	},
	{
		.name = "threads",
		.group = "compute",
		.type = OPTION_COUNT,
		FIELD(threads),
		.value = "0",
		.min = 0,
		.max = 1024,
		.doc = "Threads that large transforms run on; 0: the processors, or the cgroup's quota.",
	},
	{
		.name = "queue-length",
		.group = "compute",
		.type = OPTION_COUNT,
		FIELD(queue_length),
		.value = "256",
		.min = 1,
		.max = 65536,
		.doc = "Transforms that wait for a thread; one more is refused with 503.",
	},
	{
		.name = "queue-bytes",
		.group = "compute",
		.type = OPTION_SIZE,
		FIELD(queue_bytes),
		.value = "256MiB",
		.min = 1 * KIB,
		.max = 1 * TIB,
		.doc = "Bytes of the bodies of transforms that wait.",
	},
	{
		.name = "memory-budget",
		.group = "compute",
		.type = OPTION_SIZE,
		FIELD(memory_budget),
		.value = "0",
		.min = 0,
		.max = 16 * TIB,
		.doc = "Bytes of all requests together, half of it for bodies; 0: 75 % of the memory.",
	},
	{
		.name = "store",
		.group = "tasks",
		.type = OPTION_TEXT,
		FIELD(store),
		.value = "sqlite:docmill.db",
		.argument = "sqlite:PATH|memory",
		.doc = "Where tasks are kept: in a file, or as long as the process lives.",
	},
	{
		.name = "max-tasks",
		.group = "tasks",
		.type = OPTION_COUNT,
		FIELD(max_tasks),
		.value = "1000000",
		.min = 1,
		.max = 1000000000,
		.doc = "Tasks that the memory store keeps.",
	},
	{
		.name = "max-tasks-bytes",
		.group = "tasks",
		.type = OPTION_SIZE,
		FIELD(max_tasks_bytes),
		.value = "512MiB",
		.min = KIB,
		.max = TIB,
		.doc = "Memory that the memory store keeps tasks in.",
	},

	{
		.name = "shutdown-delay",
		.group = "running",
		.type = OPTION_DURATION,
		FIELD(shutdown_delay_ms),
		.value = "5s",
		.min = 0,
		.max = HOUR,
		.doc = "After SIGTERM: how long requests are still served while /readyz says no.",
	},
	{
		.name = "shutdown-timeout",
		.group = "running",
		.type = OPTION_DURATION,
		FIELD(shutdown_timeout_ms),
		.value = "30s",
		.min = 0,
		.max = 24 * HOUR,
		.doc = "Then: how long what is under way may take to end.",
	},
	{
		.name = "log-level",
		.group = "running",
		.type = OPTION_CHOICE,
		FIELD(log_level),
		.value = "info",
		.choices = level_choices,
		.doc = "The lowest level that is logged.",
	},
	{
		.name = "log-format",
		.group = "running",
		.type = OPTION_CHOICE,
		FIELD(log_format),
		.value = "json",
		.choices = format_choices,
		.doc = "One JSON object a line, or text for people.",
	},
	{
		.name = "access-log",
		.group = "running",
		.type = OPTION_CHOICE,
		FIELD(access_log),
		.value = "all",
		.choices = access_choices,
		.doc = "Which requests are logged.",
	},
	{
		.name = "config",
		.group = "running",
		.type = OPTION_TEXT,
		FIELD(file),
		.value = "",
		.argument = "FILE",
		.doc = "A file of lines such as \"max-body = 64MiB\".",
	},
	{
		.name = "check",
		.group = "running",
		.type = OPTION_FLAG,
		FIELD(check),
		.value = "false",
		.doc = "Read the options, open the store, and leave.",
	},
};

const size_t option_count = ARRAY_LEN(option_table);

const struct option *option_find(struct str name)
{
	for (size_t i = 0; i < option_count; i++)
		if (str_is(name, option_table[i].name))
			return &option_table[i];
	return NULL;
}

const char *option_suggest(struct str name)
{
	const char *names[ARRAY_LEN(option_table)];

	for (size_t i = 0; i < option_count; i++)
		names[i] = option_table[i].name;
	return str_suggest(name, names, option_count);
}
