/* registration_identify.c - the identity step: a CAPTCHA and an insured number bring the
 * authentication key on the screen, and a mail with the second link.
 *
 * registration_identify() stands at the end and tells the step: check_request() asks everything,
 * and then spend_link() acts. In order, with a trip to the database each:
 *
 *   1. Was the link used before? Are its tries used up? Was    read_state()
 *      this source right or wrong too often?
 *   2. Is the CAPTCHA right? Whose number is it?               check_captcha(), check_number()
 *   3. Spend the link, and enqueue the second mail.            spend_link()
 *
 * Three rules explain the rest:
 *
 *   A try is counted before it is compared. What spends the CAPTCHA and counts the try is committed
 *   before the number is looked up, in the same block, so that neither a crash nor many requests at
 *   once give a free try. What fails afterwards for a reason of ours was no try, unless the number
 *   is known to be wrong: then link and CAPTCHA are as they were.
 *
 *   The same body again gets the same answer, because an answer may be lost on its way. Beside a
 *   spent token stands the fingerprint of the body that it was spent on (spent_token.h).
 *
 *   The answer does not tell whether the person has an account (ASVS 6.3.8). Both paths run the
 *   same statements; only the mail is another. */

#include "registration.h"

#include "auth_key.h"
#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "deadline.h"
#include "identity_limits.h"
#include "limit_db.h"
#include "mail_interval.h"
#include "mailer.h"
#include "outbox.h"
#include "person.h"
#include "spent_token.h"
#include "statements.h"
#include "token_state.h"

#include <string.h>

/* One run of the step. Random values, times and hashes are made before the statements, so that one
 * that is run again writes the same rows. */
struct identify_ctx {
	const struct app *app;
	const struct stage_claims *claims; /* of the first link */
	const struct identity_request *request;
	struct error_info *error_info; /* the caller's */
	int64_t now;
	char today[CLOCK_DATE_MAX + 1]; /* in Japan */
	struct token_state link;
	struct identity_limits limits;
	struct spent_token captcha; /* the row that spends the CAPTCHA */
	bool is_repeat;             /* this body came before, with the same CAPTCHA */
	bool number_is_locked;      /* the number was wrong too often */
	bool try_is_open;           /* counted by this call; the number is not known to be wrong */
	struct person person;       /* whom the number means; zeros: nobody */
	struct spent_token spent;   /* the row that spends the link */
	bool person_is_kept;        /* the number is right, and counts for its source */
};

/* The fingerprint of the body, with or without (NULL) the answer to the CAPTCHA. */
static void
fingerprint_request(
    const struct identify_ctx *ctx, const char *answer, uint8_t ret[static KEYED_HASH_SIZE])
{
	const struct identity_request *request = ctx->request;
	const char *const texts[] = { request->insured_number, request->birth_date,
		request->posted_code, answer, NULL };

	spent_token_fingerprint(ctx->app->keyring, texts, ret);
}

static struct person_query
query_of(const struct identify_ctx *ctx)
{
	const struct identity_request *request = ctx->request;

	return (struct person_query){
		.insured_number = request->insured_number,
		.birth_date = request->birth_date,
		.today = ctx->today,
		.now = ctx->now,
		.posted_code = posted_code_hash(ctx->app->keyring, request->posted_code),
		.is_repeat = ctx->link.used,
	};
}

/* The CAPTCHA ---------------------------------------------------------------------------------- */

/* What a try met and left, as IDENTITY_TRY says. */
struct try_row {
	int64_t met; /* enum spent_met: of the CAPTCHA */
	int64_t persons_left, wait_s, tries_left, number_left;
};

/* Reserves a right number, spends the CAPTCHA, counts the try, and looks up whose number it is. Not
 * inlined, as read_state() and run_spending(): one list of values is on the stack at a time. */
__attribute__((noinline)) static enum result
run_try(struct identify_ctx *ctx, struct try_row *ret)
{
	struct db_tx alone = db_alone(ctx->app->db);
	const struct person_query query = query_of(ctx);
	struct db_values in = { {
	    db_number("is_right", ctx->captcha.outcome == OUTCOME_CAPTCHA_RIGHT),
	} };
	struct db_slot out[5 + PERSON_SLOTS + 1] = {
		db_to_number(&ret->met),
		db_to_number(&ret->persons_left),
		db_to_number(&ret->wait_s),
		db_to_number(&ret->tries_left),
		db_to_number(&ret->number_left),
	};

	person_params(&query, &in);
	spent_token_params(&ctx->captcha, &in);
	limit_db_params(&ctx->link.tries, &LIMIT_NAMES("tries"), LIMIT_COUNT_PARAMS, &in);
	identity_limits_try_params(&ctx->limits, &in);
	person_slots(&ctx->person, out + 5);
	return db_row(&alone, IDENTITY_TRY, in.list, out);
}

/* A right CAPTCHA costs a try of the link, and of the number; a wrong one costs the CAPTCHA alone.
 * Where the source may have no further right number, or the link no further try, nothing is spent.
 * The same body costs the link no other try; from now on that try is not taken back. The number
 * counts it again, as the same try: one that was rejected when it came first was not compared. */
static enum result
try_captcha(struct identify_ctx *ctx)
{
	const bool is_right = ctx->captcha.outcome == OUTCOME_CAPTCHA_RIGHT;
	struct try_row row = { .met = SPENT_ON_OTHER };

	ctx->try_is_open = is_right;
	const enum result tried = run_try(ctx, &row);
	ctx->limits.person_may_be_reserved = is_right && tried == UNAVAILABLE;
	TRY(tried);
	ctx->is_repeat = row.met == SPENT_BEFORE;
	ctx->try_is_open = is_right && !ctx->is_repeat;
	ctx->number_is_locked = row.number_left < 0;
	ctx->limits.persons_left = (int)row.persons_left;
	ctx->error_info->wait_s = row.wait_s;
	if (is_right && row.persons_left < 0)
		return TOO_MANY;
	ctx->error_info->wait_s = 0;
	ctx->link.tries_left = (int)row.tries_left;
	if (!is_right || row.met == SPENT_ON_OTHER)
		return CAPTCHA_WRONG;
	return ctx->is_repeat || row.tries_left >= 0 ? OK : LINK_EXHAUSTED;
}

/* A proof of work is longer than the texts of a fingerprint may be: its hash goes in. */
#define ANSWER_HASH_MAX SECRET_BASE64_MAX(SECRET_SHA256_SIZE)
static void
hash_captcha_answer(const char *answer, char ret[static ANSWER_HASH_MAX + 1])
{
	uint8_t hash[SECRET_SHA256_SIZE];

	secret_sha256(answer, strlen(answer), hash);
	secret_base64(hash, sizeof hash, ret);
}

/* Is the CAPTCHA of this link, and answered? Whatever the answer, it is spent by it. What came too
 * late is not compared. CAPTCHA_WRONG, CAPTCHA_EXPIRED. */
static enum result
check_captcha(struct identify_ctx *ctx)
{
	const struct identity_request *request = ctx->request;
	const struct jti *link = &ctx->claims->jti;
	CLEANUP(captcha_wipe) struct captcha captcha = { 0 };
	char answer[ANSWER_HASH_MAX + 1];

	const enum result opened = captcha_open(
	    ctx->app->keyring, request->captcha_token, ctx->now, &captcha);
	if (result_is_ours(opened))
		return opened;
	if (opened != OK)
		return opened == TOKEN_EXPIRED ? CAPTCHA_EXPIRED : CAPTCHA_WRONG;
	if (!secret_equal_bytes(captcha.invitation_jti.bytes, link->bytes, sizeof link->bytes))
		return CAPTCHA_WRONG;

	const bool is_right = captcha_answer_is(&captcha, request->captcha_answer);
	ctx->captcha = (struct spent_token){
		.jti = captcha.jti,
		.kind = STAGE_CAPTCHA,
		.outcome = is_right ? OUTCOME_CAPTCHA_RIGHT : OUTCOME_CAPTCHA_WRONG,
		.created_at = ctx->now,
	};
	secret_random(ctx->captcha.next_id, sizeof ctx->captcha.next_id);
	hash_captcha_answer(request->captcha_answer, answer);
	fingerprint_request(ctx, answer, ctx->captcha.fingerprint);
	/* The same body again knows the try of the number that the first one counted. */
	memcpy(ctx->limits.wrong_of_number.holder, captcha.jti.bytes, LIMIT_HOLDER_SIZE);
	return try_captcha(ctx);
}

/* The number ----------------------------------------------------------------------------------- */

/* The link of an operator's invitation is bound to one person. */
static bool
link_is_for(const struct stage_claims *claims, const struct person *person)
{
	const struct person_id *invited = &claims->subject.person_id;

	return id_is_none(invited->bytes) || id_is(invited->bytes, person->id.bytes);
}

/* Does the number mean somebody who is insured today, and whom the link is for, and is right what
 * was given beside it? Not, if it means more than one person. */
static bool
person_is_found(const struct identify_ctx *ctx)
{
	return !id_is_none(ctx->person.id.bytes) && link_is_for(ctx->claims, &ctx->person);
}

/* Is the number that of an insured person? A repeated body was counted when it came first. */
static enum result
check_number(struct identify_ctx *ctx)
{
	if (person_is_found(ctx) && !ctx->number_is_locked)
		return OK;
	ctx->try_is_open = false;
	if (!ctx->is_repeat)
		TRY(identity_limits_count_wrong(ctx->app, &ctx->limits));
	return ctx->link.tries_left > 0 ? IDENTITY_MISMATCH : LINK_EXHAUSTED;
}

/* The link ------------------------------------------------------------------------------------- */

/* The link was not used before. */
static enum result
check_first_use(struct identify_ctx *ctx)
{
	TRY(identity_limits_check(&ctx->limits, ctx->error_info));
	TRY(check_captcha(ctx));
	ctx->limits.person_reserved = true;
	return check_number(ctx);
}

/* The link was used before: for the same number the answer is the same, and needs no CAPTCHA. */
static enum result
check_repeated_use(struct identify_ctx *ctx)
{
	struct db_tx alone = db_alone(ctx->app->db);
	const struct person_query query = query_of(ctx);

	TRY(token_state_repeat(ctx->app, &ctx->link, &ctx->spent));
	TRY(person_find(&alone, &query, &ctx->person));
	return person_is_found(ctx) ? OK : PERSON_NOT_ELIGIBLE;
}

/* The state of the link, and the limits that are asked before anything is counted. */
__attribute__((noinline)) static enum result
read_state(struct identify_ctx *ctx)
{
	struct db_values in = { 0 };
	struct db_slot out[IDENTITY_READ_SLOTS + 1] = { 0 };

	identity_limits_read_params(&ctx->limits, &in);
	identity_limits_read_slots(&ctx->limits, out);
	return token_state_read_with(ctx->app, ctx->claims, IDENTITY_READ, &in, out, &ctx->link);
}

/* A link whose tries are used up is asked all the same: the answer to its last try may have been
 * lost, and that body may come again. Any other body ends as LINK_EXHAUSTED, unless
 * identity_limits_check() rejects it first. */
static enum result
check_request(struct identify_ctx *ctx)
{
	struct token_state *link = &ctx->link;
	const enum result read = read_state(ctx);
	const bool is_exhausted = read == LINK_EXHAUSTED && !link->used;

	if (!is_exhausted)
		TRY(read);
	const enum result checked = link->used ? check_repeated_use(ctx) : check_first_use(ctx);
	ctx->error_info->attempts_left = link->used ? link->repeats_left : link->tries_left;
	const bool is_of_captcha = checked == CAPTCHA_WRONG || checked == CAPTCHA_EXPIRED;
	return is_exhausted && is_of_captcha ? LINK_EXHAUSTED : checked;
}

/* The same step for everybody; what the mail says depends on the person's account. */
static enum mail_kind
mail_kind_of(const struct person *person)
{
	if (person->account_state == 0)
		return MAIL_SECOND_LINK;
	return person->account_state == ACCOUNT_ACTIVE ? MAIL_ALREADY_REGISTERED
						       : MAIL_ACCOUNT_DISABLED;
}

static struct outbox_mail
second_mail_of(const struct identify_ctx *ctx)
{
	const struct stage_claims *claims = ctx->claims;
	const struct mail_interval invitation = mail_interval_of(
	    ctx->app, LIMIT_INVITATION_MAIL, claims->email, ctx->now);
	struct outbox_mail mail = outbox_mail_to(mail_kind_of(&ctx->person), claims->email,
	    claims->language, ctx->now, ctx->app->second_link_lives_s);

	memcpy(mail.jti.bytes, ctx->spent.next_id, sizeof mail.jti.bytes);
	mail.subject.invitation_jti = claims->jti;
	mail.subject.person_id = ctx->person.id;
	mail.subject.generation = ctx->person.code_issue;
	mail_interval_mark(&invitation, &mail);
	return mail;
}

/* Spends the link and enqueues the mail, or finds what the link was spent on: this number before,
 * or another a moment ago (*ret_met: enum spent_met). */
__attribute__((noinline)) static enum result
run_spending(struct identify_ctx *ctx, const struct outbox_mail *mail, int64_t *ret_met)
{
	struct db_tx alone = db_alone(ctx->app->db);
	const struct jti *link = &ctx->claims->jti;
	struct limit_try *number = &ctx->limits.wrong_of_number;
	const struct limit_try mails = limit_try_of(ctx->app->keyring,
	    limit_subject_of(LIMIT_SECOND_MAIL, link->bytes, sizeof link->bytes), ctx->now);
	struct db_values in = { {
	    db_number("now", ctx->now),
	    db_number("is_last", identity_limits_is_last(&ctx->limits)),
	} };
	const struct db_slot out[] = { db_to_number(ret_met), { 0 } };

	number->uncounted |= ctx->link.used;
	limit_db_params(number, &LIMIT_NAMES("number"), LIMIT_HELD_PARAMS, &in);
	spent_token_params(&ctx->spent, &in);
	audit_params(&ctx->limits.limit_reached, &in);
	limit_db_params(&mails, &LIMIT_NAMES("mails"), LIMIT_LOCK_PARAMS, &in);
	outbox_params(mail, &in);
	return db_row(&alone, IDENTITY_SPEND_LINK, in.list, out);
}

/* A right number counts, unless the link was spent on it before: also where another one has spent
 * the link a moment ago. */
static enum result
spend_link(struct identify_ctx *ctx)
{
	CLEANUP(outbox_mail_wipe) struct outbox_mail mail = second_mail_of(ctx);
	int64_t met = SPENT_ON_OTHER;

	TRY(run_spending(ctx, &mail, &met));
	if (met == SPENT_ON_OTHER && identity_limits_is_last(&ctx->limits))
		TRY(audit_insert_committed(ctx->app->db, &ctx->limits.limit_reached));
	ctx->person_is_kept = met != SPENT_BEFORE;
	return met == SPENT_ON_OTHER ? TOKEN_SPENT : OK;
}

/* A failure of ours ---------------------------------------------------------------------------- */

static enum result
take_try_back_tx(struct db_tx *tx, void *context)
{
	const struct identify_ctx *ctx = context;
	const enum result taken = spent_token_take_back(tx, &ctx->captcha);

	if (taken != OK)
		return taken;
	TRY(limit_db_give_back(tx, &ctx->link.tries));
	return limit_db_give_back_held(tx, &ctx->limits.wrong_of_number);
}

/* The step failed for a reason of ours, so that its try was none. Where it cannot be taken back, or
 * the same body has come again meanwhile, it stays counted, and that body may come again. */
static void
take_try_back(struct identify_ctx *ctx)
{
	ctx->error_info->attempts_left = -1;
	if (!ctx->try_is_open)
		return;
	const bool tidies = deadline_tidy(true);
	const enum result taken = db_transaction(ctx->app->db, take_try_back_tx, ctx);
	(void)taken;
	deadline_tidy(tidies);
}

/* The step ------------------------------------------------------------------------------------- */

static void
fill_spent_link(struct identify_ctx *ctx)
{
	ctx->spent = (struct spent_token){
		.jti = ctx->claims->jti,
		.kind = STAGE_IDENTITY,
		.outcome = OUTCOME_DONE,
		.created_at = ctx->now,
	};
	secret_random(ctx->spent.next_id, sizeof ctx->spent.next_id);
	fingerprint_request(ctx, NULL, ctx->spent.fingerprint);
}

enum result
registration_identify(const struct app *app, const struct stage_claims *claims,
    const struct identity_request *request, struct secret *ret_key, struct error_info *ret_info)
{
	const int64_t now = clock_now();
	struct identify_ctx ctx = {
		.app = app,
		.claims = claims,
		.request = request,
		.error_info = ret_info,
		.now = now,
		.limits = identity_limits_of(app, request, now),
	};

	clock_date_japan(now, ctx.today);
	fill_spent_link(&ctx);
	enum result result = check_request(&ctx);
	if (result == OK)
		result = spend_link(&ctx);
	identity_limits_finish_person(app, &ctx.limits, ctx.person_is_kept);
	if (result_is_ours(result))
		take_try_back(&ctx);
	TRY(result);

	mailer_wake(app->mailer);
	auth_key_derive(app->keyring, claims->jti.bytes, ret_key);
	return OK;
}
