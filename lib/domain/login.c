/* login.c - a login begins.
 *
 * The try is counted by login ID, or by a source that it is known from (login_tries.h), and committed
 * before anything is compared. Every path then hashes once and writes once, so that the time does not
 * tell them apart. Failures of a source, of all login IDs, are counted when they are known: whoever
 * succeeds writes nothing about theirs. So many at once as there are requests in flight may pass its
 * limit; what is guessed is protected by the other. */

#include "login.h"

#include "access_token.h"
#include "attempts.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "device.h"
#include "hash_pool.h"
#include "login_client.h"
#include "login_tries.h"
#include "mailer.h"
#include "notice.h"
#include "outbox.h"

#include <string.h>

/* So many failures before a success are worth a letter (ASVS 6.3.5). */
#define FAILURES_TO_TELL 5

/* One try to log in. */
struct entry {
	const char *login_id;
	int64_t now;
	char today[CLOCK_DATE_MAX + 1];
	struct attempt by_source;
	struct attempt by_prefix;
	struct login_tries tries;
	const struct attempt *counted; /* one of them */
	int left;                      /* of it; -1: locked */
	int64_t wait_s;                /* of who has too many failures */
	struct account_standing standing;
	char fresh_hash[PASSWORD_HASH_MAX + 1]; /* "": the stored one stays */
	struct session session;
	struct audit_event event;
	struct outbox_mail notice; /* LETTER_NONE: nothing to tell */
	bool tells_login_id;       /* the notice is about failures of the login ID, which stay */
};

static void
entry_wipe(struct entry *entry)
{
	secret_wipe_bytes(entry, sizeof *entry);
}

void
login_tokens_wipe(struct login_tokens *tokens)
{
	secret_wipe_bytes(tokens, sizeof *tokens);
}

/* Looks for the account, and counts the try unless the source or its prefix has none left. */
static enum result
find_and_count_tx(struct db_tx *tx, void *context)
{
	struct entry *entry = context;
	struct account_standing *standing = &entry->standing;
	int left = 0;

	TRY(account_by_login_id(
	    tx, entry->login_id, entry->today, &entry->by_source, &entry->tries, standing));
	entry->wait_s = standing->asker_ends_at - entry->now;
	if (standing->asker_tries >= entry->by_source.count)
		return TOO_MANY;
	TRY(attempt_left(tx, &entry->by_prefix, &left, &entry->wait_s));
	if (left <= 0)
		return TOO_MANY;
	login_tries_set_known(&entry->tries, standing->known);
	entry->counted = standing->source_known ? &entry->tries.by_known_source
						: &entry->tries.by_login_id;
	return attempt_take(tx, entry->counted, &entry->left, NULL);
}

/* Is it the account's password? Always the work of one hash. LOGIN_FAILED. */
static enum result
judge(const struct portal *p, struct entry *entry, const struct secret *password)
{
	const bool open = entry->standing.known && entry->left >= 0;
	bool equal = false;
	const enum result verified = hash_pool_verify(
	    p->hash_pool, password, open ? entry->standing.account.password_hash : NULL, &equal);

	if (verified != OK)
		return entry->left < 0 ? verified
				       : attempt_unjudged(p->db, entry->counted, verified);
	return equal && entry->standing.usable ? OK : LOGIN_FAILED;
}

static enum result
write_failure_tx(struct db_tx *tx, void *context)
{
	const struct entry *entry = context;
	int left = 0;

	TRY(attempt_take(tx, &entry->by_source, &left, NULL));
	TRY(attempt_take(tx, &entry->by_prefix, &left, NULL));
	return audit_insert(tx, &entry->event);
}

static enum result
fail(const struct portal *p, const struct visitor *visitor, struct entry *entry)
{
	const struct account *account = entry->standing.known ? &entry->standing.account : NULL;

	entry->event = audit_event_of(visitor, AUDIT_LOGIN_FAILED, entry->now,
	    account != NULL ? account->id : NULL, account != NULL ? account->person_id : NULL);
	TRY(db_transaction(p->db, write_failure_tx, entry));
	return LOGIN_FAILED;
}

static enum result
begin_tx(struct db_tx *tx, void *context)
{
	const struct entry *entry = context;
	const struct session_beginning beginning = {
		.session = &entry->session,
		.tries = &entry->tries,
		.forgets = !entry->standing.source_known,
		.tells = entry->tells_login_id,
		.old_hash = entry->standing.account.password_hash,
		.fresh_hash = entry->fresh_hash,
		.event = &entry->event,
		.notice = &entry->notice,
	};

	return session_begin(tx, &beginning);
}

/* The cost of a hash has been raised since this one was made; one that can not be had now is made
 * at the next login. */
static void
rehash(const struct portal *p, struct entry *entry, const struct secret *password)
{
	if (hash_pool_needs_rehash(p->hash_pool, entry->standing.account.password_hash) &&
	    hash_pool_hash(p->hash_pool, password, entry->fresh_hash) != OK)
		entry->fresh_hash[0] = '\0';
}

static void
fill_session(const struct portal *p, const struct visitor *visitor, struct entry *entry)
{
	struct session *session = &entry->session;
	const struct account *account = &entry->standing.account;

	secret_random(session->id, sizeof session->id);
	memcpy(session->account_id, account->id, sizeof session->account_id);
	session->generation = account->generation;
	login_client(p->keyring, visitor, session->client);
	device_of(visitor->user_agent, session->device);
	session->created_at = entry->now;
	session->expires_at = entry->now + p->session_lives_s;
	entry->event = audit_event_of(
	    visitor, AUDIT_LOGIN, entry->now, account->id, account->person_id);
}

/* A source's own failures are forgotten now. Those of the login ID stay when the source is known: they
 * are told again only after one more. */
static void
fill_notice(struct entry *entry)
{
	const struct account_standing *standing = &entry->standing;
	const int of_source = standing->source_known ? entry->counted->count - entry->left - 1 : 0;
	const bool of_login_id = standing->failures >= FAILURES_TO_TELL &&
				 standing->failures_untold;

	entry->tells_login_id = of_login_id && standing->source_known;
	if (of_login_id || of_source >= FAILURES_TO_TELL)
		entry->notice = notice_to(
		    LETTER_LOGIN_AFTER_FAILURES, &standing->account, entry->now);
}

static enum result
begin(const struct portal *p, const struct visitor *visitor, struct entry *entry,
    struct login_tokens *ret)
{
	CLEANUP(refresh_token_wipe) struct refresh_token refresh = { 0 };

	fill_session(p, visitor, entry);
	fill_notice(entry);
	refresh = refresh_token_new(p->keyring, entry->session.id);
	refresh_token_hash(&refresh, entry->session.refresh_hash);
	TRY(login_tokens_make(p, &entry->session, &refresh, entry->now, ret));
	const enum result begun = db_each_committed(p->db, begin_tx, entry);
	if (begun == NO_ROW) /* it was the password until just now */
		return fail(p, visitor, entry);
	if (begun != OK)
		return attempt_unjudged(p->db, entry->counted, begun);
	if (entry->notice.kind != LETTER_NONE)
		mailer_wake(p->mailer);
	return OK;
}

enum result
login_begin(const struct portal *p, const struct visitor *visitor, const char *login_id,
    const struct secret *password, struct login_tokens *ret, struct refusal *ret_refusal)
{
	const int64_t now = clock_now();
	CLEANUP(entry_wipe)
	struct entry entry = {
		.login_id = login_id,
		.now = now,
		.by_source = attempt_of_source(p->keyring, POLICY_SOURCE_FAILURES, visitor, now),
		.by_prefix = attempt_of_prefix(p->keyring, POLICY_SOURCE_FAILURES, visitor, now),
		.tries = login_tries_of(p->keyring, login_id, visitor, now),
	};

	clock_date_japan(now, entry.today);
	const enum result counted = db_each_committed(p->db, find_and_count_tx, &entry);
	ret_refusal->wait_s = counted == TOO_MANY ? entry.wait_s : 0;
	TRY(counted);
	const enum result judged = judge(p, &entry, password);
	if (judged == LOGIN_FAILED)
		return fail(p, visitor, &entry);
	TRY(judged);
	rehash(p, &entry, password);
	return begin(p, visitor, &entry, ret);
}
