/*
 * Rules: rewrites of a pipeline, each of which can be switched off; none may change an answer.
 */
#ifndef ENGINE_RULE_H
#define ENGINE_RULE_H

enum plan_rule {
	PLAN_RULE_FOLD = 1,         /* constants are computed when the pipeline is compiled */
	PLAN_RULE_FIELDS = 2,       /* the reader keeps only what is read */
	PLAN_RULE_SORT_LIMIT = 4,   /* $sort keeps no more than the $limit behind it lets through */
	PLAN_RULE_SHORT_CUTS = 8,   /* $match decides by the bytes of a value where it can */
	PLAN_RULE_MATCH_EARLY = 16, /* $match moves before what does not touch what it asks for */
	PLAN_RULE_MATCH_MERGE = 32, /* two $match in a row are one */
	PLAN_RULE_UNUSED = 64,      /* a field that nobody behind reads is not computed */
	PLAN_RULE_JOIN = 128,       /* $lookup asks an index first where its pipeline allows it */
	PLAN_RULE_INNER = 256,      /* objects in fields are opened as the last one there was */
	PLAN_RULE_SPLICE = 512,     /* fields are added behind the text of a document */
	PLAN_RULE_TALLY = 1024,     /* a sum of the same int is a number of documents */
	PLAN_RULES_ALL = ~0,
};

/* "match_early" …, for explain; NULL behind the last one. */
const char *plan_rule_name(unsigned i);

#endif
