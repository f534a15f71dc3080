/* Errors: a code, a message, a place. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

static void describe(struct err *err, enum err_code code, const char *fmt, va_list ap)
{
	*err = ERR_INIT;
	err->code = code;
	vsnprintf(err->message, sizeof err->message, fmt, ap);
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	describe(err, code, fmt, ap);
	va_end(ap);
	return code;
}

int err_limit(struct err *err, enum err_code code, const char *limit, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	describe(err, code, fmt, ap);
	va_end(ap);
	err->limit = limit;
	return code;
}

void err_cause(struct err *err, const char *cause)
{
	snprintf(err->cause, sizeof err->cause, "%s", cause);
}

int err_nomem(struct err *err, const char *what)
{
	return err_limit(err, ERR_NOMEM, "max-memory", "out of memory: %s", what);
}

const char *err_code_name(enum err_code code)
{
	switch (code) {
	case ERR_NOMEM: return "memory_limit";
	case ERR_INVALID: return "validation_failed";
	case ERR_JSON: return "json_malformed";
	case ERR_DEPTH: return "too_deep";
	case ERR_KEY_LENGTH: return "key_too_long";
	case ERR_STAGES: return "too_many_stages";
	case ERR_PIPELINE: return "pipeline_invalid";
	case ERR_FAILED: return "pipeline_failed";
	case ERR_DOCUMENTS: return "too_many_documents";
	case ERR_TOO_LARGE: return "body_too_large";
	case ERR_OUTPUT: return "output_limit";
	case ERR_TIME: return "time_limit";
	case ERR_REGEX: return "regex_limit";
	case ERR_NOT_FOUND: return "not_found";
	case ERR_CONFLICT: return "conflict";
	case ERR_IO: return "io_failed";
	case ERR_UNAVAILABLE: return "store_unavailable";
	case ERR_CANCELLED: return "cancelled";
	case ERR_INTERNAL: return "internal";
	case ERR_PRECONDITION: return "precondition_failed";
	case ERR_CODING: return "content_coding_invalid";
	case ERR_MISMATCH: return "idempotency_mismatch";
	}
	return "internal";
}
