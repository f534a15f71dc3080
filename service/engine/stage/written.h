/* Collections that a pipeline leaves behind: what $out and $merge share. */
#ifndef ENGINE_STAGE_WRITTEN_H
#define ENGINE_STAGE_WRITTEN_H

#include "engine/stage/stage.h"

/* A growing list of documents in ev->keep. */
struct written {
	struct value *docs;
	size_t n_docs, cap;
};

/* "name" or {db: …, coll: "name"}; there is one database, so its name says nothing. */
int written_compile_name(struct compiler *c, const char *stage, int type_code, struct value spec,
                         struct str *ret) MUST_CHECK;

/* Is there anybody to take a collection?  In open(): a run that writes nowhere does not begin. */
int written_check(struct node *n) MUST_CHECK;

/* Keeps a document that outlives the call already. */
int written_add(struct written *w, struct eval *ev, struct value doc) MUST_CHECK;

/* Hands the collection over. */
int written_emit(const struct written *w, struct node *n, struct str name) MUST_CHECK;

#endif
