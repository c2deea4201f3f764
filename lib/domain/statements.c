/* statements.c - every SQL statement the service can run.
 *
 * Decisions are unique keys and conditional updates. Whole seconds come from the service's clock,
 * as tokens have them; the outbox's leases use the database's clock, which all replicas share. */

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
};

/* What migrations record of themselves; it comes before the first of them. */
const char migration_table_sql[] = "CREATE TABLE IF NOT EXISTS schema_migration ("
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

/* What the lines say and what therefore changes, for one connection: nothing of it is sent to a
 * replica or left behind by a crash. A change without a line is an end. */
const char *const roster_session_sql[] = {
	/* Registrations hold what it waits for no longer; another import holds it too long. */
	"SET SESSION innodb_lock_wait_timeout = 5",
	"CREATE TEMPORARY TABLE roster_line ("
	" line BIGINT UNSIGNED NOT NULL,"
	" number VARBINARY(114) NOT NULL,"
	" symbol VARBINARY(114) NOT NULL,"
	" birth_date DATE NOT NULL,"
	" kana_name VARBINARY(300) NOT NULL,"
	" eligible_from DATE NOT NULL,"
	" eligible_until DATE NULL,"
	" PRIMARY KEY (number, symbol, line)"
	") ENGINE=InnoDB",
	"CREATE TEMPORARY TABLE roster_change ("
	" number VARBINARY(114) NOT NULL,"
	" symbol VARBINARY(114) NOT NULL,"
	" line BIGINT UNSIGNED NULL,"
	" PRIMARY KEY (number, symbol)"
	") ENGINE=InnoDB",
	NULL,
};

#define ROSTER_LINE_INSERT_                                                                    \
	"INSERT INTO roster_line (line, number, symbol, birth_date, kana_name, eligible_from," \
	" eligible_until) VALUES (?, ?, ?, ?, ?, ?, ?)"

/* Lines and persons are the same by both 番号 and 記号. Plans read without locks (READ COMMITTED);
 * changes begin at the plan (STRAIGHT_JOIN), so that only what changes is locked. */
const struct statement roster_statements[ROSTER_STATEMENTS__MAX] = {
	[ROSTER_RUN_BEGIN] = {
	    "INSERT INTO roster_run (id, under_way, file_hash, lines_read, dependents, added, changed, ended,"
	    " ambiguous, who, created_at) VALUES (?, 1, '', 0, 0, 0, 0, 0, 0, ?, ?)",
	    .params = 3,
	},
	[ROSTER_RUN_END] = {
	    "UPDATE roster_run SET under_way = NULL, file_hash = ?, lines_read = ?, dependents = ?, added = ?,"
	    " changed = ?, ended = ?, ambiguous = ? WHERE id = ?",
	    .params = 8,
	},

	[ROSTER_LINE_INSERT] = { ROSTER_LINE_INSERT_, .params = ROSTER_LINE_VALUES },
	[ROSTER_LINES_INSERT] = {
	    ROSTER_LINE_INSERT_ ", (?, ?, ?, ?, ?, ?, ?), (?, ?, ?, ?, ?, ?, ?), (?, ?, ?, ?, ?, ?, ?),"
	    " (?, ?, ?, ?, ?, ?, ?), (?, ?, ?, ?, ?, ?, ?), (?, ?, ?, ?, ?, ?, ?), (?, ?, ?, ?, ?, ?, ?)",
	    .params = ROSTER_LINE_VALUES * ROSTER_LINES_AT_ONCE,
	},
	/* Each line whose pair an earlier one has, and the first that has it. */
	[ROSTER_DOUBLED] = {
	    "SELECT line, other, COUNT(*) OVER () FROM (SELECT l.line, MIN(o.line) AS other"
	    " FROM roster_line l STRAIGHT_JOIN roster_line o USING (number, symbol)"
	    " WHERE o.line < l.line GROUP BY l.line) a ORDER BY line LIMIT ?",
	    .params = 1, .columns = 3,
	},

	[ROSTER_PLAN_CHANGES] = {
	    "INSERT INTO roster_change (number, symbol, line) SELECT l.number, l.symbol, l.line"
	    " FROM roster_line l STRAIGHT_JOIN insured_person p USING (number, symbol)"
	    " WHERE p.birth_date <> l.birth_date OR p.kana_name <> l.kana_name"
	    " OR p.eligible_from <> l.eligible_from OR NOT p.eligible_until <=> l.eligible_until",
	},
	/* Also those whose time has not begun. */
	[ROSTER_PLAN_ENDS] = {
	    "INSERT INTO roster_change (number, symbol) SELECT p.number, p.symbol FROM insured_person p"
	    " LEFT JOIN roster_line l USING (number, symbol)"
	    " WHERE l.line IS NULL AND (p.eligible_until IS NULL OR p.eligible_until > ?)",
	    .params = 1,
	},
	/* The eligible, and those of them whom the plan makes not so: by their absence or by their
	 * dates. */
	[ROSTER_LOSS_READ] = {
	    "SELECT COUNT(*), COALESCE(SUM(c.number IS NOT NULL AND (l.line IS NULL"
	    " OR l.eligible_from > ? OR COALESCE(l.eligible_until <= ?, 0))), 0)"
	    " FROM insured_person p LEFT JOIN roster_change c USING (number, symbol)"
	    " LEFT JOIN roster_line l ON l.number = c.number AND l.symbol = c.symbol AND l.line = c.line"
	    " WHERE p.eligible_from <= ? AND (p.eligible_until IS NULL OR p.eligible_until > ?)",
	    .params = 4, .columns = 2,
	},

	[ROSTER_ADD] = {
	    "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from,"
	    " eligible_until, roster_run) SELECT RANDOM_BYTES(16), l.number, l.symbol, l.birth_date,"
	    " l.kana_name, l.eligible_from, l.eligible_until, ? FROM roster_line l"
	    " LEFT JOIN insured_person p USING (number, symbol) WHERE p.id IS NULL",
	    .params = 1,
	},
	[ROSTER_CHANGE] = {
	    "UPDATE roster_change c STRAIGHT_JOIN roster_line l USING (number, symbol, line)"
	    " STRAIGHT_JOIN insured_person p ON p.number = c.number AND p.symbol = c.symbol"
	    " SET p.birth_date = l.birth_date, p.kana_name = l.kana_name,"
	    " p.eligible_from = l.eligible_from, p.eligible_until = l.eligible_until, p.roster_run = ?",
	    .params = 1,
	},
	[ROSTER_END] = {
	    "UPDATE roster_change c STRAIGHT_JOIN insured_person p USING (number, symbol)"
	    " SET p.eligible_until = ?, p.roster_run = ? WHERE c.line IS NULL",
	    .params = 2,
	},

	/* Each line whose string PERSON_BY_LOOKUP finds twice, and the first other line that
	 * spells it; none: that person is not in the file. */
	[ROSTER_AMBIGUOUS] = {
	    "SELECT line, other, COUNT(*) OVER () FROM (SELECT l.line, COALESCE(MIN(o.line), 0) AS other"
	    " FROM insured_person p"
	    " STRAIGHT_JOIN insured_person q ON q.lookup = p.lookup AND q.number <> p.number"
	    " STRAIGHT_JOIN roster_line l ON l.number = p.number AND l.symbol = p.symbol"
	    " LEFT JOIN roster_line o ON o.number = q.number AND o.symbol = q.symbol"
	    " GROUP BY l.line) a ORDER BY line LIMIT ?",
	    .params = 1, .columns = 3,
	},
};
