/* Conversions between types, one function a target: the heart of $convert, $toInt and the like. */
#ifndef ENGINE_EXPR_CONVERT_TO_H
#define ENGINE_EXPR_CONVERT_TO_H

#include "engine/eval.h"

#define CONVERT_FAILURE 241 /* MongoDB's ConversionFailure: what onError catches */

struct conversion {
	struct eval *ev;
	bool is_uuid;  /* to binData of sub-type 4, with the format "uuid" */
	int code;      /* of a failure: CONVERT_FAILURE, or another that nothing catches */
	char why[200]; /* of a failure; "" when there is no such conversion at all */
};

/* v is neither null nor missing.  false on failure. */
typedef bool convert_fn(struct conversion *c, struct value v, struct value *ret);

convert_fn convert_to_array, convert_to_bool, convert_to_date, convert_to_decimal,
	convert_to_double, convert_to_int, convert_to_long, convert_to_object, convert_to_object_id,
	convert_to_string, convert_to_uuid;

#endif
