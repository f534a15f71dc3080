/* Machines without an instruction set of their own here. */
#include "doc/index_isa.h"

const struct index_isa *const index_isas[] = { &index_scalar };
