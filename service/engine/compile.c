/* Compiling: where we are, what is in scope, what went wrong. */
#include "engine/compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "doc/write.h"

#define TEXT_MAX 120

void compile_init(struct compiler *c, struct arena *a, const struct limits *limits)
{
	*c = (struct compiler){ .arena = a, .limits = limits, .stage = -1, .n_vars = VAR_USER };
	c->problems_end = &c->problems;
}

static void pointer_put(struct compiler *c, char ch)
{
	if (c->pointer_len + 1 >= sizeof c->pointer)
		return;
	c->pointer[c->pointer_len++] = ch;
	c->pointer[c->pointer_len] = '\0';
}

/* ~ and / of a key are written ~0 and ~1 (RFC 6901); what is too long is cut. */
void compile_enter(struct compiler *c, struct str key)
{
	if (c->n_levels < ARRAY_LEN(c->levels))
		c->levels[c->n_levels] = (uint16_t)c->pointer_len;
	c->n_levels++;
	pointer_put(c, '/');
	for (size_t i = 0; i < key.len; i++) {
		if (key.data[i] == '~' || key.data[i] == '/')
			pointer_put(c, '~');
		pointer_put(c, key.data[i] == '~' ? '0' : key.data[i] == '/' ? '1' : key.data[i]);
	}
}

void compile_enter_index(struct compiler *c, size_t i)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%zu", i);

	compile_enter(c, (struct str){ digits, (size_t)len });
}

void compile_leave(struct compiler *c)
{
	c->n_levels--;
	if (c->n_levels >= ARRAY_LEN(c->levels))
		return; /* deeper than is kept: the pointer is full anyway */
	c->pointer_len = c->levels[c->n_levels];
	c->pointer[c->pointer_len] = '\0';
}

static void report(struct compiler *c, const struct err *err)
{
	struct problem *p;

	if (c->n_problems >= COMPILE_PROBLEMS_MAX)
		return;
	p = arena_zalloc(c->arena, 1, sizeof *p);
	if (p == NULL)
		return; /* plan_compile() looks at the arena */
	p->err = *err;
	*c->problems_end = p;
	c->problems_end = &p->next;
	c->n_problems++;
}

static int fail_at(struct compiler *c, struct err *err, int mongo_code, const char *operator_name)
{
	err->mongo_code = mongo_code;
	err->stage = c->stage;
	snprintf(err->pointer, sizeof err->pointer, "%s", c->pointer);
	if (operator_name != NULL)
		snprintf(err->operator_name, sizeof err->operator_name, "%s", operator_name);
	report(c, err);
	return ERR_PIPELINE;
}

static void message_v(struct compiler *c, struct err *err, const char *fmt, va_list ap)
{
	char text[sizeof err->message];

	vsnprintf(text, sizeof text, fmt, ap);
	err_set(err, ERR_PIPELINE, "%s%s", c->prefix != NULL ? c->prefix : "", text);
}

int compile_fail(struct compiler *c, int mongo_code, const char *operator_name, const char *fmt, ...)
{
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	message_v(c, &err, fmt, ap);
	va_end(ap);
	return fail_at(c, &err, mongo_code, operator_name);
}

int compile_fail_unknown(struct compiler *c, int mongo_code, struct str name,
                         const char *const *known, size_t n_known, const char *fmt, ...)
{
	const char *nearest = str_suggest(name, known, n_known);
	char operator_name[32];
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	message_v(c, &err, fmt, ap);
	va_end(ap);
	if (nearest != NULL) {
		size_t len = strlen(err.message);

		snprintf(err.message + len, sizeof err.message - len, "; did you mean '%s'?",
		         nearest);
	}
	snprintf(operator_name, sizeof operator_name, "%.*s", STR_ARG(name));
	return fail_at(c, &err, mongo_code, operator_name);
}

int compile_fail_limit(struct compiler *c, enum err_code code, const char *limit, const char *fmt,
                       ...)
{
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	message_v(c, &err, fmt, ap);
	va_end(ap);
	err.code = code;
	err.limit = limit;
	return fail_at(c, &err, 0, NULL);
}

int compile_nomem(struct compiler *c)
{
	arena_fail(c->arena, ERR_NOMEM);
	return ERR_PIPELINE;
}

void *compile_alloc(struct compiler *c, size_t n, size_t size)
{
	return arena_zalloc(c->arena, n, size);
}

const char *compile_pointer(struct compiler *c)
{
	const char *copy = arena_strndup(c->arena, c->pointer, strlen(c->pointer));

	return copy != NULL ? copy : "";
}

uint32_t compile_bind(struct compiler *c, struct str name)
{
	struct scope *inner = compile_alloc(c, 1, sizeof *inner);

	if (inner == NULL)
		return VAR_USER; /* the arena has failed, and with it the plan */
	inner->name = name;
	inner->slot = c->n_vars++;
	inner->outer = c->scope;
	c->scope = inner;
	return inner->slot;
}

int64_t compile_lookup(struct compiler *c, struct str name)
{
	for (struct scope *s = c->scope; s != NULL; s = s->outer)
		if (str_eq(s->name, name)) {
			s->last_use = ++c->n_uses;
			return s->slot;
		}
	if (str_is(name, "ROOT"))
		return VAR_ROOT;
	if (str_is(name, "CURRENT"))
		return VAR_CURRENT;
	return -1;
}

static bool is_name_char(unsigned char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
	       ch == '_' || ch >= 0x80;
}

int compile_check_variable(struct compiler *c, struct str name)
{
	if (name.len == 0)
		return compile_fail(c, 9, NULL, "empty variable names are not allowed");
	unsigned char first = (unsigned char)name.data[0];
	if (!str_is(name, "CURRENT") && !(first >= 'a' && first <= 'z') && first < 0x80)
		return compile_fail(c, 9, NULL,
		                    "'%.*s' starts with an invalid character for a user variable name",
		                    STR_ARG(name));
	for (size_t i = 1; i < name.len; i++)
		if (!is_name_char((unsigned char)name.data[i]))
			return compile_fail(c, 9, NULL,
			                    "'%.*s' contains an invalid character for a variable name: "
			                    "'%c'",
			                    STR_ARG(name), name.data[i]);
	return 0;
}

size_t compile_path_depth(struct str path)
{
	size_t n = 1;

	for (size_t i = 0; i < path.len; i++)
		n += path.data[i] == '.';
	return n;
}

const char *compile_text(struct compiler *c, struct value v)
{
	struct buf out;
	const char *text = "…";

	buf_init(&out, TEXT_MAX);
	write_value(&out, c->arena, v, WRITE_PLAIN);
	if (out.failed == BUF_OK)
		text = arena_strndup(c->arena, out.data, out.len);
	else if (out.len > 0)
		text = arena_printf(c->arena, "%.*s…", (int)out.len, out.data);
	buf_deinit(&out);
	return text != NULL ? text : "…";
}
