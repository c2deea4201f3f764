/* registration_identify.c - the identity step: a CAPTCHA and an insured number bring the
 * authentication key on the screen, and a mail with the second link.
 *
 * registration_identify() stands at the end and tells the step: check_request() asks everything,
 * and then spend_link() acts. In order:
 *
 *   1. Was the link used before? Are its tries used up?        token_state_read()
 *   2. Was this source right or wrong too often?               identity_limits_check()
 *   3. Is the CAPTCHA right?                                   check_captcha()
 *   4. Whose number is it?                                     check_number()
 *   5. Spend the link, and enqueue the second mail.            spend_link()
 *
 * Three rules explain the rest:
 *
 *   A try is counted before it is compared. What spends the CAPTCHA and counts the try is committed
 *   before the number is looked up, so that neither a crash nor many requests at once give a free
 *   try. What fails afterwards for a reason of ours was no try, unless the number is known to be
 *   wrong: then link and CAPTCHA are as they were.
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
#include "token_state.h"

#include <string.h>

/* One run of the step. Random values, times and hashes are made before the transactions, so that a
 * transaction that is run again writes the same rows. */
struct identify_ctx {
	const struct app *app;
	const struct stage_claims *claims; /* of the first link */
	const struct identity_request *request;
	struct error_info *error_info; /* the caller's */
	int64_t now;
	struct token_state link;
	struct identity_limits limits;
	struct spent_token captcha; /* the row that spends the CAPTCHA */
	bool is_repeat;             /* this body came before, with the same CAPTCHA */
	bool try_is_open;           /* counted by this call; the number is not known to be wrong */
	struct person person;       /* whom the number means */
	struct spent_token spent;   /* the row that spends the link */
	struct limit_try mail_interval;
	struct outbox_mail mail;
	bool is_other_number; /* the link was spent on another number a moment ago */
	bool person_counts;   /* the number is right, and the link was not spent on it before */
	bool person_is_kept;  /* that is committed */
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

/* The CAPTCHA ---------------------------------------------------------------------------------- */

/* The CAPTCHA was spent before. The same body was counted then, and is judged as it was then; from
 * now on that try is not taken back. UNAVAILABLE: it was, a moment ago. */
static enum result
repeat_captcha(struct db_tx *tx, struct identify_ctx *ctx)
{
	struct token_state *link = &ctx->link;
	struct spent_token earlier;

	enum result found = spent_token_read(tx, ctx->captcha.jti, &earlier);
	if (found == OK && spent_token_same(&earlier, &ctx->captcha))
		found = spent_token_take_over(tx, &ctx->captcha);
	else if (found == OK)
		found = CAPTCHA_WRONG;
	TRY(limit_db_peek(tx, &link->tries, &link->tries_left, NULL));
	TRY(identity_limits_peek_number(tx, &ctx->limits));
	return found == NO_ROW ? UNAVAILABLE : found;
}

/* A right CAPTCHA costs a try of the link, and of the number; a wrong one costs the CAPTCHA
 * alone. */
static enum result
count_identity_try(struct db_tx *tx, struct identify_ctx *ctx)
{
	struct token_state *link = &ctx->link;

	if (ctx->captcha.outcome == OUTCOME_CAPTCHA_WRONG)
		return limit_db_peek(tx, &link->tries, &link->tries_left, NULL);
	TRY(limit_db_count(tx, &link->tries, &link->tries_left, NULL));
	if (link->tries_left < 0)
		return LINK_EXHAUSTED;
	return identity_limits_count_number(tx, &ctx->limits);
}

/* Spends the CAPTCHA and counts the try. Where the source may have no further right number, it
 * rolls back and nothing is spent. */
static enum result
spend_captcha_tx(struct db_tx *tx, void *context)
{
	struct identify_ctx *ctx = context;

	if (ctx->captcha.outcome == OUTCOME_CAPTCHA_RIGHT)
		TRY(identity_limits_reserve_person(tx, &ctx->limits, ctx->error_info));
	const enum result spent = spent_token_insert(tx, &ctx->captcha);
	ctx->is_repeat = spent == DUPLICATE;
	if (ctx->is_repeat)
		return repeat_captcha(tx, ctx);
	TRY(spent);
	return count_identity_try(tx, ctx);
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
	const enum result counted = db_transaction(ctx->app->db, spend_captcha_tx, ctx);
	ctx->try_is_open = is_right && !ctx->is_repeat;
	if (counted == UNAVAILABLE && is_right)
		identity_limits_give_back_person_later(&ctx->limits);
	TRY(counted);
	return is_right ? OK : CAPTCHA_WRONG;
}

/* The number ----------------------------------------------------------------------------------- */

/* The link of an operator's invitation is bound to one person. */
static bool
link_is_for(const struct stage_claims *claims, const struct person *person)
{
	const struct person_id *invited = &claims->subject.person_id;

	return id_is_none(invited->bytes) || id_is(invited->bytes, person->id.bytes);
}

/* NO_ROW: the number means nobody who is insured today, more than one person, or another than whom
 * the link is for; or what was given beside it is wrong. */
static enum result
find_insured_person(struct identify_ctx *ctx)
{
	const struct identity_request *request = ctx->request;
	struct db_tx alone = db_alone(ctx->app->db);
	char today[CLOCK_DATE_MAX + 1];
	const struct person_query query = {
		.insured_number = request->insured_number,
		.birth_date = request->birth_date,
		.today = today,
		.now = ctx->now,
		.posted_code = posted_code_hash(ctx->app->keyring, request->posted_code),
		.is_repeat = ctx->link.used,
	};

	clock_date_japan(ctx->now, today);
	TRY(person_find(&alone, &query, &ctx->person));
	return link_is_for(ctx->claims, &ctx->person) ? OK : NO_ROW;
}

/* Is the number that of an insured person? A repeated body was counted when it came first. */
static enum result
check_number(struct identify_ctx *ctx)
{
	const enum result found = find_insured_person(ctx);

	if (found != OK && found != NO_ROW)
		return found;
	if (found == OK && !ctx->limits.number_locked)
		return identity_limits_give_back_number(ctx->app, &ctx->limits, ctx->is_repeat);
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
	TRY(identity_limits_check(ctx->app, &ctx->limits, ctx->error_info));
	TRY(check_captcha(ctx));
	ctx->limits.person_reserved = true;
	return check_number(ctx);
}

/* The link was used before: for the same number the answer is the same, and needs no CAPTCHA. */
static enum result
check_repeated_use(struct identify_ctx *ctx)
{
	TRY(token_state_repeat(ctx->app, &ctx->link, &ctx->spent));
	const enum result found = find_insured_person(ctx);
	return found == NO_ROW ? PERSON_NOT_ELIGIBLE : found;
}

/* A link whose tries are used up is asked all the same: the answer to its last try may have been
 * lost, and that body may come again. Any other body ends as LINK_EXHAUSTED, unless
 * identity_limits_check() rejects it first. */
static enum result
check_request(struct identify_ctx *ctx)
{
	struct token_state *link = &ctx->link;
	const enum result read = token_state_read(ctx->app, ctx->claims, link);
	const bool is_exhausted = read == LINK_EXHAUSTED && !link->used;

	if (!is_exhausted)
		TRY(read);
	const enum result checked = link->used ? check_repeated_use(ctx) : check_first_use(ctx);
	ctx->error_info->attempts_left = link->used ? link->repeats_left : link->tries_left;
	const bool is_of_captcha = checked == CAPTCHA_WRONG || checked == CAPTCHA_EXPIRED;
	return is_exhausted && is_of_captcha ? LINK_EXHAUSTED : checked;
}

/* Enqueues the mail, unless one went out within the mail interval. The second link keeps its jti
 * however often it is mailed, and with it its count of tries. */
static enum result
enqueue_second_mail(struct db_tx *tx, struct identify_ctx *ctx, const struct spent_token *spent)
{
	int left = 0;

	TRY(limit_db_count(tx, &ctx->mail_interval, &left, NULL));
	if (left < 0)
		return OK;
	memcpy(ctx->mail.jti.bytes, spent->next_id, sizeof ctx->mail.jti.bytes);
	return outbox_enqueue(tx, &ctx->mail);
}

/* Spends the link, or finds what it was spent on: this number before, or another a moment ago. */
static enum result
spend_link_tx(struct db_tx *tx, void *context)
{
	struct identify_ctx *ctx = context;
	struct spent_token stored = ctx->spent;
	enum result spent = spent_token_insert(tx, &stored);

	if (spent == DUPLICATE)
		spent = spent_token_read(tx, stored.jti, &stored);
	TRY(spent);
	/* Its random id tells, also where an earlier run of this body was committed and its answer
	 * lost. */
	const bool is_own = memcmp(stored.next_id, ctx->spent.next_id, sizeof stored.next_id) == 0;

	ctx->is_other_number = !spent_token_same(&stored, &ctx->spent);
	ctx->person_counts = is_own || ctx->is_other_number;
	if (ctx->person_counts)
		TRY(identity_limits_keep_person(tx, &ctx->limits));
	return ctx->is_other_number ? OK : enqueue_second_mail(tx, ctx, &stored);
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

static enum result
spend_link(struct identify_ctx *ctx)
{
	const struct app *app = ctx->app;
	const struct stage_claims *claims = ctx->claims;
	const struct person *person = &ctx->person;
	const struct mail_interval invitation = mail_interval_of(
	    app, LIMIT_INVITATION_MAIL, claims->email, ctx->now);

	ctx->mail = outbox_mail_to(mail_kind_of(person), claims->email, claims->language, ctx->now,
	    app->second_link_lives_s);
	ctx->mail.subject.invitation_jti = claims->jti;
	ctx->mail.subject.person_id = person->id;
	ctx->mail.subject.generation = person->code_issue;
	memcpy(ctx->mail.subject_hash, invitation.limit_try.subject_hash,
	    sizeof ctx->mail.subject_hash);
	ctx->mail_interval = limit_try_of(app->keyring,
	    limit_subject_of(LIMIT_SECOND_MAIL, claims->jti.bytes, sizeof claims->jti.bytes),
	    ctx->now);
	TRY(db_transaction(app->db, spend_link_tx, ctx));
	ctx->person_is_kept = ctx->person_counts;
	return ctx->is_other_number ? TOKEN_SPENT : OK;
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
	if (!ctx->limits.counts_number)
		return OK;
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
identify_ctx_wipe(struct identify_ctx *ctx)
{
	outbox_mail_wipe(&ctx->mail);
}

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
	CLEANUP(identify_ctx_wipe)
	struct identify_ctx ctx = {
		.app = app,
		.claims = claims,
		.request = request,
		.error_info = ret_info,
		.now = now,
		.limits = identity_limits_of(app, request, now),
	};

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
