/* A pipeline from a file or the command line, compiled. */
#include "cli/compile.h"

#include <stdio.h>
#include <string.h>

#define PLAN_MEMORY_MAX ((size_t)1 << 30)

/* A pipeline can be told from a file name by how it begins. */
static bool is_json(const char *text)
{
	text += strspn(text, " \t\r\n");
	return *text == '[' || *text == '{';
}

static int parse(struct compiled *c, const struct limits *limits, struct str text,
                 struct value *ret, struct err *err)
{
	const struct read_limits read_limits = {
		.depth_max = limits->depth_max,
		.key_len_max = limits->key_len_max,
		.documents_max = 1,
	};
	struct value raw;

	TRY(read_check(&c->arena, text, text.data, &read_limits, &raw, err));
	*ret = value_decode(&c->arena, raw);
	return 0;
}

static int parse_lets(struct compiled *c, const struct run_options *o, struct value *ret,
                      struct err *err)
{
	struct object_builder b;

	object_builder_init(&b, &c->arena, o->n_lets);
	for (size_t i = 0; i < o->n_lets; i++) {
		struct str text = str_from(o->lets[i].value);
		char *padded = arena_zalloc(&c->arena, 1, text.len + READ_PADDING);
		struct value v;

		if (padded == NULL)
			return err_nomem(err, "--let");
		memcpy(padded, text.data, text.len);
		c->pipeline_name = "--let";
		TRY(parse(c, &o->limits, (struct str){ padded, text.len }, &v, err));
		object_builder_add(&b, o->lets[i].name, v);
	}
	*ret = object_builder_finish(&b);
	return 0;
}

int compiled_init(struct compiled *c, const struct run_options *o, struct err *err)
{
	struct plan_input input = { .limits = o->limits, .rules = o->rules };

	c->budget = BUDGET(PLAN_MEMORY_MAX);
	arena_init(&c->arena, &c->budget);
	TRY(parse_lets(c, o, &input.let, err));
	if (is_json(o->pipeline)) {
		c->pipeline_name = "--pipeline";
		TRY(input_copy(o->pipeline, &c->pipeline, err));
	} else {
		c->pipeline_name = o->pipeline;
		TRY(input_open(o->pipeline, &c->pipeline, err));
	}
	TRY(parse(c, &o->limits, (struct str){ c->pipeline.text, c->pipeline.len }, &input.pipeline,
	          err));
	return plan_compile(&c->arena, &input, &c->plan, &c->problems, err);
}

void compiled_deinit(struct compiled *c)
{
	input_close(&c->pipeline);
	if (c->arena.budget != NULL)
		arena_deinit(&c->arena);
}
