/* statements.c - every SQL statement the service can run.
 *
 * Decisions are unique keys and conditional updates. Whole seconds come from the service's clock, as
 * tokens have them; the outbox's leases use the database's clock, which all replicas share. */

#include "statements.h"

const struct statement statements[STATEMENTS__MAX] = {
	[SCHEMA_VERSION] = {
	    "SELECT COALESCE(MAX(version), 0) FROM schema_migration WHERE ended_at IS NOT NULL",
	    .columns = 1,
	},

	/* A counter: begun once, begun again when its window is over, counted while it may. */
	[ATTEMPT_BEGIN] = {
	    "INSERT INTO attempt (scope, thing, tries, ends_at) VALUES (?, ?, 1, ?)",
	    .params = 3,
	},
	[ATTEMPT_RESTART] = {
	    "UPDATE attempt SET tries = 1, ends_at = ? WHERE scope = ? AND thing = ? AND ends_at <= ?",
	    .params = 4,
	},
	[ATTEMPT_COUNT] = {
	    "UPDATE attempt SET tries = tries + 1 WHERE scope = ? AND thing = ? AND tries < ?",
	    .params = 3,
	},
	[ATTEMPT_READ] = {
	    "SELECT tries FROM attempt WHERE scope = ? AND thing = ? AND ends_at > ?",
	    .params = 3, .columns = 1,
	},

	[STAGE_OP_INSERT] = {
	    "INSERT INTO stage_op (jti, kind, fingerprint, outcome, next_id, created_at)"
	    " VALUES (?, ?, ?, ?, ?, ?)",
	    .params = 6,
	},
	[STAGE_OP_READ] = {
	    "SELECT kind, fingerprint, outcome, next_id, created_at FROM stage_op WHERE jti = ?",
	    .params = 1, .columns = 5,
	},

	/* One row only when the string means one person: an ambiguous one matches nobody. */
	[PERSON_BY_LOOKUP] = {
	    "SELECT p.id, a.id IS NOT NULL FROM insured_person p LEFT JOIN account a ON a.person_id = p.id"
	    " WHERE p.lookup = ? AND p.eligible_from <= ? AND (p.eligible_until IS NULL OR p.eligible_until > ?)"
	    " AND (? IS NULL OR p.birth_date = ?)"
	    " AND NOT EXISTS (SELECT 1 FROM insured_person q WHERE q.lookup = p.lookup AND q.id <> p.id)",
	    .params = 5, .columns = 2,
	},

	[ACCOUNT_INSERT] = {
	    "INSERT INTO account (id, person_id, login_id, password_hash, email, pending_email, nickname,"
	    " language, created_at, password_changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    .params = 10,
	},
	[ACCOUNT_READ] = {
	    "SELECT login_id, password_hash, email, COALESCE(pending_email, ''), nickname, language"
	    " FROM account WHERE id = ?",
	    .params = 1, .columns = 6,
	},
	[ACCOUNT_CONFIRM_EMAIL] = {
	    "UPDATE account SET email = pending_email, pending_email = NULL"
	    " WHERE id = ? AND pending_email = ?",
	    .params = 2,
	},

	[OUTBOX_INSERT] = {
	    "INSERT INTO outbox (id, kind, state, email, language, nickname, jti, parent_jti, subject_id,"
	    " created_at, expires_at, next_try_at) VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))",
	    .params = 10,
	},
	[OUTBOX_DUE] = {
	    "SELECT id FROM outbox WHERE state = 0 AND next_try_at <= UTC_TIMESTAMP(6)"
	    " AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6)) ORDER BY next_try_at LIMIT 16",
	    .columns = 1,
	},
	[OUTBOX_CLAIM] = {
	    "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, lease_owner = ?,"
	    " tries = tries + 1 WHERE id = ? AND state = 0"
	    " AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6))",
	    .params = 3,
	},
	[OUTBOX_READ] = {
	    "SELECT kind, email, language, nickname, jti, parent_jti, subject_id, created_at, expires_at,"
	    " tries FROM outbox WHERE id = ?",
	    .params = 1, .columns = 10,
	},
	[OUTBOX_SETTLE] = {
	    "UPDATE outbox SET state = ?, last_error = ?, settled_at = ?, email = '', nickname = '',"
	    " lease_until = NULL WHERE id = ? AND state = 0 AND lease_owner = ?",
	    .params = 5,
	},
	[OUTBOX_RETRY] = {
	    "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, last_error = ?,"
	    " lease_until = NULL WHERE id = ? AND state = 0 AND lease_owner = ?",
	    .params = 4,
	},
	[OUTBOX_BACKLOG] = {
	    "SELECT COUNT(*), COALESCE(SUM(state = 2), 0) FROM outbox WHERE state IN (0, 2)",
	    .columns = 2,
	},
};

/* What migrations record of themselves; it comes before the first of them. */
const char migration_table_sql[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " version INT NOT NULL PRIMARY KEY,"
    " checksum BINARY(32) NOT NULL,"
    " begun_at BIGINT NOT NULL,"
    " ended_at BIGINT NULL"
    ") ENGINE=InnoDB";

const struct statement migration_statements[MIGRATION_STATEMENTS__MAX] = {
	[MIGRATION_BEGIN] = {
	    "INSERT INTO schema_migration (version, checksum, begun_at) VALUES (?, ?, ?)",
	    .params = 3,
	},
	[MIGRATION_READ] = {
	    "SELECT checksum, COALESCE(ended_at, 0) FROM schema_migration WHERE version = ?",
	    .params = 1, .columns = 2,
	},
	[MIGRATION_END] = {
	    "UPDATE schema_migration SET ended_at = ? WHERE version = ?",
	    .params = 2,
	},
};
