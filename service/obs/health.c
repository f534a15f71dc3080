/* Health. */
#include "obs/health.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define CHECKS_MAX 16

struct check {
	const char *name;
	bool is_well;
	char detail[128];
};

static struct {
	pthread_mutex_t lock;
	struct check checks[CHECKS_MAX];
	size_t n_checks;
} health = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static _Atomic bool has_started, is_draining;

void health_set(const char *name, bool is_well, const char *detail)
{
	size_t i = 0;

	pthread_mutex_lock(&health.lock);
	while (i < health.n_checks && strcmp(health.checks[i].name, name) != 0)
		i++;
	if (i < CHECKS_MAX) {
		struct check *check = &health.checks[i];

		health.n_checks = MAX(health.n_checks, i + 1);
		check->name = name;
		check->is_well = is_well;
		snprintf(check->detail, sizeof check->detail, "%s", detail);
	}
	pthread_mutex_unlock(&health.lock);
}

void health_set_started(void)
{
	atomic_store(&has_started, true);
}

void health_set_draining(void)
{
	atomic_store(&is_draining, true);
}

bool health_is_draining(void)
{
	return atomic_load_explicit(&is_draining, memory_order_relaxed);
}

static bool all_well(void)
{
	bool well = true;

	pthread_mutex_lock(&health.lock);
	for (size_t i = 0; i < health.n_checks; i++)
		well = well && health.checks[i].is_well;
	pthread_mutex_unlock(&health.lock);
	return well;
}

bool health_is_ready(void)
{
	return atomic_load(&has_started) && !health_is_draining() && all_well();
}

void health_explain(char *ret, size_t size)
{
	size_t len = 0;

	snprintf(ret, size, "%s", health_is_draining() ? "draining" : "starting");
	if (health_is_draining() || !atomic_load(&has_started))
		return;
	pthread_mutex_lock(&health.lock);
	for (size_t i = 0; i < health.n_checks && len < size; i++)
		if (!health.checks[i].is_well)
			len += (size_t)snprintf(ret + len, size - len, "%s%s: %s",
			                        len == 0 ? "" : "; ", health.checks[i].name,
			                        health.checks[i].detail);
	pthread_mutex_unlock(&health.lock);
}

static const char *status_name(void)
{
	if (health_is_draining())
		return "draining";
	if (!atomic_load(&has_started))
		return "starting";
	return all_well() ? "ready" : "failing";
}

void health_write(struct buf *ret, bool verbose)
{
	buf_printf(ret, "{\"status\":\"%s\"", status_name());
	if (verbose) {
		buf_append_cstr(ret, ",\"checks\":[");
		pthread_mutex_lock(&health.lock);
		for (size_t i = 0; i < health.n_checks; i++) {
			const struct check *check = &health.checks[i];

			buf_append_cstr(ret, i == 0 ? "{\"name\":" : ",{\"name\":");
			buf_append_json_string(ret, str_from(check->name));
			buf_append_cstr(ret, check->is_well ? ",\"ok\":true" : ",\"ok\":false");
			buf_append_cstr(ret, ",\"detail\":");
			buf_append_json_string(ret, str_from(check->detail));
			buf_append_char(ret, '}');
		}
		pthread_mutex_unlock(&health.lock);
		buf_append_char(ret, ']');
	}
	buf_append_char(ret, '}');
}

void health_reset(void)
{
	pthread_mutex_lock(&health.lock);
	health.n_checks = 0;
	pthread_mutex_unlock(&health.lock);
	atomic_store(&has_started, false);
	atomic_store(&is_draining, false);
}
