/* Which instruction sets of x86-64 there are.  Compiled for every machine: it asks, they act. */
#include "doc/index_isa.h"
#include "doc/index_x86.h"

bool index_has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
	       __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
}

bool index_has_sse42(void)
{
	return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul") &&
	       __builtin_cpu_supports("popcnt");
}

const struct index_isa *const index_isas[] = { &index_avx2, &index_sse42, &index_scalar };
