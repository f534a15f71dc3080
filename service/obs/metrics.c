/* Metrics: series, counting, and their text. */
#include "obs/metrics.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "obs/log.h"

#define COLLECTORS_MAX 8

struct series {
	struct series *next;
	const struct metric_row *row;
	char *labels;           /* a="b",c="d"; "" without labels */
	_Atomic uint64_t value; /* counters, gauges; histograms: the sum in nanoseconds */
	_Atomic uint64_t buckets[METRICS_BUCKETS_MAX + 1]; /* the last one: beyond all bounds */
};

static struct {
	pthread_mutex_t lock; /* of the lists; counting takes no lock */
	struct series *series[METRIC_COUNT], *last[METRIC_COUNT];
	struct series other[METRIC_COUNT];
	size_t n_series;
	struct {
		metrics_collect_fn collect;
		void *ctx;
	} collectors[COLLECTORS_MAX];
	size_t n_collectors;
} metrics = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static void append_label(struct buf *text, const char *name, const char *value)
{
	buf_printf(text, "%s%s=\"", text->len == 0 ? "" : ",", name);
	for (; *value != 0; value++) {
		if (*value == '\\' || *value == '"')
			buf_append_char(text, '\\');
		if (*value == '\n')
			buf_append_cstr(text, "\\n");
		else
			buf_append_char(text, *value);
	}
	buf_append_char(text, '"');
}

/* A malloc'ed text of the labels; NULL without memory. */
static char *format_labels(const struct metric_row *row, const char *const *values)
{
	struct buf text;

	buf_init(&text, 4096);
	for (size_t i = 0; row->labels[i] != NULL; i++)
		append_label(&text, row->labels[i], values != NULL ? values[i] : "other");
	buf_append_char(&text, 0);
	if (text.failed != BUF_OK) {
		buf_deinit(&text);
		return NULL;
	}
	return text.data;
}

/* Where everything is counted that found no series of its own.  The lock is held. */
static struct series *other_series(enum metric metric)
{
	struct series *other = &metrics.other[metric];

	if (other->labels == NULL)
		other->labels = format_labels(other->row, NULL);
	return other;
}

/* The lock is held; takes labels. */
static struct series *add_series(enum metric metric, char *labels)
{
	struct series *series = metrics.n_series < METRICS_SERIES_MAX ? calloc(1, sizeof *series)
	                                                              : NULL;

	if (series == NULL || labels == NULL) {
		free(series);
		free(labels);
		return other_series(metric);
	}
	series->labels = labels;
	series->row = &metrics_table[metric];
	if (metrics.last[metric] != NULL)
		metrics.last[metric]->next = series;
	else
		metrics.series[metric] = series;
	metrics.last[metric] = series;
	metrics.n_series++;
	return series;
}

struct series *metrics_series(enum metric metric, const char *const *label_values)
{
	const struct metric_row *row = &metrics_table[metric];

	assert((label_values == NULL) == (row->labels[0] == NULL));
	char *labels = format_labels(row, label_values);
	pthread_mutex_lock(&metrics.lock);
	metrics.other[metric].row = row;
	struct series *series = labels != NULL ? metrics.series[metric] : NULL;
	while (series != NULL && strcmp(series->labels, labels) != 0)
		series = series->next;
	if (series != NULL)
		free(labels);
	else
		series = add_series(metric, labels);
	pthread_mutex_unlock(&metrics.lock);
	return series;
}

void series_add(struct series *series, uint64_t n)
{
	atomic_fetch_add_explicit(&series->value, n, memory_order_relaxed);
}

void series_set(struct series *series, int64_t value)
{
	atomic_store_explicit(&series->value, (uint64_t)value, memory_order_relaxed);
}

void series_observe(struct series *series, uint64_t ns)
{
	const uint64_t *bounds_us = series->row->buckets_us;
	size_t i = 0;

	while (bounds_us[i] != 0 && ns > bounds_us[i] * 1000)
		i++;
	atomic_fetch_add_explicit(&series->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&series->value, ns, memory_order_relaxed);
}

void metrics_on_scrape(metrics_collect_fn collect, void *ctx)
{
	pthread_mutex_lock(&metrics.lock);
	assert(metrics.n_collectors < COLLECTORS_MAX);
	metrics.collectors[metrics.n_collectors].collect = collect;
	metrics.collectors[metrics.n_collectors].ctx = ctx;
	metrics.n_collectors++;
	pthread_mutex_unlock(&metrics.lock);
}

static uint64_t load(const _Atomic uint64_t *cell)
{
	return atomic_load_explicit(cell, memory_order_relaxed);
}

static void write_histogram(const struct series *series, struct buf *ret)
{
	const struct metric_row *row = series->row;
	const char *comma = series->labels[0] != 0 ? "," : "";
	uint64_t n = 0, sum_ns = load(&series->value);
	size_t i;

	for (i = 0; row->buckets_us[i] != 0; i++) {
		n += load(&series->buckets[i]);
		buf_printf(ret, "%s_bucket{%s%sle=\"%g\"} %llu\n", row->name, series->labels, comma,
		           (double)row->buckets_us[i] / 1e6, (unsigned long long)n);
	}
	n += load(&series->buckets[i]);
	buf_printf(ret, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", row->name, series->labels, comma,
	           (unsigned long long)n);
	buf_printf(ret, "%s_sum{%s} %.9f\n", row->name, series->labels, (double)sum_ns / 1e9);
	buf_printf(ret, "%s_count{%s} %llu\n", row->name, series->labels, (unsigned long long)n);
}

static void write_series(const struct series *series, struct buf *ret)
{
	if (series->row->kind == METRIC_HISTOGRAM) {
		write_histogram(series, ret);
		return;
	}
	buf_append_cstr(ret, series->row->name);
	if (series->labels[0] != 0)
		buf_printf(ret, "{%s}", series->labels);
	buf_printf(ret, " %lld\n", (long long)load(&series->value));
}

static void write_metric(enum metric metric, struct buf *ret)
{
	static const char *const kinds[] = {
		[METRIC_COUNTER] = "counter",
		[METRIC_GAUGE] = "gauge",
		[METRIC_HISTOGRAM] = "histogram",
	};
	const struct metric_row *row = &metrics_table[metric];

	if (metrics.series[metric] == NULL && metrics.other[metric].labels == NULL)
		return;
	buf_printf(ret, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
	           kinds[row->kind]);
	for (const struct series *s = metrics.series[metric]; s != NULL; s = s->next)
		write_series(s, ret);
	if (metrics.other[metric].labels != NULL)
		write_series(&metrics.other[metric], ret);
}

void metrics_write(struct buf *ret)
{
	size_t n_collectors;

	pthread_mutex_lock(&metrics.lock);
	n_collectors = metrics.n_collectors;
	pthread_mutex_unlock(&metrics.lock);
	/* Collectors ask for series themselves, so they run without the lock; none is ever removed. */
	for (size_t i = 0; i < n_collectors; i++)
		metrics.collectors[i].collect(metrics.collectors[i].ctx);
	series_set(metrics_series(METRIC_LOG_LINES_DROPPED, NULL), (int64_t)log_n_dropped());

	pthread_mutex_lock(&metrics.lock);
	for (enum metric m = 0; m < METRIC_COUNT; m++)
		write_metric(m, ret);
	pthread_mutex_unlock(&metrics.lock);
	metrics_write_process(ret);
}

void metrics_reset(void)
{
	pthread_mutex_lock(&metrics.lock);
	for (enum metric m = 0; m < METRIC_COUNT; m++) {
		while (metrics.series[m] != NULL) {
			struct series *next = metrics.series[m]->next;

			free(metrics.series[m]->labels);
			free(metrics.series[m]);
			metrics.series[m] = next;
		}
		free(metrics.other[m].labels);
		metrics.other[m] = (struct series){ 0 };
		metrics.last[m] = NULL;
	}
	metrics.n_series = 0;
	metrics.n_collectors = 0;
	pthread_mutex_unlock(&metrics.lock);
}
