/* Outbox: brings the deliveries that are due to their webhooks. */
#include "tasks/outbox.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/build.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/thread.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "tasks/outage.h"
#include "webhook/schedule.h"
#include "webhook/send.h"

#define MS_NS UINT64_C(1000000)
#define POLL_MS 5000         /* without a word of the store */
#define PUT_OFF_MS 1000      /* while its host has enough to do */
#define PUT_OFF_MAX 64       /* before the others are looked at again */
#define LEASE_EXTRA_MS 30000 /* beyond the time of an attempt */
#define STATUS_GONE 410

/* A delivery on its way. */
struct parcel {
	struct parcel *next;
	struct outbox *outbox;
	struct delivery delivery;
	struct webhook_result result;
};

struct outbox {
	struct outbox_options options;
	struct sender *sender;
	struct series *outcomes[DELIVERY_OUTCOME_COUNT];
	char user_agent[64];
	pthread_t thread;
	bool has_thread;
	int64_t due_ms;       /* of the thread alone: when the next one is, 0: not known */
	struct outage outage; /* likewise */

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t event; /* by the monotonic clock */
	struct parcel *back;  /* those that have come back */
	unsigned n_under_way;
	bool is_awake, is_ending;
};

static void parcel_destroy(struct parcel *parcel)
{
	buf_deinit(&parcel->delivery.url);
	buf_deinit(&parcel->delivery.body);
	free(parcel);
}

/* On the sender's thread: it must not wait for the store. */
static void come_back(void *user, void *message_user, const struct webhook_result *result)
{
	struct outbox *o = user;
	struct parcel *parcel = message_user;

	parcel->result = *result;
	pthread_mutex_lock(&o->lock);
	parcel->next = o->back;
	o->back = parcel;
	o->n_under_way--;
	pthread_cond_signal(&o->event);
	pthread_mutex_unlock(&o->lock);
}

static enum delivery_outcome outcome_of(enum webhook_outcome outcome)
{
	static const enum delivery_outcome outcomes[] = {
		[WEBHOOK_DELIVERED] = DELIVERY_DELIVERED,
		[WEBHOOK_FAILED] = DELIVERY_FAILED,
		[WEBHOOK_REFUSED] = DELIVERY_REFUSED,
	};

	return outcomes[outcome];
}

/* When a failed one is tried again; 0: never. */
static int64_t next_attempt_ms(const struct parcel *parcel)
{
	if (parcel->result.outcome != WEBHOOK_FAILED || parcel->result.status == STATUS_GONE)
		return 0;
	int64_t delay_ms = webhook_delay_ms(parcel->delivery.attempts + 1,
	                                    hash_u64(clock_monotonic_ns()));
	return delay_ms < 0 ? 0 : clock_wall_ms() + delay_ms;
}

/* A failure of the store is no matter: the lease ends, and the message is sent again. */
static void write_down(struct outbox *o, const struct parcel *parcel)
{
	struct store *store = o->options.store;
	struct err err = ERR_INIT;
	const struct delivery_end end = {
		.outcome = outcome_of(parcel->result.outcome),
		.status = parcel->result.status,
		.detail = str_from(parcel->result.detail),
		.next_ms = next_attempt_ms(parcel),
	};

	series_add(o->outcomes[end.outcome], 1);
	if (end.outcome != DELIVERY_DELIVERED) {
		struct log_line line;

		log_begin(&line, LOG_WARNING, "webhook not delivered");
		log_str(&line, "webhook_id", str_from(parcel->delivery.webhook_id));
		log_str(&line, "detail", end.detail);
		log_int(&line, "attempt", parcel->delivery.attempts + 1);
		log_end(&line);
	}
	if (store->ops->deliveries->finish(store, &parcel->delivery, &end, &err) != 0)
		log_message(LOG_WARNING, "the outcome of webhook %s could not be stored: %s",
		            parcel->delivery.webhook_id, err.message);
}

static void take_back(struct outbox *o)
{
	pthread_mutex_lock(&o->lock);
	struct parcel *parcel = o->back;
	bool is_ending = o->is_ending;
	o->back = NULL;
	pthread_mutex_unlock(&o->lock);

	while (parcel != NULL) {
		struct parcel *next = parcel->next;

		/* What the service's end cut off is no attempt: its lease ends. */
		if (!is_ending || parcel->result.outcome == WEBHOOK_DELIVERED)
			write_down(o, parcel);
		parcel_destroy(parcel);
		parcel = next;
	}
}

static struct str text_of(const struct buf *b)
{
	return (struct str){ b->data, b->len };
}

/* A claimed one to the sender, or back to the store for a while: false. */
static bool hand_over(struct outbox *o, struct parcel *parcel)
{
	struct store *store = o->options.store;
	struct err err = ERR_INIT;
	const struct webhook_message message = {
		.url = text_of(&parcel->delivery.url),
		.id = str_from(parcel->delivery.webhook_id),
		.body = text_of(&parcel->delivery.body),
		.timestamp = clock_wall_ms() / 1000,
		.user = parcel,
	};

	pthread_mutex_lock(&o->lock);
	o->n_under_way++;
	pthread_mutex_unlock(&o->lock);
	if (sender_submit(o->sender, &message, &err) == 0)
		return true;
	pthread_mutex_lock(&o->lock);
	o->n_under_way--;
	pthread_mutex_unlock(&o->lock);
	if (store->ops->deliveries->put_off(store, &parcel->delivery, clock_wall_ms() + PUT_OFF_MS,
	                                    &err) != 0)
		log_message(LOG_WARNING, "webhook %s could not be put off: %s",
		            parcel->delivery.webhook_id, err.message);
	parcel_destroy(parcel);
	return false;
}

static bool has_room(struct outbox *o)
{
	pthread_mutex_lock(&o->lock);
	bool room = !o->is_ending && o->n_under_way < o->options.transfers_max;
	pthread_mutex_unlock(&o->lock);
	return room;
}

/* What is due, as far as there is room. */
static void claim(struct outbox *o)
{
	struct store *store = o->options.store;
	int64_t lease_ms = (int64_t)o->options.timeout_ms + LEASE_EXTRA_MS;
	unsigned n_put_off = 0;
	struct err err = ERR_INIT;

	o->due_ms = clock_wall_ms() + PUT_OFF_MS;
	while (has_room(o) && n_put_off < PUT_OFF_MAX && clock_monotonic_ns() >= o->outage.until_ns) {
		struct parcel *parcel = calloc(1, sizeof *parcel);

		if (parcel == NULL) {
			(void)err_nomem(&err, "a webhook");
			outage_failed(&o->outage, &err);
			return;
		}
		buf_init(&parcel->delivery.url, SIZE_MAX / 2);
		buf_init(&parcel->delivery.body, SIZE_MAX / 2);
		int rc = store->ops->deliveries->claim(store, lease_ms, &parcel->delivery,
		                                       &o->due_ms, &err);
		if (rc != 0 && rc != ERR_NOT_FOUND)
			outage_failed(&o->outage, &err);
		else
			outage_answered(&o->outage);
		if (rc == 0) {
			n_put_off += !hand_over(o, parcel);
			continue;
		}
		parcel_destroy(parcel);
		return;
	}
}

static void wait_for_event(struct outbox *o)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t until_ns = now_ns + POLL_MS * MS_NS;

	if (o->due_ms != 0) {
		int64_t left_ms = MAX(o->due_ms - clock_wall_ms(), 1);
		until_ns = MIN(until_ns, now_ns + (uint64_t)MIN(left_ms, POLL_MS) * MS_NS);
	}
	if (o->outage.until_ns > now_ns)
		until_ns = MIN(until_ns, o->outage.until_ns);
	pthread_mutex_lock(&o->lock);
	while (!o->is_awake && !o->is_ending && o->back == NULL &&
	       thread_wait(&o->event, &o->lock, until_ns))
		;
	if (o->is_awake)
		outage_heard(&o->outage);
	o->is_awake = false;
	pthread_mutex_unlock(&o->lock);
}

static bool is_ending(struct outbox *o)
{
	pthread_mutex_lock(&o->lock);
	bool ending = o->is_ending;
	pthread_mutex_unlock(&o->lock);
	return ending;
}

static void *dispatch(void *arg)
{
	struct outbox *o = arg;

	while (!is_ending(o)) {
		claim(o);
		wait_for_event(o);
		take_back(o);
	}
	return NULL;
}

static int start(struct outbox *o, struct err *err)
{
	const struct sender_options options = {
		.secret = o->options.secret,
		.allowed = o->options.allowed,
		.user_agent = o->user_agent,
		.timeout_ms = o->options.timeout_ms,
		.transfers_max = o->options.transfers_max,
		.transfers_per_host_max = o->options.transfers_per_host_max,
		.done = come_back,
		.user = o,
	};

	TRY(sender_start(&options, &o->sender, err));
	o->has_thread = thread_start(&o->thread, THREAD_STACK_SMALL, dispatch, o) == 0;
	if (!o->has_thread)
		return err_set(err, ERR_UNAVAILABLE, "no thread for webhooks");
	return 0;
}

int outbox_start(const struct outbox_options *options, struct outbox **ret, struct err *err)
{
	struct outbox *o = calloc(1, sizeof *o);

	if (o == NULL)
		return err_nomem(err, "the outbox");
	o->options = *options;
	o->outage.what = "webhooks";
	snprintf(o->user_agent, sizeof o->user_agent, "docmill/%s", build.version);
	for (int i = 0; i < DELIVERY_OUTCOME_COUNT; i++)
		o->outcomes[i] = metrics_series(METRIC_WEBHOOK_DELIVERIES,
		                                (const char *[]){ delivery_outcome_name(
							(enum delivery_outcome)i) });
	pthread_mutex_init(&o->lock, NULL);
	thread_cond_init(&o->event);
	int rc = start(o, err);
	if (rc != 0) {
		outbox_stop(o);
		return rc;
	}
	*ret = o;
	return 0;
}

void outbox_wake(void *outbox)
{
	struct outbox *o = outbox;

	pthread_mutex_lock(&o->lock);
	o->is_awake = true;
	pthread_cond_signal(&o->event);
	pthread_mutex_unlock(&o->lock);
}

void outbox_stop(struct outbox *o)
{
	if (o == NULL)
		return;
	pthread_mutex_lock(&o->lock);
	o->is_ending = true;
	pthread_cond_signal(&o->event);
	pthread_mutex_unlock(&o->lock);
	if (o->has_thread)
		pthread_join(o->thread, NULL);
	sender_stop(o->sender);
	take_back(o);
	pthread_cond_destroy(&o->event);
	pthread_mutex_destroy(&o->lock);
	free(o);
}
