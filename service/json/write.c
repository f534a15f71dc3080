/* JSON text into a buf, with the commas. */
#include "json/write.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/num.h"

static void separate(struct json_writer *w)
{
	if (w->needs_comma)
		buf_append_char(w->buf, ',');
	w->needs_comma = true;
}

static void begin(struct json_writer *w, char bracket)
{
	separate(w);
	buf_append_char(w->buf, bracket);
	w->needs_comma = false;
}

static void end(struct json_writer *w, char bracket)
{
	buf_append_char(w->buf, bracket);
	w->needs_comma = true;
}

void json_object_begin(struct json_writer *w)
{
	begin(w, '{');
}

void json_object_end(struct json_writer *w)
{
	end(w, '}');
}

void json_array_begin(struct json_writer *w)
{
	begin(w, '[');
}

void json_array_end(struct json_writer *w)
{
	end(w, ']');
}

void json_key(struct json_writer *w, const char *name)
{
	separate(w);
	buf_append_json_string(w->buf, str_from(name));
	buf_append_char(w->buf, ':');
	w->needs_comma = false;
}

void json_string(struct json_writer *w, struct str s)
{
	separate(w);
	buf_append_json_string(w->buf, s);
}

void json_int(struct json_writer *w, int64_t n)
{
	char text[NUM_TEXT_SIZE];
	char *text_end = num_put_i64(text, n);

	json_raw(w, (struct str){ text, (size_t)(text_end - text) });
}

void json_uint(struct json_writer *w, uint64_t n)
{
	char text[NUM_TEXT_SIZE];
	char *text_end = num_put_u64(text, n);

	json_raw(w, (struct str){ text, (size_t)(text_end - text) });
}

void json_bool(struct json_writer *w, bool b)
{
	json_raw(w, b ? STR("true") : STR("false"));
}

void json_null(struct json_writer *w)
{
	json_raw(w, STR("null"));
}

void json_raw(struct json_writer *w, struct str text)
{
	separate(w);
	buf_append_str(w->buf, text);
}

void json_put_string(struct json_writer *w, const char *name, struct str s)
{
	json_key(w, name);
	json_string(w, s);
}

void json_put_cstr(struct json_writer *w, const char *name, const char *s)
{
	json_put_string(w, name, str_from(s));
}

void json_put_int(struct json_writer *w, const char *name, int64_t n)
{
	json_key(w, name);
	json_int(w, n);
}

void json_put_uint(struct json_writer *w, const char *name, uint64_t n)
{
	json_key(w, name);
	json_uint(w, n);
}

void json_put_bool(struct json_writer *w, const char *name, bool b)
{
	json_key(w, name);
	json_bool(w, b);
}

void json_put_time(struct json_writer *w, const char *name, int64_t wall_ms)
{
	char text[CLOCK_RFC3339_SIZE];

	clock_format_rfc3339(wall_ms, text, sizeof text);
	json_put_cstr(w, name, text);
}
