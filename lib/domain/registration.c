/* registration.c - the story of a registration: questions first, then the deed.
 *
 * Random values, hashes and times are made before a transaction, so that running it again writes the
 * same rows. The functions named *_tx run inside one. */

#include "registration.h"

#include "attempts.h"
#include "auth_key.h"
#include "captcha.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "email.h"
#include "hash_pool.h"
#include "keyring.h"
#include "mailer.h"
#include "outbox.h"
#include "person.h"
#include "picture_stock.h"
#include "stage_op.h"
#include "text.h"

#include <string.h>

/* Fills in what every owed mail has; the caller adds what its kind needs. */
static struct outbox_mail
mail_to(
    enum letter_kind kind, const char *email, const char *language, int64_t now, int64_t lives_s)
{
	struct outbox_mail mail = { .kind = kind, .created_at = now, .expires_at = now + lives_s };

	secret_random(mail.id, sizeof mail.id);
	text_copy_cut(mail.email, sizeof mail.email, email);
	text_copy_cut(mail.language, sizeof mail.language, language);
	return mail;
}

/* The counter of a link's tries. */
static struct attempt
tries_of(const struct registration *r, const struct pass *pass)
{
	return attempt_of(r->keyring, stage_rule(pass->stage)->tries, pass->jti, sizeof pass->jti,
	    clock_now(), r->cooldown_s);
}

/* Invite -------------------------------------------------------------------------------------- */

struct invitation {
	struct attempt cooldown;
	struct outbox_mail mail;
};

static enum result
invite_tx(struct db_tx *tx, void *context)
{
	const struct invitation *invitation = context;
	CLEANUP(outbox_mail_wipe) struct outbox_mail mail = invitation->mail;
	int left = 0;

	TRY(attempt_take(tx, &invitation->cooldown, &left));
	/* Within the cool-down a row is written all the same: both paths cost one transaction. */
	if (left < 0)
		mail.kind = LETTER_NONE;
	return outbox_insert(tx, &mail);
}

enum result
registration_invite(const struct registration *r, const char *email, const char *language)
{
	const int64_t now = clock_now();
	char key[EMAIL_MAX + 1];
	struct invitation invitation = {
		.mail = mail_to(LETTER_INVITATION, email, language, now, r->invitation_lives_s),
	};

	email_key(email, key);
	invitation.cooldown = attempt_of(
	    r->keyring, POLICY_INVITATION_MAIL, key, strlen(key), now, r->cooldown_s);
	secret_wipe_bytes(key, sizeof key);
	secret_random(invitation.mail.jti, sizeof invitation.mail.jti);
	const enum result result = db_transaction(r->db, invite_tx, &invitation);
	outbox_mail_wipe(&invitation.mail);
	if (result == OK)
		mailer_wake(r->mailer);
	return result;
}

/* Standing ------------------------------------------------------------------------------------ */

/* What the database knows of a link: was it used, how many tries are left. A used one has tries of
 * another kind: who sends other facts than those it was used with guesses at them. */
struct link {
	const struct pass *pass;
	struct attempt tries;
	struct attempt repeats;
	bool used;
	struct stage_op op; /* when used */
	int tries_left;
	int repeats_left;
};

static enum result
link_tx(struct db_tx *tx, void *context)
{
	struct link *link = context;
	const enum result read = stage_op_read(tx, link->pass->jti, &link->op);

	if (read != OK && read != NO_ROW)
		return read;
	link->used = read == OK;
	TRY(attempt_left(tx, &link->tries, &link->tries_left));
	return attempt_left(tx, &link->repeats, &link->repeats_left);
}

/* OVER: all its tries were used up by wrong ones. */
static enum result
link_read(const struct registration *r, const struct pass *pass, struct link *ret)
{
	struct link link = {
		.pass = pass,
		.tries = tries_of(r, pass),
		.repeats = attempt_of(r->keyring, POLICY_WRONG_REPEATS, pass->jti, sizeof pass->jti,
		    clock_now(), r->cooldown_s),
	};

	TRY(db_each_committed(r->db, link_tx, &link));
	if ((link.used ? link.repeats_left : link.tries_left) <= 0)
		return OVER;
	*ret = link;
	return OK;
}

static enum result
take_repeat_tx(struct db_tx *tx, void *context)
{
	struct link *link = context;

	return attempt_take(tx, &link->repeats, &link->repeats_left);
}

/* The token was used with other facts than these: says so, and counts it, or whoever has the link
 * could try facts until the answer is the earlier one. */
static enum result
refuse_repeat(const struct registration *r, struct link *link)
{
	TRY(db_transaction(r->db, take_repeat_tx, link));
	return link->repeats_left < 0 ? OVER : TOKEN_SPENT;
}

enum result
registration_standing(const struct registration *r, const struct pass *pass, struct standing *ret)
{
	const struct stage_rule *rule = stage_rule(pass->stage);
	struct link link;

	TRY(link_read(r, pass, &link));
	if (link.used)
		rule = rule->then != STAGE_NONE ? stage_rule(rule->then) : NULL;
	ret->next = rule;
	ret->attempts_left = link.tries_left;
	return OK;
}

_Static_assert(
    CAPTCHA_BASE64_MAX == SECRET_BASE64_MAX(CAPTCHA_PNG_MAX), "the largest picture fits");

/* CAPTCHA ------------------------------------------------------------------------------------- */

enum result
registration_draw_captcha(
    const struct registration *r, const struct pass *pass, struct drawn_captcha *ret)
{
	CLEANUP(captcha_wipe) struct captcha captcha = { 0 };
	CLEANUP(secret_wipe) struct secret answer = { 0 };
	struct link link;
	size_t png_size = 0;

	TRY(link_read(r, pass, &link));
	TRY(picture_stock_take(r->pictures, &answer, ret->png, &png_size));
	secret_base64(ret->png, png_size, ret->png_base64);

	captcha.issued_at = clock_now();
	captcha.expires_at = captcha.issued_at + r->captcha_lives_s;
	secret_random(captcha.jti, sizeof captcha.jti);
	memcpy(captcha.invitation_jti, pass->jti, sizeof captcha.invitation_jti);
	if (!text_copy(captcha.answer, sizeof captcha.answer, answer.text))
		return INTERNAL;
	ret->expires_at = captcha.expires_at;
	return captcha_seal(r->keyring, &captcha, ret->token);
}

/* One try at the identity step: the spending of its CAPTCHA, and the count. */
struct captcha_try {
	struct stage_op op;
	struct attempt tries;
	int tries_left;
};

static enum result
captcha_try_tx(struct db_tx *tx, void *context)
{
	struct captcha_try *try = context;
	struct stage_op earlier;
	const enum result spent = stage_op_insert(tx, &try->op);

	if (spent == DUPLICATE) {
		TRY(stage_op_read(tx, try->op.jti, &earlier));
		/* The same body again: it was counted then, and gets the same verdict now. */
		TRY(attempt_left(tx, &try->tries, &try->tries_left));
		return stage_op_same(&earlier, &try->op) ? OK : CAPTCHA_WRONG;
	}
	TRY(spent);
	if (try->op.outcome == OUTCOME_CAPTCHA_WRONG)
		return attempt_left(tx, &try->tries, &try->tries_left);
	TRY(attempt_take(tx, &try->tries, &try->tries_left));
	return try->tries_left < 0 ? OVER : OK;
}

/* Spends the CAPTCHA and counts the try, both committed before anything is compared. */
static enum result
pass_captcha(const struct registration *r, const struct pass *pass, const struct identity *identity,
    int *ret_attempts_left)
{
	CLEANUP(captcha_wipe) struct captcha captcha = { 0 };
	struct captcha_try try = { .tries = tries_of(r, pass) };

	if (captcha_open(r->keyring, identity->captcha_token, clock_now(), &captcha) != OK ||
	    !secret_equal_bytes(captcha.invitation_jti, pass->jti, JTI_SIZE))
		return CAPTCHA_WRONG;

	const bool right = captcha_answer_is(&captcha, identity->captcha_answer);
	try.op = (struct stage_op){
		.kind = STAGE_CAPTCHA,
		.outcome = right ? OUTCOME_CAPTCHA_RIGHT : OUTCOME_CAPTCHA_WRONG,
		.created_at = clock_now(),
	};
	memcpy(try.op.jti, captcha.jti, sizeof try.op.jti);
	stage_op_fingerprint(r->keyring,
	    (const char *const[]){
		identity->insured_number, identity->birth_date, identity->captcha_answer, NULL },
	    try.op.fingerprint);
	TRY(db_transaction(r->db, captcha_try_tx, &try));
	*ret_attempts_left = try.tries_left;
	return right ? OK : CAPTCHA_WRONG;
}

/* Identify ------------------------------------------------------------------------------------ */

struct identification {
	const struct identity *identity;
	char today[CLOCK_DATE_MAX + 1];
	struct person person;
	struct stage_op op;
	struct attempt cooldown;
	struct outbox_mail mail;
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
	if (!stage_op_same(&op, &i->op))
		return TOKEN_SPENT;
	TRY(attempt_take(tx, &i->cooldown, &left));
	if (left < 0)
		return OK;
	/* The second link keeps its jti however often it is mailed, and so its count of tries. */
	memcpy(i->mail.jti, op.next_id, sizeof i->mail.jti);
	return outbox_insert(tx, &i->mail);
}

static enum result
settle_identity(const struct registration *r, const struct pass *pass, struct identification *i)
{
	const int64_t now = clock_now();

	i->mail = mail_to(i->person.has_account ? LETTER_ALREADY_REGISTERED : LETTER_SECOND_LINK,
	    pass->email, pass->language, now, r->second_link_lives_s);
	memcpy(i->mail.parent_jti, pass->jti, sizeof i->mail.parent_jti);
	memcpy(i->mail.subject_id, i->person.id, sizeof i->mail.subject_id);
	i->cooldown = attempt_of(
	    r->keyring, POLICY_SECOND_MAIL, pass->jti, sizeof pass->jti, now, r->cooldown_s);
	const enum result result = db_transaction(r->db, settle_identity_tx, i);
	outbox_mail_wipe(&i->mail);
	return result;
}

/* The key both channels meet in: derived from the invitation, stored nowhere. */
static void
derive_key(
    const struct registration *r, const uint8_t invitation_jti[static JTI_SIZE], struct secret *ret)
{
	uint8_t hash[KEYED_HASH_SIZE];

	keyring_hash(r->keyring, KEYRING_AUTHENTICATION_KEY, invitation_jti, JTI_SIZE, hash);
	auth_key_from_hash(hash, ret);
	secret_wipe_bytes(hash, sizeof hash);
}

static struct identification
identification_of(
    const struct registration *r, const struct pass *pass, const struct identity *identity)
{
	struct identification i = { .identity = identity };

	clock_date_japan(clock_now(), i.today);
	i.op = (struct stage_op){
		.kind = STAGE_IDENTITY,
		.outcome = OUTCOME_DONE,
		.created_at = clock_now(),
	};
	memcpy(i.op.jti, pass->jti, sizeof i.op.jti);
	secret_random(i.op.next_id, sizeof i.op.next_id);
	stage_op_fingerprint(r->keyring,
	    (const char *const[]){ identity->insured_number, identity->birth_date, NULL },
	    i.op.fingerprint);
	return i;
}

enum result
registration_identify(const struct registration *r, const struct pass *pass,
    const struct identity *identity, struct secret *ret_key, int *ret_attempts_left)
{
	struct identification i = identification_of(r, pass, identity);
	struct link link;

	TRY(link_read(r, pass, &link));
	*ret_attempts_left = link.tries_left;
	if (link.used && !stage_op_same(&link.op, &i.op))
		return refuse_repeat(r, &link);
	if (!link.used)
		TRY(pass_captcha(r, pass, identity, ret_attempts_left));
	const enum result found = db_each_committed(r->db, find_person_tx, &i);
	if (found == NO_ROW)
		return *ret_attempts_left > 0 ? IDENTITY_MISMATCH : OVER;
	TRY(found);

	TRY(settle_identity(r, pass, &i));
	mailer_wake(r->mailer);
	derive_key(r, pass->jti, ret_key);
	return OK;
}

/* Confirm the key ----------------------------------------------------------------------------- */

static enum result
take_try_tx(struct db_tx *tx, void *context)
{
	struct link *link = context;

	TRY(attempt_take(tx, &link->tries, &link->tries_left));
	return link->tries_left < 0 ? OVER : OK;
}

/* Spends the token, or finds it spent on the same facts; then `op` is the earlier spending. */
static enum result
spend_tx(struct db_tx *tx, void *context)
{
	struct stage_op *op = context;
	struct stage_op earlier;
	const enum result spent = stage_op_insert(tx, op);

	if (spent != DUPLICATE)
		return spent;
	TRY(stage_op_read(tx, op->jti, &earlier));
	if (!stage_op_same(&earlier, op))
		return TOKEN_SPENT;
	*op = earlier;
	return OK;
}

/* Counts the try, then compares. */
static enum result
judge_key(const struct registration *r, const struct pass *pass, const struct secret *key,
    struct link *link)
{
	CLEANUP(secret_wipe) struct secret right = { 0 };

	TRY(db_transaction(r->db, take_try_tx, link));
	derive_key(r, pass->parent_jti, &right);
	if (secret_equal(key, &right))
		return OK;
	return link->tries_left > 0 ? KEY_WRONG : OVER;
}

static enum result
account_step_token(const struct registration *r, const struct pass *pass, const struct stage_op *op,
    struct account_step *ret)
{
	CLEANUP(pass_wipe) struct pass next = *pass;

	next.stage = STAGE_ACCOUNT;
	next.issued_at = op->created_at;
	next.expires_at = op->created_at + r->account_step_lives_s;
	memcpy(next.jti, op->next_id, sizeof next.jti);
	ret->expires_at = next.expires_at;
	return stage_seal(r->keyring, &next, ret->token);
}

enum result
registration_confirm_key(const struct registration *r, const struct pass *pass,
    const struct secret *key, struct account_step *ret, int *ret_attempts_left)
{
	struct stage_op op = {
		.kind = STAGE_AUTHENTICATION_KEY,
		.outcome = OUTCOME_DONE,
		.created_at = clock_now(),
	};
	struct link link;

	memcpy(op.jti, pass->jti, sizeof op.jti);
	secret_random(op.next_id, sizeof op.next_id);
	stage_op_fingerprint(r->keyring, (const char *const[]){ key->text, NULL }, op.fingerprint);
	TRY(link_read(r, pass, &link));
	if (link.used && !stage_op_same(&link.op, &op))
		return refuse_repeat(r, &link);
	if (!link.used) {
		const enum result judged = judge_key(r, pass, key, &link);

		*ret_attempts_left = link.tries_left;
		TRY(judged);
	}

	TRY(db_transaction(r->db, spend_tx, &op));
	return account_step_token(r, pass, &op, ret);
}

/* Create the account -------------------------------------------------------------------------- */

struct creation {
	struct account *account;
	struct stage_op op;
	struct outbox_mail completion;
	struct outbox_mail confirmation; /* LETTER_NONE: the address is the proven one */
};

static enum result
create_account_tx(struct db_tx *tx, void *context)
{
	const struct creation *creation = context;

	TRY(stage_op_insert(tx, &creation->op));
	TRY(account_insert(tx, creation->account));
	TRY(outbox_insert(tx, &creation->completion));
	if (creation->confirmation.kind == LETTER_NONE)
		return OK;
	return outbox_insert(tx, &creation->confirmation);
}

static void
creation_wipe(struct creation *creation)
{
	outbox_mail_wipe(&creation->completion);
	outbox_mail_wipe(&creation->confirmation);
}

/* Owes the completion mail, and the confirmation of an address that is not the proven one. */
static void
owe_mails(const struct registration *r, const struct account *account, struct creation *creation)
{
	const int64_t now = account->created_at;

	creation->completion = mail_to(
	    LETTER_COMPLETION, account->email, account->language, now, r->invitation_lives_s);
	text_copy_cut(
	    creation->completion.nickname, sizeof creation->completion.nickname, account->nickname);
	if (account->pending_email[0] == '\0')
		return;
	creation->confirmation = mail_to(LETTER_EMAIL_CONFIRMATION, account->pending_email,
	    account->language, now, r->email_confirmation_lives_s);
	secret_random(creation->confirmation.jti, sizeof creation->confirmation.jti);
	memcpy(creation->confirmation.subject_id, account->id, sizeof account->id);
}

/* The account as wished, but for its hash. */
static void
fill_account(const struct pass *pass, const struct account_wish *wish, struct account *ret)
{
	const bool proven = strcmp(wish->email, pass->email) == 0;

	*ret = (struct account){ .created_at = clock_now() };
	secret_random(ret->id, sizeof ret->id);
	memcpy(ret->person_id, pass->subject_id, sizeof ret->person_id);
	text_copy_cut(ret->login_id, sizeof ret->login_id, wish->login_id);
	text_copy_cut(ret->email, sizeof ret->email, pass->email);
	text_copy_cut(ret->pending_email, sizeof ret->pending_email, proven ? "" : wish->email);
	text_copy_cut(ret->nickname, sizeof ret->nickname, wish->nickname);
	text_copy_cut(ret->language, sizeof ret->language, pass->language);
}

struct earlier_account {
	const uint8_t *id;
	struct account *account;
};

static enum result
read_account_tx(struct db_tx *tx, void *context)
{
	const struct earlier_account *earlier = context;

	return account_read(tx, earlier->id, earlier->account);
}

/* The token made an account: is it the one that is wished for? Facts first, then the password. */
static enum result
compare_creation(const struct registration *r, const struct account_wish *wish,
    const struct stage_op *op, struct account *ret)
{
	struct earlier_account earlier = { .id = op->next_id, .account = ret };
	bool same = false;

	const enum result read = db_each_committed(r->db, read_account_tx, &earlier);
	if (read == NO_ROW)
		return TOKEN_SPENT;
	TRY(read);
	const char *email = ret->pending_email[0] != '\0' ? ret->pending_email : ret->email;
	if (strcmp(ret->login_id, wish->login_id) != 0 || strcmp(email, wish->email) != 0 ||
	    strcmp(ret->nickname, wish->nickname) != 0)
		return TOKEN_SPENT;
	TRY(hash_pool_verify(r->hash_pool, wish->password, ret->password_hash, &same));
	return same ? OK : TOKEN_SPENT;
}

static enum result
repeat_creation(const struct registration *r, const struct account_wish *wish, struct link *link,
    struct account *ret)
{
	const enum result compared = compare_creation(r, wish, &link->op, ret);

	return compared == TOKEN_SPENT ? refuse_repeat(r, link) : compared;
}

static enum result
create(const struct registration *r, const struct pass *pass, const struct account_wish *wish,
    struct account *ret)
{
	CLEANUP(creation_wipe) struct creation creation = { .account = ret };

	owe_mails(r, ret, &creation);
	creation.op = (struct stage_op){
		.kind = STAGE_ACCOUNT,
		.outcome = OUTCOME_DONE,
		.created_at = ret->created_at,
	};
	memcpy(creation.op.jti, pass->jti, sizeof creation.op.jti);
	memcpy(creation.op.next_id, ret->id, sizeof creation.op.next_id);
	const enum result created = db_transaction(r->db, create_account_tx, &creation);
	if (created != DUPLICATE)
		return created;
	/* Spent meanwhile: by the same submit sent twice, or by our own COMMIT whose answer was lost. */
	struct link link;
	TRY(link_read(r, pass, &link));
	return link.used ? repeat_creation(r, wish, &link, ret) : INTERNAL;
}

enum result
registration_create_account(const struct registration *r, const struct pass *pass,
    const struct account_wish *wish, struct account *ret, int *ret_attempts_left)
{
	struct link link;

	TRY(link_read(r, pass, &link));
	if (link.used)
		return repeat_creation(r, wish, &link, ret);
	fill_account(pass, wish, ret);
	TRY(hash_pool_hash(r->hash_pool, wish->password, ret->password_hash));
	/* Counted after the hash, so that a busy hash pool costs the member no try. */
	TRY(db_transaction(r->db, take_try_tx, &link));
	*ret_attempts_left = link.tries_left;

	TRY(create(r, pass, wish, ret));
	mailer_wake(r->mailer);
	return OK;
}

/* Confirm another address --------------------------------------------------------------------- */

struct confirmation {
	const struct pass *pass;
	struct stage_op op;
	struct outbox_mail notice;
};

static enum result
confirm_email_tx(struct db_tx *tx, void *context)
{
	struct confirmation *confirmation = context;
	const struct pass *pass = confirmation->pass;
	CLEANUP(account_wipe) struct account account = { 0 };
	const enum result spent = stage_op_insert(tx, &confirmation->op);

	if (spent == DUPLICATE)
		return OK;
	TRY(spent);
	enum result confirmed = account_read(tx, pass->subject_id, &account);
	if (confirmed == OK)
		confirmed = account_confirm_email(tx, pass->subject_id, pass->email);
	if (confirmed != OK)
		return confirmed == NO_ROW ? TOKEN_SPENT : confirmed;
	text_copy_cut(confirmation->notice.email, sizeof confirmation->notice.email, account.email);
	text_copy_cut(
	    confirmation->notice.language, sizeof confirmation->notice.language, account.language);
	return outbox_insert(tx, &confirmation->notice);
}

enum result
registration_confirm_email(const struct registration *r, const struct pass *pass)
{
	const int64_t now = clock_now();
	struct confirmation confirmation = {
		.pass = pass,
		.op = { .kind = STAGE_EMAIL_CONFIRMATION,
		    .outcome = OUTCOME_DONE,
		    .created_at = now },
		.notice = mail_to(LETTER_EMAIL_CHANGED, "", "", now, r->invitation_lives_s),
	};

	memcpy(confirmation.op.jti, pass->jti, sizeof confirmation.op.jti);
	const enum result result = db_transaction(r->db, confirm_email_tx, &confirmation);
	outbox_mail_wipe(&confirmation.notice);
	if (result == OK)
		mailer_wake(r->mailer);
	return result;
}
