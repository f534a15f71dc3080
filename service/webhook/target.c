/* Targets: where a webhook may go. */
#include "webhook/target.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/num.h"
#include "webhook/curl.h"

#define V4_BITS 96 /* of ::ffff:0:0/96, where IPv4 addresses are in IPv6's */

struct range {
	const char *address;
	unsigned prefix;
};

/* Not for the open Internet: IANA's IPv4 Special-Purpose Address Registry, and multicast. */
static const struct range closed_v4[] = {
	{ "0.0.0.0", 8 },      { "10.0.0.0", 8 },     { "100.64.0.0", 10 }, { "127.0.0.0", 8 },
	{ "169.254.0.0", 16 }, { "172.16.0.0", 12 },  { "192.0.0.0", 24 },  { "192.0.2.0", 24 },
	{ "192.88.99.0", 24 }, { "192.168.0.0", 16 }, { "198.18.0.0", 15 }, { "198.51.100.0", 24 },
	{ "203.0.113.0", 24 }, { "224.0.0.0", 4 },    { "240.0.0.0", 4 },
};

/* Of IPv6 only 2000::/3 is open, without these: protocols, Teredo, documentation, 6to4. */
static const struct range open_v6 = { "2000::", 3 };
static const struct range closed_v6[] = {
	{ "2001::", 23 },
	{ "2001:db8::", 32 },
	{ "2002::", 16 },
	{ "3fff::", 20 },
};

/* NAT64 (RFC 6052): the last four bytes are an IPv4 address. */
static const struct range nat64 = { "64:ff9b::", 96 };

static bool same_prefix(const unsigned char *a, const unsigned char *b, unsigned n_bits)
{
	unsigned n_bytes = n_bits / 8, rest = n_bits % 8;

	if (memcmp(a, b, n_bytes) != 0)
		return false;
	return rest == 0 || ((a[n_bytes] ^ b[n_bytes]) >> (8 - rest)) == 0;
}

static bool in_range(int family, const unsigned char *address, const struct range *range)
{
	unsigned char start[16];

	return inet_pton(family, range->address, start) == 1 &&
	       same_prefix(address, start, range->prefix);
}

static bool is_open_v4(const unsigned char address[4])
{
	for (size_t i = 0; i < ARRAY_LEN(closed_v4); i++)
		if (in_range(AF_INET, address, &closed_v4[i]))
			return false;
	return true;
}

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool is_open(const unsigned char address[16])
{
	if (same_prefix(address, mapped, V4_BITS) || in_range(AF_INET6, address, &nat64))
		return is_open_v4(address + 12);
	if (!in_range(AF_INET6, address, &open_v6))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(closed_v6); i++)
		if (in_range(AF_INET6, address, &closed_v6[i]))
			return false;
	return true;
}

/* Any address in IPv6's form. */
static bool widen(const struct sockaddr *address, unsigned char ret[16])
{
	if (address->sa_family == AF_INET) {
		memcpy(ret, mapped, sizeof mapped);
		memcpy(ret + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
		return true;
	}
	if (address->sa_family == AF_INET6) {
		memcpy(ret, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
		return true;
	}
	return false;
}

static bool is_named(const struct webhook_allowed *allowed, const char *host)
{
	for (size_t i = 0; i < allowed->n_hosts; i++)
		if (str_eq_fold(str_from(allowed->hosts[i]), str_from(host)))
			return true;
	return false;
}

bool webhook_may_connect(const struct webhook_allowed *allowed, const char *host,
                         const struct sockaddr *address)
{
	unsigned char bytes[16];

	if (!widen(address, bytes))
		return false;
	if (is_open(bytes) || is_named(allowed, host))
		return true;
	for (size_t i = 0; i < allowed->n_networks; i++)
		if (same_prefix(bytes, allowed->networks[i].address, allowed->networks[i].prefix))
			return true;
	return false;
}

/* "10.1.0.0/16", "::1"; false: it is neither an address nor a network. */
static bool parse_network(struct str text, struct webhook_network *ret)
{
	char copy[INET6_ADDRSTRLEN];
	size_t slash = str_find(text, '/');
	unsigned base = 0, max = 128;
	uint64_t prefix;

	if (slash >= sizeof copy)
		return false;
	memcpy(copy, text.data, slash);
	copy[slash] = 0;
	memcpy(ret->address, mapped, sizeof mapped);
	if (inet_pton(AF_INET, copy, ret->address + 12) == 1) {
		base = V4_BITS;
		max = 32;
	} else if (inet_pton(AF_INET6, copy, ret->address) != 1) {
		return false;
	}
	ret->prefix = base + max;
	if (slash == text.len)
		return true;
	struct str digits = { text.data + slash + 1, text.len - slash - 1 };
	if (!num_parse_u64(digits, &prefix) || prefix > max)
		return false;
	ret->prefix = base + (unsigned)prefix;
	return true;
}

static bool is_host_name(struct str text)
{
	if (text.len == 0 || text.len > 253)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!isalnum((unsigned char)text.data[i]) && strchr("-._", text.data[i]) == NULL)
			return false;
	/* "10.1.2" is a mistyped address. */
	return !isdigit((unsigned char)text.data[text.len - 1]);
}

static int add_item(struct webhook_allowed *allowed, struct str item, struct err *err)
{
	struct webhook_network network;

	if (parse_network(item, &network)) {
		struct webhook_network *grown =
			reallocarray(allowed->networks, allowed->n_networks + 1, sizeof *grown);
		if (grown == NULL)
			return err_nomem(err, "the allowed networks");
		allowed->networks = grown;
		grown[allowed->n_networks++] = network;
		return 0;
	}
	if (!is_host_name(item))
		return err_set(err, ERR_INVALID,
		               "\"%.*s\" is no address, network (10.1.0.0/16) or host name",
		               STR_ARG(item));
	char **grown = reallocarray(allowed->hosts, allowed->n_hosts + 1, sizeof *grown);
	if (grown == NULL)
		return err_nomem(err, "the allowed hosts");
	allowed->hosts = grown;
	grown[allowed->n_hosts] = strndup(item.data, item.len);
	if (grown[allowed->n_hosts] == NULL)
		return err_nomem(err, "the allowed hosts");
	allowed->n_hosts++;
	return 0;
}

int webhook_allowed_parse(struct str text, struct webhook_allowed *ret, struct err *err)
{
	struct webhook_allowed allowed = { 0 };

	while (text.len > 0) {
		size_t comma = str_find(text, ',');
		struct str item = str_trim((struct str){ text.data, comma });
		int rc = item.len == 0 ? 0 : add_item(&allowed, item, err);

		if (rc != 0) {
			webhook_allowed_deinit(&allowed);
			return rc;
		}
		comma = MIN(comma + 1, text.len);
		text = (struct str){ text.data + comma, text.len - comma };
	}
	*ret = allowed;
	return 0;
}

void webhook_allowed_deinit(struct webhook_allowed *allowed)
{
	for (size_t i = 0; i < allowed->n_hosts; i++)
		free(allowed->hosts[i]);
	free(allowed->hosts);
	free(allowed->networks);
	*allowed = (struct webhook_allowed){ 0 };
}

static void free_url(CURLU **url)
{
	if (*url != NULL)
		libcurl.url_cleanup(*url);
}

static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool found = libcurl.url_get(url, part, &text, 0) == CURLUE_OK && text[0] != 0;

	libcurl.free(text);
	return found;
}

static bool is_http(CURLU *url)
{
	char *scheme = NULL;
	bool found = libcurl.url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	             (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);

	libcurl.free(scheme);
	return found;
}

int webhook_url_check(struct str url, struct err *err)
{
	CLEANUP(free_url) CURLU *parsed = NULL;
	char text[WEBHOOK_URL_MAX + 1];

	if (url.len > WEBHOOK_URL_MAX)
		return err_set(err, ERR_INVALID, "has more than %d bytes", WEBHOOK_URL_MAX);
	TRY(curl_load(err));
	parsed = libcurl.url();
	if (parsed == NULL)
		return err_nomem(err, "a URL");
	memcpy(text, url.data, url.len);
	text[url.len] = 0;
	if (strlen(text) != url.len || libcurl.url_set(parsed, CURLUPART_URL, text, 0) != CURLUE_OK)
		return err_set(err, ERR_INVALID,
		               "is not a URL such as \"https://example.com/hook\"");
	if (!is_http(parsed))
		return err_set(err, ERR_INVALID, "must begin with http:// or https://");
	if (!has_part(parsed, CURLUPART_HOST))
		return err_set(err, ERR_INVALID, "has no host");
	if (has_part(parsed, CURLUPART_USER) || has_part(parsed, CURLUPART_PASSWORD))
		return err_set(err, ERR_INVALID, "must not hold a user or password");
	return 0;
}
