/*
 * Log: one line an event, JSON or text, through a bounded ring to one writer thread.
 *
 *	struct log_line line;
 *
 *	log_begin(&line, LOG_INFO, "listening");
 *	log_int(&line, "port", port);
 *	log_end(&line);
 *
 * Whoever logs never waits for the file: a line that finds the ring full is dropped and counted,
 * and the count is logged when there is room again.  A line is at most LOG_LINE_SIZE bytes; what
 * is longer is cut, and stays valid JSON.  Never log bodies or keys.
 *
 * Before log_open() and after log_close(), lines go nowhere.  Every function may be called from any
 * thread; a log_line belongs to one.
 */
#ifndef OBS_LOG_H
#define OBS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"

#define LOG_LINE_SIZE 2048

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };
enum log_format { LOG_JSON, LOG_TEXT };

struct log_options {
	enum log_level level; /* the lowest that is written */
	enum log_format format;
	int fd; /* stays the caller's */
};

struct log_line {
	size_t len;
	bool is_off; /* below the level: nothing is formatted */
	bool is_cut; /* something did not fit */
	char text[LOG_LINE_SIZE];
};

/* Start the writer thread. */
int log_open(const struct log_options *options, struct err *err) MUST_CHECK;

/* Write what is left and end the thread. */
void log_close(void);

bool log_is_on(enum log_level level);

void log_begin(struct log_line *line, enum log_level level, const char *message);
void log_str(struct log_line *line, const char *key, struct str value);
void log_int(struct log_line *line, const char *key, int64_t value);

/* A duration, written in milliseconds with three decimals. */
void log_duration(struct log_line *line, const char *key, uint64_t ns);

void log_end(struct log_line *line);

/* A line that is no more than its message. */
void log_message(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Lines that found the ring full, since log_open(). */
uint64_t log_n_dropped(void);

#endif
