/* Background: everything that happens to tasks by itself. */
#include "tasks/background.h"

/* The store has something new; called from any thread. */
static void wake(void *arg)
{
	struct background *b = arg;

	waiters_wake(&b->waiters);
	if (b->worker != NULL)
		worker_wake(b->worker);
	if (b->outbox != NULL)
		outbox_wake(b->outbox);
}

static int start_outbox(const struct background_options *options, struct background *b,
                        struct err *err)
{
	if (options->webhook_secret.len == 0 || b->store->ops->deliveries == NULL)
		return 0;
	TRY(webhook_secret_parse(options->webhook_secret, &b->secret, err));
	TRY(webhook_allowed_parse(options->webhook_allow, &b->allowed, err));
	return outbox_start(
		&(struct outbox_options){
			.store = b->store,
			.secret = &b->secret,
			.allowed = &b->allowed,
			.timeout_ms = options->webhook_timeout_ms,
			.transfers_max = options->webhook_transfers_max,
			.transfers_per_host_max = options->webhook_transfers_per_host_max,
		},
		&b->outbox, err);
}

int background_check(const struct background_options *options, struct err *err)
{
	struct webhook_allowed allowed = { 0 };
	struct webhook_secret secret;

	if (options->webhook_secret.len > 0)
		TRY(webhook_secret_parse(options->webhook_secret, &secret, err));
	TRY(webhook_allowed_parse(options->webhook_allow, &allowed, err));
	webhook_allowed_deinit(&allowed);
	return 0;
}

int background_start(const struct background_options *options, struct background *b, struct err *err)
{
	*b = (struct background){ .store = options->worker.store };
	waiters_init(&b->waiters, options->waiters_max);
	int rc = 0;
	if (b->store->ops->jobs != NULL)
		rc = worker_start(&options->worker, &b->worker, err);
	if (rc == 0)
		rc = sweeper_start(&options->sweeper, &b->sweeper, err);
	if (rc == 0)
		rc = start_outbox(options, b, err);
	if (rc != 0) {
		background_stop(b);
		return rc;
	}
	b->store->ops->watch(b->store, wake, b);
	return 0;
}

void background_drain(struct background *b)
{
	if (b->store == NULL)
		return;
	waiters_close(&b->waiters);
	worker_drain(b->worker);
}

void background_stop(struct background *b)
{
	if (b->store == NULL)
		return;
	b->store->ops->watch(b->store, NULL, NULL);
	worker_stop(b->worker);
	outbox_stop(b->outbox);
	sweeper_stop(b->sweeper);
	waiters_deinit(&b->waiters);
	webhook_allowed_deinit(&b->allowed);
	*b = (struct background){ 0 };
}

int background_check_url(const struct background *b, struct str url, struct err *err)
{
	if (b->outbox == NULL)
		return err_set(err, ERR_INVALID, "needs a service that has a --webhook-secret");
	return webhook_url_check(url, err);
}
