/*
 * libpq, loaded when it is first needed.
 *
 * Linked in, it brings twenty libraries (TLS, Kerberos, LDAP) to a service whose tasks are in a file
 * by default.  So only its header is used when building, and the library's functions are found in
 * libpq.so.5, whose interface has been the same since 2005.  webhook/curl.h does likewise.
 *
 * Inside store/ only.
 */
#ifndef STORE_POSTGRES_LIBRARY_H
#define STORE_POSTGRES_LIBRARY_H

#include <libpq-fe.h>

#include "base/err.h"
#include "base/macros.h"

/* The field is the function's name without "PQ". */
#define POSTGRES_FUNCTIONS(X) \
	X(clear) \
	X(cmdTuples) \
	X(conninfoFree) \
	X(conninfoParse) \
	X(connectPoll) \
	X(connectStartParams) \
	X(consumeInput) \
	X(errorMessage) \
	X(finish) \
	X(flush) \
	X(freemem) \
	X(getResult) \
	X(getisnull) \
	X(getlength) \
	X(getvalue) \
	X(isBusy) \
	X(notifies) \
	X(ntuples) \
	X(resultErrorField) \
	X(resultStatus) \
	X(sendPrepare) \
	X(sendQuery) \
	X(sendQueryParams) \
	X(sendQueryPrepared) \
	X(setNoticeReceiver) \
	X(setnonblocking) \
	X(socket) \
	X(status)

#define POSTGRES_POINTER(name) __typeof__(PQ##name) *name;

struct postgres_functions {
	POSTGRES_FUNCTIONS(POSTGRES_POINTER)
};

/* Filled in by postgres_load(). */
extern struct postgres_functions libpq;

/* From any thread, any number of times; ERR_UNAVAILABLE: the library is not there or too old. */
int postgres_load(struct err *err) MUST_CHECK;

#endif
