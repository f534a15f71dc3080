/*
 * What a transform may use.  The names are those of the service's options, with their defaults.
 *
 * Memory is charged by the arenas to one budget; documents by the reader; output by the sink;
 * time by eval_tick(); the rest when a pipeline is compiled.  Nothing else counts.
 */
#ifndef ENGINE_LIMITS_H
#define ENGINE_LIMITS_H

#include <stdint.h>

struct limits {
	uint32_t depth_max;       /* max-depth: levels of a document or stage */
	uint32_t key_len_max;     /* max-key: bytes */
	uint32_t stages_max;      /* max-stages: of a pipeline, those inside stages too */
	uint64_t documents_max;   /* max-documents: read, all collections together */
	uint64_t output_max;      /* max-output: bytes */
	uint64_t memory_max;      /* max-memory: bytes of state, besides input and output */
	uint64_t time_ms_max;     /* max-time; 0: none */
	uint32_t regex_steps_max; /* max-regex-steps: of one match */
};

#define LIMITS_DEFAULT \
	((struct limits){ \
		.depth_max = 100, \
		.key_len_max = 64 << 10, \
		.stages_max = 1000, \
		.documents_max = 10000000, \
		.output_max = UINT64_C(256) << 20, \
		.memory_max = UINT64_C(1) << 30, \
		.time_ms_max = 30000, \
		.regex_steps_max = 100000, \
	})

#endif
