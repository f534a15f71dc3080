/* Deliveries in memory: those that are to be sent, and what came of each attempt. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "json/write.h"
#include "store/memory_private.h"
#include "store/outcome.h"

#define DETAIL_MAX 256 /* bytes of it that are kept */

struct attempt {
	struct attempt *next; /* the next one of the delivery */
	uint64_t n;           /* of all attempts of the job, from 1 */
	int64_t at_ms, next_ms;
	int status;
	enum delivery_outcome outcome;
	char detail[DETAIL_MAX];
};

struct memory_delivery {
	struct memory_delivery *next_due;    /* of all that are to be sent */
	struct memory_delivery *next_of_job; /* the next older one */
	struct memory_job *job;              /* NULL: it was deleted */
	uint64_t number, claim;
	char webhook_id[UUID_TEXT_SIZE];
	uint32_t n_attempts;
	int64_t next_ms; /* when it is due, or its lease ends; 0: never */
	char *url;
	struct buf body;
	struct attempt *attempts, **last_attempt;
	size_t n_logged; /* of attempts */
	size_t n_bytes;
};

static void destroy(struct memory_store *m, struct memory_delivery *d)
{
	while (d->attempts != NULL) {
		struct attempt *attempt = d->attempts;

		d->attempts = attempt->next;
		free(attempt);
	}
	m->n_bytes -= d->n_bytes;
	buf_deinit(&d->body);
	free(d->url);
	free(d);
}

static void make_due(struct memory_store *m, struct memory_delivery *d, int64_t next_ms)
{
	if (d->next_ms == 0) {
		d->next_due = m->due;
		m->due = d;
	}
	d->next_ms = next_ms;
}

/* It is not sent any more. */
static void settle(struct memory_store *m, struct memory_delivery *d)
{
	struct memory_delivery **at = &m->due;

	while (*at != d)
		at = &(*at)->next_due;
	*at = d->next_due;
	d->next_ms = 0;
	if (d->job == NULL)
		destroy(m, d);
}

bool memory_delivery_add(struct memory_store *m, struct entry *entry, struct err *err)
{
	struct memory_delivery *d = calloc(1, sizeof *d);
	struct uuid id;

	if (d == NULL || uuid_next(&m->ids, clock_wall_ms(), &id, err) != 0) {
		free(d);
		return false;
	}
	buf_init(&d->body, SIZE_MAX / 2);
	delivery_write_message(&entry->task, &d->body);
	d->url = strdup(entry->job->webhook_url);
	if (d->url == NULL || d->body.failed != BUF_OK) {
		buf_deinit(&d->body);
		free(d->url);
		free(d);
		return false;
	}
	uuid_format(&id, d->webhook_id);
	d->number = ++m->last_delivery;
	d->last_attempt = &d->attempts;
	d->job = entry->job;
	d->next_of_job = entry->job->deliveries;
	entry->job->deliveries = d;
	d->n_bytes = sizeof *d + strlen(d->url) + d->body.cap;
	m->n_bytes += d->n_bytes;
	make_due(m, d, clock_wall_ms());
	return true;
}

void memory_delivery_leave(struct memory_store *m, struct memory_job *job)
{
	while (job->deliveries != NULL) {
		struct memory_delivery *d = job->deliveries;

		job->deliveries = d->next_of_job;
		d->job = NULL;
		if (d->next_ms == 0)
			destroy(m, d);
	}
}

void memory_delivery_deinit(struct memory_store *m)
{
	while (m->due != NULL) {
		struct memory_delivery *d = m->due;

		m->due = d->next_due;
		destroy(m, d);
	}
}

static int delivery_claim(struct store *store, int64_t lease_ms, struct delivery *ret,
                          int64_t *ret_next_ms, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	struct memory_delivery *first = NULL;
	int64_t now_ms = clock_wall_ms();

	WRITE_LOCKED(m);
	for (struct memory_delivery *d = m->due; d != NULL; d = d->next_due)
		if (first == NULL || d->next_ms < first->next_ms)
			first = d;
	if (first == NULL || first->next_ms > now_ms) {
		*ret_next_ms = first == NULL ? 0 : first->next_ms;
		return err_set(err, ERR_NOT_FOUND, "no webhook is due");
	}
	buf_append(&ret->url, first->url, strlen(first->url));
	buf_append(&ret->body, first->body.data, first->body.len);
	if (ret->url.failed != BUF_OK || ret->body.failed != BUF_OK)
		return memory_no_memory(err);
	first->claim++;
	first->next_ms = now_ms + lease_ms;
	ret->number = first->number;
	ret->claim = first->claim;
	ret->attempts = first->n_attempts;
	memcpy(ret->webhook_id, first->webhook_id, sizeof ret->webhook_id);
	return 0;
}

/* The one that was claimed, if it still is. */
static int find_claimed(struct memory_store *m, const struct delivery *delivery,
                        struct memory_delivery **ret, struct err *err)
{
	struct memory_delivery *d = m->due;

	while (d != NULL && d->number != delivery->number)
		d = d->next_due;
	if (d == NULL || d->claim != delivery->claim)
		return err_set(err, ERR_CONFLICT, "another sender has the webhook by now");
	*ret = d;
	return 0;
}

static void drop_first(struct memory_store *m, struct memory_delivery *d)
{
	struct attempt *first = d->attempts;

	d->attempts = first->next; /* there are others: the last one stays */
	d->n_logged--;
	d->n_bytes -= sizeof *first;
	m->n_bytes -= sizeof *first;
	free(first);
}

static void log_attempt(struct memory_store *m, struct memory_delivery *d,
                        const struct delivery_end *end)
{
	struct attempt *attempt = d->job == NULL ? NULL : calloc(1, sizeof *attempt);

	d->n_attempts++;
	if (attempt == NULL)
		return;
	*attempt = (struct attempt){
		.n = ++d->job->n_attempts,
		.at_ms = clock_wall_ms(),
		.next_ms = end->next_ms,
		.status = end->status,
		.outcome = end->outcome,
	};
	memcpy(attempt->detail, end->detail.data, MIN(end->detail.len, DETAIL_MAX - 1));
	*d->last_attempt = attempt;
	d->last_attempt = &attempt->next;
	d->n_logged++;
	d->n_bytes += sizeof *attempt;
	m->n_bytes += sizeof *attempt;
	if (d->n_logged > DELIVERY_ATTEMPTS_KEPT)
		drop_first(m, d);
}

static int delivery_finish(struct store *store, const struct delivery *delivery,
                           const struct delivery_end *end, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	struct memory_delivery *d;

	WRITE_LOCKED(m);
	TRY(find_claimed(m, delivery, &d, err));
	log_attempt(m, d, end);
	d->claim++; /* this attempt is over */
	if (end->next_ms == 0)
		settle(m, d);
	else
		d->next_ms = end->next_ms;
	return 0;
}

static int delivery_put_off(struct store *store, const struct delivery *delivery, int64_t until_ms,
                            struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	struct memory_delivery *d;

	WRITE_LOCKED(m);
	TRY(find_claimed(m, delivery, &d, err));
	d->next_ms = until_ms;
	return 0;
}

static void write_attempt(struct json_writer *w, const struct memory_delivery *d,
                          const struct attempt *attempt)
{
	delivery_write_attempt(w,
	                       &(struct delivery_attempt){
				       .n = attempt->n,
				       .webhook_id = str_from(d->webhook_id),
				       .at_ms = attempt->at_ms,
				       .next_ms = attempt->next_ms,
				       .status = attempt->status,
				       .outcome = str_from(delivery_outcome_name(attempt->outcome)),
				       .detail = str_from(attempt->detail),
			       });
}

/* The attempts of several deliveries lie among each other: the first from a number on. */
static const struct attempt *find_attempt(const struct memory_job *job, uint64_t n,
                                          struct memory_delivery **ret)
{
	const struct attempt *first = NULL;

	for (struct memory_delivery *d = job->deliveries; d != NULL; d = d->next_of_job)
		for (const struct attempt *attempt = d->attempts; attempt != NULL;
		     attempt = attempt->next)
			if (attempt->n >= n && (first == NULL || attempt->n < first->n)) {
				first = attempt;
				*ret = d;
			}
	return first;
}

static int delivery_list(struct store *store, struct str id, struct buf *ret_json, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;
	struct json_writer w = { .buf = ret_json };
	struct memory_delivery *d;
	struct entry *entry;

	READ_LOCKED(m);
	TRY(memory_find_job(m, id, &entry, err));
	const struct attempt *attempt = find_attempt(entry->job, 1, &d);
	while (attempt != NULL) {
		write_attempt(&w, d, attempt);
		attempt = find_attempt(entry->job, attempt->n + 1, &d);
	}
	return 0;
}

static int again(struct memory_store *m, struct str id, uint64_t n, struct err *err)
{
	struct memory_delivery *d;
	struct entry *entry;

	WRITE_LOCKED(m);
	TRY(memory_find_job(m, id, &entry, err));
	const struct attempt *attempt = find_attempt(entry->job, n, &d);
	if (attempt == NULL || attempt->n != n)
		return err_set(err, ERR_NOT_FOUND, "there is no such delivery");
	d->n_attempts = 0;
	d->claim++; /* a sender that is at it has come too late */
	make_due(m, d, clock_wall_ms());
	return 0;
}

static int delivery_again(struct store *store, struct str id, uint64_t n, struct err *err)
{
	struct memory_store *m = (struct memory_store *)store;

	TRY(again(m, id, n, err));
	store_wake_call(&m->wake);
	return 0;
}

const struct delivery_ops memory_delivery_ops = {
	.claim = delivery_claim,
	.finish = delivery_finish,
	.put_off = delivery_put_off,
	.list = delivery_list,
	.again = delivery_again,
};
