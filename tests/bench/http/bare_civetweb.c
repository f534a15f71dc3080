/*
 * The floor under docmill's HTTP: a civetweb program that answers every request, once its body has
 * come, with the bytes of a file, from begin_request, in one write, with the same options.  What docmill needs beyond this is
 * what its own layers cost.
 *
 *	bare_civetweb FILE THREADS        prints the port it got; ends with its standard input
 */
#include <civetweb.h>

#include <stdio.h>
#include <unistd.h>

struct answer {
	char bytes[1 << 20];
	size_t len;
};

static int begin_request(struct mg_connection *mg)
{
	const struct answer *answer = mg_get_user_data(mg_get_context(mg));

	char body[8192];

	while (mg_read(mg, body, sizeof body) > 0)
		;
	mg_write(mg, answer->bytes, answer->len);
	return 200;
}

int main(int argc, char **argv)
{
	static struct answer answer;
	struct mg_callbacks callbacks = { .begin_request = begin_request };
	const char *options[] = {
		"listening_ports",
		"127.0.0.1:0",
		"num_threads",
		argc == 3 ? argv[2] : "",
		"connection_queue",
		"256",
		"listen_backlog",
		"1024",
		"enable_keep_alive",
		"yes",
		"keep_alive_timeout_ms",
		"15000",
		"tcp_nodelay",
		"1",
		"decode_url",
		"no",
		NULL,
	};
	struct mg_server_port port;
	char byte;

	FILE *file = argc == 3 ? fopen(argv[1], "r") : NULL;
	if (file == NULL) {
		fprintf(stderr, "usage: bare_civetweb FILE THREADS\n");
		return 64;
	}
	answer.len = fread(answer.bytes, 1, sizeof answer.bytes, file);
	fclose(file);
	mg_init_library(0);
	struct mg_context *context = mg_start(&callbacks, &answer, options);
	if (context == NULL || mg_get_server_ports(context, 1, &port) != 1)
		return 69;
	printf("%d\n", port.port);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	_exit(0); /* stopping takes the library seconds, and nothing is at stake */
}
