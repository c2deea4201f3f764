/* statements_operator.c - the SQL of myportalctl account, audit and purge.
 *
 * Statements that delete by age follow an index and take the rows in its order, so that two
 * purges at once wait for each other instead of deadlocking. */

#include "statement_parts.h"
#include "statements.h"

#include <string.h>

/* Operator statements are numbered behind those of the service. */
#define OPERATOR_(name) [-STATEMENTS__MAX + (name)]

#define KNOWN_SOURCES_ \
	"limit_id = $LIMIT_KNOWN_SOURCE_FAILURES AND subject_hash BETWEEN :first AND :last"

/* A failed login or a reset that was asked for, with a login ID that no account has. */
#define AUDIT_NO_ACCOUNT_                                             \
	"account_id = REPEAT(CHAR(0), 16) AND happened_at <= :cutoff" \
	" AND event IN ($AUDIT_LOGIN_FAILED, $AUDIT_PASSWORD_RESET_ASKED)"

#define AUDIT_SELECT_ "SELECT happened_at, event, account_id, source, request_id FROM audit_event"
#define AUDIT_NEWEST_ " ORDER BY happened_at DESC, request_id DESC, event DESC LIMIT :rows_max"

static const struct statement operator_statements[OPERATOR_STATEMENTS__MAX - STATEMENTS__MAX] = {
	OPERATOR_(OPERATOR_CLOCK) = { "SELECT UNIX_TIMESTAMP()", .columns = 1 },

	OPERATOR_(OPERATOR_ACCOUNT_LOCK) = {
	    "SELECT id, person_id, state FROM account WHERE login_id = :login_id FOR UPDATE",
	    .columns = 3,
	},
	OPERATOR_(OPERATOR_ACCOUNT_SHOW) = {
	    "SELECT c.id, c.state, " SQL_ELIGIBLE ", p.lookup, c.created_at,"
	    " (SELECT e.happened_at FROM audit_event e WHERE e.account_id = c.id"
	    " AND e.event = $AUDIT_LOGIN ORDER BY e.happened_at DESC LIMIT 1),"
	    " (SELECT COUNT(*) FROM " SQL_ALIVE
	    " WHERE s.account_id = c.id AND s.expires_at > :ends_after AND s.used_at > :used_after)"
	    " FROM account c JOIN insured_person p ON p.id = c.person_id"
	    " WHERE c.login_id = :login_id",
	    .columns = 7,
	},
	OPERATOR_(OPERATOR_ACCOUNT_DISABLE) = {
	    "UPDATE account SET state = $ACCOUNT_DISABLED, " SQL_RAISE_GENERATION
	    " WHERE id = :account_id",
	},
	OPERATOR_(OPERATOR_ACCOUNT_ENABLE) = {
	    "UPDATE account SET state = $ACCOUNT_ACTIVE WHERE id = :account_id",
	},
	OPERATOR_(OPERATOR_LOGIN_FAILURES_READ) = {
	    "SELECT count, locked_until FROM limit_counter"
	    " WHERE limit_id = $LIMIT_LOGIN_FAILURES AND subject_hash = :subject_hash"
	    " AND window_ends_at > :now",
	    .columns = 2,
	},

	/* How many sources are known, how many logins failed from them, and how many are locked. */
	OPERATOR_(OPERATOR_KNOWN_SOURCES_READ) = {
	    "SELECT COUNT(*), SUM(count), SUM(count >= :max OR locked_until > :now)"
	    " FROM limit_counter WHERE " KNOWN_SOURCES_ " AND window_ends_at > :now",
	    .columns = 3,
	},
	OPERATOR_(OPERATOR_KNOWN_SOURCES_UNLOCK) = {
	    "UPDATE limit_counter SET count = 0, locked_until = 0 WHERE " KNOWN_SOURCES_,
	},

	OPERATOR_(OPERATOR_SESSIONS_END) = {
	    "UPDATE account SET " SQL_RAISE_GENERATION " WHERE id = :account_id",
	},
	OPERATOR_(OPERATOR_ACCOUNTS_NEXT) = {
	    "SELECT COUNT(*), MAX(id) FROM"
	    " (SELECT id FROM account WHERE id > :after ORDER BY id LIMIT :rows_max) a",
	    .columns = 2,
	},
	OPERATOR_(OPERATOR_SESSIONS_END_RANGE) = {
	    "UPDATE account SET " SQL_RAISE_GENERATION " WHERE id > :after AND id <= :last",
	},
	/* A session that began after its account's generation was raised stays. */
	OPERATOR_(OPERATOR_SESSIONS_DELETE_RANGE) = {
	    "DELETE FROM session WHERE account_id > :after AND account_id <= :last AND generation <"
	    " (SELECT a.generation FROM account a WHERE a.id = session.account_id)"
	    " ORDER BY account_id, used_at LIMIT :rows_max",
	},

	OPERATOR_(OPERATOR_TRAIL) = {
	    AUDIT_SELECT_ " WHERE happened_at >= :since" AUDIT_NEWEST_,
	    .columns = 5,
	},
	OPERATOR_(OPERATOR_TRAIL_OF_ACCOUNT) = {
	    AUDIT_SELECT_ " WHERE account_id = :account_id AND happened_at >= :since" AUDIT_NEWEST_,
	    .columns = 5,
	},

	OPERATOR_(OPERATOR_SPENT_TOKEN_COUNT) = {
	    "SELECT COUNT(*) FROM spent_token WHERE created_at <= :cutoff",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_SPENT_TOKEN_PURGE) = {
	    "DELETE FROM spent_token WHERE created_at <= :cutoff"
	    " ORDER BY created_at LIMIT :rows_max",
	},
	OPERATOR_(OPERATOR_LIMIT_COUNT) = {
	    "SELECT COUNT(*) FROM limit_counter WHERE window_ends_at <= :cutoff",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_LIMIT_PURGE) = {
	    "DELETE FROM limit_counter WHERE window_ends_at <= :cutoff"
	    " ORDER BY window_ends_at LIMIT :rows_max",
	},
	/* finished_at of a pending mail is NULL: it stays, however old it is. */
	OPERATOR_(OPERATOR_OUTBOX_COUNT) = {
	    "SELECT COUNT(*) FROM outbox WHERE finished_at <= :cutoff",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_OUTBOX_PURGE) = {
	    "DELETE FROM outbox WHERE finished_at <= :cutoff ORDER BY finished_at LIMIT :rows_max",
	},
	OPERATOR_(OPERATOR_SESSION_COUNT) = {
	    "SELECT COUNT(*) FROM session"
	    " WHERE expires_at <= :expired_by OR used_at <= :unused_since",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_SESSIONS_NEXT) = {
	    "SELECT COUNT(*), MAX(id) FROM"
	    " (SELECT id FROM session WHERE id > :after ORDER BY id LIMIT :rows_max) s",
	    .columns = 2,
	},
	OPERATOR_(OPERATOR_SESSION_PURGE) = {
	    "DELETE FROM session WHERE id > :after AND id <= :last"
	    " AND (expires_at <= :expired_by OR used_at <= :unused_since)"
	    " ORDER BY id LIMIT :rows_max",
	},
	OPERATOR_(OPERATOR_AUDIT_NO_ACCOUNT_COUNT) = {
	    "SELECT COUNT(*) FROM audit_event WHERE " AUDIT_NO_ACCOUNT_,
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_AUDIT_NO_ACCOUNT_PURGE) = {
	    "DELETE FROM audit_event WHERE " AUDIT_NO_ACCOUNT_
	    " ORDER BY happened_at LIMIT :rows_max",
	},
	OPERATOR_(OPERATOR_AUDIT_EVENT_COUNT) = {
	    "SELECT COUNT(*) FROM audit_event WHERE happened_at <= :cutoff",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_AUDIT_EVENT_PURGE) = {
	    "DELETE FROM audit_event WHERE happened_at <= :cutoff"
	    " ORDER BY happened_at LIMIT :rows_max",
	},
};

void
operator_table(struct statement ret[static OPERATOR_STATEMENTS__MAX])
{
	memcpy(ret, statements, STATEMENTS__MAX * sizeof *ret);
	memcpy(ret + STATEMENTS__MAX, operator_statements, sizeof operator_statements);
}
