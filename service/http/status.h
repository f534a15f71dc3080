/* Status codes: the ones this service answers with, and their reason phrases. */
#ifndef HTTP_STATUS_H
#define HTTP_STATUS_H

#include <stddef.h>

struct status_row {
	int status;
	const char *text; /* the status line's part: "404 Not Found" */
	char digits[4];   /* "404" */
};

extern const struct status_row status_table[];

#define STATUS_COUNT ((size_t)33)

/* The row of a status; that of 500 for one that is not in the table. */
const struct status_row *status_find(int status);

#endif
