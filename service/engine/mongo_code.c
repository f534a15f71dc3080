/* MongoDB's names of its error codes. */
#include <stdio.h>

#include "engine/engine.h"

struct code_name {
	int code;
	const char *name;
};

/* Those that pipelines meet; every code without a name is a Location. */
static const struct code_name names[] = {
	{ 1, "InternalError" },
	{ 2, "BadValue" },
	{ 4, "NoSuchKey" },
	{ 9, "FailedToParse" },
	{ 14, "TypeMismatch" },
	{ 15, "Overflow" },
	{ 20, "IllegalOperation" },
	{ 26, "NamespaceNotFound" },
	{ 28, "PathNotViable" },
	{ 50, "MaxTimeMSExpired" },
	{ 52, "DollarPrefixedFieldName" },
	{ 72, "InvalidOptions" },
	{ 73, "InvalidNamespace" },
	{ 96, "OperationFailed" },
	{ 115, "CommandNotSupported" },
	{ 146, "ExceededMemoryLimit" },
	{ 168, "InvalidPipelineOperator" },
	{ 224, "QueryFeatureNotAllowed" },
	{ 241, "ConversionFailure" },
	{ 292, "QueryExceededMemoryLimitNoDiskUseAllowed" },
	{ 40414, "IDLFailedToParse" },
	{ 40415, "IDLUnknownField" },
};

const char *mongo_code_name(int code, char *buf, size_t size)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].code == code)
			return names[i].name;
	snprintf(buf, size, "Location%d", code);
	return buf;
}
