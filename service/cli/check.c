/* docmill check: compile a pipeline, print every problem with its place. */
#include <stdio.h>
#include <sysexits.h>

#include "cli/command.h"
#include "cli/compile.h"
#include "cli/report.h"

#define COMMAND "docmill check"

static int check(const struct run_options *options)
{
	CLEANUP(compiled_deinit) struct compiled compiled = { 0 };
	struct err err = ERR_INIT;

	if (compiled_init(&compiled, options, &err) == 0) {
		size_t n = plan_n_stages(compiled.plan);

		if (!options->is_json)
			printf("%s: %zu stage%s, no problems\n", compiled.pipeline_name, n,
			       n == 1 ? "" : "s");
		return EX_OK;
	}
	if (compiled.problems == NULL)
		return report_err(COMMAND, compiled.pipeline_name, &err, options->is_json);
	for (const struct problem *p = compiled.problems; p != NULL; p = p->next)
		(void)report_err(COMMAND, compiled.pipeline_name, &p->err, options->is_json);
	return report_exit_code(&err);
}

int check_run(int argc, char **argv)
{
	struct run_options options;
	int rc = run_options_parse(argc, argv, COMMAND, &options);

	if (rc != 0)
		return rc;
	if (options.is_help) {
		puts("usage: docmill check --pipeline FILE|JSON [--let NAME=JSON]… [--json]\n\n"
		     "Compiles a pipeline and prints every problem with its place.");
		return EX_OK;
	}
	return check(&options);
}
