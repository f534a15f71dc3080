/* Needs: which top-level fields something reads. */
#include "engine/needs.h"

void needs_all(struct needs *needs)
{
	needs->all = true;
	needs->n = 0;
}

bool needs_has(const struct needs *needs, struct str name)
{
	if (needs->all)
		return true;
	for (uint32_t i = 0; i < needs->n; i++)
		if (str_eq(needs->names[i], name))
			return true;
	return false;
}

void needs_add(struct needs *needs, struct str name)
{
	if (needs_has(needs, name))
		return;
	if (needs->n == NEEDS_MAX)
		needs_all(needs);
	else
		needs->names[needs->n++] = name;
}

void needs_add_expr(struct needs *needs, const struct expr *e)
{
	if (e == NULL)
		return;
	if (e->flags & EXPR_WHOLE_DOCUMENT) {
		needs_all(needs);
		return;
	}
	const struct expr_path *path = expr_as_path(e);
	if (path != NULL && (path->slot == VAR_ROOT || path->slot == VAR_CURRENT)) {
		if (path->n_parts == 0)
			needs_all(needs);
		else
			needs_add(needs, path->parts[0]);
	}
	for (uint32_t i = 0; i < e->n_args; i++)
		needs_add_expr(needs, e->args[i]);
}
