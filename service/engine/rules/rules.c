/* The rules, and the order in which they are applied. */
#include "engine/rules/rules.h"

struct rule {
	const char *name;
	enum plan_rule bit;
	int (*apply)(struct compiler *c, struct pipeline *pipeline, bool *ret); /* NULL: elsewhere */
};

static const struct rule rules[] = {
	{ "fold", PLAN_RULE_FOLD, NULL },
	{ "fields", PLAN_RULE_FIELDS, NULL },
	{ "short_cuts", PLAN_RULE_SHORT_CUTS, NULL },
	{ "join", PLAN_RULE_JOIN, NULL },
	{ "inner", PLAN_RULE_INNER, NULL },
	{ "tally", PLAN_RULE_TALLY, NULL },
	{ "match_early", PLAN_RULE_MATCH_EARLY, rule_match_early },
	{ "match_merge", PLAN_RULE_MATCH_MERGE, rule_match_merge },
	{ "unused", PLAN_RULE_UNUSED, rule_unused },
	{ "sort_limit", PLAN_RULE_SORT_LIMIT, rule_sort_limit },
	{ "splice", PLAN_RULE_SPLICE, rule_splice },
};

const char *plan_rule_name(unsigned i)
{
	for (size_t k = 0; k < ARRAY_LEN(rules); k++)
		if ((unsigned)rules[k].bit == 1u << i)
			return rules[k].name;
	return NULL;
}

int rules_apply(struct compiler *c, struct pipeline *pipeline)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		bool is_applied = false;

		if (rules[i].apply == NULL || !(c->rules & (unsigned)rules[i].bit))
			continue;
		TRY(rules[i].apply(c, pipeline, &is_applied));
		if (is_applied)
			c->rules_applied |= (unsigned)rules[i].bit;
	}
	return 0;
}
