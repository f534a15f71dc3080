/*
 * Types of BSON that have no value of their own here, but a form in Extended JSON: an object id is
 * {"$oid": "24 hexadecimal digits"}, a UUID {"$binary": {"base64": …, "subType": "04"}} or
 * {"$uuid": "…"}.  They are objects to all but the operators that ask here.
 */
#ifndef ENGINE_EXTENDED_H
#define ENGINE_EXTENDED_H

#include "doc/object.h"

#define EXTENDED_OID_DIGITS 24
#define EXTENDED_UUID_TEXT 36

enum extended_kind { EXTENDED_NONE, EXTENDED_OBJECT_ID, EXTENDED_UUID, EXTENDED_BINARY };

enum extended_kind extended_kind(struct arena *a, struct value v);

/* MongoDB's name of the type: value_type_name(), "objectId" or "binData". */
const char *extended_type_name(struct arena *a, struct value v);

/* The digits of an object id; only of an EXTENDED_OBJECT_ID. */
struct str extended_oid(struct arena *a, struct value v);

/* The moment of an object id's making (its first four bytes); false when v is none. */
bool extended_oid_date(struct arena *a, struct value v, int64_t *ret_ms);

/* {"$oid": …} of 24 hexadecimal digits, which become lower case; false when they are none. */
bool extended_make_oid(struct arena *a, struct str digits, struct value *ret);

/* {"$binary": …} of a UUID in its usual form; false when it has another one. */
bool extended_make_uuid(struct arena *a, struct str text, struct value *ret);

/* The usual form of a UUID; only of an EXTENDED_UUID. */
struct str extended_uuid(struct arena *a, struct value v);

#endif
