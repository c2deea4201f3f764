/* mail_relay.c - what the mail workers know together of the relay. */

#include "mail_relay.h"

#include "bounds.h"
#include "clock.h"
#include "db.h"
#include "log.h"
#include "outbox.h"

#include <stddef.h>

/* The pause after the n-th failure in a row. A relay that rejects us is not asked as often as one
 * that is away. */
static const int64_t pauses_s[] = { 1, 2, 3, 5, 10, 20, 60 };
#define AWAY_PAUSES 5

void
mail_relay_init(struct mail_relay *relay)
{
	/* They may wait since before this process began. */
	*relay = (struct mail_relay){ .mails_may_wait = true };
	pthread_mutex_init(&relay->mutex, NULL);
}

void
mail_relay_destroy(struct mail_relay *relay)
{
	pthread_mutex_destroy(&relay->mutex);
}

bool
mail_relay_is_paused(struct mail_relay *relay)
{
	pthread_mutex_lock(&relay->mutex);
	const bool paused = clock_monotonic_ms() < relay->pause_ends_ms;
	pthread_mutex_unlock(&relay->mutex);
	return paused;
}

/* Begins a pause; what fails during it had begun before, and is the same failure. Returns the
 * failures in a row, or 0 for the same. */
static unsigned
begin_pause(struct mail_relay *relay, bool rejects)
{
	const size_t pauses = rejects ? LENGTH(pauses_s) : AWAY_PAUSES;
	const int64_t now_ms = clock_monotonic_ms();
	unsigned failures = 0;

	pthread_mutex_lock(&relay->mutex);
	if (now_ms >= relay->pause_ends_ms) {
		const size_t before = relay->failures;
		const size_t n = before < pauses ? before : pauses - 1;

		relay->pause_ends_ms = now_ms + pauses_s[n] * 1000;
		failures = ++relay->failures;
		relay->mails_may_wait |= failures > 1;
	}
	pthread_mutex_unlock(&relay->mutex);
	return failures;
}

void
mail_relay_failed(struct mail_relay *relay, bool rejects, const char *error)
{
	const unsigned failures = begin_pause(relay, rejects);

	if (failures > 0)
		log_event(rejects ? "mail_relay_rejects" : "mail_relay_away",
		    (const struct log_value[]){
			log_text("error", error), log_int("failures", failures), { 0 } });
}

/* One mail that the relay rejects again and again, between others that it takes, wakes nothing. */
void
mail_relay_took(struct mail_relay *relay, struct db *db)
{
	struct db_tx alone = db_alone(db);
	uint64_t mails = 0;

	pthread_mutex_lock(&relay->mutex);
	const unsigned failures = relay->failures;
	const bool wakes = relay->mails_may_wait;
	relay->failures = 0;
	relay->pause_ends_ms = 0;
	relay->mails_may_wait = false;
	pthread_mutex_unlock(&relay->mutex);
	const bool woken = !wakes || outbox_wake(&alone, &mails) == OK;
	if (failures > 0)
		log_event(
		    "mail_relay_back", (const struct log_value[]){ log_int("failures", failures),
					   log_int("woken", (int64_t)mails), { 0 } });
	if (woken)
		return;
	pthread_mutex_lock(&relay->mutex);
	relay->mails_may_wait = true;
	pthread_mutex_unlock(&relay->mutex);
}
