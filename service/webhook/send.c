/*
 * Sender: posts webhooks from one thread of its own, many at a time.
 *
 * Callers put transfers into a list and wake the thread; all of libcurl's multi interface happens
 * on the thread.  What counts against the limits is counted from submission to done.
 */
#include "webhook/send.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "webhook/curl.h"
#include "webhook/transfer.h"

#define WAIT_MS 10000 /* when nothing happens; every event ends it at once */

struct sender {
	struct sender_options options;
	CURLM *multi;
	pthread_t thread;
	struct transfer *active; /* of the thread alone: what libcurl has */

	pthread_mutex_t lock; /* of everything below */
	struct transfer *submitted;
	char **hosts; /* [transfers_max]: of the transfers that are submitted or active, or NULL */
	unsigned n_transfers;
	bool is_stopping;
};

static void unlock(pthread_mutex_t **lock)
{
	pthread_mutex_unlock(*lock);
}

#define LOCKED(s) \
	CLEANUP(unlock) pthread_mutex_t *held = &(s)->lock; \
	pthread_mutex_lock(held)

static void finish(struct sender *s, struct transfer *t, CURLcode code)
{
	struct webhook_result result;
	struct transfer **at = &s->active;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	transfer_result(t, code, &result);
	libcurl.multi_remove_handle(s->multi, t->easy);
	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->options.transfers_max; i++)
		if (s->hosts[i] == t->host)
			s->hosts[i] = NULL;
	s->n_transfers--;
	pthread_mutex_unlock(&s->lock);
	s->options.done(s->options.user, t->user, &result);
	transfer_destroy(t);
}

/* What callers have submitted goes to libcurl; false: it is time to end. */
static bool take_submitted(struct sender *s)
{
	pthread_mutex_lock(&s->lock);
	struct transfer *t = s->submitted;
	bool is_stopping = s->is_stopping;
	s->submitted = NULL;
	pthread_mutex_unlock(&s->lock);

	while (t != NULL) {
		struct transfer *next = t->next;

		t->next = s->active;
		s->active = t;
		if (libcurl.multi_add_handle(s->multi, t->easy) != CURLM_OK)
			finish(s, t, CURLE_OUT_OF_MEMORY);
		t = next;
	}
	return !is_stopping;
}

static void take_finished(struct sender *s)
{
	const CURLMsg *message;
	int n_left;

	while ((message = libcurl.multi_info_read(s->multi, &n_left)) != NULL) {
		char *private = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result; /* gone when the handle is removed */
		libcurl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		finish(s, (struct transfer *)(void *)private, code);
	}
}

static void *run(void *user)
{
	struct sender *s = user;
	int n_running;

	while (take_submitted(s)) {
		libcurl.multi_perform(s->multi, &n_running);
		take_finished(s);
		libcurl.multi_poll(s->multi, NULL, 0, WAIT_MS, NULL);
	}
	while (s->active != NULL)
		finish(s, s->active, CURLE_ABORTED_BY_CALLBACK);
	return NULL;
}

static int start_thread(struct sender *s, struct err *err)
{
	int rc = thread_start(&s->thread, THREAD_STACK_SMALL, run, s);

	if (rc != 0)
		return err_set(err, ERR_UNAVAILABLE, "no thread for webhooks: %s", strerror(rc));
	return 0;
}

static void sender_destroy(struct sender *s)
{
	if (s->multi != NULL)
		libcurl.multi_cleanup(s->multi);
	pthread_mutex_destroy(&s->lock);
	free(s->hosts);
	free(s);
}

int sender_start(const struct sender_options *options, struct sender **ret, struct err *err)
{
	TRY(curl_load(err));
	struct sender *s = calloc(1, sizeof *s);
	if (s == NULL)
		return err_nomem(err, "the webhooks");
	s->options = *options;
	pthread_mutex_init(&s->lock, NULL);
	s->multi = libcurl.multi_init();
	s->hosts = calloc(options->transfers_max, sizeof *s->hosts);
	int rc = s->multi == NULL || s->hosts == NULL ? err_nomem(err, "the webhooks")
	                                              : start_thread(s, err);
	if (rc != 0) {
		sender_destroy(s);
		return rc;
	}
	*ret = s;
	return 0;
}

/* Under the lock. */
static unsigned room(const struct sender *s, const char *host)
{
	unsigned n_of_host = 0;

	for (unsigned i = 0; i < s->options.transfers_max; i++)
		if (s->hosts[i] != NULL && strcmp(s->hosts[i], host) == 0)
			n_of_host++;
	if (n_of_host >= s->options.transfers_per_host_max)
		return 0;
	return MIN(s->options.transfers_max - s->n_transfers,
	           s->options.transfers_per_host_max - n_of_host);
}

unsigned sender_room(struct sender *s, struct str url)
{
	char *host = transfer_host(url);

	if (host == NULL)
		return 0;
	pthread_mutex_lock(&s->lock);
	unsigned n = room(s, host);
	pthread_mutex_unlock(&s->lock);
	free(host);
	return n;
}

static int submit(struct sender *s, struct transfer *t, struct err *err)
{
	unsigned i = 0;

	LOCKED(s);
	if (s->is_stopping || room(s, t->host) == 0)
		return err_set(err, ERR_UNAVAILABLE, "too many webhooks are under way");
	while (s->hosts[i] != NULL)
		i++;
	s->hosts[i] = t->host;
	s->n_transfers++;
	t->next = s->submitted;
	s->submitted = t;
	return 0;
}

int sender_submit(struct sender *s, const struct webhook_message *message, struct err *err)
{
	struct transfer *t;

	TRY(transfer_create(&s->options, message, &t, err));
	int rc = submit(s, t, err);
	if (rc != 0)
		transfer_destroy(t);
	else
		libcurl.multi_wakeup(s->multi);
	return rc;
}

void sender_stop(struct sender *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->is_stopping = true;
	pthread_mutex_unlock(&s->lock);
	libcurl.multi_wakeup(s->multi);
	pthread_join(s->thread, NULL);
	sender_destroy(s);
}
