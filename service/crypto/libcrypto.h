/*
 * OpenSSL's libcrypto, loaded when it is first needed.
 *
 * Linked in, its relocations take a millisecond of every start (docmill run needs two in all) and
 * 1.4 MiB of resident memory, for digests that most runs never make.  So only its headers are used
 * when building; the functions are those of OpenSSL 3, whose interface stays for that number.
 *
 * Inside crypto/ only.
 */
#ifndef CRYPTO_LIBCRYPTO_H
#define CRYPTO_LIBCRYPTO_H

#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/err.h"
#include "base/macros.h"

#define LIBCRYPTO_FUNCTIONS(X) \
	X(EVP_Digest) \
	X(EVP_MAC_CTX_free) \
	X(EVP_MAC_CTX_new) \
	X(EVP_MAC_fetch) \
	X(EVP_MAC_final) \
	X(EVP_MAC_free) \
	X(EVP_MAC_init) \
	X(EVP_MAC_update) \
	X(EVP_sha256) \
	X(OSSL_PARAM_construct_end) \
	X(OSSL_PARAM_construct_utf8_string)

#define LIBCRYPTO_POINTER(name) __typeof__(name) *name##_;

/* Each with its own name and "_" behind it: the names may be macros. */
struct libcrypto_functions {
	LIBCRYPTO_FUNCTIONS(LIBCRYPTO_POINTER)
};

/* Filled in by libcrypto_load(). */
extern struct libcrypto_functions libcrypto;

/* From any thread, any number of times; ERR_UNAVAILABLE: the library is not there. */
int libcrypto_load(struct err *err) MUST_CHECK;

#endif
