/* Compiler attributes and the two control-flow macros that the service allows. */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Run fn(&var) when var leaves scope.  For handles of other libraries and for locks. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Return from the caller with the error of expr, if it has one. */
#define TRY(expr) \
	do { \
		int try_rc_ = (expr); \
		if (try_rc_ != 0) \
			return try_rc_; \
	} while (0)

#endif
