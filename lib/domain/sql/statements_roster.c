/* statements_roster.c - the SQL of myportalctl roster.
 *
 * A line of the file and a person are the same when both 番号 and 記号 are equal. What an import
 * changes is decided by the program, which reads the persons without locks in the order of their
 * key; what it writes comes in batches, each an array of JSON in one parameter, so that a statement
 * takes over a thousand rows. Each of them can be run twice: what was written is written again. */

#include "statement_parts.h"
#include "statements.h"

/* $ROSTER_LEASE_S is no enum: the number is repeated here as text. */
#define TEXT_(number)    #number
#define TEXT_OF_(number) TEXT_(number)
#define LEASE_           "UNIX_TIMESTAMP() + " TEXT_OF_(ROSTER_LEASE_S)

#define RUN_COUNTS_                                                                         \
	"lines_read, invalid_lines, insured, dependents, added, changed, unchanged, moved," \
	" left_out, ended, birth_dates, names, ambiguous, eligible, losing,"                \
	" eligible_after"

/* The rows of a batch, as roster_write.c writes them. */
#define PAIR_COLUMNS_  "number VARCHAR(114) PATH '$[0]', symbol VARCHAR(114) PATH '$[1]'"
#define ROWS_(columns) "JSON_TABLE(:rows, '$[*]' COLUMNS(" columns ")) j"

/* The persons of a batch of moves: they still have the old pair. */
#define MOVED_                                                       \
	ROWS_(PAIR_COLUMNS_ ", old_number VARCHAR(114) PATH '$[2]'," \
			    " old_symbol VARCHAR(114) PATH '$[3]'")  \
	" STRAIGHT_JOIN insured_person p ON p.number = j.old_number" \
	" AND p.symbol = j.old_symbol"
#define MOVED_UNDER_WAY_                                                                     \
	"SELECT DISTINCT o.jti FROM " MOVED_ " STRAIGHT_JOIN outbox o ON o.person_id = p.id" \
	" WHERE " SQL_SECOND_LINKS_ALIVE

/* Of one batch, locks come in the order of the key: rows of a batch are in it. */
const char *const roster_read_only_sql[] = {
	"SET SESSION TRANSACTION READ ONLY",
	NULL,
};

const struct statement roster_statements[ROSTER_STATEMENTS__MAX] = {
	[ROSTER_RUN_LIVES] = {
	    "SELECT COUNT(*) FROM roster_run"
	    " WHERE in_progress = 1 AND lease_until >= UNIX_TIMESTAMP()",
	    .columns = 1,
	},
	[ROSTER_RUN_LIST] = {
	    "SELECT id, outcome, file_hash, started_by, created_at, COALESCE(ended_at, 0),"
	    " in_progress = 1 AND lease_until < UNIX_TIMESTAMP(), " RUN_COUNTS_
	    " FROM roster_run ORDER BY created_at DESC, id LIMIT :rows_max",
	    .columns = 23,
	},

	/* The persons behind a pair, in the order of the primary key. */
	[ROSTER_PERSONS_NEXT] = {
	    "SELECT number, symbol, birth_date, kana_name, eligible_from, eligible_until"
	    " FROM insured_person WHERE number >= :number"
	    " AND (number > :number OR symbol > :symbol)"
	    " ORDER BY number, symbol LIMIT :rows_max",
	    .columns = 6,
	},
	[ROSTER_PERSON_READ] = {
	    "SELECT birth_date FROM insured_person WHERE number = :number AND symbol = :symbol",
	    .columns = 1,
	},

	[ROSTER_RUN_BEGIN] = {
	    "INSERT INTO roster_run (id, in_progress, lease_until, outcome, file_hash, " RUN_COUNTS_
	    ", started_by, created_at) VALUES (:roster_run_id, :in_progress, " LEASE_
	    ", $ROSTER_RUNNING, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,"
	    " :started_by, :now)",
	},
	/* An import that died holds nothing any more. */
	[ROSTER_RUN_TAKE_OVER] = {
	    "UPDATE roster_run SET in_progress = NULL, outcome = $ROSTER_BROKEN_OFF,"
	    " ended_at = :now"
	    " WHERE in_progress = 1 AND lease_until < UNIX_TIMESTAMP()",
	},
	[ROSTER_RUN_RENEW] = {
	    "UPDATE roster_run SET renewals = renewals + 1, lease_until = " LEASE_
	    " WHERE id = :roster_run_id AND in_progress = 1",
	},
	[ROSTER_RUN_END] = {
	    "UPDATE roster_run SET in_progress = NULL, renewals = renewals + 1, outcome = :outcome,"
	    " file_hash = :file_hash, lines_read = :lines, invalid_lines = :invalid_lines,"
	    " insured = :insured, dependents = :dependents, added = :added, changed = :changed,"
	    " unchanged = :unchanged, moved = :moved,"
	    " left_out = :left_out, ended = :ended, birth_dates = :birth_dates,"
	    " names = :names, ambiguous = :ambiguous, eligible = :eligible, losing = :losing,"
	    " eligible_after = :eligible_after, ended_at = :now"
	    " WHERE id = :roster_run_id AND ended_at IS NULL",
	},

	/* What was begun with the number of before is over, as after `member move`. */
	[ROSTER_MOVE_END_KEYS] = { SQL_END_KEYS(MOVED_UNDER_WAY_) },
	[ROSTER_MOVE_END_ACCOUNTS] = { SQL_END_ACCOUNTS(MOVED_UNDER_WAY_) },
	[ROSTER_MOVE_DROP_MAILS] = {
	    "UPDATE " MOVED_ " STRAIGHT_JOIN outbox o ON o.person_id = p.id"
	    " SET " SQL_DROP_MAILS("person moved")
	    " WHERE o.kind = $MAIL_SECOND_LINK AND " SQL_LINKS_WAIT,
	},
	/* The person keeps the id, and so the account. */
	[ROSTER_MOVE] = {
	    "UPDATE " MOVED_
	    " SET p.number = j.number, p.symbol = j.symbol, p.roster_run = :roster_run_id",
	},
	[ROSTER_WRITE] = {
	    "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from,"
	    " eligible_until, roster_run) SELECT RANDOM_BYTES(16), j.number, j.symbol,"
	    " j.birth_date, j.kana_name, j.eligible_from, j.eligible_until, :roster_run_id FROM "
	    ROWS_(PAIR_COLUMNS_ ", birth_date DATE PATH '$[2]', kana_name VARCHAR(300) PATH '$[3]',"
	    " eligible_from DATE PATH '$[4]', eligible_until DATE PATH '$[5]'")
	    " ON DUPLICATE KEY UPDATE birth_date = VALUES(birth_date),"
	    " kana_name = VALUES(kana_name), eligible_from = VALUES(eligible_from),"
	    " eligible_until = VALUES(eligible_until), roster_run = VALUES(roster_run)",
	},
	[ROSTER_END] = {
	    "UPDATE " ROWS_(PAIR_COLUMNS_)
	    " STRAIGHT_JOIN insured_person p ON p.number = j.number AND p.symbol = j.symbol"
	    " SET p.eligible_until = :today, p.roster_run = :roster_run_id"
	    " WHERE p.eligible_until IS NULL OR p.eligible_until > :today",
	},
};
