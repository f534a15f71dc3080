/* Sort specifications: compiling them, finding a document's keys, comparing keys. */
#include "engine/sort_spec.h"

#include "base/num.h"
#include "engine/expr/expr.h"

#define PARALLEL_ARRAYS_CODE 2

/* ---- compiling ---- */

static int compile_direction(struct compiler *c, const char *operator_name, struct str path,
                             struct value v, bool *ret_is_descending)
{
	if (v.type == VALUE_OBJECT)
		return compile_fail(c, 17312, operator_name,
		                    "$meta is the only expression supported by $sort, and there is no "
		                    "metadata here to sort by");
	if (!value_is_number(v))
		return compile_fail(c, 15974, operator_name,
		                    "Illegal key in $sort specification: %.*s: %s", STR_ARG(path),
		                    compile_text(c, v));
	/* The server cuts off a fraction too. */
	double order = value_f64(v);
	if (!(order > -2 && order <= -1) && !(order >= 1 && order < 2))
		return compile_fail(
			c, 15975, operator_name,
			"$sort key ordering must be 1 (for ascending) or -1 (for descending)");
	*ret_is_descending = order < 0;
	return 0;
}

static int compile_key(struct compiler *c, const char *operator_name, struct str path,
                       struct value direction, struct sort_key *key)
{
	struct str *parts;

	TRY(compile_direction(c, operator_name, path, direction, &key->is_descending));
	TRY(expr_split_path(c, path, &parts, &key->n_parts));
	key->parts = parts;
	key->cache = c->n_caches;
	c->n_caches += key->n_parts;
	return 0;
}

int sort_spec_compile(struct compiler *c, const char *operator_name, struct value v,
                      struct sort_spec **ret)
{
	int rc = 0;

	if (v.type != VALUE_OBJECT)
		return compile_fail(c, 15973, operator_name,
		                    "the $sort key specification must be an object");
	uint32_t n = object_n(c->arena, v.object);
	if (n == 0)
		return compile_fail(c, 15976, operator_name,
		                    "$sort stage must have at least one sort key");
	struct sort_spec *spec = compile_alloc(c, 1, sizeof *spec);
	struct sort_key *keys = compile_alloc(c, n, sizeof *keys);
	if (spec == NULL || keys == NULL)
		return compile_nomem(c);
	for (uint32_t i = 0; i < n; i++) {
		struct str path = object_key(v.object, i);

		compile_enter(c, path);
		if (compile_key(c, operator_name, path, object_at(c->arena, v.object, i),
		                &keys[i]) != 0)
			rc = ERR_PIPELINE;
		compile_leave(c);
	}
	if (rc != 0)
		return rc;
	spec->keys = keys;
	spec->n_keys = n;
	*ret = spec;
	return 0;
}

void sort_spec_needs(const struct sort_spec *spec, struct needs *needs)
{
	for (uint32_t i = 0; i < spec->n_keys; i++)
		needs_add(needs, spec->keys[i].parts[0]);
}

/* ---- keys where arrays are in the way ---- */

/* How far a path has been followed.  Done when no part is left and the value is not to be opened. */
struct cursor {
	struct value v;
	uint32_t part;
	bool is_done;
};

struct walk {
	const struct sort_spec *spec;
	struct eval *ev;
	struct value *best;  /* the keys found so far that come first */
	struct value *found; /* scratch */
	bool has_best;
};

static bool parse_index(struct str part, uint32_t n, uint32_t *ret)
{
	uint64_t i;

	if (part.len == 0 || part.len > 9 || (part.len > 1 && part.data[0] == '0') ||
	    !num_parse_u64(part, &i) || i >= n)
		return false;
	*ret = (uint32_t)i;
	return true;
}

/* Follow the path to its end, or to an array whose elements it stands for. */
static void cursor_advance(struct cursor *cur, const struct sort_key *key, struct arena *a)
{
	uint32_t i;

	while (!cur->is_done) {
		if (cur->v.type == VALUE_ARRAY) {
			if (cur->part == key->n_parts ||
			    !parse_index(key->parts[cur->part], array_n(a, cur->v.array), &i))
				return;
			cur->v = array_get(a, cur->v.array, i);
			cur->part++;
		} else if (cur->part == key->n_parts) {
			cur->is_done = true;
		} else {
			cur->v = cur->v.type == VALUE_OBJECT
			                 ? object_get(a, cur->v.object, key->parts[cur->part++])
			                 : MISSING;
			cur->is_done = cur->v.type == VALUE_MISSING;
		}
	}
}

static bool is_same_array(const struct array *x, const struct array *y)
{
	return x == y || (x->raw != NULL && x->raw == y->raw);
}

/* The one array that the paths stop at; NULL when all of them have come to an end. */
static int find_array(struct walk *w, struct cursor *cursors, struct array **ret)
{
	*ret = NULL;
	for (uint32_t k = 0; k < w->spec->n_keys; k++) {
		cursor_advance(&cursors[k], &w->spec->keys[k], w->ev->arena);
		if (cursors[k].is_done)
			continue;
		if (*ret != NULL && !is_same_array(*ret, cursors[k].v.array))
			return eval_fail(w->ev, PARALLEL_ARRAYS_CODE, "$sort", NULL,
			                 "cannot sort with keys that are parallel arrays");
		*ret = cursors[k].v.array;
	}
	return 0;
}

static void keep_if_first(struct walk *w, const struct cursor *cursors)
{
	uint32_t n = w->spec->n_keys;

	for (uint32_t k = 0; k < n; k++)
		w->found[k] = cursors[k].v;
	if (w->has_best && sort_spec_cmp(w->spec, w->ev->arena, w->found, w->best) >= 0)
		return;
	for (uint32_t k = 0; k < n; k++)
		w->best[k] = w->found[k];
	w->has_best = true;
}

/* Below null at the end of a path; where the path goes on, simply nothing. */
static void enter_empty(const struct walk *w, struct cursor *cursors)
{
	for (uint32_t k = 0; k < w->spec->n_keys; k++)
		if (!cursors[k].is_done) {
			bool is_end = cursors[k].part == w->spec->keys[k].n_parts;

			cursors[k] = (struct cursor){ .v = is_end ? MISSING : NUL_VALUE,
				                      .is_done = true };
		}
}

static void enter_item(const struct walk *w, const struct cursor *from, struct value item,
                       struct cursor *to)
{
	for (uint32_t k = 0; k < w->spec->n_keys; k++) {
		to[k] = from[k];
		if (from[k].is_done)
			continue;
		if (from[k].part == w->spec->keys[k].n_parts)
			to[k] = (struct cursor){ .v = item, .is_done = true };
		else if (item.type == VALUE_OBJECT)
			to[k].v = item;
		else /* an array in an array is not entered */
			to[k] = (struct cursor){ .v = NUL_VALUE, .is_done = true };
	}
}

/* Missing values have become null, all but those that mark an empty array. */
static void name_missing(const struct walk *w, const struct cursor *before, struct cursor *cursors)
{
	for (uint32_t k = 0; k < w->spec->n_keys; k++)
		if (!before[k].is_done && cursors[k].is_done && cursors[k].v.type == VALUE_MISSING)
			cursors[k].v = NUL_VALUE;
}

/* As deep as arrays lie in arrays along a path: the depth of documents is limited. */
static int walk_keys(struct walk *w, struct cursor *cursors)
{
	uint32_t n_keys = w->spec->n_keys;
	struct cursor *inner = arena_array(w->ev->arena, n_keys, sizeof *inner);
	struct array *arr;

	if (inner == NULL)
		return eval_check(w->ev);
	for (uint32_t k = 0; k < n_keys; k++)
		inner[k] = cursors[k];
	TRY(find_array(w, cursors, &arr));
	name_missing(w, inner, cursors);
	if (arr == NULL || array_n(w->ev->arena, arr) == 0) {
		enter_empty(w, cursors);
		keep_if_first(w, cursors);
		return 0;
	}
	for (uint32_t i = 0; i < arr->n; i++) {
		TRY(eval_tick(w->ev));
		enter_item(w, cursors, array_get(w->ev->arena, arr, i), inner);
		TRY(walk_keys(w, inner));
	}
	return 0;
}

static int array_keys(const struct sort_spec *spec, struct eval *ev, struct value doc,
                      struct value *ret_keys)
{
	struct cursor *cursors = arena_array(ev->arena, spec->n_keys, sizeof *cursors);
	struct walk w = { .spec = spec, .ev = ev, .best = ret_keys };

	w.found = arena_array(ev->arena, spec->n_keys, sizeof *w.found);
	if (cursors == NULL || w.found == NULL)
		return eval_check(ev);
	for (uint32_t k = 0; k < spec->n_keys; k++)
		cursors[k] = (struct cursor){ .v = doc };
	return walk_keys(&w, cursors);
}

/* ---- keys ---- */

int sort_spec_keys(const struct sort_spec *spec, struct eval *ev, struct value doc,
                   struct value *ret_keys)
{
	for (uint32_t k = 0; k < spec->n_keys; k++) {
		const struct sort_key *key = &spec->keys[k];
		struct value v = doc;

		for (uint32_t i = 0; i < key->n_parts && v.type != VALUE_ARRAY; i++)
			v = v.type == VALUE_OBJECT
			            ? expr_field(ev, key->cache + i, v.object, key->parts[i])
			            : MISSING;
		if (UNLIKELY(v.type == VALUE_ARRAY))
			return array_keys(spec, ev, doc, ret_keys);
		ret_keys[k] = v.type == VALUE_MISSING ? NUL_VALUE : v;
	}
	return 0;
}

void sort_spec_plain_keys(const struct sort_spec *spec, struct eval *ev, struct value whole,
                          struct value *ret_keys)
{
	for (uint32_t k = 0; k < spec->n_keys; k++) {
		const struct sort_key *key = &spec->keys[k];
		struct value v = whole;
		uint32_t index;

		for (uint32_t i = 0; i < key->n_parts; i++) {
			if (v.type == VALUE_OBJECT)
				v = object_get(ev->arena, v.object, key->parts[i]);
			else if (i > 0 && v.type == VALUE_ARRAY &&
			         parse_index(key->parts[i], array_n(ev->arena, v.array), &index))
				v = array_get(ev->arena, v.array, index);
			else
				v = MISSING;
		}
		ret_keys[k] = v.type == VALUE_MISSING ? NUL_VALUE : v;
	}
}

int sort_spec_cmp(const struct sort_spec *spec, struct arena *scratch, const struct value *x_keys,
                  const struct value *y_keys)
{
	for (uint32_t k = 0; k < spec->n_keys; k++) {
		int order = value_cmp(scratch, x_keys[k], y_keys[k]);

		if (order != 0)
			return spec->keys[k].is_descending ? -order : order;
	}
	return 0;
}
