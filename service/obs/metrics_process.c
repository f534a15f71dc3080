/* Metrics of the process, read from the system when somebody asks. */
#include "obs/metrics.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct process_figures {
	unsigned long user_ticks, system_ticks, virtual_bytes;
	unsigned long long start_ticks; /* since boot */
	long resident_pages, n_threads;
};

/* /proc/self/stat: the name in parentheses may hold anything, so counting starts behind it. */
static bool read_figures(struct process_figures *ret)
{
	char text[1024];
	FILE *file = fopen("/proc/self/stat", "re");

	if (file == NULL)
		return false;
	size_t len = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[len] = 0;
	const char *fields = strrchr(text, ')');
	return fields != NULL &&
	       sscanf(fields + 1,
	              " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %ld"
	              " %*d %llu %lu %ld",
	              &ret->user_ticks, &ret->system_ticks, &ret->n_threads, &ret->start_ticks,
	              &ret->virtual_bytes, &ret->resident_pages) == 6;
}

static long count_open_fds(void)
{
	long n = 0;
	DIR *dir = opendir("/proc/self/fd");

	if (dir == NULL)
		return -1;
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n - 3; /* ".", ".." and the directory itself */
}

/* When the process was started, in seconds since 1970: now, less its age. */
static double start_time(unsigned long long start_ticks)
{
	struct timespec now, since_boot;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &since_boot);
	return (double)(now.tv_sec - since_boot.tv_sec) +
	       (double)(now.tv_nsec - since_boot.tv_nsec) / 1e9 +
	       (double)start_ticks / (double)sysconf(_SC_CLK_TCK);
}

static void put(struct buf *ret, const char *name, const char *kind, const char *help, double value)
{
	buf_printf(ret, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, kind, name,
	           value);
}

void metrics_write_process(struct buf *ret)
{
	struct process_figures p;
	struct rlimit fds;

	if (read_figures(&p)) {
		put(ret, "process_cpu_seconds_total", "counter", "User and system CPU time.",
		    (double)(p.user_ticks + p.system_ticks) / (double)sysconf(_SC_CLK_TCK));
		put(ret, "process_resident_memory_bytes", "gauge", "Resident memory.",
		    (double)p.resident_pages * (double)sysconf(_SC_PAGESIZE));
		put(ret, "process_virtual_memory_bytes", "gauge", "Virtual memory.",
		    (double)p.virtual_bytes);
		put(ret, "process_start_time_seconds", "gauge", "Start, in seconds since 1970.",
		    start_time(p.start_ticks));
		put(ret, "process_threads", "gauge", "Threads.", (double)p.n_threads);
	}
	put(ret, "process_open_fds", "gauge", "Open file descriptors.", (double)count_open_fds());
	if (getrlimit(RLIMIT_NOFILE, &fds) == 0)
		put(ret, "process_max_fds", "gauge", "The most file descriptors allowed.",
		    (double)fds.rlim_cur);
}
