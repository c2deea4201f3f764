/* current_password.c - is it really the member who asks for a change? */

#include "current_password.h"

#include "attempts.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "hash_pool.h"

struct check {
	struct attempt attempt;
	int left;
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

	TRY(attempt_take(tx, &check->attempt, &check->left, &check->wait_s));
	if (check->left < 0)
		return TOO_MANY;
	return account_read(tx, check->account.id, &check->account);
}

static enum result
compare(const struct portal *p, struct check *check, const struct secret *current)
{
	bool equal = false;
	const enum result verified = hash_pool_verify(
	    p->hash_pool, current, check->account.password_hash, &equal);

	if (verified != OK)
		return attempt_unjudged(p->db, &check->attempt, verified);
	if (equal)
		return attempt_forget_committed(p->db, &check->attempt);
	TRY(audit_insert_committed(p->db, &check->event));
	return PASSWORD_WRONG;
}

enum result
current_password_check(const struct portal *p, const struct visitor *visitor,
    const struct member *member, const struct secret *current, struct refusal *ret_refusal)
{
	const int64_t now = clock_now();
	const struct account *account = &member->account;
	CLEANUP(check_wipe)
	struct check check = {
		.attempt = attempt_of(
		    p->keyring, POLICY_CURRENT_PASSWORD, account->id, ID_SIZE, now, p->cooldown_s),
		.account = *account,
		.event = audit_event_of(
		    visitor, AUDIT_CURRENT_PASSWORD_WRONG, now, account->id, account->person_id),
	};
	const enum result counted = db_each_committed(p->db, count_and_read_tx, &check);

	ret_refusal->wait_s = check.wait_s;
	if (counted != OK)
		return counted == NO_ROW ? LOGIN_REQUIRED : counted;
	const enum result compared = compare(p, &check, current);
	if (compared == PASSWORD_WRONG)
		ret_refusal->attempts_left = check.left;
	return compared;
}
