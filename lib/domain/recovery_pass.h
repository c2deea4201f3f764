/* recovery_pass.h - the mail that is owed for a forgotten password, between recovery.c and mailer.c.
 *
 * In the outbox it is addressed to the login ID as it was typed, known or not; the mailer finds whose
 * it is. Its link is bound to the generation of the account: whatever ends all logins of an account,
 * a new password above all, ends its reset links. */

#ifndef RECOVERY_PASS_H
#define RECOVERY_PASS_H

#include "bounds.h"
#include "db.h"
#include "outbox.h"
#include "result.h"

#include <stdint.h>
#include <string.h>

/* Addresses a LETTER_PASSWORD_RESET: to the proven address of the account that may be used; to
 * nobody, as LETTER_NONE, if there is none. */
enum result recovery_address(struct db_tx *, int64_t now, struct outbox_mail *) MUST_USE;

/* The generation in the place where other tokens carry their parent. */
static inline void
recovery_bind(int64_t generation, uint8_t ret[static JTI_SIZE])
{
	memset(ret, 0, JTI_SIZE);
	memcpy(ret, &generation, sizeof generation);
}

static inline int64_t
recovery_generation(const uint8_t bound[static JTI_SIZE])
{
	int64_t generation;

	memcpy(&generation, bound, sizeof generation);
	return generation;
}

#endif
