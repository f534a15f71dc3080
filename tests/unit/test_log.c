/* obs/log: lines, and the ring between those who log and the writer. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "obs/log.h"
#include "obs/log_ring.h"

struct log_pipe {
	int read_fd, write_fd;
};

static void open_log(struct log_pipe *p, enum log_level level, enum log_format format)
{
	struct err err = ERR_INIT;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	p->read_fd = fds[0];
	p->write_fd = fds[1];
	assert_int_equal(log_open(&(struct log_options){ level, format, fds[1] }, &err), 0);
}

/* End the log and read everything it wrote (at most what a pipe holds). */
static void close_log(struct log_pipe *p, char *ret, size_t size)
{
	log_close();
	close(p->write_fd);
	size_t len = 0;
	ssize_t n;
	while (len < size - 1 && (n = read(p->read_fd, ret + len, size - 1 - len)) > 0)
		len += (size_t)n;
	ret[len] = 0;
	close(p->read_fd);
}

/* What stands behind "msg": the time before it differs from run to run. */
static const char *after_time(const char *line)
{
	return strstr(line, "\"level\"");
}

TEST(a_line_is_json_with_time_level_message_and_fields) {
	struct log_pipe p;
	struct log_line line;
	char text[4096];

	(void)state;
	open_log(&p, LOG_INFO, LOG_JSON);
	log_begin(&line, LOG_WARNING, "a \"b\"");
	log_str(&line, "path", STR("/x\n\xff\xc3\xa9"));
	log_int(&line, "n", -7);
	log_duration(&line, "duration_ms", 1234567);
	log_end(&line);
	close_log(&p, text, sizeof text);
	assert_memory_equal(text, "{\"time\":\"2", 10);
	assert_string_equal(after_time(text),
	                    "\"level\":\"warning\",\"msg\":\"a \\\"b\\\"\","
	                    "\"path\":\"/x\\u000a\\ufffd\xc3\xa9\",\"n\":-7,\"duration_ms\":1.234}\n");
}

TEST(a_text_line_says_the_same) {
	struct log_pipe p;
	struct log_line line;
	char text[4096];

	(void)state;
	open_log(&p, LOG_DEBUG, LOG_TEXT);
	log_begin(&line, LOG_DEBUG, "hello");
	log_str(&line, "a", STR("b c"));
	log_int(&line, "n", 1);
	log_end(&line);
	close_log(&p, text, sizeof text);
	assert_string_equal(strchr(text, ' '), " debug hello a=\"b c\" n=1\n");
}

TEST(lines_below_the_level_are_not_written) {
	struct log_pipe p;
	char text[4096];

	(void)state;
	open_log(&p, LOG_WARNING, LOG_JSON);
	log_message(LOG_INFO, "quiet");
	log_message(LOG_ERROR, "loud");
	close_log(&p, text, sizeof text);
	assert_null(strstr(text, "quiet"));
	assert_non_null(strstr(text, "loud"));
}

TEST(a_line_too_long_is_cut_and_stays_json) {
	struct log_pipe p;
	struct log_line line;
	static char text[8192], value[5000];

	(void)state;
	memset(value, '"', sizeof value);
	open_log(&p, LOG_INFO, LOG_JSON);
	log_begin(&line, LOG_INFO, "long");
	log_str(&line, "value", (struct str){ value, sizeof value });
	log_int(&line, "lost", 1);
	log_end(&line);
	close_log(&p, text, sizeof text);
	size_t len = strlen(text);
	assert_true(len <= LOG_LINE_SIZE);
	assert_string_equal(text + len - 5, "\\\"\"}\n");
	assert_null(strstr(text, "lost"));
}

TEST(nothing_is_written_before_the_log_is_open) {
	struct log_line line;

	(void)state;
	log_begin(&line, LOG_ERROR, "early");
	assert_true(line.is_off);
	log_end(&line);
}

TEST(a_full_ring_drops_lines_and_counts_them) {
	struct log_pipe p;
	struct log_line line;
	static char value[1500], text[4096];
	const int n_lines = 3 * LOG_RING_SIZE / sizeof value;

	(void)state;
	/* Nobody reads the pipe: the writer blocks on it and the ring fills up. */
	open_log(&p, LOG_INFO, LOG_JSON);
	memset(value, 'x', sizeof value);
	for (int i = 0; i < n_lines; i++) {
		log_begin(&line, LOG_INFO, "line");
		log_str(&line, "value", (struct str){ value, sizeof value });
		log_end(&line);
	}
	assert_in_range(log_n_dropped(), n_lines / 3, n_lines);
	close(p.read_fd); /* the writer's write fails, and it goes on to the next */
	p.read_fd = open("/dev/null", O_RDONLY);
	close_log(&p, text, sizeof text);
}

#define LINES_PER_THREAD 2000

static void *log_many(void *arg)
{
	for (int i = 0; i < LINES_PER_THREAD; i++) {
		struct log_line line;

		log_begin(&line, LOG_INFO, "line");
		log_int(&line, "thread", *(const int *)arg);
		log_end(&line);
	}
	return NULL;
}

TEST(lines_of_several_threads_arrive_whole) {
	static char line[512];
	int numbers[4] = { 0, 1, 2, 3 };
	pthread_t threads[4];
	struct err err = ERR_INIT;
	FILE *file = tmpfile();
	uint64_t n = 0;

	(void)state;
	assert_non_null(file);
	assert_int_equal(log_open(&(struct log_options){ LOG_INFO, LOG_JSON, fileno(file) }, &err),
	                 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_many, &numbers[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	uint64_t n_dropped = log_n_dropped();
	log_close();
	rewind(file);
	while (fgets(line, sizeof line, file) != NULL) {
		assert_memory_equal(line, "{\"time\":\"", 9);
		assert_string_equal(line + strlen(line) - 2, "}\n");
		n += strstr(line, "\"thread\"") != NULL;
	}
	fclose(file);
	assert_int_equal(n + n_dropped, 4 * LINES_PER_THREAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_line_is_json_with_time_level_message_and_fields),
		RUN(a_text_line_says_the_same),
		RUN(lines_below_the_level_are_not_written),
		RUN(a_line_too_long_is_cut_and_stays_json),
		RUN(nothing_is_written_before_the_log_is_open),
		RUN(a_full_ring_drops_lines_and_counts_them),
		RUN(lines_of_several_threads_arrive_whole),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
