/* mail_relay.h - what the mail workers know together of the relay: does it take mails?
 *
 * While it fails no mail is tried. After a pause one is tried for all, and the pause is longer when
 * that fails, too: up to ten seconds where the relay is away, up to a minute where it rejects us.
 * From any thread. */

#ifndef MAIL_RELAY_H
#define MAIL_RELAY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct db;

/* Its members are mail_relay.c's own. */
struct mail_relay {
	pthread_mutex_t mutex;
	unsigned failures; /* in a row, as this process has seen it */
	int64_t pause_ends_ms;
	bool mails_may_wait; /* for the relay, with long pauses: to be woken */
};

void mail_relay_init(struct mail_relay *);
void mail_relay_destroy(struct mail_relay *);

bool mail_relay_is_paused(struct mail_relay *);

/* A try failed for the relay, which was away or rejects us: begins a pause, unless there is one. */
void mail_relay_failed(struct mail_relay *, bool rejects, const char *error);

/* The relay took a mail: ends the pause, and makes all mails due that waited for the relay. */
void mail_relay_took(struct mail_relay *, struct db *);

#endif
