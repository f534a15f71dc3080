/* The pool's idle threads as helpers of one work. */
#include "compute/pool_private.h"

static struct lending *next_lending(struct pool *pool)
{
	struct lending *lending = pool->lendings;

	while (lending != NULL && lending->n_places == 0)
		lending = lending->next;
	return lending;
}

bool pool_help(struct pool *pool)
{
	struct lending *lending = pool_has_large_place(pool) ? next_lending(pool) : NULL;

	if (lending == NULL)
		return false;
	lending->n_places--;
	lending->n_helpers++;
	pool->n_helping++;
	pthread_mutex_unlock(&pool->lock);
	lending->work(lending->arg);
	pthread_mutex_lock(&pool->lock);
	pool->n_helping--;
	if (--lending->n_helpers == 0)
		pthread_cond_signal(&lending->left); /* its owner waits, or will look before it does */
	return true;
}

static void unlink_lending(struct pool *pool, struct lending *lending)
{
	struct lending **at = &pool->lendings;

	while (*at != lending)
		at = &(*at)->next;
	*at = lending->next;
}

/* The caller is one of the compute threads, at work on a piece of work. */
void pool_share(struct team *team, unsigned n, team_work_fn *work, void *arg)
{
	struct pool *pool = (struct pool *)team;
	struct lending lending = { .work = work, .arg = arg, .n_places = n > 0 ? n - 1 : 0 };

	pthread_cond_init(&lending.left, NULL);
	pthread_mutex_lock(&pool->lock);
	lending.next = pool->lendings;
	pool->lendings = &lending;
	for (unsigned i = 0; i < lending.n_places; i++)
		pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);

	work(arg);

	pthread_mutex_lock(&pool->lock);
	unlink_lending(pool, &lending);
	while (lending.n_helpers > 0)
		pthread_cond_wait(&lending.left, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_destroy(&lending.left);
}
