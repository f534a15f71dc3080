/* GET /capabilities. */
#include "api/capabilities.h"

#include "api/etag.h"
#include "base/build.h"
#include "engine/accum/accum.h"
#include "engine/expr/expr.h"
#include "engine/query/query.h"
#include "engine/stage/stage.h"
#include "json/write.h"

#define TEXT_MAX ((size_t)4 << 20)

static void write_operator(struct json_writer *w, const char *name, const char *usage,
                           const char *doc)
{
	json_object_begin(w);
	json_put_cstr(w, "name", name);
	json_put_cstr(w, "usage", usage);
	json_put_cstr(w, "doc", doc);
	json_object_end(w);
}

static void write_stage(const struct stage_op *op, void *w)
{
	write_operator(w, op->name, op->usage, op->doc);
}

static void write_expression(const struct expr_op *op, void *w)
{
	write_operator(w, op->name, op->usage, op->doc);
}

static void write_accumulator(const struct accum_op *op, void *w)
{
	write_operator(w, op->name, op->usage, op->doc);
}

static void write_query_operator(const struct query_op_info *op, void *w)
{
	write_operator(w, op->name, op->usage, op->doc);
}

static void write_operators(struct json_writer *w)
{
	json_key(w, "stages");
	json_array_begin(w);
	stage_op_each(write_stage, w);
	json_array_end(w);
	json_key(w, "operators");
	json_object_begin(w);
	json_key(w, "expressions");
	json_array_begin(w);
	expr_op_each(write_expression, w);
	json_array_end(w);
	json_key(w, "accumulators");
	json_array_begin(w);
	accum_op_each(write_accumulator, w);
	json_array_end(w);
	json_key(w, "query");
	json_array_begin(w);
	query_op_each(write_query_operator, w);
	json_array_end(w);
	json_object_end(w);
}

/* By the names of the options: bytes, milliseconds, numbers. */
static void write_limits(struct json_writer *w, const struct app *app)
{
	const struct limits *limits = &app->limits;

	json_key(w, "limits");
	json_object_begin(w);
	json_put_uint(w, "max-body", app->max_body);
	json_put_uint(w, "max-header", app->max_header);
	json_put_uint(w, "max-inflate-ratio", app->max_inflate_ratio);
	json_put_uint(w, "max-depth", limits->depth_max);
	json_put_uint(w, "max-key", limits->key_len_max);
	json_put_uint(w, "max-stages", limits->stages_max);
	json_put_uint(w, "max-documents", limits->documents_max);
	json_put_uint(w, "max-output", limits->output_max);
	json_put_uint(w, "max-memory", limits->memory_max);
	json_put_uint(w, "max-time", limits->time_ms_max);
	json_put_uint(w, "max-regex-steps", limits->regex_steps_max);
	json_put_uint(w, "threads", app->pool_options.n_threads);
	json_put_uint(w, "queue-length", app->pool_options.queue_length_max);
	json_put_uint(w, "queue-bytes", app->pool_options.queue_bytes_max);
	json_put_uint(w, "memory-budget", app->memory->limit);
	json_put_uint(w, "max-tasks", app->store_limits.tasks_max);
	json_put_uint(w, "max-tasks-bytes", app->store_limits.bytes_max);
	json_object_end(w);
}

static void write_types(struct json_writer *w, const char *name, const char *const *types,
                        size_t n_types)
{
	json_key(w, name);
	json_array_begin(w);
	for (size_t i = 0; i < n_types; i++)
		json_string(w, str_from(types[i]));
	json_array_end(w);
}

static void write_all(struct json_writer *w, const struct app *app)
{
	static const char *const types[] = {
		"application/json",
		"application/x-ndjson",
		"application/ejson",
	};
	static const char *const codings[] = { "gzip", "identity" };

	json_object_begin(w);
	json_put_cstr(w, "version", build.version);
	json_put_cstr(w, "store", app->store->ops->name);
	write_operators(w);
	write_limits(w, app);
	json_key(w, "media_types");
	json_object_begin(w);
	write_types(w, "request", types, ARRAY_LEN(types));
	write_types(w, "response", types, ARRAY_LEN(types));
	json_object_end(w);
	write_types(w, "codings", codings, ARRAY_LEN(codings));
	json_object_end(w);
}

/* FNV-1a: the same text has the same tag in every replica. */
static uint64_t tag_of(struct str text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(0x100000001b3);
	return hash;
}

int capabilities_init(struct app *app, struct err *err)
{
	struct buf text;
	struct json_writer w = { .buf = &text };

	buf_init(&text, TEXT_MAX);
	write_all(&w, app);
	if (text.failed != BUF_OK) {
		buf_deinit(&text);
		return err_nomem(err, "capabilities");
	}
	app->capabilities = text.data;
	app->capabilities_len = text.len;
	app->capabilities_tag = tag_of((struct str){ text.data, text.len });
	return 0;
}

int capabilities_get(struct request *req, struct response *res, struct err *err)
{
	const struct app *app = request_app(req);

	(void)err;
	etag_set_weak(res, app->capabilities_tag);
	if (etag_is_known(req, app->capabilities_tag))
		res->status = 304;
	else
		response_borrow(res, (struct str){ app->capabilities, app->capabilities_len });
	return 0;
}
