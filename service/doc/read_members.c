/* The members of a request's body, found by skipping. */
#include "doc/raw.h"
#include "doc/skip.h"

struct walk {
	struct cursor place; /* only for the places in errors */
	struct arena *scratch;
	const char *at, *end;
};

static int fail(const struct walk *w, const char *expected, struct err *err)
{
	return skip_fail(&w->place, w->at, expected, err);
}

static void skip_space(struct walk *w)
{
	while (w->at < w->end && skip_is_space(*w->at))
		w->at++;
}

/* Over c, which must come next, and the white space behind it. */
static bool take(struct walk *w, char c)
{
	if (w->at == w->end || *w->at != c)
		return false;
	w->at++;
	skip_space(w);
	return true;
}

static int take_string(struct walk *w, struct str *ret, struct err *err)
{
	const char *start = w->at, *p = start + 1;

	while (p < w->end && *p != '"')
		p += *p == '\\' ? 2 : 1;
	if (p >= w->end) {
		w->at = w->end;
		return fail(w, "the end of a string", err);
	}
	w->at = p + 1;
	*ret = (struct str){ start, (size_t)(w->at - start) };
	return 0;
}

static int take_key(struct walk *w, struct str *ret, struct err *err)
{
	const struct read_limits limits = READ_LIMITS_DEFAULT;
	struct value checked;
	struct str text;

	if (w->at == w->end || *w->at != '"')
		return fail(w, "a key in double quotes", err);
	TRY(take_string(w, &text, err));
	TRY(read_check(w->scratch, text, w->place.text_start, &limits, &checked, err));
	*ret = raw_string(w->scratch, text.data, text.data + text.len);
	if (arena_failed(w->scratch))
		return err_nomem(err, "a member's name");
	skip_space(w);
	return 0;
}

static int take_value(struct walk *w, struct str *ret, struct err *err)
{
	const char *start = w->at;

	if (start < w->end && *start == '"') {
		TRY(take_string(w, ret, err));
	} else if (start < w->end && (*start == '{' || *start == '[')) {
		size_t end = index_skip(index_isa_best(), w->place.index.text, w->place.index.len,
		                        (size_t)(start - w->place.index.text));

		if (end == 0) {
			w->at = w->end;
			return fail(w, "the end of an array or object", err);
		}
		w->at = w->place.index.text + end;
	} else {
		while (w->at < w->end && !skip_is_space(*w->at) && *w->at != ',' && *w->at != '}')
			w->at++;
		if (w->at == start)
			return fail(w, "a value", err);
	}
	*ret = (struct str){ start, (size_t)(w->at - start) };
	skip_space(w);
	return 0;
}

int read_members(struct arena *scratch, struct str text, read_member_fn *fn, void *arg,
                 struct err *err)
{
	struct walk w = {
		.place = {
			.index = { .text = text.data, .len = text.len },
			.text_start = text.data,
		},
		.scratch = scratch,
		.at = text.data,
		.end = text.data + text.len,
	};
	struct str key, value;

	skip_space(&w);
	if (!take(&w, '{'))
		return fail(&w, "'{' and an object", err);
	if (!take(&w, '}')) {
		do {
			TRY(take_key(&w, &key, err));
			if (!take(&w, ':'))
				return fail(&w, "':' after a key", err);
			TRY(take_value(&w, &value, err));
			TRY(fn(arg, key, value, err));
		} while (take(&w, ','));
		if (!take(&w, '}'))
			return fail(&w, "',' or '}'", err);
	}
	if (w.at != w.end)
		return fail(&w, "the end of the text", err);
	return 0;
}
