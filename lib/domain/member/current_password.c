/* current_password.c - is it really the member who asks for a change? */

#include "current_password.h"

#include "limit_db.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"
#include "session_rows.h"

struct check {
	const struct member *member;
	struct limit_try by_account;
	struct limit_try by_session;
	int left;
	int left_to_session;
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

	TRY(limit_db_count(tx, &check->by_account, &check->left, &check->wait_s));
	if (check->left < 0)
		return TOO_MANY;
	TRY(limit_db_count(tx, &check->by_session, &check->left_to_session, NULL));
	return account_read(tx, check->account.id, &check->account);
}

/* The tries that were taken failed at nothing. */
static enum result
forget_tx(struct db_tx *tx, void *context)
{
	const struct check *check = context;

	TRY(limit_db_reset(tx, &check->by_account));
	return limit_db_reset(tx, &check->by_session);
}

static enum result
end_session_tx(struct db_tx *tx, void *context)
{
	const struct check *check = context;
	const enum result ended = session_rows_end(
	    tx, check->member->session_id, check->account.id);

	if (ended != OK)
		return ended == NO_ROW ? OK : ended;
	return audit_insert(tx, &check->event);
}

static enum result
end_session(const struct app *p, struct check *check)
{
	check->event.kind = AUDIT_GUESSER_LOGGED_OUT;
	TRY(db_transaction(p->db, end_session_tx, check));
	return LOGIN_REQUIRED;
}

static enum result
compare(const struct app *p, struct check *check, const struct secret *current)
{
	struct db_tx alone = db_alone(p->db);
	bool equal = false;
	const enum result verified = hash_pool_verify(
	    p->hash_pool, current, check->account.password_hash, &equal);

	if (verified != OK)
		return limit_db_give_back_after(&alone, &check->by_session,
		    limit_db_give_back_after(&alone, &check->by_account, verified));
	if (equal)
		return db_each_committed(p->db, forget_tx, check);
	TRY(audit_insert_committed(p->db, &check->event));
	return PASSWORD_WRONG;
}

static struct check
check_of(const struct app *p, const struct member *member, int64_t now)
{
	return (struct check){
		.member = member,
		.by_account = limit_try_of(p->keyring,
		    limit_subject_of(LIMIT_CURRENT_PASSWORD, member->account.id.bytes, ID_SIZE),
		    now),
		.by_session = limit_try_of(p->keyring,
		    limit_subject_of(LIMIT_PASSWORD_GUESSES, member->session_id.bytes, ID_SIZE),
		    now),
		.account = member->account,
	};
}

static int
left_of(const struct check *check)
{
	return check->left < check->left_to_session ? check->left : check->left_to_session;
}

enum result
current_password_check(const struct app *p, const struct client *client,
    const struct member *member, const struct secret *current, struct error_info *ret_info)
{
	const int64_t now = clock_now();
	const struct account *account = &member->account;
	CLEANUP(check_wipe)
	struct check check = check_of(p, member, now);

	check.event = audit_event_of(
	    client, AUDIT_CURRENT_PASSWORD_WRONG, now, account->id, account->person_id);
	const enum result counted = db_each_committed(p->db, count_and_read_tx, &check);

	ret_info->wait_s = check.wait_s;
	if (counted != OK)
		return counted == NO_ROW ? LOGIN_REQUIRED : counted;
	if (check.left_to_session < 0)
		return end_session(p, &check);
	const enum result compared = compare(p, &check, current);
	if (compared == PASSWORD_WRONG)
		ret_info->attempts_left = left_of(&check);
	return compared;
}

static enum result
read_left_tx(struct db_tx *tx, void *context)
{
	struct check *check = context;

	TRY(limit_db_peek(tx, &check->by_account, &check->left, NULL));
	return limit_db_peek(tx, &check->by_session, &check->left_to_session, NULL);
}

enum result
current_password_meanwhile(const struct app *p, const struct member *member,
    const struct secret *current, const char *hash, struct error_info *ret_info)
{
	CLEANUP(check_wipe) struct check check = check_of(p, member, clock_now());
	bool equal = false;

	TRY(hash_pool_verify(p->hash_pool, current, hash, &equal));
	if (equal)
		return UNAVAILABLE;
	TRY(db_each_committed(p->db, read_left_tx, &check));
	ret_info->attempts_left = left_of(&check);
	return PASSWORD_WRONG;
}
