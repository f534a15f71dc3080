/*
 * Quality: lists of what a caller takes, with how much it likes each (RFC 9110, 12.4.2).
 *
 *	while (quality_next(&list, &item))
 *		if (str_eq_fold(item.name, STR("gzip")))
 *			quality = item.quality;
 */
#ifndef HTTP_QUALITY_H
#define HTTP_QUALITY_H

#include <stdbool.h>

#include "base/str.h"

#define QUALITY_ONE 1000

struct quality_item {
	struct str name;      /* "text/html", "gzip", "*" */
	struct str parameter; /* "mode=canonical": the first one that is not q; empty: none */
	unsigned quality;     /* of QUALITY_ONE */
};

/* The next item of a list, which is cut off from it; false at the end.  Empty items are skipped. */
bool quality_next(struct str *list, struct quality_item *ret);

/* What stands before the separator, trimmed; *rest is what stands after it. */
struct str quality_cut(struct str s, char separator, struct str *rest);

#endif
