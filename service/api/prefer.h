/* Prefer (RFC 7240): "respond-async", and how long a caller likes to wait. */
#ifndef API_PREFER_H
#define API_PREFER_H

#include <stdbool.h>

#include "http/request.h"

#define PREFER_WAIT_MAX_S 30

struct prefer {
	bool respond_async;
	unsigned wait_s; /* 0: not at all; at most PREFER_WAIT_MAX_S */
};

/* What is not understood is ignored, as that standard wants it. */
struct prefer prefer_read(const struct request *req);

#endif
