/* Queue: whose turn it is. */
#include "compute/queue.h"

#include "base/macros.h"

/* How far a class moves with each of its work: a common multiple of the weights, by its weight. */
static const uint64_t strides[WORK_BACKGROUND] = {
	[WORK_SMALL] = 8 / 8,
	[WORK_MEDIUM] = 8 / 4,
	[WORK_LARGE] = 8 / 1,
};

static void insert_before(struct work_list *list, struct work *next, struct work *work)
{
	work->next = next;
	work->prev = next != NULL ? next->prev : list->last;
	*(work->prev != NULL ? &work->prev->next : &list->first) = work;
	*(next != NULL ? &next->prev : &list->last) = work;
	list->n++;
}

static void unlink_work(struct work_list *list, struct work *work)
{
	*(work->prev != NULL ? &work->prev->next : &list->first) = work->next;
	*(work->next != NULL ? &work->next->prev : &list->last) = work->prev;
	work->prev = work->next = NULL;
	list->n--;
}

static void add_background(struct work_list *list, struct work *work)
{
	struct work *next = list->first;

	while (next != NULL && next->priority >= work->priority)
		next = next->next;
	insert_before(list, next, work);
}

void queue_add(struct queue *q, struct work *work)
{
	struct work_list *list = &q->lists[work->class];

	if (work->class == WORK_BACKGROUND) {
		add_background(list, work);
		return;
	}
	if (list->n == 0) /* what was not used is lost, or it would now hold up the others */
		q->turns[work->class] = MAX(q->turns[work->class], q->turn);
	insert_before(list, NULL, work);
	q->n++;
	q->n_bytes += work->bytes;
}

void queue_remove(struct queue *q, struct work *work)
{
	unlink_work(&q->lists[work->class], work);
	if (work->class == WORK_BACKGROUND)
		return;
	q->n--;
	q->n_bytes -= work->bytes;
}

struct work *queue_take(struct queue *q, bool may_be_large)
{
	int best = -1;

	for (int class = WORK_SMALL; class < (may_be_large ? WORK_BACKGROUND : WORK_LARGE); class ++)
		if (q->lists[class].n > 0 && (best < 0 || q->turns[class] < q->turns[best]))
			best = class;
	if (best < 0)
		return NULL;

	struct work *work = q->lists[best].first;
	q->turn = q->turns[best];
	q->turns[best] += strides[best];
	queue_remove(q, work);
	return work;
}

struct work *queue_take_background(struct queue *q)
{
	struct work *work = q->lists[WORK_BACKGROUND].first;

	if (work != NULL)
		queue_remove(q, work);
	return work;
}
