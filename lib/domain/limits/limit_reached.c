/* limit_reached.c - that a limit of the service, a source or a link was reached. */

#include "limit_reached.h"

#include "limit_table.h"
#include "log.h"

#include <assert.h>
#include <stdatomic.h>

const enum limit_id limit_reached_told[LIMITS_TOLD] = {
	LIMIT_SOURCE_REQUESTS,
	LIMIT_SOURCE_PREFLIGHTS,
	LIMIT_SOURCE_MAILS,
	LIMIT_LINK_CAPTCHAS,
	LIMIT_SERVICE_MAILS,
	LIMIT_SERVICE_FAILURES,
	LIMIT_SOURCE_PERSONS,
	LIMIT_SOURCE_IDENTITIES,
	LIMIT_SERVICE_IDENTITIES,
};

static _Atomic int64_t reached[LIMITS_TOLD];

static unsigned
place_of(enum limit_id limit_id)
{
	unsigned told = 0;

	while (told < LIMITS_TOLD && limit_reached_told[told] != limit_id)
		told++;
	return told;
}

void
limit_reached(enum limit_id limit_id)
{
	const unsigned told = place_of(limit_id);

	assert(told < LIMITS_TOLD);
	atomic_fetch_add(&reached[told], 1);
	log_event("limit_reached",
	    (const struct log_value[]){ log_text("limit", limit_of(limit_id)->name), { 0 } });
}

int64_t
limit_reached_count(unsigned told)
{
	return atomic_load(&reached[told]);
}
