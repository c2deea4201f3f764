/* identity_limits.h - stops who guesses insured numbers: by source, by number, and all together.
 *
 * A link grants five tries (token_state.h), but every mailbox brings another link. So three more
 * things are counted; limit_table.h has their rows:
 *
 *   source_persons      right numbers of a source, and of the /48 around it. Numbers follow one
 *                       another: whoever has one card finds its neighbours without being wrong. One
 *                       is reserved before the number is looked up. It is kept if the number is
 *                       right, also where the link was spent on another number at that moment, and
 *                       given back otherwise. So no more than the limit get through, however many
 *                       come at once. Beyond it right and wrong numbers are rejected alike, before
 *                       anything is spent. Close to it a request may be rejected while others hold
 *                       reservations that they give back.
 *   number_failures     wrong birth dates and posted codes of one number, whatever source they come
 *                       from. Beyond the limit the right one is a mismatch, too, and nobody is
 *                       told. It protects a secret, so the try is counted before that is compared,
 *                       and given back if it is right.
 *   source_identities,  wrong numbers of a source, of the /48 around it, and of the whole service.
 *   service_identities  They are counted when they are known to be wrong, so that a right number
 *                       writes nothing here. As many at once as there are requests in flight may
 *                       pass.
 *
 * What is asked before anything is counted, and what is counted before the number is looked up, is
 * part of the statements of registration_identify.c, IDENTITY_READ and IDENTITY_TRY. */

#ifndef IDENTITY_LIMITS_H
#define IDENTITY_LIMITS_H

#include "app.h"
#include "audit.h"
#include "client.h"
#include "error_info.h"
#include "limit_db.h"
#include "registration.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

/* The limits that are asked first, in the order of the question. */
enum identity_asked {
	PERSONS_OF_SOURCE,
	PERSONS_OF_PREFIX,
	WRONG_OF_SOURCE,
	WRONG_OF_PREFIX,
	WRONG_OF_SERVICE,
	IDENTITY_ASKED
};

struct identity_limits {
	struct limit_try tries[IDENTITY_ASKED];
	struct limit_level levels[IDENTITY_ASKED]; /* as IDENTITY_READ read them */
	struct limit_try wrong_of_number;          /* uncounted: nothing was given beside it */
	struct audit_event limit_reached;
	/* Set by the caller: what reserves a right number is committed; or it failed, and nobody
	 * knows. */
	bool person_reserved, person_may_be_reserved;
	int persons_left; /* behind it, of the source or the prefix, whichever has fewer */
};

/* The limits of one try, made before its transactions. */
struct identity_limits identity_limits_of(
    const struct app *, const struct identity_request *, int64_t now);

/* What IDENTITY_READ has of them beside the state of the token: adds the parameters; has the slots.
 */
#define IDENTITY_READ_SLOTS (IDENTITY_ASKED * LIMIT_LEVEL_SLOTS)
void identity_limits_read_params(const struct identity_limits *, struct db_values *);
void identity_limits_read_slots(
    struct identity_limits *, struct db_slot ret[static IDENTITY_READ_SLOTS]);

/* May this source still be right or wrong, and may the whole service still be wrong, as
 * IDENTITY_READ read it? TOO_MANY: not this source. OVERLOADED: nobody. error_info->wait_s then
 * says for how long. */
enum result identity_limits_check(const struct identity_limits *, struct error_info *) MUST_USE;

/* Adds what IDENTITY_TRY counts of them: a right number, of source and prefix, and the try of the
 * number, before what was given beside it is compared. */
void identity_limits_try_params(const struct identity_limits *, struct db_values *);

/* Is the reserved number the last one that the limit grants? Then an audit event is written with
 * what keeps it. */
bool identity_limits_is_last(const struct identity_limits *);

/* The number was wrong: counts it. Logs `limit_reached` for the last one that a limit grants. */
enum result identity_limits_count_wrong(
    const struct app *, const struct identity_limits *) MUST_USE;

/* The step has ended: gives a reserved number back, now or later; or, if it was kept and is the
 * last one, logs `limit_reached`. */
void identity_limits_finish_person(const struct app *, const struct identity_limits *, bool kept);

#endif
