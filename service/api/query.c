/* Strict query parameters. */
#include "api/query.h"

#include <stdio.h>

#include "api/problem.h"
#include "base/num.h"

#define NAME_SHOWN_MAX 64   /* bytes of a stranger's name in a message */

static void refuse(const struct request *req, struct response *res, const char *detail)
{
	problem_refuse(req, res, &(struct refusal){
		.code = "parameter_invalid",
		.detail = detail,
	});
}

void query_refuse(const struct request *req, struct response *res, const char *name,
                  const char *detail)
{
	char text[256];

	snprintf(text, sizeof text, "parameter \"%s\" %s", name, detail);
	refuse(req, res, text);
}

static bool is_listed(struct str name, const char *const *names, size_t n_names)
{
	for (size_t i = 0; i < n_names; i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}

static void refuse_unknown(const struct request *req, struct response *res, struct str name,
                           const char *const *names, size_t n_names)
{
	const char *meant = str_suggest(name, names, n_names);
	char text[256];

	snprintf(text, sizeof text, "unknown parameter \"%.*s\"%s%s%s",
	         (int)MIN(name.len, NAME_SHOWN_MAX), name.data,
	         meant == NULL ? "" : ", did you mean \"", meant == NULL ? "" : meant,
	         meant == NULL ? "" : "\"?");
	refuse(req, res, text);
}

bool query_check(const struct request *req, struct response *res, const char *const *names,
                 size_t n_names)
{
	for (size_t i = 0; i < req->n_query; i++) {
		struct str name = req->query[i].name;

		if (!is_listed(name, names, n_names)) {
			refuse_unknown(req, res, name, names, n_names);
			return false;
		}
		for (size_t j = 0; j < i; j++) {
			if (!str_eq(req->query[j].name, name))
				continue;
			char text[256];
			snprintf(text, sizeof text, "parameter \"%.*s\" is given twice", STR_ARG(name));
			refuse(req, res, text);
			return false;
		}
	}
	return true;
}

bool query_read_size(const struct request *req, struct response *res, const char *name, size_t min,
                     size_t max, size_t *ret)
{
	struct str text = request_query(req, name);
	char detail[100];
	uint64_t n;

	if (text.data == NULL)
		return true;
	if (num_parse_u64(text, &n) && n >= min && n <= max) {
		*ret = n;
		return true;
	}
	snprintf(detail, sizeof detail, "must be a whole number from %zu to %zu", min, max);
	query_refuse(req, res, name, detail);
	return false;
}
