/*
 * Sender: posts webhooks from one thread of its own, many at a time.
 *
 *	sender_start(&options, &sender, err);
 *	if (sender_room(sender, url) > 0)
 *		sender_submit(sender, &message, err);     ... later: options.done(...)
 *
 * An attempt is one POST: no redirects, no proxy, no cookies, HTTP/1.1, http and https only, and only
 * to addresses that target.h lets through.  Of the answer only the status counts: more than 64 KiB
 * of it is not read.  A receiver that hangs, trickles or fails holds one of the transfers until the
 * time is over, and one host never holds more than transfers_per_host_max.
 *
 * What is to be sent again, and when, is the caller's business: schedule.h.
 */
#ifndef WEBHOOK_SEND_H
#define WEBHOOK_SEND_H

#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "webhook/sign.h"
#include "webhook/target.h"

enum webhook_outcome {
	WEBHOOK_DELIVERED, /* any 2xx */
	WEBHOOK_FAILED,  /* another status, or none: may be tried again, unless the status is 410 */
	WEBHOOK_REFUSED, /* by us: its address is not allowed */
};

struct webhook_result {
	enum webhook_outcome outcome;
	int status;       /* of HTTP, or 0: there was no answer */
	char detail[256]; /* for people; "" when there is nothing to say */
	uint64_t duration_ns;
};

/*
 * Runs on the sender's thread, once for each submitted message, in sender_stop() too (as failed):
 * it must not wait, nor call sender_submit() or sender_stop().
 */
typedef void (*webhook_done_fn)(void *user, void *message_user, const struct webhook_result *result);

struct sender_options {
	const struct webhook_secret *secret; /* both stay the caller's, until sender_stop() */
	const struct webhook_allowed *allowed;
	const char *user_agent;
	uint64_t timeout_ms; /* for a whole attempt, looking up the name included */
	unsigned transfers_max, transfers_per_host_max;
	webhook_done_fn done;
	void *user;
};

struct webhook_message {
	struct str url, id, body; /* copied */
	int64_t timestamp;        /* seconds since 1970 */
	void *user;               /* given to done */
};

struct sender;

int sender_start(const struct sender_options *options, struct sender **ret,
                 struct err *err) MUST_CHECK;

/* How many more messages to this URL's host it takes now.  Others may be quicker. */
unsigned sender_room(struct sender *sender, struct str url);

/* ERR_UNAVAILABLE: there is no room; done will not be called. */
int sender_submit(struct sender *sender, const struct webhook_message *message,
                  struct err *err) MUST_CHECK;

/* End what is under way and the thread.  NULL is fine. */
void sender_stop(struct sender *sender);

#endif
