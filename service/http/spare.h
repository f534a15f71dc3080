/*
 * Spare: the buffers that answers were built in, kept for the answers to come.
 *
 * The last one given is the first one taken, so that a few buffers, warm in the processor's cache,
 * serve hundreds of threads.  One a thread would be cold each time and add up; giving each back to
 * malloc makes the threads queue for its arenas: with 100 connections, answers of 23 KB and two
 * processors that took a third of the throughput.
 *
 * Inside http/ only.  Safe to use from any number of threads.
 */
#ifndef HTTP_SPARE_H
#define HTTP_SPARE_H

#include <pthread.h>

#include "base/buf.h"

#define SPARE_MAX 32                       /* buffers kept */
#define SPARE_SIZE_MAX ((size_t)128 << 10) /* bytes: larger ones are not kept */

struct spare {
	pthread_mutex_t lock;
	struct buf kept[SPARE_MAX];
	size_t n_kept;
};

void spare_init(struct spare *spare);
void spare_deinit(struct spare *spare);

/* Give b, which has no memory, that of a kept buffer, if there is one.  max stays. */
void spare_take(struct spare *spare, struct buf *b);

/* Take b's memory, to be kept or freed; b is empty then. */
void spare_give(struct spare *spare, struct buf *b);

#endif
