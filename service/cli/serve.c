/* docmill serve: the service.  The one file that knows every layer. */
#include "cli/command.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "api/app.h"
#include "api/auth.h"
#include "api/problem.h"
#include "api/routes.h"
#include "base/build.h"
#include "base/clock.h"
#include "base/machine.h"
#include "cli/manual.h"
#include "cli/memory.h"
#include "cli/serve_jobs.h"
#include "config/config.h"
#include "http/cors.h"
#include "http/server.h"
#include "obs/health.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "tasks/store_watch.h"

/* Probes and a scraper; they must never wait behind the service's own requests. */
#define ADMIN_THREADS 4
#define ADMIN_MAX_BODY ((size_t)4096)

/* Stopping joins threads of a library that has been seen to hang; this is more than it ever takes. */
#define STOP_TIMEOUT_S 10

/* The library's queue, its listeners, the log, the store. */
#define SPARE_FDS 512

struct service {
	struct config config;
	struct app app;
	struct budget memory; /* of all requests together */
	struct serve_jobs jobs;
	struct server *http, *admin;
};

extern char **environ;

static int fail(int exit_code, const struct err *err)
{
	fprintf(stderr, "docmill serve: %s%s%s\n", err->message, err->cause[0] == 0 ? "" : ": ",
	        err->cause);
	return exit_code;
}

static int exit_code_of(const struct err *err)
{
	switch (err->code) {
	case ERR_INVALID: return EX_CONFIG;
	case ERR_NOT_FOUND: return EX_USAGE;
	case ERR_IO: return EX_NOINPUT;
	case ERR_UNAVAILABLE: return EX_UNAVAILABLE;
	default: return EX_SOFTWARE;
	}
}

static int print_help(const char *how)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	if (strcmp(how, "--help=markdown") == 0) {
		manual_write(&text);
	} else {
		buf_append_cstr(&text, "usage: docmill serve [OPTION]...\n");
		config_write_help(&text);
	}
	size_t n = fwrite(text.data, 1, text.len, stdout);
	bool is_whole = n == text.len && fflush(stdout) == 0;
	buf_deinit(&text);
	return is_whole ? 0 : EX_IOERR;
}

/* All threads inherit this: signals are for the thread that waits for them. */
static void block_signals(sigset_t *ret)
{
	sigemptyset(ret);
	sigaddset(ret, SIGTERM);
	sigaddset(ret, SIGINT);
	sigset_t all = *ret;
	sigaddset(&all, SIGHUP); /* until it is waited for, too */
	sigaddset(&all, SIGPIPE);
	sigaddset(&all, SIGXFSZ); /* then a file that may not grow is an error like a full disk */
	sigaddset(&all, SIGUSR1);
	sigaddset(&all, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
}

/* Without descriptors the library's accept loop spins, so there must be one for each thread. */
static int raise_fd_limit(const struct config *config, struct err *err)
{
	struct rlimit fds;

	if (getrlimit(RLIMIT_NOFILE, &fds) != 0)
		return err_set(err, ERR_UNAVAILABLE, "open files: %s", strerror(errno));
	fds.rlim_cur = fds.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &fds) != 0)
		return err_set(err, ERR_UNAVAILABLE, "open files: %s", strerror(errno));
	if (fds.rlim_cur < config->http_threads + SPARE_FDS)
		return err_set(err, ERR_INVALID,
		               "--http-threads %llu needs %llu open files, and %llu are allowed",
		               (unsigned long long)config->http_threads,
		               (unsigned long long)config->http_threads + SPARE_FDS,
		               (unsigned long long)fds.rlim_cur);
	return 0;
}

static int open_log(const struct config *config, struct err *err)
{
	return log_open(
		&(struct log_options){
			.level = (enum log_level)config->log_level,
			.format = (enum log_format)config->log_format,
			.fd = STDERR_FILENO,
		},
		err);
}

/*
 * Small work that runs where it arrived.  A thread that the kernel has put aside keeps its place, so
 * there must be many more than run: with 4, a hundred callers found them taken, and the way over the
 * queue and back cost more than the work.
 */
#define INLINE_PER_THREAD 16

/*
 * One transform alone may use three quarters of what all may use: what it needs beyond that would
 * be refused as if others were to blame.
 */
static void set_compute_limits(struct service *service)
{
	const struct config *config = &service->config;
	struct app *app = &service->app;
	uint64_t budget = config->memory_budget != 0 ? config->memory_budget
	                                             : machine_memory_bytes() / 4 * 3;
	unsigned n_threads = config->threads != 0 ? (unsigned)config->threads : machine_cpus();

	service->memory = BUDGET(budget);
	app->memory = &service->memory;
	app->limits.memory_max = MIN(app->limits.memory_max, budget / 4 * 3);
	app->pool_options = (struct pool_options){
		.n_threads = n_threads,
		.n_inline = n_threads * INLINE_PER_THREAD,
		.n_background = n_threads,
		.queue_length_max = config->queue_length,
		.queue_bytes_max = config->queue_bytes,
	};
}

static int open_app(struct service *service, struct err *err)
{
	const struct config *config = &service->config;
	struct app *app = &service->app;

	app->store_limits = (struct store_limits){
		.tasks_max = config->max_tasks,
		.bytes_max = config->max_tasks_bytes,
		.connections_max = config->store_connections,
		.timeout_ms = config->store_timeout_ms,
	};
	app->max_body = config->max_body;
	app->max_header = config->max_header;
	app->max_inflate_ratio = config->max_inflate_ratio;
	app->plan_cache_max = config->plan_cache;
	app->limits = (struct limits){
		.depth_max = (uint32_t)config->max_depth,
		.key_len_max = (uint32_t)config->max_key,
		.stages_max = (uint32_t)config->max_stages,
		.documents_max = config->max_documents,
		.output_max = config->max_output,
		.memory_max = config->max_memory,
		.time_ms_max = config->max_time_ms,
		.regex_steps_max = (uint32_t)config->max_regex_steps,
	};
	set_compute_limits(service);
	TRY(serve_jobs_set(&service->jobs, config, app, err));

	struct store *store;
	TRY(store_open(str_from(config->store), &app->store_limits, &store, err));
	TRY(store_watch_open(store, &app->store, err));
	if (config->auth == CONFIG_AUTH_KEYS)
		TRY(auth_load(app, config->keys_file, err));
	return app_init(app, err);
}

static int start_servers(struct service *service, struct err *err)
{
	const struct config *config = &service->config;
	struct server_options options = {
		.name = "service",
		.listen = config->listen,
		.n_threads = (unsigned)config->http_threads,
		.keep_alive_timeout_ms = config->keep_alive_timeout_ms,
		.header_timeout_ms = config->header_timeout_ms,
		.body_timeout_ms = config->body_timeout_ms,
		.write_timeout_ms = config->write_timeout_ms,
		.min_rate = config->min_rate,
		.max_body = config->max_body,
		.max_header = config->max_header,
		.max_inflate_ratio = config->max_inflate_ratio,
		.access_log = (enum access_log)config->access_log,
		.has_request_metrics = true,
		.cors_origins = config->cors_origins,
		.problem = problem_answer,
		.admit = auth_admit,
		.memory = &service->memory,
		.app = &service->app,
	};

	TRY(server_start(&options, service_routes, &service->http, err));
	options.name = "admin";
	options.listen = config->admin_listen;
	options.n_threads = ADMIN_THREADS;
	options.max_body = ADMIN_MAX_BODY;
	options.cors_origins = "";
	options.admit = NULL; /* who can reach this address may ask it */
	options.access_log = ACCESS_LOG_OFF;
	options.has_request_metrics = false;
	options.memory = NULL;
	return server_start(&options, admin_routes, &service->admin, err);
}

/* "127.0.0.1:8001": the host as configured, the port as bound. */
static void log_address(struct log_line *line, const char *key, const char *listen,
                        const struct server *server)
{
	char text[300];
	const char *colon = strrchr(listen, ':');
	int host_len = colon != NULL ? (int)(colon - listen) : 0;

	snprintf(text, sizeof text, "%.*s:%u", host_len, listen, server_port(server));
	log_str(line, key, str_from(text));
}

static void log_listening(const struct service *service)
{
	struct log_line line;

	log_begin(&line, LOG_INFO, "listening");
	log_address(&line, "service", service->config.listen, service->http);
	log_address(&line, "admin", service->config.admin_listen, service->admin);
	log_str(&line, "version", str_from(build.version));
	log_end(&line);
}

/* Wait for a signal of the set; false when none came in time. */
static bool wait_for_signal(const sigset_t *signals, uint64_t timeout_ms)
{
	struct timespec timeout = {
		.tv_sec = (time_t)(timeout_ms / 1000),
		.tv_nsec = (long)(timeout_ms % 1000) * 1000000,
	};
	uint64_t until_ns = clock_monotonic_ns() + timeout_ms * 1000000;

	while (sigtimedwait(signals, NULL, &timeout) < 0) {
		if (errno != EINTR || clock_monotonic_ns() >= until_ns)
			return false;
	}
	return true;
}

/* Answers that are ready to be sent, after all work was told to stop: no longer than this. */
#define STOP_ANSWERS_MS 1000

/*
 * What still computes is told to stop, and its callers to ask elsewhere: they get an answer, which
 * cutting their connections would not give them.
 */
static void stop_computing(struct service *service)
{
	struct pool_stats stats = pool_stats(service->app.pool);
	uint64_t until_ns = clock_monotonic_ns() + STOP_ANSWERS_MS * 1000000;
	struct timespec pause = { .tv_nsec = 5000000 };

	pool_stop(service->app.pool);
	if (stats.n_running + stats.n_waiting == 0)
		return;
	while (server_in_flight(service->http) > 0 && clock_monotonic_ns() < until_ns)
		nanosleep(&pause, NULL);
}

/*
 * First only say so, so that callers look elsewhere; then wait for what is under way.  A second
 * signal ends the waiting.
 */
static void drain(struct service *service, const sigset_t *signals)
{
	const struct config *config = &service->config;
	struct log_line line;

	log_message(LOG_INFO, "draining");
	health_set_draining();
	server_drain(service->http);
	server_drain(service->admin);
	bool is_urgent = wait_for_signal(signals, config->shutdown_delay_ms);
	server_close_idle(service->http);
	pool_close(service->app.pool);
	background_drain(&service->jobs.background);
	uint64_t until_ns = clock_monotonic_ns() + config->shutdown_timeout_ms * 1000000;
	while (!is_urgent && server_in_flight(service->http) > 0 && clock_monotonic_ns() < until_ns)
		is_urgent = wait_for_signal(signals, 10);
	stop_computing(service);
	log_begin(&line, LOG_INFO, "stopping");
	log_int(&line, "requests_cut", server_in_flight(service->http));
	log_end(&line);
}

static void *watch_stop(void *arg)
{
	(void)arg;
	sleep(STOP_TIMEOUT_S);
	_exit(0); /* what was under way has ended, or was given up; only threads hang */
}

static void stop_service(struct service *service)
{
	pthread_t watchdog;

	if (pthread_create(&watchdog, NULL, watch_stop, NULL) == 0)
		pthread_detach(watchdog);
	server_stop(service->http);
	server_stop(service->admin);
	service->http = service->admin = NULL;
	background_stop(&service->jobs.background);
	pool_destroy(service->app.pool);
	service->app.pool = NULL;
}

/* Keys that were taken away must stop to work without a restart. */
static void reload_keys(struct service *service)
{
	struct err err = ERR_INIT;
	struct log_line line;

	if (service->config.auth != CONFIG_AUTH_KEYS ||
	    auth_load(&service->app, service->config.keys_file, &err) == 0)
		return;
	log_begin(&line, LOG_ERROR, "keys not loaded"); /* those that were there stay */
	log_str(&line, "detail", str_from(err.message));
	log_end(&line);
}

/* Until one of the signals that end the service. */
static void wait_for_end(struct service *service, const sigset_t *signals)
{
	const struct timespec tick = {
		.tv_sec = MEMORY_REST_MS / 1000,
		.tv_nsec = MEMORY_REST_MS % 1000 * 1000000,
	};
	struct memory_rest rest = { 0 };
	sigset_t awaited = *signals;
	int number;

	sigaddset(&awaited, SIGHUP);
	/* A debugger that attaches interrupts the wait without any signal. */
	while ((number = sigtimedwait(&awaited, NULL, &tick)) == SIGHUP || number < 0) {
		if (number == SIGHUP)
			reload_keys(service);
		else if (errno == EAGAIN)
			memory_rest(&rest);
	}
}

/* A database that is out of reach is waited for, but not by those who need none. */
static void await_store(struct service *service)
{
	struct err err = ERR_INIT;
	struct log_line line;

	if (store_watch_await(service->app.store, &err) == 0)
		return;
	log_begin(&line, LOG_ERROR, "the store is awaited");
	log_str(&line, "store", str_from(service->app.store->ops->name));
	log_str(&line, "detail", str_from(err.message));
	log_str(&line, "cause", str_from(err.cause));
	log_end(&line);
}

static int serve(struct service *service, const sigset_t *signals, struct err *err)
{
	await_store(service);
	TRY(pool_create(&service->app.pool_options, &service->app.pool, err));
	TRY(serve_jobs_start(&service->jobs, err));
	TRY(start_servers(service, err));
	series_set(metrics_series(METRIC_BUILD_INFO,
	                          (const char *[]){ build.version, build.revision, build.compiler }),
	           1);
	health_set_started();
	log_listening(service);
	wait_for_end(service, signals);
	drain(service, signals);
	return 0;
}

static int run(struct service *service, int argc, char **argv, struct err *err)
{
	sigset_t signals;

	TRY(config_load(&service->config, argc, argv, environ, err));
	TRY(config_check(&service->config, err));
	TRY(cors_check(service->config.cors_origins, err));
	memory_tune();
	block_signals(&signals); /* before there is any other thread: the store has some */
	TRY(open_app(service, err));
	TRY(raise_fd_limit(&service->config, err));
	if (service->config.check) {
		TRY(service->app.store->ops->health(service->app.store, err));
		printf("docmill serve: the options are fine\n");
		return 0;
	}
	TRY(open_log(&service->config, err));
	int rc = serve(service, &signals, err);
	stop_service(service);
	log_close();
	return rc;
}

int serve_run(int argc, char **argv)
{
	struct service service = { 0 };
	struct err err = ERR_INIT;

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "--help=markdown") == 0)
			return print_help(argv[i]);
	int rc = run(&service, argc, argv, &err);
	app_deinit(&service.app);
	config_deinit(&service.config);
	metrics_reset();
	return rc == 0 ? 0 : fail(exit_code_of(&err), &err);
}
