/*
 * Delivery: one message about a job's end, and every attempt to bring it to the job's webhook.
 *
 * A delivery is stored in the transaction that ends the job, so that none is forgotten and none is
 * made up.  A sender claims those that are due, for the time of a lease, tries, and says what came
 * of it and when to try next; a sender that dies leaves them to the next one.  The message that is
 * sent is the task as it was when the job ended.
 */
#ifndef STORE_DELIVERY_H
#define STORE_DELIVERY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "store/task.h"

struct store;

/* Who has a webhook sent again and again sees the last attempts only: the log must end. */
#define DELIVERY_ATTEMPTS_KEPT 100

enum delivery_outcome {
	DELIVERY_DELIVERED,
	DELIVERY_FAILED,
	DELIVERY_REFUSED,
	DELIVERY_OUTCOME_COUNT
};

/* Append the message about a job that has just ended: {"type", "timestamp", "data"}. */
void delivery_write_message(const struct task *task, struct buf *out);

/* One attempt, as the log shows it. */
struct delivery_attempt {
	uint64_t n; /* of all attempts of the job, from 1 */
	struct str webhook_id;
	int64_t at_ms, next_ms; /* next_ms 0: never again */
	int status;             /* of the answer; 0: there was none */
	struct str outcome, detail;
};

struct json_writer;
void delivery_write_attempt(struct json_writer *w, const struct delivery_attempt *attempt);

/* "delivered", "failed", "refused": part of the public contract. */
const char *delivery_outcome_name(enum delivery_outcome outcome);

struct delivery {
	uint64_t number;                 /* the store's: names the delivery in delivery_end */
	uint64_t claim;                  /* fences off a sender that is late */
	char webhook_id[UUID_TEXT_SIZE]; /* the same for every attempt */
	uint32_t attempts;               /* before this one */
	struct buf url, body;            /* the caller's to deinit */
};

struct delivery_end {
	enum delivery_outcome outcome;
	int status;        /* of the answer; 0: there was none */
	struct str detail; /* for a person */
	int64_t next_ms;   /* when to try again; 0: never */
};

struct delivery_ops {
	/* The one that is due first; ERR_NOT_FOUND: none is, *ret_next_ms says when (0: no idea). */
	int (*claim)(struct store *store, int64_t lease_ms, struct delivery *ret,
	             int64_t *ret_next_ms, struct err *err);

	int (*finish)(struct store *store, const struct delivery *delivery,
	              const struct delivery_end *end, struct err *err);

	/* It was not tried after all, and is due again at that moment: no attempt is counted. */
	int (*put_off)(struct store *store, const struct delivery *delivery, int64_t until_ms,
	               struct err *err);

	/* Every attempt of a job: {"n", "webhook_id", "at", "status", "outcome", "detail", "next_at"}. */
	int (*list)(struct store *store, struct str id, struct buf *ret_json, struct err *err);

	/* Send attempt n's message once more, under the same webhook_id. */
	int (*again)(struct store *store, struct str id, uint64_t n, struct err *err);
};

#endif
