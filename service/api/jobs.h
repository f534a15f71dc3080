/*
 * Jobs: tasks that carry a transform, at /tasks/{id}/… (tasks.h has what they share with others).
 */
#ifndef API_JOBS_H
#define API_JOBS_H

#include "http/router.h"

int job_cancel(struct request *req, struct response *res, struct err *err);
int job_retry(struct request *req, struct response *res, struct err *err);
int job_result(struct request *req, struct response *res, struct err *err);
int job_deliveries(struct request *req, struct response *res, struct err *err);
int job_redeliver(struct request *req, struct response *res, struct err *err);

#endif
