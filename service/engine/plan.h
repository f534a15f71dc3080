/* What a compiled pipeline is, for engine/ alone. */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "engine/engine.h"
#include "engine/stage/stage.h"

struct plan_let {
	uint32_t slot;
	struct value value;
};

struct plan {
	struct pipeline pipeline;
	struct limits limits;
	struct needs needs; /* of the documents as they come in */
	struct plan_let *lets;
	size_t n_lets;
	uint32_t n_vars;
	uint32_t n_caches;
	bool has_documents;
	bool has_inner;         /* PLAN_RULE_INNER was not switched off */
	unsigned rules_applied; /* enum plan_rule */

	/* For runs in several threads: see run_split.h. */
	bool is_splittable;
	bool merges;    /* the stage behind those can merge what its nodes hold */
	size_t n_apart; /* so many of the first stages look at one document at a time */
};

#endif
