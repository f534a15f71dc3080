/* docmill health: asks a running service over a plain socket, for containers without a shell. */
#include "cli/command.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/macros.h"

#define TIMEOUT_S 3
#define HOST_MAX 255

static const char usage[] =
	"usage: docmill health [--live] [--url http://HOST:PORT]\n"
	"\n"
	"Exit 0 when the service is ready to be sent requests, 1 when it is not or cannot be asked.\n"
	"  --live   ask whether the process is alive instead\n"
	"  --url    the admin listener; without it $DOCMILL_ADMIN_LISTEN, or 127.0.0.1:9001\n";

struct target {
	char host[HOST_MAX + 1];
	char port[6];
};

/* "[http://]HOST:PORT[/]"; a host that stands for every address is asked on loopback. */
static bool parse_target(const char *url, struct target *ret)
{
	if (strncmp(url, "http://", 7) == 0)
		url += 7;
	size_t len = strcspn(url, "/");
	const char *colon = memrchr(url, ':', len);
	const char *host = url;
	size_t host_len = colon != NULL ? (size_t)(colon - url) : 0;
	const char *port = colon != NULL ? colon + 1 : url;
	size_t port_len = len - (size_t)(port - url);

	if (host_len >= 2 && host[0] == '[' && host[host_len - 1] == ']') {
		host++;
		host_len -= 2;
	}
	if (port_len == 0 || port_len >= sizeof ret->port || host_len > HOST_MAX ||
	    strspn(port, "0123456789") < port_len)
		return false;
	snprintf(ret->host, sizeof ret->host, "%.*s", (int)host_len, host);
	snprintf(ret->port, sizeof ret->port, "%.*s", (int)port_len, port);
	if (host_len == 0 || strcmp(ret->host, "*") == 0 || strcmp(ret->host, "0.0.0.0") == 0)
		strcpy(ret->host, "127.0.0.1");
	return true;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int connect_to(const struct target *target)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	struct timeval timeout = { .tv_sec = TIMEOUT_S };
	int fd = -1;

	int rc = getaddrinfo(target->host, target->port, &hints, &found);
	if (rc != 0) {
		fprintf(stderr, "docmill health: %s: %s\n", target->host, gai_strerror(rc));
		return -1;
	}
	for (struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
		if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	if (fd < 0)
		fprintf(stderr, "docmill health: %s:%s: %s\n", target->host, target->port,
		        strerror(errno));
	return fd;
}

/* Read to the end, or to the end of the buffer, which the answer to a probe never fills. */
static size_t receive(int fd, char *ret, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size - 1 && (n = recv(fd, ret + len, size - 1 - len, 0)) > 0)
		len += (size_t)n;
	ret[len] = 0;
	return len;
}

static int ask(const struct target *target, const char *path)
{
	CLEANUP(close_fd) int fd = connect_to(target);
	char text[4096];

	if (fd < 0)
		return 1;
	int len = snprintf(text, sizeof text,
	                   "GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n", path,
	                   target->host, target->port);
	if (send(fd, text, (size_t)len, MSG_NOSIGNAL) != len || receive(fd, text, sizeof text) == 0) {
		fprintf(stderr, "docmill health: %s:%s does not answer\n", target->host,
		        target->port);
		return 1;
	}
	if (strncmp(text, "HTTP/1.1 200 ", 13) == 0)
		return 0;
	fprintf(stderr, "docmill health: %s says %.*s\n", path, (int)strcspn(text, "\r\n"), text);
	return 1;
}

int health_run(int argc, char **argv)
{
	const char *url = getenv("DOCMILL_ADMIN_LISTEN");
	const char *path = "/readyz";
	struct target target;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--live") == 0) {
			path = "/livez";
		} else if (strcmp(argv[i], "--url") == 0 && i + 1 < argc) {
			url = argv[++i];
		} else if (strncmp(argv[i], "--url=", 6) == 0) {
			url = argv[i] + 6;
		} else if (strcmp(argv[i], "--help") == 0) {
			return fputs(usage, stdout) >= 0 && fflush(stdout) == 0 ? 0 : EX_IOERR;
		} else {
			fputs(usage, stderr);
			return EX_USAGE;
		}
	}
	if (url == NULL)
		url = "127.0.0.1:9001";
	if (!parse_target(url, &target)) {
		fprintf(stderr, "docmill health: \"%s\" is not http://HOST:PORT\n", url);
		return EX_USAGE;
	}
	return ask(&target, path);
}
