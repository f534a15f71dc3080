/* Spare: the buffers that answers were built in, kept for the answers to come. */
#include "http/spare.h"

#include <stdbool.h>

void spare_init(struct spare *spare)
{
	pthread_mutex_init(&spare->lock, NULL);
	spare->n_kept = 0;
}

void spare_deinit(struct spare *spare)
{
	for (size_t i = 0; i < spare->n_kept; i++)
		buf_deinit(&spare->kept[i]);
	spare->n_kept = 0;
	pthread_mutex_destroy(&spare->lock);
}

void spare_take(struct spare *spare, struct buf *b)
{
	size_t max = b->max;

	pthread_mutex_lock(&spare->lock);
	if (spare->n_kept > 0)
		*b = spare->kept[--spare->n_kept];
	pthread_mutex_unlock(&spare->lock);
	b->max = max;
}

void spare_give(struct spare *spare, struct buf *b)
{
	bool is_kept = false;

	if (b->data != NULL && b->cap <= SPARE_SIZE_MAX) {
		pthread_mutex_lock(&spare->lock);
		if (spare->n_kept < SPARE_MAX) {
			buf_reset(b);
			spare->kept[spare->n_kept++] = *b;
			is_kept = true;
		}
		pthread_mutex_unlock(&spare->lock);
	}
	if (is_kept)
		*b = (struct buf){ .max = b->max };
	else
		buf_deinit(b);
}
