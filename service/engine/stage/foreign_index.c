/* Foreign index: documents by the values of a path. */
#include "engine/stage/foreign_index.h"

#define POSTINGS_MAX ((size_t)UINT32_MAX - 1)

struct adding {
	struct foreign_index *index;
	struct eval *ev;
	uint32_t doc;
};

static struct value null_if_missing(struct value v)
{
	return v.type == VALUE_MISSING ? NUL_VALUE : v;
}

static int add_posting(struct foreign_index *index, struct eval *ev, uint32_t doc)
{
	struct foreign_posting *postings = arena_extend(ev->keep, index->postings, index->n_postings,
	                                                &index->postings_cap, sizeof *postings);

	if (index->n_postings >= POSTINGS_MAX)
		arena_fail(ev->keep, ERR_NOMEM);
	if (arena_failed(ev->keep))
		return eval_check(ev);
	index->postings = postings;
	postings[index->n_postings++] = (struct foreign_posting){ .doc = doc, .next = UINT32_MAX };
	return 0;
}

/* A new value begins a chain; one that this document has given already is passed over. */
static int add_value(void *arg, struct value v, bool *ret_done)
{
	const struct adding *adding = arg;
	struct foreign_index *index = adding->index;
	uint32_t at = (uint32_t)index->n_postings;

	(void)ret_done;
	v = null_if_missing(v);
	if (value_set_add(&index->values, v)) {
		struct foreign_chain *chains = arena_extend(adding->ev->keep, index->chains,
		                                            index->values.n - 1, &index->chains_cap,
		                                            sizeof *chains);

		if (chains == NULL)
			return eval_check(adding->ev);
		index->chains = chains;
		chains[index->values.n - 1] = (struct foreign_chain){ .first = at, .last = at };
		return add_posting(index, adding->ev, adding->doc);
	}
	int64_t number = value_set_find(&index->values, adding->ev->arena, v);
	if (number < 0)
		return eval_check(adding->ev);
	struct foreign_chain *chain = &index->chains[number];
	if (index->postings[chain->last].doc == adding->doc)
		return 0;
	TRY(add_posting(index, adding->ev, adding->doc));
	index->postings[chain->last].next = at;
	chain->last = at;
	return 0;
}

static int add_documents(struct foreign_index *index, struct eval *ev,
                         const struct collection *from, const struct query_path *path)
{
	value_set_init(&index->values, ev->keep, from->n_docs);
	for (size_t i = 0; i < from->n_docs; i++) {
		struct adding adding = { .index = index, .ev = ev, .doc = (uint32_t)i };
		bool is_done;

		TRY(eval_tick(ev));
		TRY(query_path_walk(path, ev, from->docs[i], PATH_ITEMS_AND_ARRAY, add_value,
		                    &adding, &is_done));
	}
	return eval_check(ev);
}

/* What is decoded on the way is kept: the values of the index are made of it. */
int foreign_index_get(struct eval *ev, const struct collection *from, const struct query_path *path,
                      const struct foreign_index **ret)
{
	struct arena *keep;
	void **memo = eval_memo(ev, path, &keep);
	struct foreign_index *index;

	if (memo == NULL)
		return eval_check(ev);
	if (*memo == NULL) {
		struct eval lasting = *ev;

		lasting.arena = lasting.keep = keep;
		index = arena_zalloc(keep, 1, sizeof *index);
		if (index == NULL)
			return eval_check(&lasting);
		int rc = add_documents(index, &lasting, from, path);
		ev->ticks = lasting.ticks;
		TRY(rc);
		*memo = index;
	}
	*ret = *memo;
	return 0;
}

const struct foreign_posting *foreign_index_find(const struct foreign_index *index, struct eval *ev,
                                                 struct value v)
{
	int64_t number = value_set_find(&index->values, ev->arena, null_if_missing(v));

	return number < 0 ? NULL : foreign_index_at(index, number);
}
