/* member_registration.h - where a registration that is under way stands, for the operator.
 *
 * No table has half-done registrations: their state is in the tokens of members. What the database
 * knows of one are its mails, which tokens were spent, and how many tries are left. This is read
 * together here, from the last mail of the registration on. */

#ifndef MEMBER_REGISTRATION_H
#define MEMBER_REGISTRATION_H

#include "app.h"
#include "bounds.h"
#include "clock.h"
#include "db.h"
#include "ids.h"
#include "result.h"
#include "stage.h"
#include "statements.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stdint.h>

/* A mail with a link, or that says that the person has an account, as its row has it. */
struct link_mail {
	struct mail_id id;
	enum mail_kind kind;
	enum outbox_state state;
	char language[LANGUAGE_MAX + 1];
	struct jti jti;
	struct stage_subject subject;
	uint8_t subject_hash[KEYED_HASH_SIZE]; /* of its address */
	int64_t created_at;
	int64_t expires_at; /* of its link */
};

/* Reads the row that a statement with REGISTRATION_SELECT_ finds. NO_ROW: none. */
enum result link_mail_read(const struct app *, enum operator_statement, const struct db_value *in,
    struct link_mail *ret) MUST_USE;

struct member_registration {
	struct mail_id mail_id;                /* of its last mail */
	struct person_id person_id;            /* zeros: no number was entered yet */
	uint8_t subject_hash[KEYED_HASH_SIZE]; /* of its address */
	int64_t asked_at;                      /* when its last mail was asked for */
	enum stage next;    /* the step that comes next; STAGE_NONE: logging in */
	int64_t expires_at; /* of that step's link or token */
	int tries_left;     /* of it */
};

/* What of an address, and of a login ID, is stored beside a mail: as its mail interval counts
 * it. */
void member_address_hash(
    const struct app *, const char *email, uint8_t ret[static KEYED_HASH_SIZE]);
void member_login_id_hash(
    const struct app *, const char *login_id, uint8_t ret[static KEYED_HASH_SIZE]);

/* The last registration that was begun with an address, of a person, or whose mail this is. NO_ROW:
 * there is none. */
enum result member_registration_of_address(
    const struct app *, const char *email, struct member_registration *ret) MUST_USE;
enum result member_registration_of_person(
    const struct app *, struct person_id, struct member_registration *ret) MUST_USE;
enum result member_registration_read(
    const struct app *, struct mail_id, struct member_registration *ret) MUST_USE;

/* How long after the end of a second link something of its registration may live, by any clock: an
 * account step, whose token is made at the last moment (ACCOUNT_STEP_LIVES_S is a day at most), or
 * the first link, which mails the second one again (INVITATION_LIVES_S, too). */
#define MEMBER_REGISTRATION_LIVES_S (86400 + 2 * CLOCK_SKEW_S)

/* Ends all registrations of a person that are under way: their links are as if each had made an
 * account that was deleted since, and second links that wait in the outbox are dropped. In the
 * transaction that deletes the person's account: whoever has another link for the same person could
 * make an account with it otherwise. */
enum result member_registrations_end(struct db_tx *, struct person_id, int64_t now) MUST_USE;

/* The same, but for an operator's invitation whose number was not typed yet: it goes on. */
enum result member_registrations_end_begun(struct db_tx *, struct person_id, int64_t now) MUST_USE;

#endif
