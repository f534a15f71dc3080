/* Projections: the tree, put together path by path. */
#include "engine/stage/projection.h"

static struct projection_field *find(struct projection_node *node, struct str name)
{
	/* The last one first: nested specifications come field after field. */
	for (size_t i = node->n_fields; i-- > 0;)
		if (str_eq(node->fields[i].name, name))
			return &node->fields[i];
	return NULL;
}

static struct projection_field *add(struct compiler *c, struct projection_node *node,
                                    struct str name)
{
	struct projection_field *fields = arena_extend(c->arena, node->fields, node->n_fields,
	                                               &node->cap, sizeof *fields);

	if (fields == NULL)
		return NULL;
	node->fields = fields;
	fields[node->n_fields] = (struct projection_field){ .name = name };
	return &fields[node->n_fields++];
}

static int fail_collision(struct compiler *c, const struct projection *p, struct str path,
                          struct str rest)
{
	if (p->mode == PROJECTION_ADD)
		return compile_fail(c, p->conflict_code != 0 ? p->conflict_code : 40176, NULL,
		                    "specification contains two conflicting paths. Cannot specify both "
		                    "'%.*s' and '%.*s'",
		                    STR_ARG(path),
		                    rest.len > 0 ? (int)(path.len - rest.len - 1) : (int)path.len,
		                    path.data);
	if (rest.len > 0)
		return compile_fail(c, 31249, NULL, "Path collision at %.*s remaining portion %.*s",
		                    STR_ARG(path), STR_ARG(rest));
	return compile_fail(c, 31250, NULL, "Path collision at %.*s", STR_ARG(path));
}

static int check_name(struct compiler *c, struct str name, bool is_last)
{
	if (name.len == 0)
		return is_last ? compile_fail(c, 40353, NULL, "FieldPath must not end with a '.'.")
		               : compile_fail(c, 15998, NULL,
		                              "FieldPath field names may not be empty strings.");
	if (name.data[0] == '$')
		return compile_fail(c, 16410, NULL,
		                    "FieldPath field names may not start with '$'. Consider using "
		                    "$getField or $setField.");
	return 0;
}

int projection_put(struct compiler *c, struct projection *p, struct str path, struct expr *e)
{
	struct projection_node *node = &p->root;
	struct str rest = path;

	if (compile_path_depth(path) > COMPILE_DEPTH_MAX)
		return compile_fail(c, 15, NULL, "FieldPath is too deep: more than %d names",
		                    COMPILE_DEPTH_MAX);
	if (path.len == 0)
		return compile_fail(c, 40352, NULL,
		                    "FieldPath cannot be constructed with empty string");
	for (;;) {
		struct str name = { rest.data, str_find(rest, '.') };
		bool is_last = name.len == rest.len;
		struct projection_field *field;

		TRY(check_name(c, name, is_last && rest.data != path.data));
		rest = is_last ? (struct str){ rest.data + rest.len, 0 }
		               : (struct str){ rest.data + name.len + 1, rest.len - name.len - 1 };
		field = find(node, name);
		if (field != NULL && (is_last || field->node == NULL))
			return fail_collision(c, p, path, rest);
		if (field == NULL)
			field = add(c, node, name);
		if (field == NULL)
			return compile_nomem(c);
		node->has_computed |= e != NULL;
		if (is_last) {
			field->expr = e;
			return 0;
		}
		if (field->node == NULL)
			field->node = compile_alloc(c, 1, sizeof *field->node);
		if (field->node == NULL)
			return compile_nomem(c);
		node = field->node;
	}
}

static int seal(struct compiler *c, struct projection_node *node)
{
	struct str *names = compile_alloc(c, node->n_fields, sizeof *names);

	if (names == NULL)
		return compile_nomem(c);
	for (size_t i = 0; i < node->n_fields; i++) {
		names[i] = node->fields[i].name;
		if (node->fields[i].node != NULL)
			TRY(seal(c, node->fields[i].node));
	}
	node->names = shape_create(c->arena, names, (uint32_t)node->n_fields);
	if (node->names == NULL)
		return compile_nomem(c);
	/* Plans are shared between threads: the index must be there before they run. */
	(void)shape_find(node->names, STR(""));
	return 0;
}

int projection_seal(struct compiler *c, struct projection *p)
{
	if (p->mode == PROJECTION_INCLUDE && !p->is_id_dropped && find(&p->root, STR("_id")) == NULL)
		TRY(projection_put(c, p, STR("_id"), NULL));
	return seal(c, &p->root);
}

static void needs_of(const struct projection_node *node, struct needs *needs)
{
	for (size_t i = 0; i < node->n_fields; i++) {
		needs_add_expr(needs, node->fields[i].expr);
		if (node->fields[i].node != NULL)
			needs_of(node->fields[i].node, needs);
	}
}

void projection_needs(const struct projection *p, struct needs *needs)
{
	needs_of(&p->root, needs);
	if (p->mode != PROJECTION_INCLUDE)
		return;
	for (size_t i = 0; i < p->root.n_fields; i++)
		if (p->root.fields[i].expr == NULL)
			needs_add(needs, p->root.fields[i].name);
}

static bool is_safe(const struct projection_node *node)
{
	for (size_t i = 0; i < node->n_fields; i++)
		if (!expr_is_safe(node->fields[i].expr) ||
		    (node->fields[i].node != NULL && !is_safe(node->fields[i].node)))
			return false;
	return true;
}

bool projection_is_safe(const struct projection *p)
{
	return is_safe(&p->root);
}

bool projection_spares(const struct projection *p, const struct needs *fields)
{
	if (fields->all)
		return false;
	for (uint32_t i = 0; i < fields->n; i++) {
		int32_t k = shape_find(p->root.names, fields->names[i]);
		const struct projection_field *field = k < 0 ? NULL : &p->root.fields[k];

		if (p->mode == PROJECTION_INCLUDE
		            ? field == NULL || field->expr != NULL || field->node != NULL
		            : field != NULL)
			return false;
	}
	return true;
}

bool projection_drop_unused(struct compiler *c, struct projection *p, const struct needs *later)
{
	size_t n = 0;

	for (size_t i = 0; i < p->root.n_fields; i++) {
		struct projection_field *field = &p->root.fields[i];
		bool is_used = field->expr == NULL || !expr_is_safe(field->expr) ||
		               needs_has(later, field->name);

		if (is_used)
			p->root.fields[n++] = *field;
	}
	if (n == p->root.n_fields)
		return false;
	p->root.n_fields = n;
	return seal(c, &p->root) == 0;
}
