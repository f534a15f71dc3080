/*
 * Where a text of documents may be cut, so that its pieces can be read apart.
 *
 * Lines are cut behind a line break, which is exact: no document holds one.  In an array the place
 * is a guess: a comma between two braces may also stand deeper, or inside a string.  So what
 * follows is looked at, and a guess that is wrong all the same is always found out: the piece
 * before it does not end behind a whole document and a comma, and reading it fails.  Whoever reads
 * pieces therefore reads the whole text instead when any piece fails, and reports what comes of
 * that.
 */
#ifndef DOC_SPLIT_H
#define DOC_SPLIT_H

#include "doc/read.h"

/*
 * The offset of the first document that begins at from or behind it, and before end; 0 when none
 * is found.  from is not 0.  Looks a little further than end, but not further than len.
 */
size_t split_find(enum read_format format, const char *text, size_t len, size_t from, size_t end);

#endif
