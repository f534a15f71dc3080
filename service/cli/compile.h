/* What docmill run and docmill check do alike: read a pipeline and its variables, and compile. */
#ifndef CLI_COMPILE_H
#define CLI_COMPILE_H

#include "cli/input.h"
#include "cli/run_options.h"

struct compiled {
	struct budget budget;
	struct arena arena;
	struct input pipeline;
	struct plan *plan;
	struct problem *problems;  /* all of them, when it does not compile */
	const char *pipeline_name; /* for messages */
};

/* compiled is zeroed; deinit it in any case. */
int compiled_init(struct compiled *c, const struct run_options *options, struct err *err) MUST_CHECK;
void compiled_deinit(struct compiled *c);

#endif
