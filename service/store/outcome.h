/* Outcomes that every store words alike.  Inside store/. */
#ifndef STORE_OUTCOME_H
#define STORE_OUTCOME_H

#include "store/store.h"

int store_not_found(struct err *err);
int store_outdated(uint64_t version, struct err *err);
int store_mismatch(struct err *err);

/* Answer with a task that was created before, as it was then. */
void store_replay(const struct task *task, struct store_receipt *ret, struct buf *ret_json);

#endif
