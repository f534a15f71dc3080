/* base/thread.h. */
#include "tests/lib/test.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/thread.h"

#define SECOND_NS UINT64_C(1000000000)

struct event {
	pthread_mutex_t lock;
	pthread_cond_t happened;
	bool has_happened;
	size_t stack_size; /* of the thread that made it happen */
};

static void event_init(struct event *event)
{
	*event = (struct event){ 0 };
	pthread_mutex_init(&event->lock, NULL);
	thread_cond_init(&event->happened);
}

static void event_deinit(struct event *event)
{
	pthread_cond_destroy(&event->happened);
	pthread_mutex_destroy(&event->lock);
}

/* False: it has not happened before that moment. */
static bool await(struct event *event, uint64_t until_ns)
{
	pthread_mutex_lock(&event->lock);
	while (!event->has_happened && thread_wait(&event->happened, &event->lock, until_ns))
		;
	bool has_happened = event->has_happened;
	pthread_mutex_unlock(&event->lock);
	return has_happened;
}

static void *make_happen(void *arg)
{
	struct event *event = arg;
	pthread_attr_t attr;

	pthread_mutex_lock(&event->lock);
	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstacksize(&attr, &event->stack_size);
	pthread_attr_destroy(&attr);
	event->has_happened = true;
	pthread_cond_signal(&event->happened);
	pthread_mutex_unlock(&event->lock);
	return NULL;
}

TEST(what_happens_ends_the_waiting) {
	struct event event;
	pthread_t thread;

	(void)state;
	event_init(&event);
	assert_int_equal(thread_start(&thread, THREAD_STACK_SMALL, make_happen, &event), 0);
	assert_true(await(&event, clock_monotonic_ns() + 60 * SECOND_NS));
	pthread_join(thread, NULL);
	event_deinit(&event);
}

TEST(waiting_ends_when_the_moment_has_come_and_not_before) {
	struct event event;
	uint64_t until_ns = clock_monotonic_ns() + SECOND_NS / 20;

	(void)state;
	event_init(&event);
	assert_false(await(&event, until_ns));
	assert_true(clock_monotonic_ns() >= until_ns);
	event_deinit(&event);
}

TEST(a_moment_that_has_passed_is_not_waited_for) {
	struct event event;

	(void)state;
	event_init(&event);
	assert_false(await(&event, 0));
	assert_false(await(&event, clock_monotonic_ns()));
	event_deinit(&event);
}

/* Sanitizers add something of their own. */
TEST(a_thread_has_the_stack_that_was_asked_for) {
	static const size_t sizes[] = { THREAD_STACK_SMALL, THREAD_STACK_LARGE };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct event event;
		pthread_t thread;

		event_init(&event);
		assert_int_equal(thread_start(&thread, sizes[i], make_happen, &event), 0);
		pthread_join(thread, NULL);
		assert_true(event.has_happened);
		assert_in_range(event.stack_size, sizes[i], sizes[i] + (1 << 20));
		event_deinit(&event);
	}
}

TEST(a_thread_that_cannot_be_started_is_an_error) {
	pthread_t thread;

	(void)state;
	assert_int_not_equal(thread_start(&thread, SIZE_MAX / 2, make_happen, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_happens_ends_the_waiting),
		RUN(waiting_ends_when_the_moment_has_come_and_not_before),
		RUN(a_moment_that_has_passed_is_not_waited_for),
		RUN(a_thread_has_the_stack_that_was_asked_for),
		RUN(a_thread_that_cannot_be_started_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
