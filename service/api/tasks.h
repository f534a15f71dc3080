/*
 * Tasks: the to-do list at /tasks.
 *
 * Its routes answer what the Flask program of the tutorial answers, so that clients written
 * for that one work unchanged, and hold to bounds that it does not have.
 */
#ifndef API_TASKS_H
#define API_TASKS_H

#include "http/router.h"

/* The outcome of a handler: an unknown task is an answer of its own. */
int task_or_not_found(const struct request *req, struct response *res, int rc, struct err *err);

int task_list(struct request *req, struct response *res, struct err *err);
int task_create(struct request *req, struct response *res, struct err *err);
int task_get(struct request *req, struct response *res, struct err *err);
int task_update(struct request *req, struct response *res, struct err *err);
int task_patch(struct request *req, struct response *res, struct err *err);
int task_delete(struct request *req, struct response *res, struct err *err);

#endif
