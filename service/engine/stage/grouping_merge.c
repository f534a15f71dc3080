/* Groupings of the parts of an input become one: by one thread, or by several at once. */
#include "engine/stage/grouping.h"

static int merge_states(const struct grouping *g, struct eval *ev, char *states,
                        const char *other_states)
{
	for (uint32_t k = 0; k < g->spec->n_outputs; k++) {
		const struct group_output *output = &g->spec->outputs[k];

		TRY(output->accum->op->merge(output->accum, ev, states + output->state_at,
		                             other_states + output->state_at));
	}
	return 0;
}

static void decode_key(struct eval *ev, const struct group *from, uint32_t n_parts,
                       struct group_part *parts)
{
	for (uint32_t p = 0; p < n_parts; p++)
		parts[p] = (struct group_part){ from->key[p],
			                        value_decode(ev->arena, from->key[p]) };
}

/* ---- one grouping takes over another ---- */

/*
 * In steps, as for documents, each of which fetches what the next one looks at: nothing of it is
 * in a cache.
 */
static int merge_chunk(struct grouping *g, struct eval *ev, const struct grouping *other,
                       size_t first, size_t n)
{
	uint32_t n_parts = g->spec->n_parts;

	for (size_t i = 0; i < n; i++) {
		const struct group *from = group_table_at(&other->table, first + i);

		group_prefetch_key(from);
		group_table_prefetch_slot(&g->table, from->hash);
	}
	for (size_t i = 0; i < n; i++) {
		const struct group *from = group_table_at(&other->table, first + i);

		decode_key(ev, from, n_parts, &g->parts[i * n_parts]);
		group_table_prefetch_group(&g->table, from->hash);
	}
	for (size_t i = 0; i < n; i++) {
		struct group *from = group_table_at(&other->table, first + i), *group;
		bool is_new;

		TRY(group_table_adopt(&g->table, ev, from, &g->parts[i * n_parts], &group, &is_new));
		if (!is_new)
			TRY(merge_states(g, ev, group_states(&g->table, group),
			                 group_states(&other->table, from)));
	}
	return 0;
}

int grouping_merge(struct grouping *g, struct eval *ev, const struct grouping *other)
{
	size_t n = other->table.n_groups;

	TRY(group_table_reserve(&g->table, ev, n));
	for (size_t first = 0; first < n; first += GROUPING_CHUNK) {
		size_t n_now = MIN(n - first, (size_t)GROUPING_CHUNK);

		TRY(eval_tick_n(ev, n_now));
		TRY(merge_chunk(g, ev, other, first, n_now));
	}
	return 0;
}

/* ---- many threads, each with the keys of some shares ---- */

/* What is deep may be opened by who compares it, and then others must not look. */
bool grouping_merges_apart(const struct grouping *g)
{
	return group_spec_merges_apart(g->spec) && !g->table.has_deep_keys;
}

void grouping_join(struct grouping *g, const struct grouping **others, size_t n_others)
{
	g->others = others;
	g->n_others = n_others;
}

/* The grouping itself and the first ones of the others, which have the key of a later one or not. */
static struct group *find_earlier(const struct grouping *g, struct eval *ev, size_t n_others,
                                  const struct group *from, const struct group_part *parts)
{
	struct group *found = group_table_search(&g->table, ev, from->hash, parts);

	for (size_t k = 0; found == NULL && k < n_others; k++)
		found = group_table_search(&g->others[k]->table, ev, from->hash, parts);
	return found;
}

/* In steps again: slots are looked at in the order of their hashes, but groups lie anywhere. */
static int merge_into_earlier(const struct grouping *g, struct eval *ev, size_t k,
                              struct group **groups, size_t n)
{
	uint32_t n_parts = g->spec->n_parts;
	struct group_part *parts = arena_array(ev->arena, n_parts, sizeof *parts);

	if (parts == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(groups[i]);
	for (size_t i = 0; i < n; i++) {
		group_prefetch_key(groups[i]);
		group_table_prefetch_group(&g->table, groups[i]->hash);
	}
	for (size_t i = 0; i < n; i++) {
		decode_key(ev, groups[i], n_parts, parts);
		struct group *to = find_earlier(g, ev, k, groups[i], parts);

		if (to == NULL)
			continue;
		TRY(merge_states(g, ev, group_states(&g->table, to),
		                 group_states(&g->table, groups[i])));
		groups[i]->is_merged = true;
	}
	return 0;
}

int grouping_merge_share(const struct grouping *g, struct eval *ev, size_t share)
{
	struct group *groups[GROUPING_CHUNK];

	for (size_t k = 0; k < g->n_others; k++) {
		size_t at = 0, n;

		do {
			n = group_table_share(&g->others[k]->table, share, &at, groups,
			                      GROUPING_CHUNK);
			TRY(eval_tick_n(ev, n));
			TRY(merge_into_earlier(g, ev, k, groups, n));
		} while (n == GROUPING_CHUNK);
	}
	return 0;
}
