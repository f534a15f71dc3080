/* From the JSON of a filter to nodes. */
#include "engine/query/node.h"

#include "engine/refused.h"

/* ---- nodes ---- */

void *query_create(struct compiler *c, size_t size)
{
	void *q = compile_alloc(c, 1, size);

	if (q == NULL)
		(void)compile_nomem(c); /* the arena remembers */
	return q;
}

void *query_create_leaf(struct compiler *c, size_t size, const struct query_site *site,
                        query_match_fn *test)
{
	struct query *q = query_create(c, size);

	if (q == NULL)
		return NULL;
	q->match = query_leaf_match;
	q->test = test;
	q->path = site->path;
	q->has_short_cut = (c->rules & PLAN_RULE_SHORT_CUTS) != 0 && site->path != NULL;
	return q;
}

int query_match_all(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	for (uint32_t i = 0; i < q->n_args; i++) {
		TRY(eval_tick(ev));
		TRY(q->args[i]->match(q->args[i], ev, v, ret));
		if (!*ret)
			return 0;
	}
	*ret = true;
	return 0;
}

static int test_all(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	for (uint32_t i = 0; i < q->n_args; i++) {
		TRY(eval_tick(ev));
		TRY(q->args[i]->test(q->args[i], ev, v, ret));
		if (!*ret)
			return 0;
	}
	*ret = true;
	return 0;
}

int query_create_and(struct compiler *c, struct query **args, uint32_t n, struct query **ret)
{
	struct query *q;

	if (n == 1) {
		*ret = args[0];
		return 0;
	}
	q = query_create(c, sizeof *q);
	if (q == NULL)
		return ERR_PIPELINE;
	q->match = query_match_all;
	q->test = test_all;
	q->args = args;
	q->n_args = n;
	*ret = q;
	return 0;
}

static int match_not(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	TRY(q->args[0]->match(q->args[0], ev, v, ret));
	*ret = !*ret;
	return 0;
}

static int test_not(const struct query *q, struct eval *ev, struct value v, bool *ret)
{
	TRY(q->args[0]->test(q->args[0], ev, v, ret));
	*ret = !*ret;
	return 0;
}

struct query *query_create_not(struct compiler *c, struct query *q)
{
	struct query *not = query_create(c, sizeof *not );
	struct query **args = compile_alloc(c, 1, sizeof *args);

	if (not == NULL || args == NULL)
		return NULL;
	args[0] = q;
	not ->match = match_not;
	not ->test = test_not;
	not ->args = args;
	not ->n_args = 1;
	return not ;
}

/* ---- names ---- */

struct names {
	const char *list[64];
	size_t n;
	enum query_place place;
};

static void names_add(const struct query_op_info *info, void *arg)
{
	struct names *names = arg;

	if (names->n < ARRAY_LEN(names->list) &&
	    query_op_find(str_from(info->name), names->place) != NULL)
		names->list[names->n++] = info->name;
}

static int fail_unknown(struct compiler *c, struct str name, enum query_place place)
{
	struct names names = { .place = place };
	const struct refused *refused = refused_find(REFUSED_QUERY, name);

	if (refused != NULL)
		return refused_fail(c, 2, refused);
	query_op_each(names_add, &names);
	if (place == QUERY_FIELD)
		return compile_fail_unknown(c, 2, name, names.list, names.n,
		                            "unknown operator: %.*s", STR_ARG(name));
	return compile_fail_unknown(c, 2, name, names.list, names.n,
	                            "unknown top level operator: %.*s. If you have a field name that "
	                            "starts with a '$' symbol, consider using $getField or $setField.",
	                            STR_ARG(name));
}

static bool is_operator(struct str name)
{
	return name.len > 0 && name.data[0] == '$';
}

bool query_is_conditions(struct compiler *c, struct value spec)
{
	if (spec.type != VALUE_OBJECT || object_n(c->arena, spec.object) == 0)
		return false;
	struct str name = object_key(spec.object, 0);
	/* A reference to another document ({$ref: …, $id: …}) is a value. */
	return is_operator(name) && !str_is(name, "$ref") && !str_is(name, "$id") &&
	       !str_is(name, "$db") && !query_is_regex(c, spec);
}

/* ---- filters ---- */

static int compile_op(struct compiler *c, const struct query_site *site, struct str name,
                      enum query_place place, struct value spec, struct query **ret)
{
	const struct query_op *op = query_op_find(name, place);

	if (op == NULL)
		return fail_unknown(c, name, place);
	if (op->needs_document && site->is_item)
		return compile_fail(c, 2, op->info.name,
		                    "%s can only be applied to the top-level document",
		                    op->info.name);
	return op->compile(c, op, site, spec, ret);
}

/* One member of an object into the next of list; nothing when there is nothing to ask. */
static int compile_member(struct compiler *c, const struct query_site *site, struct str name,
                          enum query_place place, struct query **list, uint32_t *n)
{
	struct query *q = NULL;
	int rc;

	compile_enter(c, name);
	rc = compile_op(c, site, name, place, object_get(c->arena, site->siblings, name), &q);
	compile_leave(c);
	if (rc == 0 && q != NULL)
		list[(*n)++] = q;
	return rc;
}

int query_compile_conditions(struct compiler *c, const struct query_site *site, struct object *spec,
                             struct query **ret)
{
	struct query_site inner = { .path = site->path, .siblings = spec, .is_item = site->is_item };
	uint32_t n = object_n(c->arena, spec), n_list = 0;
	struct query **list = compile_alloc(c, n, sizeof(struct query *));
	int rc = 0;

	if (list == NULL)
		return compile_nomem(c);
	for (uint32_t i = 0; i < n; i++)
		if (compile_member(c, &inner, object_key(spec, i), QUERY_FIELD, list, &n_list) != 0)
			rc = ERR_PIPELINE;
	return rc != 0 ? rc : query_create_and(c, list, n_list, ret);
}

static int compile_field(struct compiler *c, const struct query_site *site, struct str name,
                         struct query **list, uint32_t *n)
{
	struct query_site inner = { .is_item = site->is_item, .siblings = site->siblings };
	struct value spec = object_get(c->arena, site->siblings, name);
	struct query *q = NULL;
	int rc;

	inner.path = query_path_create(c, name);
	if (inner.path == NULL)
		return ERR_PIPELINE;
	compile_enter(c, name);
	if (query_is_conditions(c, spec))
		rc = query_compile_conditions(c, &inner, spec.object, &q);
	else
		rc = query_compile_value(c, &inner, spec, &q);
	compile_leave(c);
	if (rc == 0)
		list[(*n)++] = q;
	return rc;
}

static int compile_members(struct compiler *c, struct object *spec, bool is_item, struct query **ret)
{
	struct query_site site = { .siblings = spec, .is_item = is_item };
	uint32_t n = object_n(c->arena, spec), n_list = 0;
	struct query **list = compile_alloc(c, n, sizeof(struct query *));
	int rc = 0;

	if (list == NULL)
		return compile_nomem(c);
	for (uint32_t i = 0; i < n; i++) {
		struct str name = object_key(spec, i);
		int failed = is_operator(name)
		                     ? compile_member(c, &site, name, QUERY_TOP, list, &n_list)
		                     : compile_field(c, &site, name, list, &n_list);

		if (failed != 0)
			rc = failed;
	}
	return rc != 0 ? rc : query_create_and(c, list, n_list, ret);
}

int query_compile_filter(struct compiler *c, struct value spec, bool is_item, struct query **ret)
{
	int rc;

	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 2, NULL, "a filter must be an object, not %s",
		                    value_type_name(spec.type));
	if (c->depth >= COMPILE_DEPTH_MAX)
		return compile_fail(c, 2, NULL, "the filter is nested deeper than %d",
		                    COMPILE_DEPTH_MAX);
	c->depth++;
	rc = compile_members(c, spec.object, is_item, ret);
	c->depth--;
	return rc;
}

int query_compile(struct compiler *c, struct value spec, struct query **ret)
{
	return query_compile_filter(c, spec, false, ret);
}
