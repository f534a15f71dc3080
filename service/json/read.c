/* Typed readers over cJSON's tree. */
#include "json/read.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "base/utf8.h"

#define NAME_SHOWN_MAX 64 /* bytes of a stranger's name in a message */

/* Whole numbers up to here are exact as doubles, which is what the tree holds. */
#define INT_EXACT_MAX ((int64_t)1 << 53)

static const char *kind_name(const cJSON *item)
{
	switch (item->type & 0xff) {
	case cJSON_NULL: return "null";
	case cJSON_False:
	case cJSON_True: return "a boolean";
	case cJSON_Number: return "a number";
	case cJSON_String: return "a string";
	case cJSON_Array: return "an array";
	case cJSON_Object: return "an object";
	}
	return "something else";
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code unit of \uXXXX at p, or -1 when there is none before end. */
static int32_t escaped_unit(const char *p, const char *end)
{
	int32_t unit = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int digit = hex_digit(p[i]);
		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static int refuse_at(size_t offset, const char *what, struct err *err)
{
	return err_set(err, ERR_INVALID, "%s at byte %zu of the message cannot be held", what,
	               offset);
}

/*
 * cJSON ends a string at U+0000 without a word and takes half a surrogate pair for malformed text:
 * both are looked for first, and named.
 */
static int check_escapes(struct str text, struct err *err)
{
	const char *end = text.data + text.len;
	const char *p = memchr(text.data, '\\', text.len);

	while (p != NULL && end - p >= 2) {
		int32_t unit = escaped_unit(p, end);
		size_t len = unit < 0 ? 2 : 6;

		if (unit == 0)
			return refuse_at((size_t)(p - text.data), "the character U+0000", err);
		if (unit >= 0xd800 && unit <= 0xdfff) {
			int32_t low = escaped_unit(p + 6, end);
			if (unit >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
				return refuse_at((size_t)(p - text.data), "half a surrogate pair",
				                 err);
			len = 12;
		}
		p += len;
		p = memchr(p, '\\', (size_t)(end - p));
	}
	return 0;
}

int json_reader_init(struct json_reader *r, struct str text, const char *pointer,
                     struct json_problems *problems, struct err *err)
{
	const char *stop = text.data;

	*r = (struct json_reader){ .pointer = pointer, .problems = problems };
	if (text.len > JSON_MESSAGE_MAX)
		return err_limit(err, ERR_TOO_LARGE, "max-body",
		                 "a message of this kind has at most %zu bytes, this one has %zu",
		                 JSON_MESSAGE_MAX, text.len);
	if (text.len == 0)
		return err_set(err, ERR_INVALID, "the message is empty");
	TRY(check_escapes(text, err));
	r->root = cJSON_ParseWithLengthOpts(text.data, text.len, &stop, false);
	if (r->root == NULL)
		return refuse_at(stop == NULL ? 0 : (size_t)(stop - text.data), "what stands", err);
	if (!cJSON_IsObject(r->root))
		json_problem_add(problems, pointer, "must be an object, not %s", kind_name(r->root));
	return 0;
}

void json_reader_deinit(struct json_reader *r)
{
	cJSON_Delete(r->root);
	*r = (struct json_reader){ 0 };
}

static const cJSON *find(const struct json_reader *r, const char *name)
{
	return cJSON_IsObject(r->root) ? cJSON_GetObjectItemCaseSensitive(r->root, name) : NULL;
}

/* Also makes the name one that is allowed. */
static const cJSON *member(struct json_reader *r, const char *name)
{
	assert(r->n_names < JSON_NAMES_MAX);
	r->names[r->n_names++] = name;
	return find(r, name);
}

bool json_has(const struct json_reader *r, const char *name)
{
	return find(r, name) != NULL;
}

bool json_has_text(const struct json_reader *r, const char *name)
{
	const cJSON *item = find(r, name);

	return cJSON_IsString(item) && item->valuestring[0] != 0;
}

bool json_take_null(struct json_reader *r, const char *name)
{
	return cJSON_IsNull(find(r, name)) && member(r, name) != NULL;
}

void json_refuse(struct json_reader *r, const char *name, const char *fmt, ...)
{
	char detail[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);
	json_problem_add(r->problems, json_pointer(r->problems->arena, r->pointer, str_from(name)),
	                 "%s", detail);
}

enum json_found json_read_string(struct json_reader *r, const char *name, size_t min, size_t max,
                                 struct str *ret)
{
	const cJSON *item = member(r, name);

	if (item == NULL)
		return JSON_ABSENT;
	if (!cJSON_IsString(item)) {
		json_refuse(r, name, "must be a string, not %s", kind_name(item));
		return JSON_REFUSED;
	}

	struct str s = str_from(item->valuestring);
	size_t n = utf8_count(s);
	if (n < min || n > max) {
		json_refuse(r, name, "must have %zu to %zu characters, has %zu", min, max, n);
		return JSON_REFUSED;
	}
	*ret = s;
	return JSON_READ;
}

enum json_found json_read_int(struct json_reader *r, const char *name, int64_t min, int64_t max,
                              int64_t *ret)
{
	const cJSON *item = member(r, name);

	assert(min >= -INT_EXACT_MAX);
	assert(max <= INT_EXACT_MAX);
	if (item == NULL)
		return JSON_ABSENT;
	if (!cJSON_IsNumber(item)) {
		json_refuse(r, name, "must be a whole number, not %s", kind_name(item));
		return JSON_REFUSED;
	}

	double number = item->valuedouble;
	if (number != floor(number) || number < (double)min || number > (double)max) {
		json_refuse(r, name,
		            "must be a whole number from %" PRId64 " to %" PRId64 ", is %.15g", min,
		            max, number);
		return JSON_REFUSED;
	}
	*ret = (int64_t)number;
	return JSON_READ;
}

bool json_read_object(struct json_reader *r, const char *name, struct json_reader *ret)
{
	cJSON *item = (cJSON *)member(r, name);

	*ret = (struct json_reader){
		.root = item,
		.pointer = json_pointer(r->problems->arena, r->pointer, str_from(name)),
		.problems = r->problems,
	};
	if (item != NULL && !cJSON_IsObject(item))
		json_refuse(r, name, "must be an object, not %s", kind_name(item));
	return cJSON_IsObject(item);
}

enum json_found json_read_choice(struct json_reader *r, const char *name,
                                 const char *const *choices, size_t n, size_t *ret)
{
	const cJSON *item = member(r, name);
	char list[200] = "";
	size_t len = 0;

	if (item == NULL)
		return JSON_ABSENT;
	for (size_t i = 0; i < n; i++) {
		if (cJSON_IsString(item) && strcmp(item->valuestring, choices[i]) == 0) {
			*ret = i;
			return JSON_READ;
		}
		if (len < sizeof list)
			len += (size_t)snprintf(list + len, sizeof list - len, "%s\"%s\"",
			                        i == 0 ? "" : ", ", choices[i]);
	}
	json_refuse(r, name, "must be one of %s", list);
	return JSON_REFUSED;
}

void json_ignore(struct json_reader *r, const char *name)
{
	(void)member(r, name); /* only its name matters */
}

static bool is_known(const struct json_reader *r, const char *name)
{
	for (size_t i = 0; i < r->n_names; i++)
		if (strcmp(r->names[i], name) == 0)
			return true;
	return false;
}

static bool is_repeated(const cJSON *item)
{
	for (const cJSON *later = item->next; later != NULL; later = later->next)
		if (strcmp(later->string, item->string) == 0)
			return true;
	return false;
}

/* The part of a stranger's name that is shown, cut between characters. */
static struct str shown(const char *name)
{
	struct str s = str_from(name);

	if (s.len <= NAME_SHOWN_MAX)
		return s;
	s.len = NAME_SHOWN_MAX;
	while (s.len > 0 && utf8_is_continuation(s.data[s.len]))
		s.len--;
	return s;
}

static void refuse_unknown(struct json_reader *r, const char *name)
{
	struct str start = shown(name);
	const char *meant = str_suggest(str_from(name), r->names, r->n_names);
	bool is_long = name[start.len] != 0;

	/* A pointer is exact or points at the object: it is never cut. */
	const char *pointer = is_long ? r->pointer
	                              : json_pointer(r->problems->arena, r->pointer, start);
	json_problem_add(r->problems, pointer, "unknown member \"%.*s%s\"%s%s%s", STR_ARG(start),
	                 is_long ? "…" : "", meant == NULL ? "" : ", did you mean \"",
	                 meant == NULL ? "" : meant, meant == NULL ? "" : "\"?");
}

void json_reader_finish(struct json_reader *r)
{
	if (!cJSON_IsObject(r->root))
		return;
	if (cJSON_GetArraySize(r->root) > JSON_MEMBERS_MAX) {
		json_problem_add(r->problems, r->pointer, "has more than %d members",
		                 JSON_MEMBERS_MAX);
		return;
	}
	for (const cJSON *item = r->root->child; item != NULL; item = item->next) {
		if (!is_known(r, item->string))
			refuse_unknown(r, item->string);
		else if (is_repeated(item))
			json_refuse(r, item->string, "is given twice");
	}
}
