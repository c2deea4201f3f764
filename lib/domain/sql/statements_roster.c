/* statements_roster.c - the SQL of myportalctl roster import.
 *
 * A line of the file and a person are the same when both 番号 and 記号 are equal. The statements that
 * find what differs read without locks (READ COMMITTED). Those that change start at the list of
 * what differs (STRAIGHT_JOIN), so that only the rows of persons who change are locked. */

#include "statements.h"

/* The lines of the file, and the persons that change because of them, in tables that only this
 * connection sees: nothing of them is sent to a replica or left behind by a crash. A row of
 * roster_change without a line is of a person who is absent from the file. */
const char *const roster_session_sql[] = {
	/* Registrations never hold what an import waits for that long; another import holds it
	 * longer. */
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

/* The parameters of a line end with its place in the statement: roster_import.c has the same
 * names. */
#define LINE_VALUES_(n)                                                                     \
	"(:line_" #n ", :number_" #n ", :symbol_" #n ", :birth_date_" #n ", :kana_name_" #n \
	", :eligible_from_" #n ", :eligible_until_" #n ")"

#define LINE_INSERT_                                                                           \
	"INSERT INTO roster_line (line, number, symbol, birth_date, kana_name, eligible_from," \
	" eligible_until) VALUES " LINE_VALUES_(0)

const struct statement roster_statements[ROSTER_STATEMENTS__MAX] = {
	[ROSTER_RUN_BEGIN] = {
	    "INSERT INTO roster_run (id, in_progress, file_hash, lines_read, dependents, added,"
	    " changed, ended, ambiguous, started_by, created_at)"
	    " VALUES (:roster_run_id, 1, '', 0, 0, 0, 0, 0, 0, :started_by, :now)",
	},
	[ROSTER_RUN_END] = {
	    "UPDATE roster_run SET in_progress = NULL, file_hash = :file_hash,"
	    " lines_read = :lines_read, dependents = :dependents, added = :added,"
	    " changed = :changed, ended = :ended, ambiguous = :ambiguous WHERE id = :roster_run_id",
	},

	[ROSTER_LINE_INSERT] = { LINE_INSERT_ },
	[ROSTER_LINES_INSERT] = {
	    LINE_INSERT_ ", " LINE_VALUES_(1) ", " LINE_VALUES_(2) ", " LINE_VALUES_(3)
	    ", " LINE_VALUES_(4) ", " LINE_VALUES_(5) ", " LINE_VALUES_(6) ", " LINE_VALUES_(7),
	},
	/* Each line whose 番号 and 記号 an earlier line has, the first that has them, and how many rows
	 * there are in all. */
	[ROSTER_DUPLICATES] = {
	    "SELECT line, other, COUNT(*) OVER () FROM (SELECT l.line, MIN(o.line) AS other"
	    " FROM roster_line l STRAIGHT_JOIN roster_line o USING (number, symbol)"
	    " WHERE o.line < l.line GROUP BY l.line) a ORDER BY line LIMIT :rows_max",
	    .columns = 3,
	},

	[ROSTER_PLAN_CHANGES] = {
	    "INSERT INTO roster_change (number, symbol, line) SELECT l.number, l.symbol, l.line"
	    " FROM roster_line l STRAIGHT_JOIN insured_person p USING (number, symbol)"
	    " WHERE p.birth_date <> l.birth_date OR p.kana_name <> l.kana_name"
	    " OR p.eligible_from <> l.eligible_from OR NOT p.eligible_until <=> l.eligible_until",
	},
	/* Also of persons whose eligibility has not begun. */
	[ROSTER_PLAN_ENDS] = {
	    "INSERT INTO roster_change (number, symbol) SELECT p.number, p.symbol"
	    " FROM insured_person p LEFT JOIN roster_line l USING (number, symbol)"
	    " WHERE l.line IS NULL AND (p.eligible_until IS NULL OR p.eligible_until > :today)",
	},
	/* How many are eligible today, and how many of them the changes make ineligible: by their
	 * absence or by their dates. */
	[ROSTER_ELIGIBLE_COUNT] = {
	    "SELECT COUNT(*), COALESCE(SUM(c.number IS NOT NULL AND (l.line IS NULL"
	    " OR l.eligible_from > :today OR COALESCE(l.eligible_until <= :today, 0))), 0)"
	    " FROM insured_person p LEFT JOIN roster_change c USING (number, symbol)"
	    " LEFT JOIN roster_line l ON l.number = c.number AND l.symbol = c.symbol"
	    " AND l.line = c.line WHERE p.eligible_from <= :today"
	    " AND (p.eligible_until IS NULL OR p.eligible_until > :today)",
	    .columns = 2,
	},

	[ROSTER_ADD] = {
	    "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from,"
	    " eligible_until, roster_run) SELECT RANDOM_BYTES(16), l.number, l.symbol,"
	    " l.birth_date, l.kana_name, l.eligible_from, l.eligible_until, :roster_run_id"
	    " FROM roster_line l"
	    " LEFT JOIN insured_person p USING (number, symbol) WHERE p.id IS NULL",
	},
	[ROSTER_CHANGE] = {
	    "UPDATE roster_change c STRAIGHT_JOIN roster_line l USING (number, symbol, line)"
	    " STRAIGHT_JOIN insured_person p ON p.number = c.number AND p.symbol = c.symbol"
	    " SET p.birth_date = l.birth_date, p.kana_name = l.kana_name,"
	    " p.eligible_from = l.eligible_from, p.eligible_until = l.eligible_until,"
	    " p.roster_run = :roster_run_id",
	},
	[ROSTER_END] = {
	    "UPDATE roster_change c STRAIGHT_JOIN insured_person p USING (number, symbol)"
	    " SET p.eligible_until = :today, p.roster_run = :roster_run_id WHERE c.line IS NULL",
	},

	/* Each line whose string PERSON_BY_LOOKUP finds twice, the first other line with that
	 * string (0: that person is not in the file), and how many rows there are in all. */
	[ROSTER_AMBIGUOUS] = {
	    "SELECT line, other, COUNT(*) OVER () FROM (SELECT l.line,"
	    " COALESCE(MIN(o.line), 0) AS other FROM insured_person p"
	    " STRAIGHT_JOIN insured_person q ON q.lookup = p.lookup AND q.number <> p.number"
	    " STRAIGHT_JOIN roster_line l ON l.number = p.number AND l.symbol = p.symbol"
	    " LEFT JOIN roster_line o ON o.number = q.number AND o.symbol = q.symbol"
	    " GROUP BY l.line) a ORDER BY line LIMIT :rows_max",
	    .columns = 3,
	},
};
