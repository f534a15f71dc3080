/* Errors to problem documents. */
#include "api/problem.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "json/read.h"
#include "obs/log.h"

enum retry { RETRY_NEVER, RETRY_LATER, RETRY_UNKNOWN };

struct error_row {
	const char *code;
	int status;
	enum retry retry;
	const char *title;
};

static const struct error_row rows[] = {
#include "api/errors.inc"
};

#define REPEAT_MEMORY_MAX ((size_t)1 << 20)

static const struct error_row *row_find(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].code, code) == 0)
			return &rows[i];
	return NULL;
}

/* Messages quote what callers sent, and may be cut in the middle of a character. */
static void put_text(struct json_writer *w, const char *name, const char *s)
{
	char text[sizeof((struct err){ 0 }.message)];

	snprintf(text, sizeof text, "%s", s);
	utf8_mend(text, strlen(text));
	json_put_cstr(w, name, text);
}

static void write_mongo(struct json_writer *w, int code)
{
	char name[32];

	json_key(w, "mongo");
	json_object_begin(w);
	json_put_int(w, "code", code);
	json_put_cstr(w, "codeName", mongo_code_name(code, name, sizeof name));
	json_object_end(w);
}

void problem_write_place(struct json_writer *w, const struct err *err)
{
	if (err->stage >= 0)
		json_put_int(w, "stage", err->stage);
	if (err->operator_name[0] != 0)
		put_text(w, "operator", err->operator_name);
	if (err->pointer[0] != 0)
		put_text(w, "pointer", err->pointer);
	if (err->mongo_code != 0)
		write_mongo(w, err->mongo_code);
	if (err->document >= 0)
		json_put_int(w, "document", err->document);
	if (err->has_place) {
		json_put_uint(w, "offset", err->offset);
		json_put_uint(w, "line", err->line);
		json_put_uint(w, "column", err->column);
	}
	if (err->limit != NULL)
		json_put_cstr(w, "limit", err->limit);
}

void problem_write_pipeline(struct json_writer *w, const struct problem *problems)
{
	json_array_begin(w);
	for (const struct problem *p = problems; p != NULL; p = p->next) {
		json_object_begin(w);
		if (p->err.pointer[0] == 0)
			json_put_cstr(w, "pointer", "");
		problem_write_place(w, &p->err);
		put_text(w, "detail", p->err.message);
		json_object_end(w);
	}
	json_array_end(w);
}

static void write_message_problems(struct json_writer *w, const struct json_problems *problems)
{
	json_array_begin(w);
	for (size_t i = 0; i < problems->n_items; i++) {
		json_object_begin(w);
		json_put_cstr(w, "pointer", problems->items[i].pointer);
		put_text(w, "detail", problems->items[i].detail);
		json_object_end(w);
	}
	json_array_end(w);
}

static void write_document(struct json_writer *w, const char *request_id,
                           const struct error_row *row, const struct refusal *refusal)
{
	char type[64];

	snprintf(type, sizeof type, "urn:docmill:error:%s", row->code);
	json_object_begin(w);
	json_put_cstr(w, "type", type);
	json_put_cstr(w, "title", row->title);
	json_put_int(w, "status", row->status);
	put_text(w, "detail", refusal->detail);
	json_put_cstr(w, "code", row->code);
	json_put_cstr(w, "error", refusal->error == NULL ? row->title : refusal->error);
	if (request_id != NULL)
		json_put_cstr(w, "request_id", request_id);
	if (refusal->err != NULL)
		problem_write_place(w, refusal->err);
	if (refusal->problems != NULL && refusal->problems->n_items > 0) {
		json_key(w, "errors");
		write_message_problems(w, refusal->problems);
	}
	if (refusal->pipeline != NULL) {
		json_key(w, "errors");
		problem_write_pipeline(w, refusal->pipeline);
	}
	json_object_end(w);
}

void problem_refuse(const struct request *req, struct response *res, const struct refusal *refusal)
{
	const struct error_row *row = row_find(refusal->code);

	/* A test compares the codes that handlers name with the contract's. */
	assert(row != NULL);
	response_clear_body(res);
	res->status = row->status;
	res->content_type = "application/problem+json";
	if (row->retry == RETRY_LATER && row->status == 503)
		response_header(res, "Retry-After", "%u", MAX(refusal->retry_after_s, 1u));

	struct json_writer w = { .buf = response_body(res) };
	write_document(&w, req->id, row, refusal);
}

void problem_refuse_message(const struct request *req, struct response *res,
                            const struct json_problems *problems)
{
	problem_refuse(req, res,
	               &(struct refusal){
			       .code = "validation_failed",
			       .detail = problems->n_items == 0 ? "" : problems->items[0].detail,
			       .problems = problems,
		       });
}

static void log_internal(const struct request *req, const char *code, int status,
                         const struct err *err)
{
	struct log_line line;

	log_begin(&line, LOG_ERROR, "a request met a fault of the service");
	log_str(&line, "request_id", str_from(req->id));
	log_str(&line, "code", str_from(code));
	log_int(&line, "status", status);
	log_str(&line, "detail", str_from(err->message));
	log_end(&line);
}

/* The code of an error that a handler has passed on. */
static const char *code_of(const struct err *err)
{
	switch (err->code) {
	case ERR_IO: return "body_incomplete"; /* all that handlers read is bodies */
	case ERR_CANCELLED: return "abandoned";
	default: return err_code_name(err->code);
	}
}

void problem_answer(const struct request *req, struct response *res, int status, const char *code,
                    const struct err *err)
{
	struct refusal refusal = { .code = code, .detail = err->message, .err = err };

	if (code == NULL)
		refusal.code = code_of(err);

	const struct error_row *row = row_find(refusal.code);
	if (row == NULL || row->status == 500 || (status != 0 && row->status != status)) {
		log_internal(req, refusal.code, status, err);
		refusal = (struct refusal){
			.code = "internal",
			.detail = "something went wrong that is not your fault; "
				  "the log of the service knows this request by its id",
		};
	}
	problem_refuse(req, res, &refusal);
}

void problem_write_failure(struct buf *out, const struct err *err, const struct problem *pipeline)
{
	struct refusal refusal = { .code = code_of(err), .detail = err->message, .err = err };
	struct json_writer w = { .buf = out };

	if (err->code == ERR_PIPELINE)
		refusal = (struct refusal){ .code = "pipeline_invalid",
			                    .detail = err->message,
			                    .err = err,
			                    .pipeline = pipeline };
	const struct error_row *row = row_find(refusal.code);
	write_document(&w, NULL, row == NULL ? row_find("internal") : row, &refusal);
}

int problem_repeat(const struct request *req, struct response *res, struct str document,
                   struct err *err)
{
	struct budget budget = BUDGET(REPEAT_MEMORY_MAX);
	CLEANUP(arena_deinit) struct arena scratch;
	CLEANUP(json_reader_deinit) struct json_reader reader = { 0 };
	struct json_problems problems;
	struct buf *body;
	int64_t status;

	arena_init(&scratch, &budget);
	problems = JSON_PROBLEMS(&scratch);
	TRY(json_reader_init(&reader, document, "", &problems, err));
	if (json_read_int(&reader, "status", 400, 599, &status) != JSON_READ)
		return err_set(err, ERR_INTERNAL, "a problem that was kept has no status");
	response_clear_body(res);
	res->status = (int)status;
	res->content_type = "application/problem+json";
	body = response_body(res);
	buf_append(body, document.data, document.len - 1); /* without its closing brace */
	buf_append_cstr(body, ",\"request_id\":");
	buf_append_json_string(body, str_from(req->id));
	buf_append_char(body, '}');
	return 0;
}
