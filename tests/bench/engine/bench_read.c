/*
 * How fast documents are read: MB/s (10^6 bytes of input in a second of processor time) on one
 * thread, the median and the best of several rounds.
 *
 *     bench_read FILE [ROUNDS [CHUNK [NAME]]]
 *
 * FILE is a JSON array of objects, or NDJSON.  CHUNK is the size of the index's chunks in bytes.
 * With NAME only the measurements that have it in their name are taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "doc/object.h"
#include "doc/read_internal.h"

#define ROUNDS_MAX 1000
#define BATCH 1024

struct bench {
	char *text;
	size_t len;
	size_t chunk_size;
	int rounds;
	const char *only;
	enum read_format format;
	const struct index_isa *isa;
	struct read_fields fields;
	struct arena arena, batch;
};

typedef size_t bench_fn(struct bench *b);

static void fail(const char *what)
{
	fprintf(stderr, "bench_read: %s\n", what);
	exit(1);
}

static size_t run_index(struct bench *b)
{
	struct index ix;
	size_t n = 0;

	if (!index_init(&ix, &b->arena, b->isa, b->text, b->len, b->chunk_size))
		fail("out of memory");
	while (index_next(&ix))
		n += ix.n;
	if (ix.fault != INDEX_OK)
		fail("the text is not JSON");
	return n;
}

static size_t run_skip(struct bench *b)
{
	size_t at = 0;

	while (at < b->len && b->text[at] != '[' && b->text[at] != '{')
		at++;
	return at == b->len ? 0 : index_skip(b->isa, b->text, b->len, at);
}

static size_t run_reader(struct bench *b)
{
	const struct reader_input input = {
		.text = b->text,
		.len = b->len,
		.text_start = b->text,
		.format = b->format,
		.fields = b->fields,
		.limits = READ_LIMITS_DEFAULT,
	};
	static struct value docs[BATCH];
	struct err err = ERR_INIT;
	struct reader *r;
	size_t n, total = 0;

	if (reader_create_with(&b->arena, &input, b->isa, b->chunk_size, &r, &err) != 0)
		fail(err.message);
	do {
		arena_reset(&b->batch);
		if (reader_next(r, &b->batch, docs, BATCH, &n, &err) != 0)
			fail(err.message);
		total += n;
	} while (n > 0);
	return total;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void measure(struct bench *b, const char *name, bench_fn *fn)
{
	double rates[ROUNDS_MAX];
	size_t n = 0;

	if (strstr(name, b->only) == NULL)
		return;
	for (int i = 0; i < b->rounds; i++) {
		arena_reset(&b->arena);
		double start = seconds();

		n = fn(b);
		rates[i] = (double)b->len / 1e6 / (seconds() - start);
	}
	qsort(rates, (size_t)b->rounds, sizeof *rates, compare);
	printf("%-22s %8.0f %8.0f MB/s   n %zu\n", name, rates[b->rounds / 2], rates[b->rounds - 1],
	       n);
}

static void file_read(struct bench *b, const char *path)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
		fail("cannot read the file");
	long len = ftell(f);
	b->len = len < 0 ? 0 : (size_t)len;
	b->text = calloc(1, b->len + READ_PADDING);
	rewind(f);
	if (b->text == NULL || fread(b->text, 1, b->len, f) != b->len)
		fail("cannot read the file");
	fclose(f);
	b->format = b->len > 0 && b->text[0] == '[' ? READ_ARRAY : READ_NDJSON;
}

int main(int argc, char **argv)
{
	/* What P1 reads of the flat records, and what the others have in common. */
	const struct str six[] = {
		STR("country"), STR("age"),      STR("category"),
		STR("price"),   STR("quantity"), STR("rating"),
	};
	const char *isa_names[] = { "scalar", "sse4.2", "avx2" };
	struct budget budget = BUDGET(SIZE_MAX);
	struct bench b = { .chunk_size = INDEX_CHUNK, .rounds = 21, .only = "" };

	if (argc < 2)
		fail("usage: bench_read FILE [ROUNDS [CHUNK [NAME]]]");
	file_read(&b, argv[1]);
	if (argc > 2)
		b.rounds = atoi(argv[2]);
	if (argc > 3)
		b.chunk_size = (size_t)atol(argv[3]);
	if (argc > 4)
		b.only = argv[4];
	if (b.rounds < 1 || b.rounds > ROUNDS_MAX || b.chunk_size == 0)
		fail("ROUNDS is 1 to 1000, CHUNK not 0");
	arena_init(&b.arena, &budget);
	arena_init(&b.batch, &budget);

	printf("%s: %zu bytes, chunks of %zu, median and best of %d\n", argv[1], b.len,
	       b.chunk_size, b.rounds);
	for (size_t i = 0; i < ARRAY_LEN(isa_names); i++) {
		char name[32];

		b.isa = index_isa_find(isa_names[i]);
		if (b.isa == NULL)
			continue;
		snprintf(name, sizeof name, "index, %s", isa_names[i]);
		measure(&b, name, run_index);
	}
	measure(&b, "skip", run_skip);
	b.fields = (struct read_fields){ .all = true };
	measure(&b, "reader, all fields", run_reader);
	b.fields = (struct read_fields){ .names = six, .n = ARRAY_LEN(six) };
	measure(&b, "reader, six fields", run_reader);
	b.fields = (struct read_fields){ .all = false };
	measure(&b, "reader, no fields", run_reader);
	arena_deinit(&b.batch);
	arena_deinit(&b.arena);
	free(b.text);
	return 0;
}
