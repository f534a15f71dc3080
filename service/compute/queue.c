/* Queue: whose turn it is. */
#include "compute/queue.h"

#include "base/macros.h"

/* How far a class moves with each of its jobs: a common multiple of the weights, by its weight. */
static const uint64_t strides[JOB_BACKGROUND] = {
	[JOB_SMALL] = 8 / 8,
	[JOB_MEDIUM] = 8 / 4,
	[JOB_LARGE] = 8 / 1,
};

static void insert_before(struct job_list *list, struct job *next, struct job *job)
{
	job->next = next;
	job->prev = next != NULL ? next->prev : list->last;
	*(job->prev != NULL ? &job->prev->next : &list->first) = job;
	*(next != NULL ? &next->prev : &list->last) = job;
	list->n++;
}

static void unlink_job(struct job_list *list, struct job *job)
{
	*(job->prev != NULL ? &job->prev->next : &list->first) = job->next;
	*(job->next != NULL ? &job->next->prev : &list->last) = job->prev;
	job->prev = job->next = NULL;
	list->n--;
}

static void add_background(struct job_list *list, struct job *job)
{
	struct job *next = list->first;

	while (next != NULL && next->priority >= job->priority)
		next = next->next;
	insert_before(list, next, job);
}

void queue_add(struct queue *q, struct job *job)
{
	struct job_list *list = &q->lists[job->class];

	if (job->class == JOB_BACKGROUND) {
		add_background(list, job);
		return;
	}
	if (list->n == 0) /* what was not used is lost, or it would now hold up the others */
		q->turns[job->class] = MAX(q->turns[job->class], q->turn);
	insert_before(list, NULL, job);
	q->n++;
	q->n_bytes += job->bytes;
}

void queue_remove(struct queue *q, struct job *job)
{
	unlink_job(&q->lists[job->class], job);
	if (job->class == JOB_BACKGROUND)
		return;
	q->n--;
	q->n_bytes -= job->bytes;
}

struct job *queue_take(struct queue *q, bool may_be_large)
{
	int best = -1;

	for (int class = JOB_SMALL; class < (may_be_large ? JOB_BACKGROUND : JOB_LARGE); class ++)
		if (q->lists[class].n > 0 && (best < 0 || q->turns[class] < q->turns[best]))
			best = class;
	if (best < 0)
		return NULL;

	struct job *job = q->lists[best].first;
	q->turn = q->turns[best];
	q->turns[best] += strides[best];
	queue_remove(q, job);
	return job;
}

struct job *queue_take_background(struct queue *q)
{
	struct job *job = q->lists[JOB_BACKGROUND].first;

	if (job != NULL)
		queue_remove(q, job);
	return job;
}
