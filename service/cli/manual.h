/* Manual: the tables of the program as Markdown, which deploy/OPERATING.md is made of. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "base/buf.h"

/* Options, metrics, fields of the request log, scopes of keys, signals and exit codes. */
void manual_write(struct buf *ret);

#endif
