/* What was built: the same words for the command line, the service and its metrics. */
#ifndef BASE_BUILD_H
#define BASE_BUILD_H

struct build {
	const char *version;  /* "0.1.0" */
	const char *revision; /* of the source, "unknown" outside a repository */
	const char *compiler; /* "gcc 12.2.0" */
};

extern const struct build build;

#endif
