/* registration_identify.c - the identity step: CAPTCHA, number, the key on the screen.
 *
 * Questions in order: was the link used, was this source right or somebody wrong too often, is the
 * CAPTCHA right (spent, and the try counted, before anything is compared), who is it. Then the deed:
 * the link is spent and the second mail owed. */

#include "registration.h"

#include "limit_db.h"
#include "auth_key.h"
#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "identity_limits.h"
#include "token_state.h"
#include "mailer.h"
#include "outbox.h"
#include "person.h"
#include "spent_token.h"

#include <string.h>

/* CAPTCHA ------------------------------------------------------------------------------------- */

/* One try at the identity step: the spending of its CAPTCHA, and the count of the link's. */
struct captcha_try {
	struct spent_token op;
	struct token_state *state;
	struct identity_limits *guard;
	struct error_info *error_info;
	bool again; /* another call was judged on the same */
};

static enum result
spend_captcha(struct db_tx *tx, struct captcha_try *try)
{
	struct spent_token earlier;
	const enum result spent = spent_token_insert(tx, &try->op);

	try->again = spent == DUPLICATE;
	if (try->again) {
		TRY(spent_token_read(tx, try->op.jti, &earlier));
		/* The same body again: it was counted then, and gets the same verdict now. */
		TRY(limit_db_peek(tx, &try->state->tries, &try->state->tries_left, NULL));
		TRY(identity_limits_peek(tx, try->guard));
		return spent_token_same(&earlier, &try->op) ? OK : CAPTCHA_WRONG;
	}
	TRY(spent);
	if (try->op.outcome == OUTCOME_CAPTCHA_WRONG)
		return limit_db_peek(tx, &try->state->tries, &try->state->tries_left, NULL);
	TRY(limit_db_count(tx, &try->state->tries, &try->state->tries_left, NULL));
	return try->state->tries_left < 0 ? LINK_EXHAUSTED : identity_limits_count(tx, try->guard);
}

/* Where the source has no place for a right number nothing is spent. */
static enum result
captcha_try_tx(struct db_tx *tx, void *context)
{
	struct captcha_try *try = context;

	if (try->op.outcome == OUTCOME_CAPTCHA_RIGHT)
		TRY(identity_guard_take_person(tx, try->guard, try->error_info));
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
pass_captcha(const struct app *p, const struct stage_claims *claims,
    const struct identity *identity, struct captcha_try *try)
{
	CLEANUP(captcha_wipe) struct captcha captcha = { 0 };
	char answer[SECRET_BASE64_MAX(SECRET_SHA256_SIZE) + 1];

	if (captcha_open(p->keyring, identity->captcha_token, clock_now(), &captcha) != OK ||
	    !secret_equal_bytes(
		captcha.invitation_jti.bytes, claims->jti.bytes, sizeof claims->jti.bytes))
		return CAPTCHA_WRONG;

	const bool right = captcha_answer_is(&captcha, identity->captcha_answer);
	try->op = (struct spent_token){
		.kind = STAGE_CAPTCHA,
		.outcome = right ? OUTCOME_CAPTCHA_RIGHT : OUTCOME_CAPTCHA_WRONG,
		.created_at = clock_now(),
	};
	try->op.jti = captcha.jti;
	secret_random(try->op.next_id, sizeof try->op.next_id);
	digest(identity->captcha_answer, answer);
	spent_token_fingerprint(p->keyring,
	    (const char *const[]){ identity->insured_number, identity->birth_date, answer, NULL },
	    try->op.fingerprint);
	TRY(db_transaction(p->db, captcha_try_tx, try));
	return right ? OK : CAPTCHA_WRONG;
}

/* Identify ------------------------------------------------------------------------------------ */

struct identification {
	const struct identity *identity;
	struct identity_limits guard;
	char today[CLOCK_DATE_MAX + 1];
	struct person person;
	struct spent_token op;
	struct limit_try mail_interval;
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
spend_invitation_tx(struct db_tx *tx, void *context)
{
	struct identification *i = context;
	struct spent_token op = i->op;
	int left = 0;
	enum result spent = spent_token_insert(tx, &op);

	if (spent == DUPLICATE)
		spent = spent_token_read(tx, op.jti, &op);
	TRY(spent);
	/* By the random id: also when the transaction runs again, behind a lost answer to COMMIT. */
	const bool spends = memcmp(op.next_id, i->op.next_id, sizeof op.next_id) == 0;
	i->is_other = !spent_token_same(&op, &i->op);
	i->counts = spends || i->is_other;
	if (i->counts)
		TRY(identity_guard_keep_person(tx, &i->guard));
	if (i->is_other)
		return OK;
	TRY(limit_db_count(tx, &i->mail_interval, &left, NULL));
	if (left < 0)
		return OK;
	/* The second link keeps its jti however often it is mailed, and so its count of tries. */
	memcpy(i->mail.jti.bytes, op.next_id, sizeof i->mail.jti.bytes);
	return outbox_enqueue(tx, &i->mail);
}

static enum result
spend_invitation(const struct app *p, const struct stage_claims *claims, struct identification *i)
{
	const int64_t now = clock_now();

	i->mail = outbox_mail_to(i->person.has_account ? MAIL_ALREADY_REGISTERED : MAIL_SECOND_LINK,
	    claims->email, claims->language, now, p->second_link_lives_s);
	i->mail.subject.invitation_jti = claims->jti;
	i->mail.subject.person_id = i->person.id;
	i->mail_interval = limit_try_of(p->keyring, LIMIT_SECOND_MAIL, claims->jti.bytes,
	    sizeof claims->jti.bytes, now, p->mail_interval_s);
	const enum result result = db_transaction(p->db, spend_invitation_tx, i);
	outbox_mail_wipe(&i->mail);
	return result == OK && i->is_other ? TOKEN_SPENT : result;
}

static struct identification
identification_of(const struct app *p, const struct client *client,
    const struct stage_claims *claims, const struct identity *identity)
{
	struct identification i = {
		.identity = identity,
		.guard = identity_limits_of(p, client, identity, clock_now()),
	};

	clock_date_japan(clock_now(), i.today);
	i.op = (struct spent_token){
		.kind = STAGE_IDENTITY,
		.outcome = OUTCOME_DONE,
		.created_at = clock_now(),
	};
	i.op.jti = claims->jti;
	secret_random(i.op.next_id, sizeof i.op.next_id);
	spent_token_fingerprint(p->keyring,
	    (const char *const[]){ identity->insured_number, identity->birth_date, NULL },
	    i.op.fingerprint);
	return i;
}

/* CAPTCHA and number of a link that was not used yet. */
static enum result
judge(const struct app *p, const struct stage_claims *claims, struct token_state *state,
    struct identification *i, struct error_info *error_info)
{
	struct captcha_try try = { .state = state, .guard = &i->guard, .error_info = error_info };

	TRY(identity_limits_check(p, &i->guard, error_info));
	TRY(pass_captcha(p, claims, i->identity, &try));
	i->guard.person_taken = true;
	const enum result found = db_each_committed(p->db, find_person_tx, i);
	if (found != OK && found != NO_ROW)
		return found;
	if (found == OK && !i->guard.number_locked)
		return try.again ? OK : identity_limits_give_back(p, &i->guard);
	TRY(try.again ? OK : identity_limits_count_wrong(p, &i->guard));
	return state->tries_left > 0 ? IDENTITY_MISMATCH : LINK_EXHAUSTED;
}

/* The link was used: on this number the same answer, on another none. */
static enum result
judge_again(const struct app *p, struct token_state *state, struct identification *i)
{
	TRY(token_state_repeat(p, state, &i->op));
	const enum result found = db_each_committed(p->db, find_person_tx, i);
	return found == NO_ROW ? PERSON_NOT_ELIGIBLE : found; /* lost eligibility meanwhile */
}

enum result
registration_identify(const struct app *p, const struct client *client,
    const struct stage_claims *claims, const struct identity *identity, struct secret *ret_key,
    struct error_info *ret_info)
{
	struct identification i = identification_of(p, client, claims, identity);
	struct token_state state;

	const enum result read = token_state_read(p, claims, &state);
	if (read != OK && (read != LINK_EXHAUSTED || state.used))
		return read;
	const enum result judged = state.used ? judge_again(p, &state, &i)
					      : judge(p, claims, &state, &i, ret_info);
	ret_info->attempts_left = state.tries_left;
	/* Its last try may have been counted, and not judged: that body may come again, no other. */
	if (read == LINK_EXHAUSTED && judged == CAPTCHA_WRONG)
		return LINK_EXHAUSTED;
	const enum result settled = judged == OK ? spend_invitation(p, claims, &i) : judged;
	identity_guard_end_person(
	    p, &i.guard, (settled == OK || settled == TOKEN_SPENT) && i.counts);
	TRY(settled);

	mailer_wake(p->mailer);
	auth_key_derive(p->keyring, claims->jti.bytes, ret_key);
	return OK;
}
