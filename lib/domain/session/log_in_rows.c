/* log_in_rows.c - the rows that a log-in reads and counts. */

#include "log_in_rows.h"

#include "statements.h"

/* By whichever it was counted, if it was. */
static void
give_back_later(const struct login_limits *limits)
{
	limit_db_give_back_later(&limits->by_login_id);
	limit_db_give_back_later(&limits->by_known_source);
}

enum result
log_in_rows_count(struct db_tx *tx, const struct log_in_query *query, struct log_in_status *ret)
{
	const struct login_limits *limits = query->limits;
	struct account *account = &ret->account;
	int64_t source_known = 0, tries_left = 0, known = 0, usable = 0;
	struct db_values in = { {
	    db_text("login_id", query->login_id),
	    access_day_today(query->day),
	    access_day_days(query->day),
	    db_number("now", query->by_source->now),
	    db_number("source_max", query->by_source->max),
	    db_number("prefix_max", query->by_prefix->max),
	    db_number("nobody_window_ends_at", login_limits_nobody_window_ends_at(limits)),
	} };
	const struct db_slot out[] = {
		db_to_number(&source_known),
		db_to_number(&ret->failures_untold),
		db_to_number(&tries_left),
		db_to_number(&known),
		db_to_number(&usable),
		db_to_bytes(account->id.bytes, sizeof account->id.bytes),
		db_to_bytes(account->person_id.bytes, sizeof account->person_id.bytes),
		db_to_text(account->password_hash, sizeof account->password_hash),
		db_to_text(account->email, sizeof account->email),
		db_to_text(account->nickname, sizeof account->nickname),
		db_to_text(account->language, sizeof account->language),
		db_to_number(&account->generation),
		{ 0 },
	};

	limit_db_params(query->by_source, &LIMIT_NAMES("source"), LIMIT_KEY_PARAMS, &in);
	limit_db_params(query->by_prefix, &LIMIT_NAMES("prefix"), LIMIT_KEY_PARAMS, &in);
	limit_db_params(&limits->by_known_source, &LIMIT_NAMES("known"), LIMIT_LOCK_PARAMS, &in);
	limit_db_params(&limits->by_login_id, &LIMIT_NAMES("failures"), LIMIT_LOCK_PARAMS, &in);
	const enum result counted = db_row(tx, LOG_IN_COUNT, in.list, out);
	if (counted != OK && db_may_be_done(tx))
		give_back_later(limits);
	TRY(counted);
	ret->source_known = source_known != 0;
	ret->tries_left = (int)tries_left;
	ret->known = known != 0;
	ret->usable = usable != 0;
	return OK;
}

enum result
log_in_rows_fail(
    struct db_tx *tx, const struct log_in_query *query, const struct audit_event *event)
{
	struct db_values in = { { db_number("now", query->by_source->now) } };

	limit_db_params(query->by_source, &LIMIT_NAMES("source"), LIMIT_COUNT_PARAMS, &in);
	limit_db_params(query->by_prefix, &LIMIT_NAMES("prefix"), LIMIT_COUNT_PARAMS, &in);
	audit_params(event, &in);
	return db_insert_new(tx, LOG_IN_FAILED, in.list);
}
