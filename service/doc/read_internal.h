/* The reader with the choices that only tests and measurements make.  For doc/ and its tests. */
#ifndef DOC_READ_INTERNAL_H
#define DOC_READ_INTERNAL_H

#include "doc/index.h"
#include "doc/read.h"

int reader_create_with(struct arena *a, const struct reader_input *input,
                       const struct index_isa *isa, size_t chunk_size, struct reader **ret,
                       struct err *err) MUST_CHECK;

#endif
