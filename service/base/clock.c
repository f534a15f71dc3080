/* Clocks. */
#include "base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t clock_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * Up to the point before the milliseconds.  The calendar is asked once a second and thread: it takes a
 * lock that all threads share, and printf takes longer than most of what is written beside it.
 */
static size_t put_second(time_t second, char *to)
{
	static __thread time_t last;
	static __thread char text[CLOCK_RFC3339_SIZE];
	static __thread size_t len;
	struct tm tm;

	if (len == 0 || second != last) {
		gmtime_r(&second, &tm);
		len = (size_t)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.",
		                       tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		                       tm.tm_min, tm.tm_sec);
		last = second;
	}
	memcpy(to, text, len);
	return len;
}

void clock_format_rfc3339(int64_t wall_ms, char *ret, size_t size)
{
	int64_t ms = wall_ms % 1000;
	time_t second = (time_t)(wall_ms / 1000);

	assert(size >= CLOCK_RFC3339_SIZE);
	(void)size;
	if (ms < 0) {
		ms += 1000;
		second--;
	}
	char *to = ret + put_second(second, ret);
	*to++ = (char)('0' + ms / 100);
	*to++ = (char)('0' + ms / 10 % 10);
	*to++ = (char)('0' + ms % 10);
	*to++ = 'Z';
	*to = 0;
}
