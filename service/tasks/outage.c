/* Outage: who asks the store for work while it fails. */
#include "tasks/outage.h"

#include "base/clock.h"
#include "base/macros.h"
#include "obs/log.h"

#define SECOND_NS UINT64_C(1000000000)
#define PAUSE_FIRST_NS SECOND_NS
#define PAUSE_MAX_NS (8 * SECOND_NS)

void outage_failed(struct outage *o, const struct err *err)
{
	if (o->pause_ns == 0)
		log_message(LOG_WARNING, "no %s can be had: %s", o->what, err->message);
	o->pause_ns = o->pause_ns == 0 ? PAUSE_FIRST_NS : MIN(2 * o->pause_ns, PAUSE_MAX_NS);
	o->until_ns = clock_monotonic_ns() + o->pause_ns;
}

void outage_answered(struct outage *o)
{
	if (o->pause_ns == 0)
		return;
	log_message(LOG_INFO, "%s can be had again", o->what);
	o->pause_ns = 0;
}

void outage_heard(struct outage *o)
{
	o->until_ns = 0;
}
