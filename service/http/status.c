/* Status codes. */
#include "http/status.h"

#define ROW(code, reason) \
	{ \
		code, #code " " reason, #code \
	}

const struct status_row status_table[STATUS_COUNT] = {
	ROW(200, "OK"),
	ROW(201, "Created"),
	ROW(202, "Accepted"),
	ROW(204, "No Content"),
	ROW(304, "Not Modified"),
	ROW(400, "Bad Request"),
	ROW(401, "Unauthorized"),
	ROW(403, "Forbidden"),
	ROW(404, "Not Found"),
	ROW(405, "Method Not Allowed"),
	ROW(406, "Not Acceptable"),
	ROW(408, "Request Timeout"),
	ROW(409, "Conflict"),
	ROW(410, "Gone"),
	ROW(411, "Length Required"),
	ROW(412, "Precondition Failed"),
	ROW(413, "Content Too Large"),
	ROW(414, "URI Too Long"),
	ROW(415, "Unsupported Media Type"),
	ROW(417, "Expectation Failed"),
	ROW(422, "Unprocessable Content"),
	ROW(428, "Precondition Required"),
	ROW(429, "Too Many Requests"),
	ROW(431, "Request Header Fields Too Large"),
	ROW(499, "Client Closed Request"),
	ROW(500, "Internal Server Error"),
	ROW(501, "Not Implemented"),
	ROW(502, "Bad Gateway"),
	ROW(503, "Service Unavailable"),
	ROW(504, "Gateway Timeout"),
	ROW(505, "HTTP Version Not Supported"),
	ROW(507, "Insufficient Storage"),
	{ 0 },
};

const struct status_row *status_find(int status)
{
	const struct status_row *internal = NULL;

	for (const struct status_row *row = status_table; row->status != 0; row++) {
		if (row->status == status)
			return row;
		if (row->status == 500)
			internal = row;
	}
	return internal;
}
