/* member_support.c - what the operator does to an account, and reads of it and of the audit trail. */

#include "member_support.h"

#include "limit_db.h"
#include "batch.h"
#include "cleanup.h"
#include "clock.h"
#include "insured_number.h"
#include "login_limits.h"
#include "recovery.h"
#include "secret.h"
#include "text.h"
#include "client.h"

#include <string.h>

#define STATE_ACTIVE   1
#define STATE_DISABLED 2
#define STATE_ANY      0 /* no account has it */

void
operator_table(struct statement ret[static OPERATOR_STATEMENTS__MAX])
{
	memcpy(ret, statements, STATEMENTS__MAX * sizeof *ret);
	memcpy(ret + STATEMENTS__MAX, operator_statements,
	    (OPERATOR_STATEMENTS__MAX - STATEMENTS__MAX) * sizeof *ret);
}

/* Who asks, for the trail: nobody of the network. */
static struct client
operator_client(void)
{
	struct client client = { .source = "operator", .network = "operator" };

	secret_random(client.request_id.bytes, sizeof client.request_id.bytes);
	return client;
}

/* An account, and what a deed looks at before. */
struct found {
	const char *login_id;
	struct account_id id;
	struct person_id person_id;
	int64_t state;
};

/* Finds and locks it. NO_ROW. */
static enum result
find(struct db_tx *tx, struct found *found)
{
	const struct db_value in[] = { db_text_at(found->login_id), { 0 } };
	const struct db_slot out[] = { db_to_bytes(found->id.bytes, sizeof found->id.bytes),
		db_to_bytes(found->person_id.bytes, sizeof found->person_id.bytes),
		db_to_number(&found->state), { 0 } };

	return db_row(tx, OPERATOR_ACCOUNT_FIND, in, out);
}

static enum result
find_tx(struct db_tx *tx, void *context)
{
	return find(tx, context);
}

enum result
operator_account_id(const struct app *p, const char *login_id, struct account_id *ret)
{
	struct found found = { .login_id = login_id };

	TRY(db_each_committed(p->db, find_tx, &found));
	memcpy(ret, found.id.bytes, sizeof found.id.bytes);
	return OK;
}

/* Showing ------------------------------------------------------------------------------------- */

struct view {
	const char *login_id;
	int64_t now;
	struct session_cutoff sessions;
	struct login_limits tries;
	char number[SESSION_NUMBER_MAX + 1];
	struct operator_account *account;
};

static void
view_wipe(struct view *view)
{
	secret_wipe_bytes(view, sizeof *view);
}

static enum result
read_account(struct db_tx *tx, struct view *view)
{
	struct operator_account *account = view->account;
	int64_t state = 0, eligible = 0;
	const struct db_value today = db_text_at(view->sessions.today);
	const struct db_value in[] = { today, today, db_number_at(AUDIT_LOGIN), today, today,
		db_number_at(view->sessions.ends_after), db_number_at(view->sessions.used_after),
		db_text_at(view->login_id), { 0 } };
	const struct db_slot out[] = {
		db_to_bytes(account->id.bytes, sizeof account->id.bytes),
		db_to_number(&state),
		db_to_number(&eligible),
		db_to_text(view->number, sizeof view->number),
		db_to_number(&account->created_at),
		db_to_number(&account->last_login_at),
		db_to_number(&account->sessions),
		{ 0 },
	};

	TRY(db_row(tx, OPERATOR_ACCOUNT_SHOW, in, out));
	account->active = state == STATE_ACTIVE;
	account->eligible = eligible != 0;
	insured_number_mask(view->number, account->number);
	return OK;
}

static enum result
read_failures(struct db_tx *tx, const struct view *view)
{
	const struct limit_try *limit_try = &view->tries.by_login_id;
	struct operator_account *account = view->account;
	int64_t locked_until = 0;
	const struct db_value in[] = { db_number_at(limit_try->limit_id),
		db_bytes_at(limit_try->subject, sizeof limit_try->subject), db_number_at(view->now),
		{ 0 } };
	const struct db_slot out[] = { db_to_number(&account->failures),
		db_to_number(&locked_until), { 0 } };
	const enum result read = db_row(tx, OPERATOR_LIMIT_READ, in, out);

	if (read != OK)
		return read == NO_ROW ? OK : read;
	if (account->failures >= limit_try->count)
		account->locked_until = OPERATOR_LOCKED;
	else if (locked_until > view->now)
		account->locked_until = locked_until;
	return OK;
}

/* Adds what failed at known sources. */
static enum result
read_known_sources(struct db_tx *tx, const struct view *view)
{
	const struct limit_try *limit_try = &view->tries.by_known_source;
	const struct login_limits_range rows = login_limits_range(&view->tries);
	struct operator_account *account = view->account;
	int64_t failures = 0;
	const struct db_value in[] = { db_number_at(limit_try->count), db_number_at(view->now),
		db_number_at(limit_try->limit_id), db_bytes_at(rows.first, sizeof rows.first),
		db_bytes_at(rows.last, sizeof rows.last), db_number_at(view->now), { 0 } };
	const struct db_slot out[] = { db_to_number(&account->known_sources),
		db_to_number(&failures), db_to_number(&account->locked_known), { 0 } };

	TRY(db_row(tx, OPERATOR_KNOWN_SOURCES_READ, in, out));
	account->failures += failures;
	return OK;
}

static enum result
show_tx(struct db_tx *tx, void *context)
{
	struct view *view = context;

	*view->account = (struct operator_account){ 0 };
	TRY(read_account(tx, view));
	TRY(read_failures(tx, view));
	return read_known_sources(tx, view);
}

enum result
operator_account_show(const struct app *p, const char *login_id, struct operator_account *ret)
{
	const struct client client = operator_client();
	const int64_t now = clock_now();
	CLEANUP(view_wipe)
	struct view view = {
		.login_id = login_id,
		.now = now,
		.sessions = session_cutoff_of(p, now),
		.tries = login_limits_of(p->keyring, login_id, &client, now),
		.account = ret,
	};

	return db_each_committed(p->db, show_tx, &view);
}

/* Deeds --------------------------------------------------------------------------------------- */

struct deed {
	enum operator_statement statement;
	enum audit_event_kind what;
	int64_t already; /* in this state there is nothing to do */
	bool ends_logins;
};

static const struct deed deeds[DEED__MAX] = {
	[DEED_DISABLE] = { OPERATOR_ACCOUNT_DISABLE, AUDIT_ACCOUNT_DISABLED, STATE_DISABLED, true },
	[DEED_ENABLE] = { OPERATOR_ACCOUNT_ENABLE, AUDIT_ACCOUNT_ENABLED, STATE_ACTIVE, false },
	[DEED_LOGOUT] = { OPERATOR_SESSIONS_END, AUDIT_SESSIONS_ENDED_BY_OPERATOR, STATE_ANY,
	    true },
};

struct order {
	const struct deed *deed;
	struct found found;
	struct audit_event event;
	bool changed;
};

/* Writes a deed down, now that its account is known, and before it is done. DUPLICATE: it is done. */
static enum result
write_deed(struct db_tx *tx, struct audit_event *event, const struct found *found)
{
	event->account_id = found->id;
	event->person_id = found->person_id;
	return audit_insert_first(tx, event);
}

static enum result
do_tx(struct db_tx *tx, void *context)
{
	static const struct session_id none;
	struct order *order = context;
	const struct found *found = &order->found;
	const struct db_value in[] = { db_bytes_at(found->id.bytes, sizeof found->id.bytes),
		{ 0 } };

	TRY(find(tx, &order->found));
	/* In a second run the state may be what the first one made of it. */
	order->changed = found->state != order->deed->already || db_may_be_committed(tx);
	if (!order->changed)
		return OK;
	const enum result written = write_deed(tx, &order->event, found);
	if (written != OK)
		return written == DUPLICATE ? OK : written;
	TRY(db_change(tx, order->deed->statement, in, NULL));
	return order->deed->ends_logins ? session_rows_end_others(tx, found->id, none) : OK;
}

enum result
operator_account_do(
    const struct app *p, enum operator_deed name, const char *login_id, bool *ret_changed)
{
	const struct client client = operator_client();
	const struct deed *deed = &deeds[name];
	struct order order = {
		.deed = deed,
		.found = { .login_id = login_id },
		.event = audit_event_of(&client, deed->what, clock_now(), no_account, no_person),
	};

	TRY(db_transaction(p->db, do_tx, &order));
	*ret_changed = order.changed;
	return OK;
}

/* Every account ------------------------------------------------------------------------------- */

/* The generation ends logins and mailed links, also of a login that begins meanwhile; rows of an
 * earlier one are then only in the way. */
static enum result
end_stretch(struct db *db, const struct batch_stretch *stretch, uint64_t *accounts)
{
	const struct db_value after = db_bytes_at(stretch->after, sizeof stretch->after);
	const struct db_value last = db_bytes_at(stretch->last, sizeof stretch->last);
	const struct db_value raise[] = { after, last, { 0 } };
	const struct db_value delete[] = { after, last, db_number_at(BATCH_ROWS), { 0 } };
	uint64_t sessions = 0;

	TRY(batch_once(db, OPERATOR_SESSIONS_END_STRETCH, raise, accounts));
	return batch_repeat(db, OPERATOR_SESSIONS_DELETE_STRETCH, delete, &sessions);
}

enum result
operator_logout_all(const struct app *p, uint64_t *ret_accounts)
{
	const struct client client = operator_client();
	struct audit_event event = audit_event_of(
	    &client, AUDIT_SESSIONS_ENDED_BY_OPERATOR, clock_now(), no_account, no_person);
	struct batch_stretch stretch = { 0 };
	enum result result;

	*ret_accounts = 0;
	TRY(audit_insert_committed(p->db, &event));
	while ((result = batch_next(p->db, OPERATOR_ACCOUNTS_NEXT, &stretch)) == OK)
		TRY(end_stretch(p->db, &stretch, ret_accounts));
	return result == NO_ROW ? OK : result;
}

/* Counters and mail --------------------------------------------------------------------------- */

struct unlocking {
	struct found found;
	struct login_limits tries;
	struct audit_event event;
};

static enum result
unlock_tx(struct db_tx *tx, void *context)
{
	struct unlocking *unlocking = context;
	const struct login_limits *tries = &unlocking->tries;
	const struct login_limits_range rows = login_limits_range(tries);
	const struct db_value in[] = { db_number_at(tries->by_known_source.limit_id),
		db_bytes_at(rows.first, sizeof rows.first),
		db_bytes_at(rows.last, sizeof rows.last), { 0 } };

	TRY(find(tx, &unlocking->found));
	const enum result written = write_deed(tx, &unlocking->event, &unlocking->found);
	if (written != OK)
		return written == DUPLICATE ? OK : written;
	TRY(limit_db_reset(tx, &tries->by_login_id));
	return db_change(tx, OPERATOR_KNOWN_SOURCES_PARDON, in, NULL);
}

enum result
operator_account_unlock(const struct app *p, const char *login_id)
{
	const struct client client = operator_client();
	const int64_t now = clock_now();
	struct unlocking unlocking = {
		.found = { .login_id = login_id },
		.tries = login_limits_of(p->keyring, login_id, &client, now),
		.event = audit_event_of(
		    &client, AUDIT_ACCOUNT_UNLOCKED, now, no_account, no_person),
	};

	return db_transaction(p->db, unlock_tx, &unlocking);
}

/* The mail interval of its mail. */
struct pardon {
	struct found found;
	struct limit_try letters;
};

static enum result
pardon_tx(struct db_tx *tx, void *context)
{
	struct pardon *pardon = context;

	TRY(find(tx, &pardon->found));
	return limit_db_reset(tx, &pardon->letters);
}

enum result
operator_send_reset(const struct app *p, const char *login_id)
{
	const struct client client = operator_client();
	struct pardon pardon = {
		.found = { .login_id = login_id },
		.letters = limit_try_of(p->keyring, LIMIT_RESET_MAIL, login_id, strlen(login_id),
		    clock_now(), p->mail_interval_s),
	};
	struct operator_account account;

	TRY(operator_account_show(p, login_id, &account));
	if (!account.active || !account.eligible)
		return LOGIN_FAILED;
	TRY(db_transaction(p->db, pardon_tx, &pardon));
	return recovery_ask_reset(p, &client, login_id, &(struct error_info){ 0 });
}

/* The audit trail ----------------------------------------------------------------------------- */

struct reading {
	const struct trail_filter *filter;
	struct audit_event row; /* the one now read */
	int64_t what;
	struct audit_event *events;
	size_t count;
};

static enum result
keep_row(void *context)
{
	struct reading *reading = context;

	if (reading->count == reading->filter->limit)
		return INTERNAL; /* more than were asked for */
	reading->row.what = (enum audit_event_kind)reading->what;
	reading->events[reading->count++] = reading->row;
	return OK;
}

static enum result
trail_tx(struct db_tx *tx, void *context)
{
	struct reading *reading = context;
	const struct trail_filter *filter = reading->filter;
	struct audit_event *row = &reading->row;
	const struct db_value since = db_number_at(filter->since);
	const struct db_value limit = db_number_at((int64_t)filter->limit);
	const struct db_value of_all[] = { since, limit, { 0 } };
	const struct db_value of_one[] = { db_bytes_at(filter->account_id, ID_SIZE), since, limit,
		{ 0 } };
	const bool one = filter->account_id != NULL;
	const struct db_slot out[] = {
		db_to_number(&row->happened_at),
		db_to_number(&reading->what),
		db_to_bytes(row->account_id.bytes, sizeof row->account_id.bytes),
		db_to_text(row->network, sizeof row->network),
		db_to_bytes(row->request_id.bytes, sizeof row->request_id.bytes),
		{ 0 },
	};

	reading->count = 0;
	return db_rows(tx, one ? OPERATOR_TRAIL_OF_ACCOUNT : OPERATOR_TRAIL, one ? of_one : of_all,
	    out, keep_row, reading);
}

enum result
operator_trail(const struct app *p, const struct trail_filter *filter,
    struct audit_event *ret_events, size_t *ret_count)
{
	struct reading reading = { .filter = filter, .events = ret_events };

	TRY(db_each_committed(p->db, trail_tx, &reading));
	*ret_count = reading.count;
	return OK;
}
