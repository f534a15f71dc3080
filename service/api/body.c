/* Bodies: their type, and small messages. */
#include "api/body.h"

#include <stdio.h>

#include "api/app.h"
#include "api/problem.h"
#include "doc/read.h"
#include "json/read.h"

_Static_assert(REQUEST_BODY_PADDING >= READ_PADDING, "bodies are read as vectors");

bool body_is_type(const struct request *req, const char *media_type)
{
	struct str type = request_header(req, "Content-Type");

	type.len = str_find(type, ';');
	return str_eq_fold(str_trim(type), str_from(media_type));
}

bool body_check_coding(const struct request *req, struct response *res)
{
	if (request_coding(req) != CODING_UNKNOWN)
		return true;
	response_header(res, "Accept-Encoding", "gzip");
	problem_refuse(
		req, res,
		&(struct refusal){
			.code = "unsupported_media_type",
			.detail = "the body has a Content-Encoding that is not taken here: gzip is",
		});
	return false;
}

static void refuse_type(const struct request *req, struct response *res, const char *wanted)
{
	struct str type = request_header(req, "Content-Type");
	char detail[200];

	if (type.data == NULL)
		snprintf(detail, sizeof detail, "the body needs Content-Type: %s", wanted);
	else
		snprintf(detail, sizeof detail, "the body is \"%.*s\", not %s",
		         (int)MIN(type.len, 100), type.data, wanted);
	problem_refuse(req, res,
	               &(struct refusal){
			       .code = "unsupported_media_type",
			       .detail = detail,
		       });
}

bool body_check_json(const struct request *req, struct response *res)
{
	if (body_is_type(req, "application/json"))
		return body_check_coding(req, res);
	refuse_type(req, res, "application/json");
	return false;
}

bool body_check_patch(const struct request *req, struct response *res)
{
	if (body_is_type(req, "application/merge-patch+json") ||
	    body_is_type(req, "application/json"))
		return body_check_coding(req, res);
	response_header(res, "Accept-Patch", "application/merge-patch+json, application/json");
	refuse_type(req, res, "application/merge-patch+json");
	return false;
}

int body_read_message(struct request *req, struct arena *scratch, struct str *ret, struct err *err)
{
	const struct limits *limits = &request_app(req)->limits;
	struct read_limits read_limits = READ_LIMITS_DEFAULT;
	struct value whole;
	struct str body;

	read_limits.depth_max = limits->depth_max;
	read_limits.key_len_max = limits->key_len_max;
	TRY(request_body(req, &body, err));
	if (body.len > JSON_MESSAGE_MAX)
		return err_limit(err, ERR_TOO_LARGE, "max-body",
		                 "a body of this kind may have %zu bytes, this one has %zu",
		                 JSON_MESSAGE_MAX, body.len);
	TRY(read_check(scratch, body, body.data, &read_limits, &whole, err));
	*ret = body;
	return 0;
}
