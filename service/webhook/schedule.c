/* When a webhook that was not taken is sent again. */
#include "webhook/schedule.h"

#include "base/macros.h"

#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define JITTER_PERCENT 20

int64_t webhook_delay_ms(unsigned n_attempts, uint64_t random)
{
	static const int64_t delays[] = {
		5 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR,
	};
	_Static_assert(ARRAY_LEN(delays) + 1 == WEBHOOK_ATTEMPTS_MAX, "attempts");

	if (n_attempts < 1 || n_attempts > ARRAY_LEN(delays))
		return -1;
	int64_t delay = delays[n_attempts - 1];
	int64_t spread = delay * JITTER_PERCENT / 100;
	return delay - spread + (int64_t)(random % (uint64_t)(2 * spread + 1));
}
