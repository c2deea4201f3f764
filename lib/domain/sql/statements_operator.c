/* statements_operator.c - the SQL of myportalctl member, audit and purge.
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

#define DAY_OF_CUTOFF_ "DATE('1970-01-01' + INTERVAL :cutoff SECOND)"

/* The newest first; from a page on: those behind its last event. */
#define AUDIT_SELECT_                                                           \
	"SELECT happened_at, event, account_id, person_id, source, request_id," \
	" operator, reason FROM audit_event WHERE happened_at >= :since"        \
	" AND happened_at < :until AND (happened_at < :after_time"              \
	" OR (happened_at = :after_time AND (request_id, event) <"              \
	" (:after_request_id, :after_event)))"
#define AUDIT_NEWEST_ " ORDER BY happened_at DESC, request_id DESC, event DESC LIMIT :rows_max"

#define PERSON_SELECT_                                                                 \
	"SELECT p.id, p.number, p.symbol, p.birth_date, p.kana_name, p.eligible_from," \
	" p.eligible_until, EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id)" \
	" FROM insured_person p"

/* Whom a letter with a code goes to. */
#define CODE_PERSON_SELECT_                                                             \
	"SELECT p.id, p.number, p.symbol, p.kana_name,"                                 \
	" EXISTS (SELECT 1 FROM insured_person q WHERE q.lookup = p.lookup"             \
	" AND q.id <> p.id), EXISTS (SELECT 1 FROM account b WHERE b.person_id = p.id)" \
	" FROM insured_person p"

#define CODE_LEASE_ "UNIX_TIMESTAMP() + 60" /* of a run, which renews it with every batch */

/* What `member find` prints of an account. */
#define FOUND_BY_(match, condition)                                                 \
	"SELECT " match ", a.id, a.person_id, a.state, " SQL_ELIGIBLE ", p.lookup," \
	" a.created_at FROM account a JOIN insured_person p ON p.id = a.person_id"  \
	" WHERE " condition

/* The mails of a registration: its links, and that the person has an account. */
#define REGISTRATION_KINDS_                                               \
	"($MAIL_INVITATION, $MAIL_SECOND_LINK, $MAIL_ALREADY_REGISTERED," \
	" $MAIL_ACCOUNT_DISABLED, $MAIL_PERSON_INVITATION)"
#define REGISTRATION_SELECT_                                                          \
	"SELECT o.id, o.kind, o.state, o.language, o.jti, o.person_id, o.account_id," \
	" o.generation, o.invitation_jti, o.subject_hash, o.created_at, o.expires_at" \
	" FROM outbox o"
#define REGISTRATION_NEWEST_ \
	" AND o.kind IN " REGISTRATION_KINDS_ " ORDER BY o.created_at DESC, o.kind DESC LIMIT 1"

/* The invitations that an operator sent to a person, and what follows each that was spent: also a
 * second link, perhaps nobody's. */
#define INVITATIONS_ALIVE_                                              \
	"o.person_id = :person_id AND o.kind = $MAIL_PERSON_INVITATION" \
	" AND o.expires_at > :alive_after"
#define UNDER_WAY_                                                                                 \
	"SELECT DISTINCT o.jti FROM outbox o WHERE o.person_id = :person_id"                       \
	" AND " SQL_SECOND_LINKS_ALIVE " UNION SELECT s.next_id FROM outbox o JOIN spent_token s " \
	"ON s.jti = o.jti WHERE " INVITATIONS_ALIVE_

#define MAIL_SELECT_                                                              \
	"SELECT o.id, o.kind, o.state, o.created_at, COALESCE(o.finished_at, 0)," \
	" o.tries + o.relay_failures, o.expires_at, o.last_error FROM outbox o"
#define MAIL_NEWEST_ " AND o.kind <> $MAIL_NONE ORDER BY o.created_at DESC LIMIT :rows_max"

/* A mail as `outbox list` shows it, and whom it is about. */
#define MAIL_SEEN_                                                                         \
	"SELECT id, kind, state, email, language, created_at, expires_at,"                 \
	" TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), next_try_at), COALESCE(finished_at, 0)," \
	" tries, relay_failures, unconfirmed,"                                             \
	" COALESCE(lease_until >= UTC_TIMESTAMP(6), 0), last_error, account_id, person_id" \
	" FROM outbox"

/* No worker is sending it. */
#define MAIL_FREE_ "(lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6))"

/* Due, as a mail that was just asked for; a worker whose lease ended has lost it. */
#define MAIL_DUE_                                                                    \
	"UPDATE outbox SET state = $OUTBOX_PENDING, next_try_at = UTC_TIMESTAMP(6)," \
	" tries = 0, relay_failures = 0, lease_until = NULL, lease_owner = NULL,"    \
	" finished_at = NULL"

static const struct statement operator_statements[OPERATOR_STATEMENTS__MAX - STATEMENTS__MAX] = {
	OPERATOR_(OPERATOR_CLOCK) = { "SELECT UNIX_TIMESTAMP()", .columns = 1 },

	/* A new account waits for the lock: its foreign key wants the person. */
	OPERATOR_(OPERATOR_PERSON_LOCK) = {
	    PERSON_SELECT_ " WHERE p.id = :person_id FOR UPDATE",
	    .columns = 8,
	},
	OPERATOR_(OPERATOR_PERSON_TO_INVITE) = {
	    "SELECT " SQL_ELIGIBLE ", EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id),"
	    " EXISTS (SELECT 1 FROM insured_person q WHERE q.lookup = p.lookup AND q.id <> p.id)"
	    " FROM insured_person p WHERE p.id = :person_id",
	    .columns = 3,
	},
	OPERATOR_(OPERATOR_PAIR_LOCK) = {
	    PERSON_SELECT_ " WHERE p.number = :number AND p.symbol = :symbol FOR UPDATE",
	    .columns = 8,
	},
	OPERATOR_(OPERATOR_PERSON_HOLD) = {
	    "SELECT COALESCE(DATE_FORMAT(eligible_until, '%Y-%m-%d'), '') FROM insured_person"
	    " WHERE id = :person_id FOR UPDATE",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_PERSON_DELETE) = {
	    "DELETE FROM insured_person WHERE id = :person_id",
	},
	OPERATOR_(OPERATOR_PERSON_MOVE) = {
	    "UPDATE insured_person SET number = :number, symbol = :symbol, kana_name = :kana_name,"
	    " eligible_from = :eligible_from, eligible_until = :eligible_until"
	    " WHERE id = :person_id",
	},
	OPERATOR_(OPERATOR_LOOKUP_COUNT) = {
	    "SELECT COUNT(*) FROM insured_person WHERE lookup = CONCAT(:number, :symbol)",
	    .columns = 1,
	},

	/* The file of a run that began later than the last one that ended does not count. */
	OPERATOR_(CODE_RUN_BROKEN_OFF) = {
	    "SELECT COALESCE(MAX(created_at), 0) FROM posted_code_run WHERE ended_at IS NULL"
	    " AND (in_progress IS NULL OR lease_until < UNIX_TIMESTAMP()) AND created_at >"
	    " (SELECT COALESCE(MAX(created_at), 0) FROM posted_code_run"
	    " WHERE ended_at IS NOT NULL)",
	    .columns = 1,
	},
	/* A run that died holds nothing any more. */
	OPERATOR_(CODE_RUN_TAKE_OVER) = {
	    "UPDATE posted_code_run SET in_progress = NULL"
	    " WHERE in_progress = 1 AND lease_until < UNIX_TIMESTAMP()",
	},
	OPERATOR_(CODE_RUN_BEGIN) = {
	    "INSERT INTO posted_code_run (id, in_progress, lease_until, created_at)"
	    " VALUES (:code_run_id, 1, " CODE_LEASE_ ", :now)",
	},
	OPERATOR_(CODE_RUN_RENEW) = {
	    "UPDATE posted_code_run SET renewals = renewals + 1, lease_until = " CODE_LEASE_
	    " WHERE id = :code_run_id AND in_progress = 1",
	},
	OPERATOR_(CODE_RUN_END) = {
	    "UPDATE posted_code_run SET in_progress = NULL, codes = :codes, ended_at = :now"
	    " WHERE id = :code_run_id AND in_progress = 1",
	},
	OPERATOR_(CODES_NEXT) = {
	    "SELECT COUNT(*), MAX(person_id) FROM (SELECT person_id FROM posted_code"
	    " WHERE person_id > :after ORDER BY person_id LIMIT :rows_max) c",
	    .columns = 2,
	},
	/* Of everybody, also of those who get none, and those that ran out; with what is under way
	 * with them: a link that was spent with a code would find it again by its hash, and take
	 * over the new issue. */
	OPERATOR_(CODES_VOID) = {
	    "UPDATE posted_code SET expires_at = LEAST(expires_at, :now), issue = issue + 1,"
	    " code_hash = '' WHERE person_id > :after AND person_id <= :last AND used_at IS NULL",
	},
	/* Eligible, without an account, and without a good code; in the order of the key. Not with
	 * NOT EXISTS: of that MariaDB makes a table of all accounts first, for every batch. */
	OPERATOR_(CODE_PERSONS_NEXT) = {
	    CODE_PERSON_SELECT_ " LEFT JOIN account a ON a.person_id = p.id"
	    " WHERE p.number >= :number"
	    " AND (p.number > :number OR p.symbol > :symbol) AND " SQL_ELIGIBLE
	    " AND a.id IS NULL AND (:replaces OR (SELECT COUNT(*) FROM posted_code c"
	    " WHERE c.person_id = p.id AND " SQL_CODE_IS_GOOD ") = 0)"
	    " ORDER BY p.number, p.symbol LIMIT :rows_max",
	    .columns = 6,
	},
	OPERATOR_(CODE_PERSON_FIND) = {
	    CODE_PERSON_SELECT_ " WHERE p.lookup = :insured_number AND " SQL_ELIGIBLE " LIMIT 2",
	    .columns = 6,
	},
	/* A batch, each row written anew where a second run writes it again. Who was deleted from
	 * the roster meanwhile gets none. */
	OPERATOR_(CODES_WRITE) = {
	    "INSERT INTO posted_code (person_id, run, issue, code_hash, created_at, expires_at)"
	    " SELECT p.id, :code_run_id, 1, UNHEX(j.code_hash), :now, :expires_at"
	    " FROM JSON_TABLE(:rows, '$[*]' COLUMNS(person VARCHAR(32) PATH '$[0]',"
	    " code_hash VARCHAR(64) PATH '$[1]')) j"
	    " STRAIGHT_JOIN insured_person p ON p.id = UNHEX(j.person)"
	    " ON DUPLICATE KEY UPDATE run = VALUES(run), issue = issue + 1,"
	    " code_hash = VALUES(code_hash), created_at = VALUES(created_at),"
	    " expires_at = VALUES(expires_at), used_at = NULL",
	},
	OPERATOR_(CODE_READ) = {
	    "SELECT c.created_at, c.expires_at, COALESCE(c.used_at, 0), EXISTS (SELECT 1"
	    " FROM posted_code_run r WHERE r.id = c.run AND r.ended_at IS NOT NULL)"
	    " FROM posted_code c WHERE c.person_id = :person_id",
	    .columns = 4,
	},

	/* An event that an operator caused; those of the service have neither name nor reason. */
	OPERATOR_(OPERATOR_AUDIT_INSERT) = {
	    "INSERT INTO audit_event (happened_at, request_id, event, account_id, person_id,"
	    " source, operator, reason) VALUES (:happened_at, :event_request_id, :event,"
	    " :event_account_id, :event_person_id, :event_source, :operator, :reason)",
	},

	OPERATOR_(OPERATOR_FIND_LOGIN_ID) = {
	    "SELECT id, person_id FROM account WHERE login_id = :login_id",
	    .columns = 2,
	},
	/* Account, person and mail that an id means. That of an account which is gone means the
	 * person it had; of a person who is gone the trail is left. */
	OPERATOR_(OPERATOR_FIND_ID) = {
	    "(SELECT a.id, a.person_id, NULL FROM account a WHERE a.id = :id)"
	    " UNION ALL (SELECT a.id, p.id, NULL FROM insured_person p"
	    " LEFT JOIN account a ON a.person_id = p.id WHERE p.id = :id)"
	    " UNION ALL (SELECT a.id, o.person_id, o.id FROM outbox o"
	    " LEFT JOIN account a ON a.person_id = o.person_id"
	    " WHERE o.id = :id AND o.kind IN " REGISTRATION_KINDS_ ")"
	    " UNION ALL (SELECT NULL, e.person_id, NULL FROM audit_event e"
	    " WHERE e.account_id = :id AND e.person_id <> REPEAT(CHAR(0), 16) LIMIT 1)"
	    " UNION ALL (SELECT NULL, e.person_id, NULL FROM audit_event e"
	    " WHERE e.person_id = :id AND :id <> REPEAT(CHAR(0), 16) LIMIT 1)",
	    .columns = 3,
	},
	OPERATOR_(OPERATOR_FIND_ADDRESS) = {
	    "(" FOUND_BY_("1", "a.login_id = :login_id") ")"
	    " UNION ALL (" FOUND_BY_("2", "a.email IN (:email, :login_id)") ")"
	    " UNION ALL (" FOUND_BY_("3", "a.pending_email IN (:email, :login_id)") ")"
	    " LIMIT :rows_max",
	    .columns = 7,
	},
	OPERATOR_(OPERATOR_FIND_NUMBER) = {
	    "SELECT 4, a.id, p.id, COALESCE(a.state, 0), " SQL_ELIGIBLE ", p.lookup,"
	    " COALESCE(a.created_at, 0) FROM insured_person p"
	    " LEFT JOIN account a ON a.person_id = p.id"
	    " WHERE p.lookup = :insured_number LIMIT :rows_max",
	    .columns = 7,
	},

	/* The import is the last that changed the person: of one whose eligibility ended, the one
	 * that ended it. */
	OPERATOR_(OPERATOR_PERSON_READ) = {
	    "SELECT p.lookup, p.kana_name, DATE_FORMAT(p.eligible_from, '%Y-%m-%d'),"
	    " COALESCE(DATE_FORMAT(p.eligible_until, '%Y-%m-%d'), ''), " SQL_ELIGIBLE ","
	    " COALESCE(DATE_FORMAT(" SQL_ACCESS_UNTIL ", '%Y-%m-%d'), ''), " SQL_HAS_ACCESS ","
	    " EXISTS (SELECT 1 FROM insured_person q WHERE q.lookup = p.lookup AND q.id <> p.id),"
	    " p.roster_run, COALESCE(r.created_at, 0), COALESCE(r.started_by, '')"
	    " FROM insured_person p LEFT JOIN roster_run r ON r.id = p.roster_run"
	    " WHERE p.id = :person_id",
	    .columns = 11,
	},
	OPERATOR_(OPERATOR_PERSON_EXPORT) = {
	    "SELECT p.number, p.symbol, DATE_FORMAT(p.birth_date, '%Y-%m-%d'), p.kana_name,"
	    " DATE_FORMAT(p.eligible_from, '%Y-%m-%d'),"
	    " COALESCE(DATE_FORMAT(p.eligible_until, '%Y-%m-%d'), ''), p.roster_run,"
	    " COALESCE(r.created_at, 0), COALESCE(r.started_by, '')"
	    " FROM insured_person p LEFT JOIN roster_run r ON r.id = p.roster_run"
	    " WHERE p.id = :person_id",
	    .columns = 9,
	},
	OPERATOR_(OPERATOR_NUMBER_READ) = {
	    "SELECT lookup FROM insured_person WHERE id = :person_id",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_ACCOUNT_READ) = {
	    "SELECT " SQL_ACCOUNT_COLUMNS ", a.state,"
	    " (SELECT e.happened_at FROM audit_event e WHERE e.account_id = a.id"
	    " AND e.event = $AUDIT_LOGIN ORDER BY e.happened_at DESC LIMIT 1)"
	    " FROM account a WHERE a.id = :account_id",
	    .columns = 12,
	},
	OPERATOR_(OPERATOR_ACCOUNT_LOCK) = {
	    "SELECT " SQL_ACCOUNT_COLUMNS ", a.state FROM account a WHERE a.id = :account_id"
	    " FOR UPDATE",
	    .columns = 11,
	},
	OPERATOR_(OPERATOR_ACCOUNT_OF_PERSON_LOCK) = {
	    "SELECT " SQL_ACCOUNT_COLUMNS " FROM account a WHERE a.person_id = :person_id"
	    " FOR UPDATE",
	    .columns = 10,
	},
	OPERATOR_(OPERATOR_ACCOUNT_DISABLE) = {
	    "UPDATE account SET state = $ACCOUNT_DISABLED, " SQL_RAISE_GENERATION
	    " WHERE id = :account_id",
	},
	OPERATOR_(OPERATOR_ACCOUNT_ENABLE) = {
	    "UPDATE account SET state = $ACCOUNT_ACTIVE WHERE id = :account_id",
	},

	/* The newest mail of a registration. Both mails of one second: the later step. */
	OPERATOR_(OPERATOR_REGISTRATION_OF_ADDRESS) = {
	    REGISTRATION_SELECT_ " WHERE o.subject_hash = :subject_hash" REGISTRATION_NEWEST_,
	    .columns = 12,
	},
	OPERATOR_(OPERATOR_REGISTRATION_OF_PERSON) = {
	    REGISTRATION_SELECT_ " WHERE o.person_id = :person_id" REGISTRATION_NEWEST_,
	    .columns = 12,
	},
	OPERATOR_(OPERATOR_REGISTRATION_READ) = {
	    REGISTRATION_SELECT_ " WHERE o.id = :mail_id" REGISTRATION_NEWEST_,
	    .columns = 12,
	},

	OPERATOR_(OPERATOR_REGISTRATIONS_END_INVITATIONS) = {
	    SQL_SPEND_ "SELECT DISTINCT o.jti, $STAGE_IDENTITY, '', $OUTCOME_DONE,"
	    " UNHEX(MD5(CONCAT('identity', o.jti))), :now FROM outbox o WHERE " INVITATIONS_ALIVE_,
	},
	OPERATOR_(OPERATOR_REGISTRATIONS_END_KEYS) = { SQL_END_KEYS(UNDER_WAY_) },
	OPERATOR_(OPERATOR_REGISTRATIONS_END_ACCOUNTS) = { SQL_END_ACCOUNTS(UNDER_WAY_) },
	OPERATOR_(OPERATOR_REGISTRATIONS_DROP_MAILS) = {
	    "UPDATE outbox o SET " SQL_DROP_MAILS("account ended")
	    " WHERE o.person_id = :person_id AND (o.kind = $MAIL_SECOND_LINK"
	    " OR (:ends_invitations AND o.kind = $MAIL_PERSON_INVITATION)) AND " SQL_LINKS_WAIT,
	},

	/* Of a person, and of the login ID and the addresses with these hashes. */
	OPERATOR_(OPERATOR_MAILS_OF_PERSON) = {
	    "(" MAIL_SELECT_ " WHERE o.person_id = :person_id AND :person_id <>"
	    " REPEAT(CHAR(0), 16)" MAIL_NEWEST_ ")"
	    " UNION (" MAIL_SELECT_ " WHERE o.subject_hash IN (:first_hash, :second_hash)"
	    " AND o.subject_hash <> REPEAT(CHAR(0), 32)" MAIL_NEWEST_ ")"
	    " ORDER BY 4 DESC, 2 DESC LIMIT :rows_max",
	    .columns = 8,
	},
	OPERATOR_(OPERATOR_MAILS_EXPORT) = {
	    "SELECT id, kind, state, email, nickname, language, created_at,"
	    " COALESCE(finished_at, 0), tries + relay_failures, last_error FROM outbox"
	    " WHERE kind <> $MAIL_NONE AND ((person_id = :person_id"
	    " AND :person_id <> REPEAT(CHAR(0), 16)) OR (person_id = REPEAT(CHAR(0), 16)"
	    " AND subject_hash IN (:first_hash, :second_hash)"
	    " AND subject_hash <> REPEAT(CHAR(0), 32)))"
	    " ORDER BY created_at DESC, id LIMIT :rows_max",
	    .columns = 10,
	},
	/* Nor do the invitations with whose links the person's number was typed: they are of no
	 * person, and the address may be another one by now. Before the next. */
	OPERATOR_(OPERATOR_INVITATIONS_FORGET) = {
	    "UPDATE (SELECT DISTINCT subject_hash, invitation_jti FROM outbox"
	    " WHERE person_id = :person_id AND invitation_jti <> REPEAT(CHAR(0), 16)) h"
	    " STRAIGHT_JOIN outbox o"
	    " ON o.subject_hash = h.subject_hash AND o.jti = h.invitation_jti"
	    " SET o.email = '', o.nickname = '', o.subject_hash = '', o.lease_until = NULL,"
	    " o.lease_owner = NULL, o.finished_at = COALESCE(o.finished_at, :now),"
	    " o.last_error = IF(o.state = $OUTBOX_PENDING, 'person erased', o.last_error),"
	    " o.state = IF(o.state IN ($OUTBOX_PENDING, $OUTBOX_DEAD), $OUTBOX_DROPPED, o.state)",
	},
	/* No mail of the person, or of no person and to one of these addresses, tells any more who
	 * it was for. A worker that holds one finds that its lease is lost. MariaDB assigns from
	 * left to right. */
	OPERATOR_(OPERATOR_MAILS_FORGET) = {
	    "UPDATE outbox SET email = '', nickname = '', subject_hash = '', lease_until = NULL,"
	    " lease_owner = NULL, finished_at = COALESCE(finished_at, :now),"
	    " last_error = IF(state = $OUTBOX_PENDING, 'person erased', last_error),"
	    " state = IF(state IN ($OUTBOX_PENDING, $OUTBOX_DEAD), $OUTBOX_DROPPED, state)"
	    " WHERE person_id = :person_id OR (person_id = REPEAT(CHAR(0), 16)"
	    " AND subject_hash IN (:first_hash, :second_hash, :third_hash)"
	    " AND subject_hash <> REPEAT(CHAR(0), 32))",
	},
	/* The newest link that was mailed to an account: to a new password, or to a new address. */
	OPERATOR_(OPERATOR_LINK_MAIL_OF_ACCOUNT) = {
	    REGISTRATION_SELECT_ " WHERE (o.account_id = :account_id"
	    " AND o.kind = $MAIL_EMAIL_CONFIRMATION AND o.person_id = :person_id)"
	    " OR (o.subject_hash = :subject_hash AND o.kind = $MAIL_PASSWORD_RESET)"
	    " ORDER BY o.created_at DESC LIMIT 1",
	    .columns = 12,
	},

	OPERATOR_(OPERATOR_LIMIT_READ) = {
	    "SELECT count, window_ends_at, locked_until FROM limit_counter"
	    " WHERE limit_id = :limit_id AND subject_hash = :subject_hash"
	    " AND window_ends_at > :now",
	    .columns = 3,
	},
	/* The pause between two mails ends; what was counted stays. */
	OPERATOR_(OPERATOR_LIMIT_UNLOCK) = {
	    "UPDATE limit_counter SET locked_until = 0"
	    " WHERE limit_id = :limit_id AND subject_hash = :subject_hash",
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

	OPERATOR_(OPERATOR_SESSIONS_EXPORT) = {
	    "SELECT id, device, created_at, used_at, expires_at FROM session"
	    " WHERE account_id = :account_id ORDER BY used_at DESC, id LIMIT :rows_max",
	    .columns = 5,
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

	OPERATOR_(OPERATOR_TRAIL) = { AUDIT_SELECT_ AUDIT_NEWEST_, .columns = 8 },
	OPERATOR_(OPERATOR_TRAIL_OF_ACCOUNT) = {
	    AUDIT_SELECT_ " AND account_id = :account_id" AUDIT_NEWEST_,
	    .columns = 8,
	},
	OPERATOR_(OPERATOR_TRAIL_OF_PERSON) = {
	    AUDIT_SELECT_ " AND person_id = :person_id" AUDIT_NEWEST_,
	    .columns = 8,
	},
	OPERATOR_(OPERATOR_TRAIL_OF_OPERATOR) = {
	    AUDIT_SELECT_ " AND operator = :operator" AUDIT_NEWEST_,
	    .columns = 8,
	},

	OPERATOR_(OPERATOR_MAIL_LIST) = {
	    MAIL_SEEN_ " WHERE state IN (:first_state, :second_state)"
	    " AND kind BETWEEN :first_kind AND :last_kind AND created_at BETWEEN :since AND :until"
	    " ORDER BY created_at DESC, id LIMIT :rows_max",
	    .columns = 16,
	},
	OPERATOR_(OPERATOR_MAIL_READ) = { MAIL_SEEN_ " WHERE id = :mail_id", .columns = 16 },
	OPERATOR_(OPERATOR_MAIL_LOCK) = {
	    MAIL_SEEN_ " WHERE id = :mail_id FOR UPDATE",
	    .columns = 16,
	},
	OPERATOR_(OPERATOR_MAIL_RETRY) = { MAIL_DUE_ " WHERE id = :mail_id" },
	OPERATOR_(OPERATOR_MAIL_DROP) = {
	    "UPDATE outbox SET state = $OUTBOX_DROPPED, finished_at = :now, email = '',"
	    " nickname = '', last_error = 'dropped by an operator', lease_until = NULL,"
	    " lease_owner = NULL WHERE id = :mail_id",
	},
	OPERATOR_(OPERATOR_MAILS_RETRY_DEAD) = {
	    MAIL_DUE_ " WHERE state = $OUTBOX_DEAD AND kind BETWEEN :first_kind AND :last_kind"
	    " AND created_at >= :asked_after AND unconfirmed < :copies_max AND email <> ''",
	},
	OPERATOR_(OPERATOR_MAILS_DEAD_COUNT) = {
	    "SELECT COUNT(*) FROM outbox WHERE state = $OUTBOX_DEAD"
	    " AND kind BETWEEN :first_kind AND :last_kind",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_MAILS_FLUSH) = {
	    "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = $OUTBOX_PENDING"
	    " AND next_try_at > UTC_TIMESTAMP(6) AND " MAIL_FREE_,
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
	OPERATOR_(OPERATOR_POSTED_CODE_COUNT) = {
	    "SELECT COUNT(*) FROM posted_code WHERE expires_at <= :cutoff",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_POSTED_CODE_PURGE) = {
	    "DELETE FROM posted_code WHERE expires_at <= :cutoff"
	    " ORDER BY expires_at LIMIT :rows_max",
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
	OPERATOR_(OPERATOR_STEP_COUNT_COUNT) = {
	    "SELECT COUNT(*) FROM step_count WHERE day <= " DAY_OF_CUTOFF_,
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_STEP_COUNT_PURGE) = {
	    "DELETE FROM step_count WHERE day <= " DAY_OF_CUTOFF_
	    " ORDER BY day, counted_by, step, outcome LIMIT :rows_max",
	},
	/* No index has these: they are few, and looked for once a night. */
	OPERATOR_(OPERATOR_FORMER_MEMBERS_COUNT) = {
	    "SELECT COUNT(*) FROM insured_person WHERE eligible_until < :kept_since",
	    .columns = 1,
	},
	OPERATOR_(OPERATOR_FORMER_MEMBERS_NEXT) = {
	    "SELECT id, number, symbol FROM insured_person WHERE number >= :number"
	    " AND (number > :number OR symbol > :symbol) AND eligible_until < :kept_since"
	    " ORDER BY number, symbol LIMIT :rows_max",
	    .columns = 3,
	},

	/* Of all processes together. */
	OPERATOR_(OPERATOR_STEP_COUNTS) = {
	    "SELECT step, outcome, SUM(count) FROM step_count"
	    " WHERE day BETWEEN :first_day AND :last_day"
	    " GROUP BY step, outcome ORDER BY step, SUM(count) DESC, outcome",
	    .columns = 3,
	},

	OPERATOR_(RESTORED_NEWEST_EVENT) = {
	    "SELECT COALESCE(MAX(happened_at), 0) FROM audit_event",
	    .columns = 1,
	},
	OPERATOR_(RESTORED_MAILS) = {
	    "SELECT COUNT(*) FROM outbox WHERE state = $OUTBOX_PENDING AND created_at <= :epoch",
	    .columns = 1,
	},
	OPERATOR_(RESTORED_ACCOUNT_LOCK) = {
	    "SELECT a.person_id, a.state, a.password_changed_at,"
	    " COALESCE((SELECT MAX(e.happened_at) FROM audit_event e"
	    " WHERE e.account_id = :account_id"
	    " AND e.event IN ($AUDIT_ACCOUNT_DISABLED, $AUDIT_ACCOUNT_ENABLED)), 0),"
	    " COALESCE((SELECT MAX(e.happened_at) FROM audit_event e"
	    " WHERE e.account_id = :account_id AND e.event = $AUDIT_EMAIL_CHANGED), 0)"
	    " FROM account a WHERE a.id = :account_id FOR UPDATE",
	    .columns = 5,
	},
	OPERATOR_(RESTORED_PASSWORD_FORGET) = {
	    "UPDATE account SET password_hash = :password_hash,"
	    " password_changed_at = :happened_at, " SQL_RAISE_GENERATION
	    " WHERE id = :account_id",
	},
	/* Another one has replaced it since. */
	OPERATOR_(RESTORED_CODE_VOID) = {
	    "UPDATE posted_code SET expires_at = :happened_at WHERE person_id = :person_id"
	    " AND created_at < :happened_at AND expires_at > :happened_at",
	},
	OPERATOR_(RESTORED_CODES_VOID) = {
	    "UPDATE posted_code SET expires_at = :happened_at WHERE created_at < :happened_at"
	    " AND expires_at > :happened_at ORDER BY expires_at LIMIT :rows_max",
	},
};

void
operator_table(struct statement ret[static OPERATOR_STATEMENTS__MAX])
{
	memcpy(ret, statements, STATEMENTS__MAX * sizeof *ret);
	memcpy(ret + STATEMENTS__MAX, operator_statements, sizeof operator_statements);
}
