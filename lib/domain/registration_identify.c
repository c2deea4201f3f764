/* registration_identify.c - the identity step: CAPTCHA, number, the key on the screen.
 *
 * Questions in order: was the link used, was this source right or somebody wrong too often, is the
 * CAPTCHA right (spent, and the try counted, before anything is compared), who is it. Then the deed:
 * the link is spent and the second mail owed. */

#include "registration.h"

#include "attempts.h"
#include "auth_key.h"
#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "identity_guard.h"
#include "link.h"
#include "mailer.h"
#include "outbox.h"
#include "person.h"
#include "stage_op.h"

#include <string.h>

/* CAPTCHA ------------------------------------------------------------------------------------- */

/* One try at the identity step: the spending of its CAPTCHA, and the count of the link's. */
struct captcha_try {
	struct stage_op op;
	struct link *link;
	struct identity_guard *guard;
	struct refusal *refusal;
	bool again; /* another call was judged on the same */
};

static enum result
spend_captcha(struct db_tx *tx, struct captcha_try *try)
{
	struct stage_op earlier;
	const enum result spent = stage_op_insert(tx, &try->op);

	try->again = spent == DUPLICATE;
	if (try->again) {
		TRY(stage_op_read(tx, try->op.jti, &earlier));
		/* The same body again: it was counted then, and gets the same verdict now. */
		TRY(attempt_left(tx, &try->link->tries, &try->link->tries_left, NULL));
		TRY(identity_guard_look(tx, try->guard));
		return stage_op_same(&earlier, &try->op) ? OK : CAPTCHA_WRONG;
	}
	TRY(spent);
	if (try->op.outcome == OUTCOME_CAPTCHA_WRONG)
		return attempt_left(tx, &try->link->tries, &try->link->tries_left, NULL);
	TRY(attempt_take(tx, &try->link->tries, &try->link->tries_left, NULL));
	return try->link->tries_left < 0 ? OVER : identity_guard_take(tx, try->guard);
}

/* Where the source has no place for a right number nothing is spent. */
static enum result
captcha_try_tx(struct db_tx *tx, void *context)
{
	struct captcha_try *try = context;

	if (try->op.outcome == OUTCOME_CAPTCHA_RIGHT)
		TRY(identity_guard_take_person(tx, try->guard, try->refusal));
	return spend_captcha(tx, try);
}

/* The same answer again is known by this: a proof of work is longer than a fingerprint's texts. */
static void
digest(const char *answer, char ret[static SECRET_BASE64_MAX(SECRET_SHA256_SIZE) + 1])
{
	uint8_t hash[SECRET_SHA256_SIZE];

	secret_sha256(answer, strlen(answer), hash);
	secret_base64(hash, sizeof hash, ret);
}

/* Spends the CAPTCHA and counts the try, both committed before anything is compared. */
static enum result
pass_captcha(const struct portal *p, const struct pass *pass, const struct identity *identity,
    struct captcha_try *try)
{
	CLEANUP(captcha_wipe) struct captcha captcha = { 0 };
	char answer[SECRET_BASE64_MAX(SECRET_SHA256_SIZE) + 1];

	if (captcha_open(p->keyring, identity->captcha_token, clock_now(), &captcha) != OK ||
	    !secret_equal_bytes(captcha.invitation_jti, pass->jti, JTI_SIZE))
		return CAPTCHA_WRONG;

	const bool right = captcha_answer_is(&captcha, identity->captcha_answer);
	try->op = (struct stage_op){
		.kind = STAGE_CAPTCHA,
		.outcome = right ? OUTCOME_CAPTCHA_RIGHT : OUTCOME_CAPTCHA_WRONG,
		.created_at = clock_now(),
	};
	memcpy(try->op.jti, captcha.jti, sizeof try->op.jti);
	secret_random(try->op.next_id, sizeof try->op.next_id);
	digest(identity->captcha_answer, answer);
	stage_op_fingerprint(p->keyring,
	    (const char *const[]){ identity->insured_number, identity->birth_date, answer, NULL },
	    try->op.fingerprint);
	TRY(db_transaction(p->db, captcha_try_tx, try));
	return right ? OK : CAPTCHA_WRONG;
}

/* Identify ------------------------------------------------------------------------------------ */

struct identification {
	const struct identity *identity;
	struct identity_guard guard;
	char today[CLOCK_DATE_MAX + 1];
	struct person person;
	struct stage_op op;
	struct attempt cooldown;
	struct outbox_mail mail;
	/* What settling found: */
	bool counts;   /* the number is right, and no repeat of what the invitation was spent on */
	bool is_other; /* it was spent on another number a moment ago */
};

static enum result
find_person_tx(struct db_tx *tx, void *context)
{
	struct identification *i = context;

	return person_find(
	    tx, i->identity->insured_number, i->identity->birth_date, i->today, &i->person);
}

/* Spends the invitation, or finds it spent on the same number; owes the second mail unless one went
 * out a moment ago. */
static enum result
settle_identity_tx(struct db_tx *tx, void *context)
{
	struct identification *i = context;
	struct stage_op op = i->op;
	int left = 0;
	enum result spent = stage_op_insert(tx, &op);

	if (spent == DUPLICATE)
		spent = stage_op_read(tx, op.jti, &op);
	TRY(spent);
	/* By the random id: also when the transaction runs again, behind a lost answer to COMMIT. */
	const bool spends = memcmp(op.next_id, i->op.next_id, sizeof op.next_id) == 0;
	i->is_other = !stage_op_same(&op, &i->op);
	i->counts = spends || i->is_other;
	if (i->counts)
		TRY(identity_guard_keep_person(tx, &i->guard));
	if (i->is_other)
		return OK;
	TRY(attempt_take(tx, &i->cooldown, &left, NULL));
	if (left < 0)
		return OK;
	/* The second link keeps its jti however often it is mailed, and so its count of tries. */
	memcpy(i->mail.jti, op.next_id, sizeof i->mail.jti);
	return outbox_insert(tx, &i->mail);
}

static enum result
settle_identity(const struct portal *p, const struct pass *pass, struct identification *i)
{
	const int64_t now = clock_now();

	i->mail = outbox_mail_to(
	    i->person.has_account ? LETTER_ALREADY_REGISTERED : LETTER_SECOND_LINK, pass->email,
	    pass->language, now, p->second_link_lives_s);
	memcpy(i->mail.parent_jti, pass->jti, sizeof i->mail.parent_jti);
	memcpy(i->mail.subject_id, i->person.id, sizeof i->mail.subject_id);
	i->cooldown = attempt_of(
	    p->keyring, POLICY_SECOND_MAIL, pass->jti, sizeof pass->jti, now, p->cooldown_s);
	const enum result result = db_transaction(p->db, settle_identity_tx, i);
	outbox_mail_wipe(&i->mail);
	return result == OK && i->is_other ? TOKEN_SPENT : result;
}

static struct identification
identification_of(const struct portal *p, const struct visitor *visitor, const struct pass *pass,
    const struct identity *identity)
{
	struct identification i = {
		.identity = identity,
		.guard = identity_guard_of(p, visitor, identity, clock_now()),
	};

	clock_date_japan(clock_now(), i.today);
	i.op = (struct stage_op){
		.kind = STAGE_IDENTITY,
		.outcome = OUTCOME_DONE,
		.created_at = clock_now(),
	};
	memcpy(i.op.jti, pass->jti, sizeof i.op.jti);
	secret_random(i.op.next_id, sizeof i.op.next_id);
	stage_op_fingerprint(p->keyring,
	    (const char *const[]){ identity->insured_number, identity->birth_date, NULL },
	    i.op.fingerprint);
	return i;
}

/* CAPTCHA and number of a link that was not used yet. */
static enum result
judge(const struct portal *p, const struct pass *pass, struct link *link, struct identification *i,
    struct refusal *refusal)
{
	struct captcha_try try = { .link = link, .guard = &i->guard, .refusal = refusal };

	TRY(identity_guard_ask(p, &i->guard, refusal));
	TRY(pass_captcha(p, pass, i->identity, &try));
	i->guard.person_taken = true;
	const enum result found = db_each_committed(p->db, find_person_tx, i);
	if (found != OK && found != NO_ROW)
		return found;
	if (found == OK && !i->guard.number_locked)
		return try.again ? OK : identity_guard_right(p, &i->guard);
	TRY(try.again ? OK : identity_guard_wrong(p, &i->guard));
	return link->tries_left > 0 ? IDENTITY_MISMATCH : OVER;
}

/* The link was used: on this number the same answer, on another none. */
static enum result
judge_again(const struct portal *p, struct link *link, struct identification *i)
{
	TRY(link_repeat(p, link, &i->op));
	const enum result found = db_each_committed(p->db, find_person_tx, i);
	return found == NO_ROW ? OVER : found; /* lost eligibility meanwhile */
}

enum result
registration_identify(const struct portal *p, const struct visitor *visitor,
    const struct pass *pass, const struct identity *identity, struct secret *ret_key,
    struct refusal *ret_refusal)
{
	struct identification i = identification_of(p, visitor, pass, identity);
	struct link link;

	const enum result read = link_read(p, pass, &link);
	if (read != OK && (read != OVER || link.used))
		return read;
	const enum result judged = link.used ? judge_again(p, &link, &i)
					     : judge(p, pass, &link, &i, ret_refusal);
	ret_refusal->attempts_left = link.tries_left;
	/* Its last try may have been counted, and not judged: that body may come again, no other. */
	if (read == OVER && judged == CAPTCHA_WRONG)
		return OVER;
	const enum result settled = judged == OK ? settle_identity(p, pass, &i) : judged;
	identity_guard_end_person(
	    p, &i.guard, (settled == OK || settled == TOKEN_SPENT) && i.counts);
	TRY(settled);

	mailer_wake(p->mailer);
	auth_key_derive(p->keyring, pass->jti, ret_key);
	return OK;
}
