/* registration_create_account.c - the account step: one token makes one account.
 *
 * Whether the login ID is free and whether the person has none yet is the database's word: unique
 * keys inside the transaction that spends the token. */

#include "registration.h"

#include "account.h"
#include "limit_db.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "token_state.h"
#include "login_limits.h"
#include "mailed_link.h"
#include "mailer.h"
#include "outbox.h"
#include "spent_token.h"
#include "text.h"

#include <string.h>

struct creation {
	struct account *account;
	struct spent_token op;
	struct login_limits tries; /* of its login ID, while nobody had it */
	struct outbox_mail completion;
	struct outbox_mail confirmation; /* MAIL_NONE: the address is the proven one */
	struct audit_event event;
};

static enum result
create_account_tx(struct db_tx *tx, void *context)
{
	const struct creation *creation = context;

	TRY(spent_token_insert(tx, &creation->op));
	TRY(account_insert(tx, creation->account));
	TRY(login_limits_reset(tx, &creation->tries));
	TRY(audit_insert(tx, &creation->event));
	TRY(outbox_enqueue(tx, &creation->completion));
	if (creation->confirmation.kind == MAIL_NONE)
		return OK;
	return outbox_enqueue(tx, &creation->confirmation);
}

static void
creation_wipe(struct creation *creation)
{
	outbox_mail_wipe(&creation->completion);
	outbox_mail_wipe(&creation->confirmation);
}

/* Owes the completion mail, and the confirmation of an address that is not the proven one. */
static void
fill_mails(const struct app *p, const struct account *account, struct creation *creation)
{
	const int64_t now = account->created_at;

	creation->completion = outbox_mail_to(
	    MAIL_COMPLETION, account->email, account->language, now, p->invitation_lives_s);
	text_copy_cut(
	    creation->completion.nickname, sizeof creation->completion.nickname, account->nickname);
	if (account->pending_email[0] == '\0')
		return;
	creation->confirmation = outbox_mail_to(MAIL_EMAIL_CONFIRMATION, account->pending_email,
	    account->language, now, p->email_confirmation_lives_s);
	secret_random(creation->confirmation.jti.bytes, sizeof creation->confirmation.jti.bytes);
	creation->confirmation.subject.account_id = account->id;
	creation->confirmation.subject.generation = ACCOUNT_FIRST_GENERATION;
}

/* The account as wished, but for its hash. */
static void
fill_account(
    const struct stage_claims *claims, const struct account_request *request, struct account *ret)
{
	const bool proven = strcmp(request->email, claims->email) == 0;

	*ret = (struct account){ .created_at = clock_now() };
	secret_random(ret->id.bytes, sizeof ret->id.bytes);
	ret->person_id = claims->subject.person_id;
	text_copy_cut(ret->login_id, sizeof ret->login_id, request->login_id);
	text_copy_cut(ret->email, sizeof ret->email, claims->email);
	text_copy_cut(ret->pending_email, sizeof ret->pending_email, proven ? "" : request->email);
	text_copy_cut(ret->nickname, sizeof ret->nickname, request->nickname);
	text_copy_cut(ret->language, sizeof ret->language, claims->language);
}

struct earlier_account {
	struct account_id id;
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
compare_creation(const struct app *p, const struct account_request *request,
    const struct spent_token *op, struct account *ret)
{
	struct earlier_account earlier = { .account = ret };
	bool same = false;

	memcpy(earlier.id.bytes, op->next_id, sizeof earlier.id.bytes);
	const enum result read = db_each_committed(p->db, read_account_tx, &earlier);
	if (read == NO_ROW)
		return TOKEN_SPENT;
	TRY(read);
	const char *email = ret->pending_email[0] != '\0' ? ret->pending_email : ret->email;
	if (strcmp(ret->login_id, request->login_id) != 0 || strcmp(email, request->email) != 0 ||
	    strcmp(ret->nickname, request->nickname) != 0)
		return TOKEN_SPENT;
	TRY(hash_pool_verify(p->hash_pool, request->password, ret->password_hash, &same));
	return same ? OK : TOKEN_SPENT;
}

static enum result
repeat_creation(const struct app *p, const struct account_request *request,
    struct token_state *state, struct account *ret)
{
	TRY(token_state_count_repeat(p, state));
	return token_state_end_repeat(p, state, compare_creation(p, request, &state->op, ret));
}

static enum result
create(const struct app *p, const struct client *client, const struct stage_claims *claims,
    const struct account_request *request, struct account *ret)
{
	CLEANUP(creation_wipe) struct creation creation = { .account = ret };

	fill_mails(p, ret, &creation);
	creation.op = (struct spent_token){
		.kind = STAGE_ACCOUNT,
		.outcome = OUTCOME_DONE,
		.created_at = ret->created_at,
	};
	creation.event = audit_event_of(
	    client, AUDIT_ACCOUNT_CREATED, ret->created_at, ret->id, ret->person_id);
	creation.tries = login_limits_of(p->keyring, ret->login_id, client, ret->created_at);
	creation.op.jti = claims->jti;
	memcpy(creation.op.next_id, ret->id.bytes, sizeof creation.op.next_id);
	const enum result created = db_transaction(p->db, create_account_tx, &creation);
	if (created != DUPLICATE)
		return created;
	/* Spent meanwhile, by the same submit sent twice. */
	struct token_state state;
	TRY(token_state_read(p, claims, &state));
	return state.used ? repeat_creation(p, request, &state, ret) : INTERNAL;
}

/* That it is taken is told to the holder of this token only, and written down. */
static enum result
tell_taken(const struct app *p, const struct client *client, const struct account *wished)
{
	struct audit_event event = audit_event_of(
	    client, AUDIT_LOGIN_ID_TAKEN, wished->created_at, no_account, wished->person_id);

	TRY(audit_insert_committed(p->db, &event));
	return TAKEN;
}

/* One of the link's tries, and what came of it. */
static enum result
create_counted(const struct app *p, const struct client *client, const struct stage_claims *claims,
    const struct account_request *request, struct token_state *state, struct account *ret)
{
	TRY(token_state_count_try(p, state));
	enum result created = create(p, client, claims, request, ret);
	if (created == TAKEN)
		created = tell_taken(p, client, ret);
	return token_state_end_try(p, state, created);
}

enum result
registration_create_account(const struct app *p, const struct client *client,
    const struct stage_claims *claims, const struct account_request *request, struct account *ret,
    struct error_info *ret_info)
{
	int left = 0;
	struct token_state state;

	TRY(token_state_read(p, claims, &state));
	if (state.used)
		return repeat_creation(p, request, &state, ret);
	fill_account(claims, request, ret);
	TRY(hash_pool_hash(p->hash_pool, request->password, ret->password_hash));
	/* Counted after the hash, so that a busy hash pool costs the member no try. By the person,
	 * too: they can begin again. */
	const struct limit_try by_person = limit_try_of(p->keyring, LIMIT_TAKEN_LOGIN_IDS,
	    claims->subject.person_id.bytes, ID_SIZE, ret->created_at, p->mail_interval_s);
	TRY(limit_db_count_committed(p->db, &by_person, &left, &ret_info->wait_s));
	if (left < 0)
		return TOO_MANY;
	const enum result created = create_counted(p, client, claims, request, &state, ret);
	ret_info->attempts_left = state.tries_left < left ? state.tries_left : left;
	if (created == TAKEN)
		return TAKEN;
	TRY(limit_db_give_back_committed(p->db, &by_person, created));
	mailer_wake(p->mailer);
	return OK;
}
