/* store/: what every store that keeps jobs promises, shown on the one that the argument names. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tests/lib/stores.h"

#define LEASE_MS 60000
#define ATTEMPTS_MAX 3

struct fixture {
	struct scratch_store scratch;
	struct store *store;
	const struct job_ops *jobs;
	const struct delivery_ops *deliveries;
	struct err err;
	struct store_receipt receipt;
	struct buf json;
	unsigned n_wakes;
};

static void count_wake(void *arg)
{
	(*(unsigned *)arg)++;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->scratch = scratch_create(STORE_LIMITS_DEFAULT);
	f->store = f->scratch.store;
	f->jobs = f->store->ops->jobs;
	f->deliveries = f->store->ops->deliveries;
	buf_init(&f->json, SIZE_MAX / 2);
	f->store->ops->watch(f->store, count_wake, &f->n_wakes);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	scratch_destroy(&f->scratch);
	buf_deinit(&f->json);
	free(f);
	return 0;
}

static const char *text(struct fixture *f)
{
	buf_append_char(&f->json, 0);
	f->json.len--;
	return f->json.data;
}

/* A job of a priority; its id is in the receipt. */
static void create(struct fixture *f, const char *title, int priority, const char *webhook)
{
	const struct job_new job = { .input = STR("{\"pipeline\": []}"),
		                     .webhook_url = str_from(webhook) };
	const struct store_new new_task = {
		.fields = { .title = str_from(title), .priority = priority },
		.job = &job,
	};

	buf_reset(&f->json);
	assert_int_equal(f->store->ops->create(f->store, &new_task, &f->receipt, &f->json, &f->err),
	                 0);
}

static struct job_claim claim(struct fixture *f)
{
	struct job_claim claim;

	assert_int_equal(f->jobs->claim(f->store, LEASE_MS, ATTEMPTS_MAX, &claim, &f->err), 0);
	return claim;
}

static void nothing_to_claim(struct fixture *f)
{
	struct job_claim claim;

	assert_int_equal(f->jobs->claim(f->store, LEASE_MS, ATTEMPTS_MAX, &claim, &f->err),
	                 ERR_NOT_FOUND);
}

static const char *get(struct fixture *f, const char *id)
{
	buf_reset(&f->json);
	assert_int_equal(f->store->ops->get(f->store, str_from(id), &f->receipt, &f->json, &f->err),
	                 0);
	return text(f);
}

static void shows(struct fixture *f, const char *id, const char *part)
{
	const char *json = get(f, id);

	if (strstr(json, part) == NULL)
		fail_msg("%s is not in %s", part, json);
}

static void hides(struct fixture *f, const char *id, const char *part)
{
	const char *json = get(f, id);

	if (strstr(json, part) != NULL)
		fail_msg("%s is in %s", part, json);
}

static int finish(struct fixture *f, const struct job_claim *claim, enum job_state state)
{
	struct job_end end = { .state = state, .error = { "", 0 } };

	if (state == JOB_SUCCEEDED)
		end = (struct job_end){ .state = state,
			                .error = { "", 0 },
			                .documents = 2,
			                .bytes = 5,
			                .expires_ms = clock_wall_ms() + 60000 };
	if (state == JOB_FAILED)
		end.error = STR("{\"code\":\"pipeline_failed\"}");
	return f->jobs->finish(f->store, claim, &end, &f->err);
}

TEST(a_new_job_waits_and_shows_no_input) {
	struct fixture *f = *state;

	create(f, "one", 1, "");
	assert_non_null(strstr(text(f), "\"status\":\"pending\""));
	assert_non_null(strstr(text(f), "\"attempts\":0"));
	assert_null(strstr(text(f), "pipeline"));
	assert_null(strstr(text(f), "webhook"));
	assert_int_equal(f->n_wakes, 1);
	struct store_stats stats;
	assert_int_equal(f->store->ops->stats(f->store, &stats, &f->err), 0);
	assert_int_equal(stats.n_plain, 0);
	assert_int_equal(stats.n_jobs[JOB_PENDING], 1);
}

TEST(the_highest_priority_goes_first_and_then_the_oldest) {
	static const char *const wanted[] = { "five", "three", "another three", "one" };
	struct fixture *f = *state;

	create(f, "one", 1, "");
	create(f, "three", 3, "");
	create(f, "another three", 3, "");
	create(f, "five", 5, "");
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		struct job_claim next = claim(f);

		shows(f, next.id, wanted[i]);
		assert_int_equal(next.attempts, 1);
	}
	nothing_to_claim(f);
}

TEST(a_priority_that_changes_counts) {
	struct fixture *f = *state;
	char id[UUID_TEXT_SIZE];

	create(f, "old", 1, "");
	memcpy(id, f->receipt.id, sizeof id);
	create(f, "new", 2, "");
	const struct task_fields fields = { .priority = 4 };
	assert_int_equal(f->store->ops->update(f->store, str_from(id), 0, &fields, &f->receipt,
	                                       &f->json, &f->err),
	                 0);
	struct job_claim next = claim(f);
	assert_string_equal(next.id, id);
}

TEST(a_job_runs_and_succeeds) {
	struct fixture *f = *state;
	bool is_cancelled = true;

	create(f, "job", 1, "");
	uint64_t version = f->receipt.version;
	struct job_claim c = claim(f);
	shows(f, c.id, "\"status\":\"running\"");
	shows(f, c.id, "\"started_at\"");
	shows(f, c.id, "\"attempts\":1");
	const struct job_progress progress = { 7, 9, "$group" };
	assert_int_equal(f->jobs->renew(f->store, &c, LEASE_MS, &progress, &is_cancelled, &f->err),
	                 0);
	assert_false(is_cancelled);
	shows(f, c.id,
	      "\"progress\":{\"documents_done\":7,\"documents_total\":9,\"stage\":\"$group\"}");
	assert_int_equal(f->jobs->write(f->store, &c, 0, STR("abc"), &f->err), 0);
	assert_int_equal(f->jobs->write(f->store, &c, 1, STR("de"), &f->err), 0);
	assert_int_equal(finish(f, &c, JOB_SUCCEEDED), 0);
	shows(f, c.id, "\"status\":\"succeeded\"");
	shows(f, c.id, "\"finished_at\"");
	shows(f, c.id, "\"result\":{\"documents\":2,\"bytes\":5,\"expires_at\":");
	hides(f, c.id, "progress");
	hides(f, c.id, "\"error\"");
	assert_true(f->receipt.version >= version + 2);

	buf_reset(&f->json);
	assert_int_equal(f->jobs->read(f->store, str_from(c.id), JOB_RESULT, 0, &f->json, &f->err),
	                 0);
	assert_int_equal(f->jobs->read(f->store, str_from(c.id), JOB_RESULT, 1, &f->json, &f->err),
	                 0);
	assert_string_equal(text(f), "abcde");
	assert_int_equal(f->jobs->read(f->store, str_from(c.id), JOB_RESULT, 2, &f->json, &f->err),
	                 ERR_NOT_FOUND);
	nothing_to_claim(f);
}

TEST(a_long_input_is_read_in_parts) {
	struct fixture *f = *state;
	size_t len = 2 * STORE_PART_BYTES + 5;
	char *input = malloc(len);
	const struct job_new job = { .input = { input, len }, .webhook_url = { "", 0 } };
	const struct store_new new_task = { .fields.title = STR("long"), .job = &job };

	for (size_t i = 0; i < len; i++)
		input[i] = (char)('a' + i % 26);
	assert_int_equal(f->store->ops->create(f->store, &new_task, &f->receipt, &f->json, &f->err),
	                 0);
	buf_reset(&f->json);
	for (uint64_t n = 0; n < 3; n++)
		assert_int_equal(f->jobs->read(f->store, str_from(f->receipt.id), JOB_INPUT, n,
		                               &f->json, &f->err),
		                 0);
	assert_int_equal(f->json.len, len);
	assert_memory_equal(f->json.data, input, len);
	assert_int_equal(f->jobs->read(f->store, str_from(f->receipt.id), JOB_INPUT, 3, &f->json,
	                               &f->err),
	                 ERR_NOT_FOUND);
	free(input);
}

TEST(a_failed_job_shows_why_and_can_be_retried) {
	struct fixture *f = *state;

	create(f, "job", 1, "");
	struct job_claim c = claim(f);
	assert_int_equal(f->jobs->write(f->store, &c, 0, STR("half"), &f->err), 0);
	assert_int_equal(finish(f, &c, JOB_FAILED), 0);
	shows(f, c.id, "\"error\":{\"code\":\"pipeline_failed\"}");
	hides(f, c.id, "result");
	assert_int_equal(f->jobs->read(f->store, str_from(c.id), JOB_RESULT, 0, &f->json, &f->err),
	                 ERR_NOT_FOUND);
	assert_int_equal(f->jobs->retry(f->store, str_from(c.id), &f->receipt, &f->json, &f->err),
	                 0);
	shows(f, c.id, "\"status\":\"pending\"");
	hides(f, c.id, "\"error\"");
	hides(f, c.id, "finished_at");
	struct job_claim again = claim(f);
	assert_string_equal(again.id, c.id);
	assert_int_equal(again.attempts, 1);
	assert_true(again.number > c.number);
	assert_int_equal(finish(f, &again, JOB_SUCCEEDED), 0);
	assert_int_equal(f->jobs->retry(f->store, str_from(c.id), &f->receipt, &f->json, &f->err),
	                 ERR_CONFLICT);
}

TEST(a_lease_that_ends_gives_the_job_to_the_next_and_fences_off_the_last) {
	struct fixture *f = *state;
	const struct job_progress progress = { 0, 0, "" };
	struct job_claim first, second;
	bool is_cancelled;

	create(f, "job", 1, "");
	assert_int_equal(f->jobs->claim(f->store, -1, ATTEMPTS_MAX, &first, &f->err), 0);
	second = claim(f);
	assert_string_equal(first.id, second.id);
	assert_int_equal(second.attempts, 2);
	assert_int_equal(f->jobs->renew(f->store, &first, LEASE_MS, &progress, &is_cancelled,
	                                &f->err),
	                 ERR_CONFLICT);
	assert_int_equal(f->jobs->write(f->store, &first, 0, STR("x"), &f->err), ERR_CONFLICT);
	assert_int_equal(finish(f, &first, JOB_SUCCEEDED), ERR_CONFLICT);
	assert_int_equal(f->jobs->release(f->store, &first, &f->err), ERR_CONFLICT);
	assert_int_equal(finish(f, &second, JOB_SUCCEEDED), 0);
	assert_int_equal(finish(f, &second, JOB_SUCCEEDED), ERR_CONFLICT);
}

TEST(a_job_whose_workers_all_go_away_fails) {
	struct fixture *f = *state;
	struct job_claim c;

	create(f, "job", 1, "");
	for (int i = 0; i < ATTEMPTS_MAX; i++)
		assert_int_equal(f->jobs->claim(f->store, -1, ATTEMPTS_MAX, &c, &f->err), 0);
	nothing_to_claim(f);
	shows(f, c.id, "\"status\":\"failed\"");
	shows(f, c.id, "\"code\":\"worker_lost\"");
}

TEST(a_job_that_is_given_back_has_lost_no_attempt) {
	struct fixture *f = *state;

	create(f, "job", 1, "");
	for (int i = 0; i < 2 * ATTEMPTS_MAX; i++) {
		struct job_claim c = claim(f);

		assert_int_equal(c.attempts, 1);
		assert_int_equal(f->jobs->release(f->store, &c, &f->err), 0);
		shows(f, c.id, "\"status\":\"pending\"");
		shows(f, c.id, "\"attempts\":0");
	}
}

TEST(cancelling_ends_a_waiting_job_and_asks_a_running_one) {
	struct fixture *f = *state;
	const struct job_progress progress = { 0, 0, "" };
	bool is_cancelled = false;

	create(f, "waits", 1, "");
	char id[UUID_TEXT_SIZE];
	memcpy(id, f->receipt.id, sizeof id);
	assert_int_equal(f->jobs->cancel(f->store, str_from(id), &f->receipt, &f->json, &f->err), 0);
	shows(f, id, "\"status\":\"cancelled\"");
	nothing_to_claim(f);
	assert_int_equal(f->jobs->cancel(f->store, str_from(id), &f->receipt, &f->json, &f->err),
	                 ERR_CONFLICT);

	create(f, "runs", 1, "");
	struct job_claim c = claim(f);
	unsigned n_wakes = f->n_wakes;
	assert_int_equal(f->jobs->cancel(f->store, str_from(c.id), &f->receipt, &f->json, &f->err),
	                 0);
	assert_true(f->n_wakes > n_wakes);
	shows(f, c.id, "\"status\":\"running\"");
	assert_int_equal(f->jobs->renew(f->store, &c, LEASE_MS, &progress, &is_cancelled, &f->err),
	                 0);
	assert_true(is_cancelled);
	assert_int_equal(finish(f, &c, JOB_CANCELLED), 0);
	shows(f, c.id, "\"status\":\"cancelled\"");
	assert_int_equal(f->jobs->retry(f->store, str_from(c.id), &f->receipt, &f->json, &f->err),
	                 0);
	c = claim(f);
	assert_int_equal(f->jobs->renew(f->store, &c, LEASE_MS, &progress, &is_cancelled, &f->err),
	                 0);
	assert_false(is_cancelled);
}

TEST(what_is_for_jobs_is_refused_for_plain_tasks) {
	struct fixture *f = *state;
	const struct store_new plain = { .fields.title = STR("plain") };

	assert_int_equal(f->store->ops->create(f->store, &plain, &f->receipt, &f->json, &f->err), 0);
	char text_of_id[UUID_TEXT_SIZE];
	memcpy(text_of_id, f->receipt.id, sizeof text_of_id);
	struct str id = str_from(text_of_id), none = STR("01890000-0000-7000-8000-000000000000");
	nothing_to_claim(f);
	assert_int_equal(f->jobs->cancel(f->store, id, &f->receipt, &f->json, &f->err),
	                 ERR_CONFLICT);
	assert_int_equal(f->jobs->retry(f->store, id, &f->receipt, &f->json, &f->err), ERR_CONFLICT);
	assert_int_equal(f->jobs->read(f->store, id, JOB_INPUT, 0, &f->json, &f->err), ERR_CONFLICT);
	assert_int_equal(f->deliveries->list(f->store, id, &f->json, &f->err), ERR_CONFLICT);
	assert_int_equal(f->jobs->cancel(f->store, none, &f->receipt, &f->json, &f->err),
	                 ERR_NOT_FOUND);
	assert_int_equal(f->jobs->read(f->store, none, JOB_RESULT, 0, &f->json, &f->err),
	                 ERR_NOT_FOUND);
	assert_int_equal(f->deliveries->list(f->store, none, &f->json, &f->err), ERR_NOT_FOUND);
}

TEST(a_status_is_not_set_by_hand_and_a_running_job_not_deleted) {
	struct fixture *f = *state;
	const struct task_fields status = { .status = STR("done") };

	create(f, "job", 1, "");
	struct str id = str_from(f->receipt.id);
	assert_int_equal(f->store->ops->update(f->store, id, 0, &status, &f->receipt, &f->json,
	                                       &f->err),
	                 ERR_CONFLICT);
	struct job_claim c = claim(f);
	assert_int_equal(f->store->ops->remove(f->store, str_from(c.id), 0, &f->err), ERR_CONFLICT);
	assert_int_equal(finish(f, &c, JOB_FAILED), 0);
	assert_int_equal(f->store->ops->remove(f->store, str_from(c.id), 0, &f->err), 0);
	assert_int_equal(finish(f, &c, JOB_FAILED), ERR_NOT_FOUND);
}

/* A claimed delivery; both texts are C strings. */
static struct delivery claim_delivery(struct fixture *f)
{
	struct delivery d = { 0 };
	int64_t next_ms;

	buf_init(&d.url, SIZE_MAX / 2);
	buf_init(&d.body, SIZE_MAX / 2);
	assert_int_equal(f->deliveries->claim(f->store, LEASE_MS, &d, &next_ms, &f->err), 0);
	buf_append_char(&d.url, 0);
	buf_append_char(&d.body, 0);
	return d;
}

static void forget_delivery(struct delivery *d)
{
	buf_deinit(&d->url);
	buf_deinit(&d->body);
}

static int64_t next_delivery(struct fixture *f)
{
	struct delivery d = { 0 };
	int64_t next_ms = -1;

	assert_int_equal(f->deliveries->claim(f->store, LEASE_MS, &d, &next_ms, &f->err),
	                 ERR_NOT_FOUND);
	return next_ms;
}

static int end_delivery(struct fixture *f, const struct delivery *d, enum delivery_outcome outcome,
                        int64_t next_ms)
{
	const struct delivery_end end = {
		.outcome = outcome,
		.status = outcome == DELIVERY_DELIVERED ? 204 : 0,
		.detail = STR("as it was"),
		.next_ms = next_ms,
	};

	return f->deliveries->finish(f->store, d, &end, &f->err);
}

static const char *deliveries_of(struct fixture *f, const char *id)
{
	buf_reset(&f->json);
	assert_int_equal(f->deliveries->list(f->store, str_from(id), &f->json, &f->err), 0);
	return text(f);
}

TEST(a_job_that_shall_stop_does_not_run_again_when_its_worker_goes_away) {
	struct fixture *f = *state;
	struct job_claim c;

	create(f, "job", 1, "https://example.org/hook");
	assert_int_equal(f->jobs->claim(f->store, -1, ATTEMPTS_MAX, &c, &f->err), 0);
	assert_int_equal(f->jobs->cancel(f->store, str_from(c.id), &f->receipt, &f->json, &f->err),
	                 0);
	nothing_to_claim(f);
	shows(f, c.id, "\"status\":\"cancelled\"");
	shows(f, c.id, "\"attempts\":1");
	assert_int_equal(f->jobs->release(f->store, &c, &f->err), ERR_CONFLICT);

	struct delivery told = claim_delivery(f);
	assert_non_null(strstr(told.body.data, "task.cancelled"));
	forget_delivery(&told);
}

TEST(the_end_of_a_job_is_told_until_it_was_heard) {
	struct fixture *f = *state;

	create(f, "job", 1, "https://example.com/hook");
	assert_non_null(strstr(text(f), "\"webhook\":{\"url\":\"https://example.com/hook\"}"));
	struct job_claim c = claim(f);
	assert_int_equal(next_delivery(f), 0);
	assert_int_equal(finish(f, &c, JOB_FAILED), 0);

	struct delivery d = claim_delivery(f);
	assert_string_equal(d.url.data, "https://example.com/hook");
	assert_non_null(strstr(d.body.data, "{\"type\":\"task.failed\",\"timestamp\":\""));
	assert_non_null(strstr(d.body.data, "\"data\":{\"id\":\""));
	assert_non_null(strstr(d.body.data, c.id));
	assert_int_equal(d.attempts, 0);
	assert_true(next_delivery(f) > clock_wall_ms());
	assert_string_equal(deliveries_of(f, c.id), "");

	int64_t soon_ms = clock_wall_ms() - 1;
	assert_int_equal(end_delivery(f, &d, DELIVERY_FAILED, soon_ms), 0);
	assert_int_equal(end_delivery(f, &d, DELIVERY_FAILED, soon_ms), ERR_CONFLICT);
	struct delivery again = claim_delivery(f);
	assert_string_equal(again.webhook_id, d.webhook_id);
	assert_int_equal(again.attempts, 1);
	assert_int_equal(end_delivery(f, &d, DELIVERY_FAILED, soon_ms), ERR_CONFLICT);
	assert_int_equal(end_delivery(f, &again, DELIVERY_DELIVERED, 0), 0);
	assert_int_equal(next_delivery(f), 0);

	const char *log = deliveries_of(f, c.id);
	assert_non_null(strstr(log, "\"n\":1"));
	assert_non_null(strstr(log, "\"n\":2"));
	assert_non_null(strstr(log, "\"status\":204,\"outcome\":\"delivered\""));
	assert_non_null(strstr(log, "\"outcome\":\"failed\",\"detail\":\"as it was\",\"next_at\""));
	forget_delivery(&d);
	forget_delivery(&again);
}

TEST(a_delivery_can_be_put_off_and_sent_again) {
	struct fixture *f = *state;

	create(f, "job", 1, "https://example.com/hook");
	struct job_claim c = claim(f);
	assert_int_equal(finish(f, &c, JOB_SUCCEEDED), 0);
	struct delivery d = claim_delivery(f);
	int64_t later_ms = clock_wall_ms() + 60000;
	assert_int_equal(f->deliveries->put_off(f->store, &d, later_ms, &f->err), 0);
	/* Near enough: the store may have another clock. */
	assert_in_range(next_delivery(f), later_ms - 2000, later_ms + 2000);
	assert_int_equal(f->deliveries->put_off(f->store, &d, clock_wall_ms(), &f->err), 0);
	struct delivery second = claim_delivery(f);
	assert_int_equal(second.attempts, 0);
	assert_int_equal(end_delivery(f, &second, DELIVERY_REFUSED, 0), 0);
	assert_int_equal(next_delivery(f), 0);

	assert_int_equal(f->deliveries->again(f->store, str_from(c.id), 7, &f->err), ERR_NOT_FOUND);
	unsigned n_wakes = f->n_wakes;
	assert_int_equal(f->deliveries->again(f->store, str_from(c.id), 1, &f->err), 0);
	assert_true(f->n_wakes > n_wakes);
	struct delivery third = claim_delivery(f);
	assert_string_equal(third.webhook_id, d.webhook_id);
	assert_string_equal(third.body.data, d.body.data);
	assert_int_equal(end_delivery(f, &third, DELIVERY_DELIVERED, 0), 0);
	assert_non_null(strstr(deliveries_of(f, c.id), "\"n\":2"));
	forget_delivery(&d);
	forget_delivery(&second);
	forget_delivery(&third);
}

TEST(of_the_attempts_of_a_delivery_the_last_ones_are_kept) {
	struct fixture *f = *state;
	const int n_attempts = DELIVERY_ATTEMPTS_KEPT + 3;

	create(f, "job", 1, "https://example.com/hook");
	struct job_claim c = claim(f);
	assert_int_equal(finish(f, &c, JOB_SUCCEEDED), 0);
	for (int n = 1; n <= n_attempts; n++) {
		struct delivery d = claim_delivery(f);

		assert_int_equal(end_delivery(f, &d, DELIVERY_REFUSED, 0), 0);
		forget_delivery(&d);
		assert_int_equal(f->deliveries->again(f->store, str_from(c.id), (uint64_t)n, &f->err),
		                 0);
	}
	assert_null(strstr(deliveries_of(f, c.id), "\"n\":3,"));
	assert_non_null(strstr(deliveries_of(f, c.id), "\"n\":4,"));
	assert_non_null(strstr(deliveries_of(f, c.id), "\"n\":103,"));
	assert_int_equal(f->deliveries->again(f->store, str_from(c.id), 3, &f->err), ERR_NOT_FOUND);
	assert_int_equal(f->deliveries->again(f->store, str_from(c.id), 4, &f->err), 0);
}

TEST(what_was_promised_is_told_though_the_job_is_gone) {
	struct fixture *f = *state;

	create(f, "job", 1, "https://example.com/hook");
	struct job_claim c = claim(f);
	assert_int_equal(finish(f, &c, JOB_SUCCEEDED), 0);
	assert_int_equal(f->store->ops->remove(f->store, str_from(c.id), 0, &f->err), 0);
	struct delivery d = claim_delivery(f);
	assert_int_equal(end_delivery(f, &d, DELIVERY_DELIVERED, 0), 0);
	assert_int_equal(next_delivery(f), 0);
	forget_delivery(&d);
}

TEST(results_and_jobs_that_are_too_old_are_swept) {
	struct fixture *f = *state;
	struct store_sweep sweep = { .n_max = 100 };
	size_t n;

	create(f, "job", 1, "");
	struct job_claim c = claim(f);
	assert_int_equal(f->jobs->write(f->store, &c, 0, STR("abc"), &f->err), 0);
	const struct job_end end = { .state = JOB_SUCCEEDED,
		                     .error = { "", 0 },
		                     .expires_ms = clock_wall_ms() - 1 };
	assert_int_equal(f->jobs->finish(f->store, &c, &end, &f->err), 0);
	assert_int_equal(f->store->ops->sweep(f->store, &sweep, &n, &f->err), 0);
	assert_int_equal(n, 1);
	shows(f, c.id, "\"expires_at\"");
	assert_int_equal(f->jobs->read(f->store, str_from(c.id), JOB_RESULT, 0, &f->json, &f->err),
	                 ERR_NOT_FOUND);
	assert_int_equal(f->store->ops->sweep(f->store, &sweep, &n, &f->err), 0);
	assert_int_equal(n, 0);

	sweep.jobs_before_ms = clock_wall_ms() + 1000;
	assert_int_equal(f->store->ops->sweep(f->store, &sweep, &n, &f->err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(f->store->ops->get(f->store, str_from(c.id), &f->receipt, &f->json, &f->err),
	                 ERR_NOT_FOUND);
}

#define RUN_JOBS(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RUN_JOBS(a_new_job_waits_and_shows_no_input),
		RUN_JOBS(the_highest_priority_goes_first_and_then_the_oldest),
		RUN_JOBS(a_priority_that_changes_counts),
		RUN_JOBS(a_job_runs_and_succeeds),
		RUN_JOBS(a_long_input_is_read_in_parts),
		RUN_JOBS(a_failed_job_shows_why_and_can_be_retried),
		RUN_JOBS(a_lease_that_ends_gives_the_job_to_the_next_and_fences_off_the_last),
		RUN_JOBS(a_job_whose_workers_all_go_away_fails),
		RUN_JOBS(a_job_that_is_given_back_has_lost_no_attempt),
		RUN_JOBS(cancelling_ends_a_waiting_job_and_asks_a_running_one),
		RUN_JOBS(a_job_that_shall_stop_does_not_run_again_when_its_worker_goes_away),
		RUN_JOBS(what_is_for_jobs_is_refused_for_plain_tasks),
		RUN_JOBS(a_status_is_not_set_by_hand_and_a_running_job_not_deleted),
		RUN_JOBS(the_end_of_a_job_is_told_until_it_was_heard),
		RUN_JOBS(a_delivery_can_be_put_off_and_sent_again),
		RUN_JOBS(of_the_attempts_of_a_delivery_the_last_ones_are_kept),
		RUN_JOBS(what_was_promised_is_told_though_the_job_is_gone),
		RUN_JOBS(results_and_jobs_that_are_too_old_are_swept),
	};

	if (argc > 1)
		store_kind = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
