/* Control groups: the tightest limit from the process's own group up to the topmost one. */
#include "base/cgroup.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

/* What a group's folder says, in a file or two. */
typedef void (*read_limits_fn)(const char *folder, struct cgroup_limits *ret);

/* Numbers of a file, as many as are asked for; "max" is none. */
static bool read_numbers(const char *folder, const char *name, int64_t *ret, size_t n)
{
	char path[PATH_MAX];
	long long number;

	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return false;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	size_t n_read = 0;
	while (n_read < n && fscanf(file, "%lld", &number) == 1)
		ret[n_read++] = number;
	fclose(file);
	return n_read == n;
}

static void limit_memory(struct cgroup_limits *limits, int64_t bytes)
{
	if (bytes > 0)
		limits->memory_bytes = MIN(limits->memory_bytes, (uint64_t)bytes);
}

static void limit_cpus(struct cgroup_limits *limits, int64_t quota_us, int64_t period_us)
{
	if (quota_us > 0 && period_us > 0)
		limits->cpus = MIN(limits->cpus, ((uint64_t)quota_us - 1) / (uint64_t)period_us + 1);
}

static void read_v2(const char *folder, struct cgroup_limits *ret)
{
	int64_t n[2];

	if (read_numbers(folder, "memory.max", n, 1))
		limit_memory(ret, n[0]);
	if (read_numbers(folder, "cpu.max", n, 2))
		limit_cpus(ret, n[0], n[1]);
}

static void read_v1_memory(const char *folder, struct cgroup_limits *ret)
{
	int64_t bytes;

	if (read_numbers(folder, "memory.limit_in_bytes", &bytes, 1))
		limit_memory(ret, bytes);
}

static void read_v1_cpu(const char *folder, struct cgroup_limits *ret)
{
	int64_t quota, period;

	if (read_numbers(folder, "cpu.cfs_quota_us", &quota, 1) &&
	    read_numbers(folder, "cpu.cfs_period_us", &period, 1))
		limit_cpus(ret, quota, period);
}

/* Where hierarchies are mounted: by convention, and by which controller. */
static const struct hierarchy {
	const char *controller; /* as /proc/self/cgroup names it; "": version 2 */
	const char *mount;
	read_limits_fn read;
} hierarchies[] = {
	{ "", "/sys/fs/cgroup", read_v2 },
	{ "", "/sys/fs/cgroup/unified", read_v2 },
	{ "memory", "/sys/fs/cgroup/memory", read_v1_memory },
	{ "cpu", "/sys/fs/cgroup/cpu", read_v1_cpu },
	{ "cpu", "/sys/fs/cgroup/cpu,cpuacct", read_v1_cpu },
};

/* From the group itself to the topmost one.  A group outside of what is visible has ".." in it. */
static void read_upwards(const struct hierarchy *h, const char *root, const char *group,
                         struct cgroup_limits *ret)
{
	char folder[PATH_MAX];
	size_t top = (size_t)snprintf(folder, sizeof folder, "%s%s", root, h->mount);

	if (top >= sizeof folder)
		return;
	if (strstr(group, "..") == NULL && top + strlen(group) < sizeof folder)
		memcpy(folder + top, group, strlen(group) + 1);
	for (;;) {
		h->read(folder, ret);
		char *slash = strrchr(folder + top, '/');
		if (slash == NULL)
			return;
		*slash = 0;
	}
}

/* Is it one of "cpu,cpuacct"? */
static bool names(const char *controllers, const char *controller)
{
	size_t len = strlen(controller);

	if (len == 0)
		return controllers[0] == 0;
	for (const char *at = controllers; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, controller, len) == 0 && (at[len] == 0 || at[len] == ','))
			return true;
	}
	return false;
}

/* "4:memory:/docker/abc" */
static void read_line(char *line, const char *root, struct cgroup_limits *ret)
{
	char *controllers = strchr(line, ':');
	char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;

	if (group == NULL)
		return;
	*group++ = 0;
	controllers++;
	group[strcspn(group, "\n")] = 0;
	for (size_t i = 0; i < ARRAY_LEN(hierarchies); i++)
		if (names(controllers, hierarchies[i].controller))
			read_upwards(&hierarchies[i], root, group, ret);
}

struct cgroup_limits cgroup_read(const char *root)
{
	struct cgroup_limits limits = { CGROUP_NO_LIMIT, CGROUP_NO_LIMIT };
	char line[PATH_MAX];

	snprintf(line, sizeof line, "%s/proc/self/cgroup", root);
	FILE *file = fopen(line, "re");
	if (file == NULL)
		return limits;
	while (fgets(line, sizeof line, file) != NULL)
		read_line(line, root, &limits);
	fclose(file);
	return limits;
}
