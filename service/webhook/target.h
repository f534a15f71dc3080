/*
 * Targets: where a webhook may go.
 *
 * A caller chooses the URL, so the service must not be a way into its own network.  The address is
 * judged when the socket is about to connect, not when the name is looked up: a name may resolve
 * differently the second time.  Refused is every address that is not for the open Internet (IANA's
 * registries of special-purpose addresses), also when an IPv6 address carries it inside: loopback,
 * private, link-local and with it the clouds' metadata, carrier NAT, multicast, documentation.
 * An operator may name hosts and networks that are fine all the same.
 */
#ifndef WEBHOOK_TARGET_H
#define WEBHOOK_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"

struct sockaddr;

#define WEBHOOK_URL_MAX 2048 /* bytes */

struct webhook_network {
	unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
	unsigned prefix;           /* bits of it that count */
};

struct webhook_allowed {
	struct webhook_network *networks;
	char **hosts; /* lower case */
	size_t n_networks, n_hosts;
};

/*
 * From "10.1.0.0/16, ::1, hooks.internal": addresses, networks and names, separated by commas; ""
 * allows nothing beyond the open Internet.  A name allows every address that it resolves to.
 */
int webhook_allowed_parse(struct str text, struct webhook_allowed *ret, struct err *err) MUST_CHECK;
void webhook_allowed_deinit(struct webhook_allowed *allowed);

/* Whether a socket for this host (as in the URL, [] around IPv6 or not) may go to this address. */
bool webhook_may_connect(const struct webhook_allowed *allowed, const char *host,
                         const struct sockaddr *address);

/* Whether it is a URL for a webhook at all: http or https, a host, no user, not too long. */
int webhook_url_check(struct str url, struct err *err) MUST_CHECK;

#endif
