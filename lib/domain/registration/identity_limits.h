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
 * The functions that take a struct db_tx are parts of the transactions of
 * registration_identify.c. */

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

struct identity_limits {
	struct limit_try persons_of_source;
	struct limit_try persons_of_prefix;
	struct limit_try wrong_of_number;
	struct limit_try wrong_of_source;
	struct limit_try wrong_of_prefix;
	struct limit_try wrong_of_service;
	struct audit_event limit_reached;
	bool counts_number;   /* a birth date or a posted code was given */
	bool number_locked;   /* set by identity_limits_count_number() and ..._peek_number() */
	bool person_reserved; /* set by the caller when what reserved it is committed */
	int persons_left;     /* behind it, of the source or the prefix, whichever has fewer */
};

/* The limits of one try, made before its transactions. */
struct identity_limits identity_limits_of(
    const struct app *, const struct identity_request *, int64_t now);

/* May this source still be right or wrong, and may the whole service still be wrong? TOO_MANY: not
 * this source. OVERLOADED: nobody. error_info->wait_s then says for how long. Nothing is
 * counted. */
enum result identity_limits_check(
    const struct app *, const struct identity_limits *, struct error_info *) MUST_USE;

/* Reserves a right number, before it is looked up. TOO_MANY, with error_info->wait_s: none is left;
 * the transaction must then roll back, so that nothing is spent. */
enum result identity_limits_reserve_person(
    struct db_tx *, struct identity_limits *, struct error_info *) MUST_USE;

/* Counts a try of the number, in a transaction that is committed before what was given
 * beside it is compared. */
enum result identity_limits_count_number(struct db_tx *, struct identity_limits *) MUST_USE;

/* The same for a body that came before and was counted then. */
enum result identity_limits_peek_number(struct db_tx *, struct identity_limits *) MUST_USE;

/* The number was right, in a try that was counted: gives the try back. With `is_repeat` the try was
 * counted by a request with the same CAPTCHA, which is its holder and may have given it back. */
enum result identity_limits_give_back_number(
    const struct app *, const struct identity_limits *, bool is_repeat) MUST_USE;

/* The number was wrong: counts it. Logs `limit_reached` for the last one that a limit grants. */
enum result identity_limits_count_wrong(
    const struct app *, const struct identity_limits *) MUST_USE;

/* The number is right, in the transaction that spends the link: writes an audit event if the
 * reserved number is the last one that the limit grants. */
enum result identity_limits_keep_person(struct db_tx *, const struct identity_limits *) MUST_USE;

/* The transaction that reserved a right number has failed, or was committed and its answer lost:
 * gives the number back later. */
void identity_limits_give_back_person_later(const struct identity_limits *);

/* The step has ended: gives a reserved number back, now or later; or, if it was kept and is the
 * last one, logs `limit_reached`. */
void identity_limits_finish_person(const struct app *, const struct identity_limits *, bool kept);

#endif
