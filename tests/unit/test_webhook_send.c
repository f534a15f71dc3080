/* The sender against receivers that take, refuse, hang, redirect and talk too much. */
#include "tests/lib/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "webhook/send.h"

#define REQUEST_SIZE 8192
#define TIMEOUT_MS 1500

/* Serves one connection after the other: reads a request, answers by its path. */
struct receiver {
	int listener;
	unsigned port;
	pthread_t thread;
	pthread_mutex_t lock;
	unsigned n_requests;
	char request[REQUEST_SIZE]; /* the last one */
};

struct done {
	pthread_mutex_t lock;
	pthread_cond_t is_more;
	unsigned n;
	struct webhook_result results[8]; /* by message_user */
	bool is_done[8];
};

struct fixture {
	struct receiver receiver;
	struct done done;
	struct webhook_secret secret;
	struct webhook_allowed allowed;
	struct sender *sender;
};

static size_t read_request(int fd, char *request)
{
	size_t len = 0;
	const char *body;

	for (;;) {
		ssize_t n = recv(fd, request + len, REQUEST_SIZE - 1 - len, 0);
		if (n <= 0)
			return 0;
		len += (size_t)n;
		request[len] = 0;
		body = strstr(request, "\r\n\r\n");
		const char *length = strstr(request, "Content-Length: ");
		if (body != NULL && length != NULL &&
		    (size_t)(request + len - (body + 4)) >= strtoul(length + 16, NULL, 10))
			return len;
	}
}

static void send_text(int fd, const char *text)
{
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void answer(int fd, const char *request)
{
	char byte, chunk[4096];

	if (strstr(request, " /ok ") != NULL) {
		send_text(fd, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
	} else if (strstr(request, " /error ") != NULL) {
		send_text(fd, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
	} else if (strstr(request, " /elsewhere ") != NULL) {
		send_text(fd, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
	} else if (strstr(request, " /hang ") != NULL) {
		(void)!recv(fd, &byte, 1, 0); /* until the sender has enough of it */
	} else if (strstr(request, " /much ") != NULL) {
		memset(chunk, 'x', sizeof chunk);
		send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
		for (size_t i = 0; i < 10000000 / sizeof chunk; i++)
			if (send(fd, chunk, sizeof chunk, MSG_NOSIGNAL) < 0)
				break;
	}
}

static void *receive(void *user)
{
	struct receiver *r = user;
	char request[REQUEST_SIZE];
	int fd;

	while ((fd = accept(r->listener, NULL, NULL)) >= 0) {
		if (read_request(fd, request) > 0) {
			pthread_mutex_lock(&r->lock);
			r->n_requests++;
			memcpy(r->request, request, sizeof request);
			pthread_mutex_unlock(&r->lock);
			answer(fd, request);
		}
		close(fd);
	}
	return NULL;
}

static void receiver_start(struct receiver *r)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;

	pthread_mutex_init(&r->lock, NULL);
	r->n_requests = 0;
	r->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(r->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(r->listener, 16), 0);
	assert_int_equal(getsockname(r->listener, (struct sockaddr *)&address, &len), 0);
	r->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&r->thread, NULL, receive, r), 0);
}

static void receiver_stop(struct receiver *r)
{
	shutdown(r->listener, SHUT_RDWR);
	pthread_join(r->thread, NULL);
	close(r->listener);
	pthread_mutex_destroy(&r->lock);
}

static void on_done(void *user, void *message_user, const struct webhook_result *result)
{
	struct done *done = user;
	size_t i = (size_t)message_user;

	pthread_mutex_lock(&done->lock);
	assert_false(done->is_done[i]);
	done->results[i] = *result;
	done->is_done[i] = true;
	done->n++;
	pthread_cond_broadcast(&done->is_more);
	pthread_mutex_unlock(&done->lock);
}

static struct webhook_result wait_for(struct done *done, size_t i)
{
	pthread_mutex_lock(&done->lock);
	while (!done->is_done[i])
		pthread_cond_wait(&done->is_more, &done->lock);
	pthread_mutex_unlock(&done->lock);
	return done->results[i];
}

static void start(struct fixture *f, struct str allowed)
{
	struct err err;

	assert_int_equal(webhook_allowed_parse(allowed, &f->allowed, &err), 0);
	const struct sender_options options = {
		.secret = &f->secret,
		.allowed = &f->allowed,
		.user_agent = "docmill/test",
		.timeout_ms = TIMEOUT_MS,
		.transfers_max = 4,
		.transfers_per_host_max = 2,
		.done = on_done,
		.user = &f->done,
	};
	assert_int_equal(sender_start(&options, &f->sender, &err), 0);
}

static unsigned n_requests(struct receiver *r)
{
	pthread_mutex_lock(&r->lock);
	unsigned n = r->n_requests;
	pthread_mutex_unlock(&r->lock);
	return n;
}

static void last_request(struct receiver *r, char ret[REQUEST_SIZE])
{
	pthread_mutex_lock(&r->lock);
	memcpy(ret, r->request, REQUEST_SIZE);
	pthread_mutex_unlock(&r->lock);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err err;

	pthread_mutex_init(&f->done.lock, NULL);
	pthread_cond_init(&f->done.is_more, NULL);
	receiver_start(&f->receiver);
	assert_int_equal(webhook_secret_parse(STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
	                                      &f->secret, &err),
	                 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	sender_stop(f->sender);
	receiver_stop(&f->receiver);
	webhook_allowed_deinit(&f->allowed);
	pthread_cond_destroy(&f->done.is_more);
	pthread_mutex_destroy(&f->done.lock);
	free(f);
	return 0;
}

static int submit(struct fixture *f, const char *host, const char *path, size_t i)
{
	char url[128];
	struct err err;

	snprintf(url, sizeof url, "http://%s:%u%s", host, f->receiver.port, path);
	const struct webhook_message message = {
		.url = str_from(url),
		.id = STR("msg_p5jXN8AQM9LWM0D4loKWxJek"),
		.body = STR("{\"test\": 2432232314}"),
		.timestamp = 1614265330,
		.user = (void *)i,
	};
	return sender_submit(f->sender, &message, &err);
}

TEST(a_message_arrives_signed) {
	struct fixture *f = *state;
	char request[REQUEST_SIZE];

	start(f, STR("127.0.0.1"));
	assert_int_equal(submit(f, "127.0.0.1", "/ok", 0), 0);
	struct webhook_result result = wait_for(&f->done, 0);
	assert_int_equal(result.outcome, WEBHOOK_DELIVERED);
	assert_int_equal(result.status, 204);
	assert_string_equal(result.detail, "");
	last_request(&f->receiver, request);
	assert_non_null(strstr(request, "POST /ok HTTP/1.1\r\n"));
	assert_non_null(strstr(request, "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\n"));
	assert_non_null(strstr(request, "webhook-timestamp: 1614265330\r\n"));
	assert_non_null(strstr(request, "webhook-signature: "
	                                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n"));
	assert_non_null(strstr(request, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(request, "User-Agent: docmill/test\r\n"));
	assert_non_null(strstr(request, "\r\n\r\n{\"test\": 2432232314}"));
}

TEST(a_forbidden_address_is_never_spoken_to) {
	static const char *const hosts[] = { "127.0.0.1",  "localhost",          "2130706433",
		                             "0177.0.0.1", "[::ffff:127.0.0.1]", "0" };
	struct fixture *f = *state;

	start(f, STR("10.0.0.0/8"));
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		assert_int_equal(submit(f, hosts[i], "/ok", i), 0);
		assert_int_equal(wait_for(&f->done, i).outcome, WEBHOOK_REFUSED);
	}
	assert_int_equal(n_requests(&f->receiver), 0);
}

TEST(an_error_and_a_redirect_are_failures) {
	struct fixture *f = *state;

	start(f, STR("127.0.0.1"));
	assert_int_equal(submit(f, "127.0.0.1", "/error", 0), 0);
	assert_int_equal(wait_for(&f->done, 0).status, 500);
	assert_int_equal(f->done.results[0].outcome, WEBHOOK_FAILED);
	assert_string_equal(f->done.results[0].detail, "the receiver answered 500");
	assert_int_equal(submit(f, "127.0.0.1", "/elsewhere", 1), 0);
	assert_int_equal(wait_for(&f->done, 1).status, 302);
	assert_int_equal(f->done.results[1].outcome, WEBHOOK_FAILED);
	assert_int_equal(n_requests(&f->receiver), 2);
}

TEST(an_endless_answer_is_cut_and_its_status_counts) {
	struct fixture *f = *state;

	start(f, STR("localhost"));
	assert_int_equal(submit(f, "localhost", "/much", 0), 0);
	assert_int_equal(wait_for(&f->done, 0).status, 200);
	assert_int_equal(f->done.results[0].outcome, WEBHOOK_DELIVERED);
}

TEST(a_receiver_that_hangs_is_given_up_and_holds_up_nobody_else) {
	struct fixture *f = *state;
	struct receiver other;

	start(f, STR("127.0.0.1, localhost"));
	receiver_start(&other);
	assert_int_equal(submit(f, "127.0.0.1", "/hang", 0), 0);
	assert_int_equal(submit(f, "127.0.0.1", "/hang", 1), 0);
	assert_int_equal(submit(f, "127.0.0.1", "/hang", 2), ERR_UNAVAILABLE);
	assert_int_equal(sender_room(f->sender, STR("http://127.0.0.1/")), 0);
	assert_int_equal(sender_room(f->sender, STR("http://LOCALHOST/x")), 2);

	unsigned hanging_port = f->receiver.port;
	f->receiver.port = other.port;
	assert_int_equal(submit(f, "localhost", "/ok", 3), 0);
	f->receiver.port = hanging_port;
	assert_int_equal(wait_for(&f->done, 3).outcome, WEBHOOK_DELIVERED);
	for (size_t i = 0; i < 2; i++) {
		struct webhook_result result = wait_for(&f->done, i);

		assert_int_equal(result.outcome, WEBHOOK_FAILED);
		assert_int_equal(result.status, 0);
		assert_true(result.detail[0] != 0);
	}
	assert_int_equal(sender_room(f->sender, STR("http://127.0.0.1/")), 2);
	receiver_stop(&other);
}

TEST(nobody_there_is_a_failure) {
	struct fixture *f = *state;

	start(f, STR("127.0.0.1"));
	f->receiver.port = 1;
	assert_int_equal(submit(f, "127.0.0.1", "/ok", 0), 0);
	assert_int_equal(wait_for(&f->done, 0).outcome, WEBHOOK_FAILED);
	assert_int_equal(f->done.results[0].status, 0);
}

TEST(stopping_ends_what_is_under_way) {
	struct fixture *f = *state;

	start(f, STR("127.0.0.1"));
	assert_int_equal(submit(f, "127.0.0.1", "/hang", 0), 0);
	assert_int_equal(submit(f, "127.0.0.1", "/hang", 1), 0);
	sender_stop(f->sender);
	f->sender = NULL;
	assert_int_equal(f->done.n, 2);
	assert_int_equal(f->done.results[1].outcome, WEBHOOK_FAILED);
}

#define RUN_SEND(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_SEND(a_message_arrives_signed),
		RUN_SEND(a_forbidden_address_is_never_spoken_to),
		RUN_SEND(an_error_and_a_redirect_are_failures),
		RUN_SEND(an_endless_answer_is_cut_and_its_status_counts),
		RUN_SEND(a_receiver_that_hangs_is_given_up_and_holds_up_nobody_else),
		RUN_SEND(nobody_there_is_a_failure),
		RUN_SEND(stopping_ends_what_is_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
