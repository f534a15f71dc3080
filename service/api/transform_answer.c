/* Transform answer: the text of what a transform has made, as it grows. */
#include "api/transform_answer.h"

#include "api/problem.h"
#include "base/clock.h"
#include "json/write.h"

/* Room for what surrounds the documents in an answer; the stages are at most max-stages. */
#define ENVELOPE_MAX ((size_t)1 << 20)

const char *const transform_forms[] = {
	[FORM_JSON] = "application/json",
	[FORM_NDJSON] = "application/x-ndjson",
	[FORM_EJSON_CANONICAL] = "application/ejson;mode=canonical",
	[FORM_EJSON] = "application/ejson",
};

const enum write_mode transform_write_modes[FORM_COUNT] = {
	[FORM_JSON] = WRITE_PLAIN,
	[FORM_NDJSON] = WRITE_PLAIN,
	[FORM_EJSON] = WRITE_RELAXED,
	[FORM_EJSON_CANONICAL] = WRITE_CANONICAL,
};

void transform_answer_begin(struct transform_answer *a, struct buf *out, enum transform_form form)
{
	*a = (struct transform_answer){
		.out = out,
		.form = form,
		.writer = {
			.out = out,
			.mode = transform_write_modes[form],
			.is_ndjson = form == FORM_NDJSON,
		},
	};
	if (form != FORM_NDJSON)
		buf_append_cstr(out, "{\"documents\":[");
}

/* transform_flush_fn */
static int pay(void *answer, struct buf *out, struct err *err)
{
	struct transform_answer *a = answer;
	size_t n = out->cap - a->n_paid;

	if (n == 0)
		return 0;
	if (!budget_take(a->budget, n))
		return err_nomem(err, "the answer");
	a->n_paid += n;
	return 0;
}

void transform_answer_charge(struct transform_answer *a, struct budget *budget)
{
	a->budget = budget;
	a->flush = pay;
	a->flush_arg = a;
}

static int write_documents(struct transform_answer *a, struct arena *scratch,
                           const struct value *docs, size_t n_docs, struct err *err)
{
	TRY(run_write(&a->writer, scratch, docs, n_docs, err));
	return a->flush == NULL ? 0 : a->flush(a->flush_arg, a->out, err);
}

int transform_answer_documents(void *answer, struct arena *scratch, const struct value *docs,
                               size_t n_docs, struct err *err)
{
	struct transform_answer *a = answer;
	uint64_t start_ns = clock_monotonic_ns();
	int rc = write_documents(a, scratch, docs, n_docs, err);

	a->write_ns += clock_monotonic_ns() - start_ns;
	return rc;
}

int transform_answer_text(void *answer, struct str text, uint64_t n_docs, struct err *err)
{
	struct transform_answer *a = answer;
	uint64_t start_ns = clock_monotonic_ns();
	int rc = run_write_text(&a->writer, text, n_docs, err);

	if (rc == 0 && a->flush != NULL)
		rc = a->flush(a->flush_arg, a->out, err);
	a->write_ns += clock_monotonic_ns() - start_ns;
	return rc;
}

int transform_answer_collection_begin(struct transform_answer *a, struct str name, struct err *err)
{
	a->has_collections = true;
	a->writer.n_written = 0;
	buf_append_cstr(a->out, "],\"collections\":{");
	buf_append_json_string(a->out, name);
	buf_append_cstr(a->out, ":[");
	return a->out->failed == BUF_OK ? 0 : err_nomem(err, "the answer");
}

void transform_answer_collection_end(struct transform_answer *a)
{
	buf_append_cstr(a->out, "]}");
}

int transform_answer_collection(void *answer, struct arena *scratch, struct str name,
                                const struct value *docs, size_t n_docs, struct err *err)
{
	TRY(transform_answer_collection_begin(answer, name, err));
	TRY(write_documents(answer, scratch, docs, n_docs, err));
	transform_answer_collection_end(answer);
	return 0;
}

void transform_answer_refuse(const struct request *req, struct response *res)
{
	problem_refuse(
		req, res,
		&(struct refusal){
			.code = "not_acceptable",
			.detail = "an answer can be application/json, application/x-ndjson or application/ejson",
		});
}

static void write_stats(struct json_writer *w, const struct run_stats *stats, size_t peak_bytes)
{
	json_key(w, "stats");
	json_object_begin(w);
	json_put_uint(w, "documents_in", stats->documents_in);
	json_put_uint(w, "documents_out", stats->documents_out);
	json_put_uint(w, "duration_us", stats->duration_ns / 1000);
	json_put_uint(w, "peak_bytes", peak_bytes);
	json_object_end(w);
}

static void write_stages(struct json_writer *w, const struct plan *plan,
                         const struct run_stage_stats *stages)
{
	json_key(w, "stages");
	json_array_begin(w);
	for (size_t i = 0; i < plan_n_stages(plan); i++) {
		json_object_begin(w);
		json_put_cstr(w, "name", stages[i].name);
		json_put_uint(w, "documents_in", stages[i].documents_in);
		json_put_uint(w, "documents_out", stages[i].documents_out);
		json_put_uint(w, "duration_us", stages[i].duration_ns / 1000);
		json_put_uint(w, "peak_bytes", stages[i].peak_bytes);
		json_object_end(w);
	}
	json_array_end(w);
	json_key(w, "rules");
	json_array_begin(w);
	for (unsigned i = 0; plan_rule_name(i) != NULL; i++)
		if (plan_rules_applied(plan) & (1u << i))
			json_string(w, str_from(plan_rule_name(i)));
	json_array_end(w);
}

void transform_answer_end(struct transform_answer *a, const struct plan *plan,
                          const struct run_stats *stats, size_t peak_bytes)
{
	struct json_writer w = { .buf = a->out, .needs_comma = true };

	if (a->form == FORM_NDJSON)
		return;
	a->out->max += ENVELOPE_MAX;
	if (!a->has_collections)
		json_array_end(&w);
	write_stats(&w, stats, peak_bytes);
	if (stats->stages != NULL)
		write_stages(&w, plan, stats->stages);
	json_object_end(&w);
}

int transform_answer_give(struct transform_answer *a, struct request *req, struct response *res,
                          struct work *work, struct err *err)
{
	const struct response_packing packing = {
		.budget = a->budget,
		.should_stop = work_should_stop,
		.arg = work,
	};
	uint64_t start_ns = clock_monotonic_ns();
	size_t n_packed;

	if (a->out->failed != BUF_OK)
		return err_nomem(err, "the answer");
	TRY(pay(a, a->out, err));
	res->content_type = transform_forms[a->form];
	response_take(res, a->out);
	TRY(response_pack(req, res, &packing, &n_packed, err));
	if (n_packed > 0) { /* it is in the place of the other */
		budget_give(a->budget, a->n_paid);
		a->n_paid = n_packed;
	}
	request_hold_memory(req, a->n_paid);
	budget_hand_over(a->budget, a->n_paid);
	res->write_ns = a->write_ns + clock_monotonic_ns() - start_ns;
	return 0;
}
