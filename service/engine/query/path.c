/* Paths of queries: walking the values that one means. */
#include "engine/query/path.h"

#include "base/num.h"
#include "engine/expr/expr.h"

struct walk {
	const struct query_path *path;
	struct eval *ev;
	enum path_reach reach;
	query_path_fn *fn;
	void *arg;
	bool is_done;
};

/* "0" and "12" are indexes, "01" and "-1" are only names. */
static int64_t as_index(struct str part)
{
	uint64_t i;

	if (part.len == 0 || (part.len > 1 && part.data[0] == '0') || !num_parse_u64(part, &i) ||
	    i > UINT32_MAX)
		return -1;
	return (int64_t)i;
}

const struct query_path *query_path_create(struct compiler *c, struct str text)
{
	struct query_path *path = compile_alloc(c, 1, sizeof *path);
	uint32_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.data[i] == '.';
	struct str *parts = compile_alloc(c, n, sizeof *parts);
	int64_t *indexes = compile_alloc(c, n, sizeof *indexes);
	if (path == NULL || parts == NULL || indexes == NULL) {
		(void)compile_nomem(c); /* the arena remembers */
		return NULL;
	}
	for (uint32_t i = 0; i < n; i++) {
		parts[i] = (struct str){ text.data, str_find(text, '.') };
		indexes[i] = as_index(parts[i]);
		size_t step = parts[i].len + (parts[i].len < text.len);
		text = (struct str){ text.data + step, text.len - step };
	}
	*path = (struct query_path){
		.parts = parts,
		.indexes = indexes,
		.n_parts = n,
		.cache = c->n_caches,
	};
	c->n_caches += n;
	return path;
}

/* The parts are pieces of one text. */
struct str query_path_text(const struct query_path *path)
{
	const struct str *last;

	if (path == NULL)
		return STR("");
	last = &path->parts[path->n_parts - 1];
	return (struct str){ path->parts[0].data,
		             (size_t)(last->data + last->len - path->parts[0].data) };
}

bool query_path_plain(const struct query_path *path, struct eval *ev, struct value doc,
                      struct value *ret)
{
	struct value v = doc;
	uint32_t last = path->n_parts - 1;

	for (uint32_t i = 0; i < last; i++) {
		if (v.type != VALUE_OBJECT)
			return false;
		v = expr_field(ev, path->cache + i, v.object, path->parts[i]);
	}
	if (v.type != VALUE_OBJECT)
		return false;
	*ret = expr_field_raw(ev, path->cache + last, v.object, path->parts[last]);
	return true;
}

static int give(struct walk *w, struct value v)
{
	return w->fn(w->arg, v, &w->is_done);
}

static int give_array(struct walk *w, struct value v)
{
	uint32_t n = array_n(w->ev->arena, v.array);

	if (w->reach != PATH_ARRAY)
		for (uint32_t i = 0; i < n; i++) {
			TRY(eval_tick(w->ev));
			TRY(give(w, array_get(w->ev->arena, v.array, i)));
			if (w->is_done)
				return 0;
		}
	return w->reach == PATH_ITEMS ? 0 : give(w, v);
}

static int walk_items(struct walk *w, struct array *arr, uint32_t part);

/* v is what the parts before this one lead to. */
static int walk_value(struct walk *w, struct value v, uint32_t part)
{
	for (; part < w->path->n_parts; part++) {
		if (v.type == VALUE_ARRAY)
			return walk_items(w, v.array, part);
		if (v.type != VALUE_OBJECT)
			return give(w, MISSING);
		v = expr_field(w->ev, w->path->cache + part, v.object, w->path->parts[part]);
	}
	return v.type == VALUE_ARRAY ? give_array(w, v) : give(w, v);
}

/* The item that a part names by its index: there it is not asked whether it is an object. */
static int walk_indexed(struct walk *w, struct value item, uint32_t part)
{
	if (part + 1 == w->path->n_parts)
		return give(w, item);
	if (item.type == VALUE_ARRAY)
		return walk_items(w, item.array, part + 1);
	if (item.type == VALUE_OBJECT)
		return walk_value(w, item, part + 1);
	return 0;
}

/* Goes one level of the document deeper with each call, so the depth has an end. */
static int walk_items(struct walk *w, struct array *arr, uint32_t part)
{
	uint32_t n = array_n(w->ev->arena, arr);

	for (uint32_t i = 0; i < n && !w->is_done; i++) {
		struct value item = array_get(w->ev->arena, arr, i);

		TRY(eval_tick(w->ev));
		if (item.type == VALUE_OBJECT)
			TRY(walk_value(w, item, part));
		if (!w->is_done && w->path->indexes[part] == (int64_t)i)
			TRY(walk_indexed(w, item, part));
	}
	return 0;
}

/* The first part is always a key, even in an array that is looked at like an object. */
static struct value first(const struct walk *w, struct value doc)
{
	struct arena *a = w->ev->arena;
	int64_t i = w->path->indexes[0];

	if (doc.type == VALUE_OBJECT)
		return expr_field(w->ev, w->path->cache, doc.object, w->path->parts[0]);
	if (i < 0 || i >= (int64_t)array_n(a, doc.array))
		return MISSING;
	return array_get(a, doc.array, (uint32_t)i);
}

int query_path_walk(const struct query_path *path, struct eval *ev, struct value doc,
                    enum path_reach reach, query_path_fn *fn, void *arg, bool *ret_done)
{
	struct walk w = { .path = path, .ev = ev, .reach = reach, .fn = fn, .arg = arg };

	TRY(walk_value(&w, first(&w, doc), 1));
	*ret_done = w.is_done;
	return 0;
}
