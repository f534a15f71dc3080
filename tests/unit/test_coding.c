/* http/: packing an answer: who pays, and when it stops. */
#include "tests/lib/test.h"

#include <limits.h>
#include <string.h>

#include <civetweb.h>
#include <zlib.h>

#include "http/connection.h"

#define SIZE ((size_t)3 << 20)

struct world {
	struct mg_request_info info;
	struct connection c;
	struct response res;
	struct budget budget;
	unsigned n_asked, n_asked_max;
	char *body;
};

static int setup(void **state)
{
	struct world *w = test_calloc(1, sizeof *w);

	w->info.num_headers = 1;
	w->info.http_headers[0] = (struct mg_header){ "Accept-Encoding", "gzip" };
	w->c.info = &w->info;
	w->c.req.connection = &w->c;
	w->n_asked_max = UINT_MAX;
	w->budget = BUDGET((size_t)64 << 20);
	w->body = test_malloc(SIZE);
	for (size_t i = 0; i < SIZE; i++) /* repeats itself, but not at once */
		w->body[i] = (char)('a' + i * i / 7 % 26);
	response_reset(&w->res);
	response_borrow(&w->res, (struct str){ w->body, SIZE });
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	response_deinit(&w->res);
	test_free(w->body);
	test_free(w);
	return 0;
}

static bool count_down(void *arg)
{
	struct world *w = arg;

	return ++w->n_asked > w->n_asked_max;
}

static int pack(struct world *w, size_t *ret_paid)
{
	const struct response_packing packing = { &w->budget, count_down, w };
	struct err err = ERR_INIT;

	return response_pack(&w->c.req, &w->res, &packing, ret_paid, &err);
}

static void body_is_plain(const struct world *w)
{
	assert_null(w->res.coding);
	assert_int_equal(response_body_bytes(&w->res).len, SIZE);
	assert_int_equal(w->budget.used, 0);
}

TEST(a_packed_body_is_paid_for) {
	struct world *w = *state;
	size_t n_paid;

	assert_int_equal(pack(w, &n_paid), 0);
	assert_string_equal(w->res.coding, "gzip");
	struct str packed = response_body_bytes(&w->res);
	assert_true(packed.len < SIZE / 2);
	assert_true(n_paid >= packed.len);
	assert_int_equal(w->budget.used, n_paid); /* and for nothing else any more */

	char *unpacked = test_malloc(SIZE);
	z_stream z = { .next_in = (Bytef *)packed.data, .avail_in = (uInt)packed.len };
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_out = (Bytef *)unpacked;
	z.avail_out = (uInt)SIZE;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, SIZE);
	inflateEnd(&z);
	assert_memory_equal(unpacked, w->body, SIZE);
	test_free(unpacked);
}

/* Whatever is allowed: nothing, zlib's state but no more, or all but the last byte. */
TEST(without_memory_it_stays_as_it_is) {
	struct world *w = *state;
	size_t n_paid;

	assert_int_equal(pack(w, &n_paid), 0);
	size_t n_needed = w->budget.peak;
	assert_true(n_needed > n_paid);
	const size_t limits[] = { 0, 1000, (size_t)300 << 10, n_needed - 1 };
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		w->budget = BUDGET(limits[i]);
		response_borrow(&w->res, (struct str){ w->body, SIZE });
		assert_int_equal(pack(w, &n_paid), 0);
		assert_int_equal(n_paid, 0);
		body_is_plain(w);
		assert_true(w->res.varies_by_coding);
	}
}

TEST(it_stops_when_it_is_told_to) {
	struct world *w = *state;
	size_t n_paid;

	for (w->n_asked_max = 0; w->n_asked_max < 8; w->n_asked_max++) {
		w->n_asked = 0;
		assert_int_equal(pack(w, &n_paid), ERR_CANCELLED);
		assert_int_equal(w->n_asked, w->n_asked_max + 1);
		body_is_plain(w);
	}
}

TEST(another_body_is_not_packed_for_the_first) {
	struct world *w = *state;
	size_t n_paid;

	assert_int_equal(pack(w, &n_paid), 0);
	response_borrow(&w->res, STR("an error"));
	assert_null(w->res.coding);
	assert_false(w->res.is_coded || w->res.varies_by_coding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_packed_body_is_paid_for, setup, teardown),
		cmocka_unit_test_setup_teardown(without_memory_it_stays_as_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(it_stops_when_it_is_told_to, setup, teardown),
		cmocka_unit_test_setup_teardown(another_body_is_not_packed_for_the_first, setup,
		                                teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
