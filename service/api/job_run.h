/* Job run: what a worker does with a job (tasks/worker.h). */
#ifndef API_JOB_RUN_H
#define API_JOB_RUN_H

#include "tasks/worker.h"

/* worker_run_fn; arg is the app.  The result is what POST /transform answers, as JSON. */
int job_run(void *app, struct worker_job *job, struct err *err);

#endif
