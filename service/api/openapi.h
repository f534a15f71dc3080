/* The contract, proto/openapi.yaml and what it refers to, as one JSON text made at build time. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include <stddef.h>

extern const unsigned char openapi_json[];
extern const size_t openapi_json_len;

#endif
