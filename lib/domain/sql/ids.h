/* ids.h - the ids that the database and the tokens have, each a type of its own.
 *
 * All are random bytes, made by secret_random(). As each is a type, an id of another kind does not
 * compile in its place, and `=` copies one. All zeros mean none. */

#ifndef IDS_H
#define IDS_H

#include "bounds.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct account_id {
	uint8_t bytes[ID_SIZE];
};

struct person_id {
	uint8_t bytes[ID_SIZE];
};

struct session_id {
	uint8_t bytes[ID_SIZE];
};

/* A row of `outbox`, and the Message-ID of the mail. */
struct mail_id {
	uint8_t bytes[ID_SIZE];
};

/* The worker that holds the lease of a mail; made when it starts. */
struct worker_id {
	uint8_t bytes[ID_SIZE];
};

struct roster_run_id {
	uint8_t bytes[ID_SIZE];
};

/* A token: what spent_token and the limits of its tries are keyed on. */
struct jti {
	uint8_t bytes[JTI_SIZE];
};

/* A request, as in the log and in X-Request-Id; in hexadecimal there. */
struct request_id {
	uint8_t bytes[REQUEST_ID_SIZE];
};

/* None: all zeros. */
static const struct account_id no_account;
static const struct person_id no_person;
static const struct session_id no_session;

/* Of the bytes of two ids; of those of one. An id is no secret. */
static inline bool
id_is(const uint8_t id[static ID_SIZE], const uint8_t other[static ID_SIZE])
{
	return memcmp(id, other, ID_SIZE) == 0;
}

static inline bool
id_is_none(const uint8_t id[static ID_SIZE])
{
	return id_is(id, no_account.bytes);
}

#endif
