/* The tables of routes. */
#include "api/routes.h"

#include "api/capabilities.h"
#include "api/health.h"
#include "api/jobs.h"
#include "api/keys.h"
#include "api/metrics.h"
#include "api/pages.h"
#include "api/tasks.h"
#include "api/transform.h"

const struct route service_routes[] = {
	{
		.method = METHOD_POST,
		.path = "/transform",
		.handle = transform_run,
		.name = "transform",
		.scope = SCOPE_TRANSFORM,
		.doc = "Run a pipeline over the documents sent.",
	},
	{
		.method = METHOD_POST,
		.path = "/transform/validate",
		.handle = transform_validate,
		.name = "transform_validate",
		.scope = SCOPE_TRANSFORM,
		.doc = "Compile a pipeline and tell every problem.",
	},
	{
		.method = METHOD_GET,
		.path = "/tasks",
		.handle = task_list,
		.name = "task_list",
		.scope = SCOPE_TASKS_READ,
		.doc = "List tasks, page by page.",
	},
	{
		.method = METHOD_POST,
		.path = "/tasks",
		.handle = task_create,
		.name = "task_create",
		.scope = SCOPE_TASKS_WRITE,
		.doc = "Create a task.",
	},
	{
		.method = METHOD_GET,
		.path = "/tasks/{id}",
		.handle = task_get,
		.name = "task_get",
		.scope = SCOPE_TASKS_READ,
		.doc = "Get one task.",
	},
	{
		.method = METHOD_PUT,
		.path = "/tasks/{id}",
		.handle = task_update,
		.name = "task_update",
		.scope = SCOPE_TASKS_WRITE,
		.doc = "Set whichever fields are given.",
	},
	{
		.method = METHOD_PATCH,
		.path = "/tasks/{id}",
		.handle = task_patch,
		.name = "task_patch",
		.scope = SCOPE_TASKS_WRITE,
		.doc = "Set whichever fields are given, by a merge patch.",
	},
	{
		.method = METHOD_DELETE,
		.path = "/tasks/{id}",
		.handle = task_delete,
		.name = "task_delete",
		.scope = SCOPE_TASKS_WRITE,
		.doc = "Delete a task.",
	},
	{
		.method = METHOD_POST,
		.path = "/tasks/{id}/cancel",
		.handle = job_cancel,
		.name = "job_cancel",
		.is_bodyless = true,
		.scope = SCOPE_TASKS_WRITE,
		.doc = "Stop a job.",
	},
	{
		.method = METHOD_POST,
		.path = "/tasks/{id}/retry",
		.handle = job_retry,
		.name = "job_retry",
		.is_bodyless = true,
		.scope = SCOPE_TASKS_WRITE,
		.doc = "Run a job again that has failed or was cancelled.",
	},
	{
		.method = METHOD_GET,
		.path = "/tasks/{id}/result",
		.handle = job_result,
		.name = "job_result",
		.scope = SCOPE_TASKS_READ,
		.doc = "Get what a job has made.",
	},
	{
		.method = METHOD_GET,
		.path = "/tasks/{id}/deliveries",
		.handle = job_deliveries,
		.name = "job_deliveries",
		.scope = SCOPE_TASKS_READ,
		.doc = "List every attempt to tell a job's webhook.",
	},
	{
		.method = METHOD_POST,
		.path = "/tasks/{id}/deliveries/{n}/redeliver",
		.handle = job_redeliver,
		.name = "job_redeliver",
		.is_bodyless = true,
		.scope = SCOPE_TASKS_WRITE,
		.doc = "Tell a job's webhook once more.",
	},
	{
		.method = METHOD_GET,
		.path = "/capabilities",
		.handle = capabilities_get,
		.name = "capabilities",
		.scope = SCOPE_OPEN,
		.doc = "Tell which stages, operators, limits and media types there are.",
	},
	{
		.method = METHOD_GET,
		.path = "/openapi.json",
		.handle = page_openapi,
		.name = "openapi",
		.scope = SCOPE_OPEN,
		.doc = "The contract.",
	},
	{
		.method = METHOD_GET,
		.path = "/version",
		.handle = page_version,
		.name = "version",
		.scope = SCOPE_OPEN,
		.doc = "Tell what was built.",
	},
	{
		.method = METHOD_GET,
		.path = "/livez",
		.handle = health_live,
		.name = "livez",
		.scope = SCOPE_OPEN,
		.doc = "Is the process alive?",
	},
	{
		.method = METHOD_GET,
		.path = "/readyz",
		.handle = health_ready,
		.name = "readyz",
		.scope = SCOPE_OPEN,
		.doc = "Should the service be sent requests?",
	},
	{
		.method = METHOD_GET,
		.path = "/",
		.handle = page_index,
		.name = "index",
		.scope = SCOPE_OPEN,
		.doc = "Everything that is here.",
	},
	{ 0 },
};

const struct route admin_routes[] = {
	{
		.method = METHOD_GET,
		.path = "/livez",
		.handle = health_live,
		.name = "livez",
		.scope = SCOPE_OPEN,
		.doc = "Is the process alive?",
	},
	{
		.method = METHOD_GET,
		.path = "/readyz",
		.handle = health_ready,
		.name = "readyz",
		.scope = SCOPE_OPEN,
		.doc = "Should the service be sent requests?",
	},
	{
		.method = METHOD_GET,
		.path = "/metrics",
		.handle = metrics_get,
		.name = "metrics",
		.scope = SCOPE_OPEN,
		.doc = "What is measured, for Prometheus.",
	},
	{ 0 },
};
