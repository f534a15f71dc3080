/* The outcomes of an attempt by name. */
#include "store/delivery.h"

const char *delivery_outcome_name(enum delivery_outcome outcome)
{
	static const char *const names[DELIVERY_OUTCOME_COUNT] = {
		[DELIVERY_DELIVERED] = "delivered",
		[DELIVERY_FAILED] = "failed",
		[DELIVERY_REFUSED] = "refused",
	};

	return names[outcome];
}
