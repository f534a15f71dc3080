/*
 * Gunzip: gzip back to what was packed, a piece at a time.
 *
 * A stream may have several members, one behind the other, as RFC 1952 allows; whatever else stands
 * behind the last one makes it broken.  Nothing is kept but zlib's own 40 KiB.
 *
 * Inside http/ only.
 */
#ifndef HTTP_GUNZIP_H
#define HTTP_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"

struct gunzip;

/* NULL without memory. */
struct gunzip *gunzip_create(void);
void gunzip_destroy(struct gunzip *gunzip);

/*
 * Unpack from *in, which is moved behind what was used, to at most room bytes at out.  Call again
 * with the same input until it is used up and fewer than room bytes came.  Fails with ERR_CODING
 * (this is no gzip) or ERR_NOMEM.
 */
int gunzip_run(struct gunzip *gunzip, struct str *in, char *out, size_t room, size_t *ret,
               struct err *err) MUST_CHECK;

/* Bytes that went in so far. */
uint64_t gunzip_n_in(const struct gunzip *gunzip);

/* Is it whole: at least one member, and no member that lacks its end? */
bool gunzip_is_whole(const struct gunzip *gunzip);

#endif
