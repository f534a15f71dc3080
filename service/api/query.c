/* Strict query parameters. */
#include "api/query.h"

#include <stdio.h>
#include <string.h>

#include "api/problem.h"
#include "base/num.h"
#include "base/utf8.h"

#define NAME_SHOWN_MAX 64 /* bytes of a stranger's name in a message */

static void refuse(const struct request *req, struct response *res, const char *detail)
{
	problem_refuse(req, res,
	               &(struct refusal){
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

static const char *find_name(struct str name, const char *const *names, size_t n_names)
{
	for (size_t i = 0; i < n_names; i++)
		if (str_is(name, names[i]))
			return names[i];
	return NULL;
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

static bool is_text(struct str s)
{
	return utf8_is_valid(s) && str_find(s, 0) == s.len;
}

static bool is_repeated(const struct request *req, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (str_eq(req->query[j].name, req->query[i].name))
			return true;
	return false;
}

bool query_check(const struct request *req, struct response *res, const char *const *names,
                 size_t n_names)
{
	for (size_t i = 0; i < req->n_query; i++) {
		const char *name = find_name(req->query[i].name, names, n_names);

		if (name == NULL) {
			refuse_unknown(req, res, req->query[i].name, names, n_names);
			return false;
		}
		if (is_repeated(req, i)) {
			query_refuse(req, res, name, "is given twice");
			return false;
		}
		if (!is_text(req->query[i].value)) {
			query_refuse(req, res, name, "is not UTF-8 text without U+0000");
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

bool query_read_choice(const struct request *req, struct response *res, const char *name,
                       const char *const *choices, size_t n_choices, size_t *ret)
{
	struct str text = request_query(req, name);
	char detail[200] = "must be one of";
	size_t len = strlen(detail);

	if (text.data == NULL)
		return true;
	for (size_t i = 0; i < n_choices; i++) {
		if (str_is(text, choices[i])) {
			*ret = i;
			return true;
		}
		if (len < sizeof detail)
			len += (size_t)snprintf(detail + len, sizeof detail - len, "%s \"%s\"",
			                        i == 0 ? "" : ",", choices[i]);
	}
	query_refuse(req, res, name, detail);
	return false;
}
