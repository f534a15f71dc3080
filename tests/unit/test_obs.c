/* obs/: metrics, health, trace context. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "obs/health.h"
#include "obs/metrics.h"
#include "obs/trace.h"

static char *text_of(struct buf *b)
{
	buf_append_char(b, 0);
	assert_int_equal(b->failed, BUF_OK);
	return b->data;
}

static int metrics_setup(void **state)
{
	struct buf *b = calloc(1, sizeof *b);

	metrics_reset();
	buf_init(b, 1 << 24);
	*state = b;
	return 0;
}

static int metrics_teardown(void **state)
{
	struct buf *b = *state;

	metrics_reset();
	buf_deinit(b);
	free(b);
	return 0;
}

/* A test with an empty registry and a buf as its state. */
#define RUN_METRICS(name) cmocka_unit_test_setup_teardown(name, metrics_setup, metrics_teardown)

TEST(a_counter_counts_by_its_labels) {
	struct series *framing = metrics_series(METRIC_HTTP_REFUSED,
	                                        (const char *[]){ "framing_invalid" });
	struct series *again = metrics_series(METRIC_HTTP_REFUSED,
	                                      (const char *[]){ "framing_invalid" });

	assert_ptr_equal(framing, again);
	series_add(framing, 2);
	series_add(again, 1);
	metrics_write(*state);
	const char *text = text_of(*state);
	assert_non_null(strstr(text, "# TYPE docmill_http_refused_total counter\n"
	                             "docmill_http_refused_total{code=\"framing_invalid\"} 3\n"));
}

TEST(a_histogram_is_cumulative_and_in_seconds) {
	struct series *s = metrics_series(METRIC_HTTP_REQUEST_DURATION,
	                                  (const char *[]){ "GET", "/tasks/{id}", "200" });

	series_observe(s, 250000); /* exactly a bound: belongs to it */
	series_observe(s, 300000);
	series_observe(s, 40000000000); /* beyond all bounds */
	metrics_write(*state);
	const char *text = text_of(*state);
#define SERIES "http_server_request_duration_seconds"
#define LABELS "method=\"GET\",route=\"/tasks/{id}\",status=\"200\""
	assert_non_null(strstr(text, SERIES "_bucket{" LABELS ",le=\"0.00025\"} 1\n"));
	assert_non_null(strstr(text, SERIES "_bucket{" LABELS ",le=\"0.001\"} 2\n"));
	assert_non_null(strstr(text, SERIES "_bucket{" LABELS ",le=\"30\"} 2\n"));
	assert_non_null(strstr(text, SERIES "_bucket{" LABELS ",le=\"+Inf\"} 3\n"));
	assert_non_null(strstr(text, SERIES "_sum{" LABELS "} 40.000550000\n"));
	assert_non_null(strstr(text, SERIES "_count{" LABELS "} 3\n"));
}

TEST(label_values_are_escaped) {
	metrics_series(METRIC_HTTP_REFUSED, (const char *[]){ "a\"b\\c\nd" });
	metrics_write(*state);
	assert_non_null(strstr(text_of(*state), "{code=\"a\\\"b\\\\c\\nd\"} 0\n"));
}

TEST(series_beyond_the_ceiling_are_counted_together) {
	char code[16];

	for (int i = 0; i < METRICS_SERIES_MAX + 10; i++) {
		snprintf(code, sizeof code, "%d", i);
		series_add(metrics_series(METRIC_HTTP_REFUSED, (const char *[]){ code }), 1);
	}
	metrics_write(*state);
	const char *text = text_of(*state);
	assert_non_null(strstr(text, "docmill_http_refused_total{code=\"4095\"} 1\n"));
	assert_null(strstr(text, "docmill_http_refused_total{code=\"4096\"}"));
	assert_non_null(strstr(text, "docmill_http_refused_total{code=\"other\"} 10\n"));
}

static void collect(void *ctx)
{
	series_set(metrics_series(METRIC_TASKS, (const char *[]){ "plain" }), *(int *)ctx);
}

TEST(a_collector_is_asked_at_every_scrape) {
	int n = 41;

	metrics_on_scrape(collect, &n);
	n++;
	metrics_write(*state);
	assert_non_null(strstr(text_of(*state), "docmill_tasks{status=\"plain\"} 42\n"));
}

TEST(the_process_reports_itself) {
	metrics_write(*state);
	const char *text = text_of(*state);
	static const char *const names[] = {
		"process_cpu_seconds_total", "process_resident_memory_bytes",
		"process_open_fds",          "process_virtual_memory_bytes",
		"process_max_fds",           "process_start_time_seconds",
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char line[80];

		snprintf(line, sizeof line, "\n%s ", names[i]);
		assert_non_null(strstr(text, line));
	}
}

TEST(every_metric_is_named_documented_and_bounded) {
	(void)state;
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		const struct metric_row *row = &metrics_table[i];

		assert_non_null(row->name);
		assert_true(strlen(row->help) > 3);
		assert_int_equal(row->kind == METRIC_HISTOGRAM, row->buckets_us != NULL);
		for (size_t b = 1; row->buckets_us != NULL && row->buckets_us[b] != 0; b++) {
			assert_true(row->buckets_us[b] > row->buckets_us[b - 1]);
			assert_true(b < METRICS_BUCKETS_MAX);
		}
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(row->name, metrics_table[j].name);
	}
}

TEST(a_service_is_ready_once_started_while_all_checks_are_well) {
	(void)state;
	health_reset();
	assert_false(health_is_ready());
	health_set_started();
	assert_true(health_is_ready());
	health_set("store", false, "locked");
	assert_false(health_is_ready());
	health_set("store", true, "");
	assert_true(health_is_ready());
	health_set_draining();
	assert_false(health_is_ready());
	health_reset();
}

TEST(health_tells_its_checks_when_asked) {
	health_reset();
	health_set_started();
	health_set("store", false, "no \"file\"");
	health_write(*state, true);
	assert_string_equal(text_of(*state),
	                    "{\"status\":\"failing\",\"checks\":[{\"name\":\"store\",\"ok\":false,"
	                    "\"detail\":\"no \\\"file\\\"\"}]}");
	health_reset();
}

TEST(a_valid_traceparent_gives_its_trace_id) {
	char id[TRACE_ID_SIZE], flags[TRACE_FLAGS_SIZE];

	(void)state;
	assert_true(trace_parse(STR("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), id,
	                        flags));
	assert_string_equal(id, "4bf92f3577b34da6a3ce929d0e0e4736");
	assert_string_equal(flags, "01");
	assert_true(trace_parse(STR("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x"),
	                        id, flags));
}

TEST(a_broken_traceparent_is_ignored) {
	static const char *const broken[] = {
		"",
		"00",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
		"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
		"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
		"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	};
	char id[TRACE_ID_SIZE] = "untouched", flags[TRACE_FLAGS_SIZE] = "un";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		assert_false(trace_parse(str_from(broken[i]), id, flags));
	assert_string_equal(id, "untouched");
	assert_string_equal(flags, "un");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_METRICS(a_counter_counts_by_its_labels),
		RUN_METRICS(a_histogram_is_cumulative_and_in_seconds),
		RUN_METRICS(label_values_are_escaped),
		RUN_METRICS(series_beyond_the_ceiling_are_counted_together),
		RUN_METRICS(a_collector_is_asked_at_every_scrape),
		RUN_METRICS(the_process_reports_itself),
		RUN(every_metric_is_named_documented_and_bounded),
		RUN(a_service_is_ready_once_started_while_all_checks_are_well),
		RUN_METRICS(health_tells_its_checks_when_asked),
		RUN(a_valid_traceparent_gives_its_trace_id),
		RUN(a_broken_traceparent_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
