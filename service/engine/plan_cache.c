/* Plans that were compiled before: a hash table, and a list from the last used to the first to go. */
#include "engine/plan_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define BUCKETS 1024 /* of 8 bytes; a plan takes 4 KiB at the least */

struct plan_entry {
	atomic_uint n_holders; /* the cache is one of them while the entry is in it */
	struct plan_entry *chain;
	struct plan_entry *newer, *older;
	uint64_t hash;
	struct plan_source source; /* its text and names are in the arena */
	size_t n_bytes, peak;      /* of the plan, and while it was compiled */
	struct budget budget;
	struct arena arena;
	struct plan *plan;
};

struct plan_cache {
	pthread_mutex_t lock;
	size_t bytes_max;
	struct plan_cache_stats stats;
	struct plan_entry *newest, *oldest;
	struct plan_entry *buckets[BUCKETS];
};

/* ---- one plan ---- */

static size_t room_in(const struct budget *budget)
{
	size_t used = budget_used(budget);

	return used < budget->limit ? budget->limit - used : 0;
}

static void entry_release(struct plan_entry *entry)
{
	if (entry == NULL ||
	    atomic_fetch_sub_explicit(&entry->n_holders, 1, memory_order_acq_rel) > 1)
		return;
	arena_deinit(&entry->arena);
	free(entry);
}

static void entry_cleanup(struct plan_entry **entry)
{
	entry_release(*entry);
}

/* The names alone: values are for each run to say, and nobody's data is kept. */
static struct value copy_names(struct arena *a, struct value let)
{
	struct object_builder b;

	if (let.type != VALUE_OBJECT)
		return let;
	uint32_t n = let.object->shape->n;
	object_builder_init(&b, a, n);
	for (uint32_t i = 0; i < n; i++) {
		struct str key = object_key(let.object, i);
		const char *name = arena_strndup(a, key.data, key.len);

		if (name != NULL)
			object_builder_add(&b, (struct str){ name, key.len }, NUL_VALUE);
	}
	return object_builder_finish(&b);
}

/* The plan refers to its text, so the entry has one of its own. */
static int copy_source(struct plan_entry *entry, const struct plan_source *source, struct err *err)
{
	char *text = arena_alloc(&entry->arena, source->text.len + READ_PADDING);

	entry->source = *source;
	entry->source.let = copy_names(&entry->arena, source->let);
	if (text == NULL || arena_failed(&entry->arena))
		return err_nomem(err, "a plan");
	memcpy(text, source->text.data, source->text.len);
	memset(text + source->text.len, 0, READ_PADDING);
	entry->source.text.data = text;
	return 0;
}

/* Problems are written for the caller; the arena that they were found in goes. */
static void copy_problems(struct arena *a, const struct problem *from, struct problem **ret)
{
	for (; from != NULL && ret != NULL; from = from->next) {
		struct problem *copy = arena_zalloc(a, 1, sizeof *copy);

		if (copy == NULL)
			return;
		copy->err = from->err;
		*ret = copy;
		ret = &copy->next;
	}
}

static int entry_compile(struct plan_entry *entry, struct arena *a, struct problem **ret_problems,
                         struct err *err)
{
	const struct str text = entry->source.text;
	const struct plan_input input = {
		.pipeline = value_decode(&entry->arena, value_raw(text.data, text.len)),
		.let = entry->source.let,
		.limits = entry->source.limits,
		.rules = entry->source.rules,
	};
	struct problem *problems = NULL;

	int rc = plan_compile(&entry->arena, &input, &entry->plan, &problems, err);
	entry->n_bytes = entry->budget.used;
	entry->peak = entry->budget.peak;
	if (rc != 0)
		copy_problems(a, problems, ret_problems);
	return rc;
}

static int entry_create(struct arena *a, const struct plan_source *source, uint64_t hash,
                        struct plan_entry **ret, struct problem **ret_problems, struct err *err)
{
	CLEANUP(entry_cleanup) struct plan_entry *entry = calloc(1, sizeof *entry);

	if (entry == NULL)
		return err_nomem(err, "a plan");
	atomic_init(&entry->n_holders, 1);
	entry->hash = hash;
	entry->budget = BUDGET(room_in(a->budget));
	arena_init(&entry->arena, &entry->budget);
	TRY(copy_source(entry, source, err));
	TRY(entry_compile(entry, a, ret_problems, err));
	*ret = entry;
	entry = NULL;
	return 0;
}

/* ---- keys ---- */

static uint64_t hash_source(const struct plan_source *source)
{
	const struct limits *limits = &source->limits;
	uint64_t hash = hash_bytes(source->text.data, source->text.len);

	hash = hash_pair(hash, hash_u64(source->rules));
	hash = hash_pair(hash, hash_u64((uint64_t)limits->depth_max << 32 | limits->key_len_max));
	hash = hash_pair(hash,
	                 hash_u64((uint64_t)limits->stages_max << 32 | limits->regex_steps_max));
	if (source->let.type != VALUE_OBJECT)
		return hash;
	for (uint32_t i = 0; i < source->let.object->shape->n; i++) {
		struct str name = object_key(source->let.object, i);

		hash = hash_pair(hash, hash_bytes(name.data, name.len));
	}
	return hash;
}

static bool has_same_names(struct value a, struct value b)
{
	if (a.type != VALUE_OBJECT || b.type != VALUE_OBJECT)
		return a.type == b.type;
	uint32_t n = a.object->shape->n;
	if (n != b.object->shape->n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!str_eq(object_key(a.object, i), object_key(b.object, i)))
			return false;
	return true;
}

/* Only the limits that compiling looks at: the others are the run's. */
static bool is_same(const struct plan_source *a, const struct plan_source *b)
{
	return a->rules == b->rules && a->limits.depth_max == b->limits.depth_max &&
	       a->limits.key_len_max == b->limits.key_len_max &&
	       a->limits.stages_max == b->limits.stages_max &&
	       a->limits.regex_steps_max == b->limits.regex_steps_max && str_eq(a->text, b->text) &&
	       has_same_names(a->let, b->let);
}

/* ---- the table, under its lock ---- */

static struct plan_entry **find_link(struct plan_cache *cache, const struct plan_source *source,
                                     uint64_t hash)
{
	struct plan_entry **link = &cache->buckets[hash % BUCKETS];

	while (*link != NULL && !((*link)->hash == hash && is_same(&(*link)->source, source)))
		link = &(*link)->chain;
	return link;
}

static void unlist(struct plan_cache *cache, struct plan_entry *entry)
{
	*(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void list_newest(struct plan_cache *cache, struct plan_entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static void drop_oldest(struct plan_cache *cache)
{
	struct plan_entry *entry = cache->oldest;
	struct plan_entry **link = &cache->buckets[entry->hash % BUCKETS];

	while (*link != entry)
		link = &(*link)->chain;
	*link = entry->chain;
	unlist(cache, entry);
	cache->stats.n_bytes -= entry->n_bytes;
	cache->stats.n_plans--;
	entry_release(entry);
}

static struct plan_entry *find(struct plan_cache *cache, const struct plan_source *source,
                               uint64_t hash)
{
	pthread_mutex_lock(&cache->lock);
	struct plan_entry *entry = *find_link(cache, source, hash);
	if (entry != NULL) {
		atomic_fetch_add_explicit(&entry->n_holders, 1, memory_order_relaxed);
		unlist(cache, entry);
		list_newest(cache, entry);
	}
	pthread_mutex_unlock(&cache->lock);
	return entry;
}

/* Two threads may have compiled the same: the first one's is kept. */
static void keep(struct plan_cache *cache, struct plan_entry *entry)
{
	if (entry->n_bytes > cache->bytes_max / PLAN_CACHE_SHARE)
		return;
	pthread_mutex_lock(&cache->lock);
	struct plan_entry **link = find_link(cache, &entry->source, entry->hash);
	if (*link == NULL) {
		atomic_fetch_add_explicit(&entry->n_holders, 1, memory_order_relaxed);
		*link = entry;
		list_newest(cache, entry);
		cache->stats.n_bytes += entry->n_bytes;
		cache->stats.n_plans++;
		while (cache->stats.n_bytes > cache->bytes_max)
			drop_oldest(cache);
	}
	pthread_mutex_unlock(&cache->lock);
}

/* ---- for callers ---- */

/* One that was found must not pass a limit that compiling it would have met. */
static bool charge(struct arena *a, const struct plan_entry *entry)
{
	return entry->peak <= room_in(a->budget) && budget_take(a->budget, entry->n_bytes);
}

int plan_cache_create(size_t bytes_max, struct plan_cache **ret, struct err *err)
{
	struct plan_cache *cache = calloc(1, sizeof *cache);

	if (cache == NULL)
		return err_nomem(err, "the plan cache");
	pthread_mutex_init(&cache->lock, NULL);
	cache->bytes_max = bytes_max;
	*ret = cache;
	return 0;
}

void plan_cache_destroy(struct plan_cache *cache)
{
	if (cache == NULL)
		return;
	while (cache->oldest != NULL)
		drop_oldest(cache);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

int plan_cache_hold(struct plan_cache *cache, struct arena *a, const struct plan_source *source,
                    struct held_plan *ret, struct problem **ret_problems, struct err *err)
{
	if (source->let.type == VALUE_OBJECT && !object_open(a, source->let.object))
		return err_nomem(err, "let");
	uint64_t hash = hash_source(source);
	CLEANUP(entry_cleanup) struct plan_entry *entry = find(cache, source, hash);
	bool is_found = entry != NULL && charge(a, entry);

	if (!is_found) {
		entry_release(entry);
		entry = NULL;
		TRY(entry_create(a, source, hash, &entry, ret_problems, err));
		keep(cache, entry);
		if (!charge(a, entry))
			return err_nomem(err, "a plan");
	}
	*ret = (struct held_plan){ entry->plan, is_found, entry };
	entry = NULL;
	return 0;
}

void plan_release(struct held_plan *held)
{
	entry_release(held->entry);
	*held = (struct held_plan){ 0 };
}

struct plan_cache_stats plan_cache_stats(struct plan_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	struct plan_cache_stats stats = cache->stats;
	pthread_mutex_unlock(&cache->lock);
	return stats;
}
