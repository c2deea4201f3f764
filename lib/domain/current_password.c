/* current_password.c - is it really the member who asks for a change? */

#include "current_password.h"

#include "attempts.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "session.h"

struct check {
	const struct member *member;
	struct attempt by_account;
	struct attempt by_login;
	int left;
	int left_to_login;
	int64_t wait_s;
	struct account account;
	struct audit_event event;
};

static void
check_wipe(struct check *check)
{
	account_wipe(&check->account);
}

static enum result
count_and_read_tx(struct db_tx *tx, void *context)
{
	struct check *check = context;

	TRY(attempt_take(tx, &check->by_account, &check->left, &check->wait_s));
	if (check->left < 0)
		return TOO_MANY;
	TRY(attempt_take(tx, &check->by_login, &check->left_to_login, NULL));
	return account_read(tx, check->account.id, &check->account);
}

/* The tries that were taken failed at nothing. */
static enum result
forget_tx(struct db_tx *tx, void *context)
{
	const struct check *check = context;

	TRY(attempt_forget(tx, &check->by_account));
	return attempt_forget(tx, &check->by_login);
}

static enum result
end_login_tx(struct db_tx *tx, void *context)
{
	const struct check *check = context;
	const enum result ended = session_end(tx, check->member->session_id, check->account.id);

	if (ended != OK)
		return ended == NO_ROW ? OK : ended;
	return audit_insert(tx, &check->event);
}

static enum result
end_login(const struct portal *p, struct check *check)
{
	check->event.what = AUDIT_GUESSER_LOGGED_OUT;
	TRY(db_transaction(p->db, end_login_tx, check));
	return LOGIN_REQUIRED;
}

static enum result
compare(const struct portal *p, struct check *check, const struct secret *current)
{
	bool equal = false;
	const enum result verified = hash_pool_verify(
	    p->hash_pool, current, check->account.password_hash, &equal);

	if (verified != OK)
		return attempt_unjudged(
		    p->db, &check->by_login, attempt_unjudged(p->db, &check->by_account, verified));
	if (equal)
		return db_each_committed(p->db, forget_tx, check);
	TRY(audit_insert_committed(p->db, &check->event));
	return PASSWORD_WRONG;
}

static struct check
check_of(const struct portal *p, const struct member *member, int64_t now)
{
	return (struct check){
		.member = member,
		.by_account = attempt_of(
		    p->keyring, POLICY_CURRENT_PASSWORD, member->account.id, ID_SIZE, now, 0),
		.by_login = attempt_of(
		    p->keyring, POLICY_PASSWORD_GUESSES, member->session_id, ID_SIZE, now, 0),
		.account = member->account,
	};
}

static int
left_of(const struct check *check)
{
	return check->left < check->left_to_login ? check->left : check->left_to_login;
}

enum result
current_password_check(const struct portal *p, const struct visitor *visitor,
    const struct member *member, const struct secret *current, struct refusal *ret_refusal)
{
	const int64_t now = clock_now();
	const struct account *account = &member->account;
	CLEANUP(check_wipe)
	struct check check = check_of(p, member, now);

	check.event = audit_event_of(
	    visitor, AUDIT_CURRENT_PASSWORD_WRONG, now, account->id, account->person_id);
	const enum result counted = db_each_committed(p->db, count_and_read_tx, &check);

	ret_refusal->wait_s = check.wait_s;
	if (counted != OK)
		return counted == NO_ROW ? LOGIN_REQUIRED : counted;
	if (check.left_to_login < 0)
		return end_login(p, &check);
	const enum result compared = compare(p, &check, current);
	if (compared == PASSWORD_WRONG)
		ret_refusal->attempts_left = left_of(&check);
	return compared;
}

static enum result
read_left_tx(struct db_tx *tx, void *context)
{
	struct check *check = context;

	TRY(attempt_left(tx, &check->by_account, &check->left, NULL));
	return attempt_left(tx, &check->by_login, &check->left_to_login, NULL);
}

enum result
current_password_meanwhile(const struct portal *p, const struct member *member,
    const struct secret *current, const char *hash, struct refusal *ret_refusal)
{
	CLEANUP(check_wipe) struct check check = check_of(p, member, clock_now());
	bool equal = false;

	TRY(hash_pool_verify(p->hash_pool, current, hash, &equal));
	if (equal)
		return UNAVAILABLE;
	TRY(db_each_committed(p->db, read_left_tx, &check));
	ret_refusal->attempts_left = left_of(&check);
	return PASSWORD_WRONG;
}
