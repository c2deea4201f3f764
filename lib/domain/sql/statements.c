/* statements.c - the service's SQL statements; those of the commands are in statements_*.c. There
 * is no SQL elsewhere.
 *
 * How a statement is written (sql_text.h):
 *   :account_id      A parameter, bound by its name. Where one value stands in several places, they
 *                    have one name. Columns give their names to the values that they store.
 *   $ACCOUNT_ACTIVE  A number that rows store, by its name (stored_enums.h, limit_id.h).
 *   SQL_ALIVE        A piece that several statements have, with the parameters that it needs.
 *   TRANSACTION_()   Several statements in one trip (BEGIN NOT ATOMIC ... END), for db_alone().
 *                    One SELECT or RETURNING in it may answer with a row.
 *   .may_lag         It asks again and again, or only adds up: on a node of a cluster it does not
 *                    wait for what others have committed (db.h). Nothing a member sees has it.
 *   .columns         How many columns a row of the result has. Like every name, it is compared with
 *                    the server's when the statement is prepared, before the first request; of a
 *                    block and of RETURNING, which tell it with the row, when it is run.
 *
 * Decisions are unique keys and conditional updates, never a SELECT before. Times are whole
 * seconds of the service's clock, as tokens have them. The outbox's leases use the database's
 * clock, which all replicas share. */

#include "statements.h"

#include "limit_id.h"
#include "result.h"
#include "statement_parts.h"
#include "stored_enums.h"

#define CONSTANT_(name, ...) { #name, name },
/* clang-format off */
const struct sql_constant sql_constants[] = {
	ACCOUNT_STATE_LIST(CONSTANT_)
	AUDIT_LIST(CONSTANT_)
	LIMIT_ID_LIST(CONSTANT_)
	MAIL_KIND_LIST(CONSTANT_)
	OUTBOX_STATE_LIST(CONSTANT_)
	RESULT_LIST(CONSTANT_)
	ROSTER_OUTCOME_LIST(CONSTANT_)
	SPENT_MET_LIST(CONSTANT_)
	STAGE_LIST(CONSTANT_)
	STAGE_OUTCOME_LIST(CONSTANT_)
	{ 0 },
};
/* clang-format on */
#undef CONSTANT_

/* The source :known_source_hash is known until :known_until, without failures (login_limits.h). */
#define SQL_KNOWN_SOURCE_WRITE                                                                    \
	"INSERT INTO limit_counter (limit_id, subject_hash, count, window_ends_at, locked_until)" \
	" VALUES ($LIMIT_KNOWN_SOURCE_FAILURES, :known_source_hash, 0, :known_until, 0)"          \
	" ON DUPLICATE KEY UPDATE count = 0, window_ends_at = :known_until, locked_until = 0"

/* A transaction in one trip; run with db_alone(). What fails in it rolls it back and is told as
 * if it stood alone.
 *
 * BLOCK_ declares variables, and its steps have the COMMIT, or the ROLLBACK, themselves. One SELECT
 * that answers with a row stands before the COMMIT, unless it must see it: behind it, a node of a
 * cluster waits again for what others have committed. */
#define BLOCK_(declared, steps)                                                 \
	"BEGIN NOT ATOMIC " declared                                            \
	" DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;" \
	" START TRANSACTION;" steps " END"
#define TRANSACTION_(work) BLOCK_("", work " COMMIT;")

/* A row for what else may have none. (SELECT 1) would be written into a temporary table each time
 * it is asked. The first migration makes these tables. */
#define SQL_ONE_ROW    "schema_migration one"
#define SQL_IS_ONE_ROW "one.version = 1"

/* Of LOG_IN_COUNT: the account that it has read, and how it answers. */
#define LOG_IN_ACCOUNT_                                                                  \
	"is_known, is_usable, the_id, the_person_id, the_hash, the_email, the_nickname," \
	" the_language, the_generation"
#define LOG_IN_RETURNING_(p)                               \
	" RETURNING source_is_known, COALESCE(untold, 0)," \
	" IF(holder = :" #p "_holder, :" #p "_max - count, -1), " LOG_IN_ACCOUNT_

/* One mail. `p` names it; outbox_params_named() has its parameters, :p_id, :p_kind ... and
 * outbox_params() those of `mail`. Where `goes_out`, SQL, is false, it is written as MAIL_NONE. */
#define SQL_OUTBOX_INSERT_(p, kind, state, email, finished_at)                             \
	"INSERT INTO outbox (id, kind, state, email, language, nickname, subject_hash,"    \
	" jti, person_id, account_id, generation, invitation_jti, created_at, expires_at," \
	" finished_at, next_try_at)"                                                       \
	" VALUES (:" #p "_id, " kind ", " state ", " email ", :" #p "_language,"           \
	" :" #p "_nickname, :" #p "_subject_hash, :" #p "_jti, :" #p "_person_id,"         \
	" :" #p "_account_id, :" #p "_generation, :" #p "_invitation_jti,"                 \
	" :" #p "_created_at, :" #p "_expires_at, " finished_at ", UTC_TIMESTAMP(6))"
#define SQL_OUTBOX_INSERT \
	SQL_OUTBOX_INSERT_(mail, ":mail_kind", ":mail_state", ":mail_email", ":mail_finished_at")
#define SQL_OUTBOX_INSERT_IF(goes_out, p)                                   \
	SQL_OUTBOX_INSERT_(p, "IF(" goes_out ", :" #p "_kind, $MAIL_NONE)", \
	    "IF(" goes_out ", :" #p "_state, $OUTBOX_DROPPED)",             \
	    "IF(" goes_out ", :" #p "_email, '')",                          \
	    "IF(" goes_out ", :" #p "_finished_at, :" #p "_created_at)")

/* A mail, as outbox.c reads it. */
#define SQL_MAIL_COLUMNS                                                               \
	"id, kind, email, language, nickname, jti, person_id, account_id, generation," \
	" invitation_jti, created_at, expires_at, tries, relay_failures, unconfirmed"

/* Some mails (OUTBOX_BATCH_MAX at most), from a text of their ids. */
/* clang-format off */
#define SQL_MAILS_OF(ids) \
	"(SUBSTR(" ids ", 1, 16), SUBSTR(" ids ", 17, 16), SUBSTR(" ids ", 33, 16)," \
	" SUBSTR(" ids ", 49, 16), SUBSTR(" ids ", 65, 16), SUBSTR(" ids ", 81, 16)," \
	" SUBSTR(" ids ", 97, 16), SUBSTR(" ids ", 113, 16), SUBSTR(" ids ", 129, 16)," \
	" SUBSTR(" ids ", 145, 16), SUBSTR(" ids ", 161, 16), SUBSTR(" ids ", 177, 16)," \
	" SUBSTR(" ids ", 193, 16), SUBSTR(" ids ", 209, 16), SUBSTR(" ids ", 225, 16)," \
	" SUBSTR(" ids ", 241, 16))"

/* The beginning of a worker's block: finishes what it has sent. `finished` says how many of those
 * are its own, also when the block is run again. */
#define FINISH_SENT_ \
	" DECLARE sent BLOB DEFAULT :sent; DECLARE finished INT DEFAULT 0;" \
	" IF sent <> '' THEN" \
	" UPDATE outbox SET state = $OUTBOX_SENT, last_error = '', finished_at = :now," \
	" lease_until = NULL, email = '', nickname = '' WHERE id IN " SQL_MAILS_OF("sent") \
	" AND state = $OUTBOX_PENDING AND lease_owner = :worker_id;" \
	" SET finished = (SELECT COUNT(*) FROM outbox WHERE id IN " SQL_MAILS_OF("sent") \
	" AND state = $OUTBOX_SENT AND lease_owner = :worker_id);" \
	" END IF;"
/* clang-format on */

/* One audit event; audit_params() has the parameters of its values. */
#define SQL_AUDIT_INTO \
	"INSERT INTO audit_event (happened_at, request_id, event, account_id, person_id, source)"
#define SQL_AUDIT_INSERT                                                                      \
	SQL_AUDIT_INTO " VALUES (:happened_at, :event_request_id, :event, :event_account_id," \
		       " :event_person_id, :event_source)"

/* Spends a token; spent_token_params() has the parameters. */
#define SQL_SPENT_TOKEN_INSERT                                                           \
	"INSERT INTO spent_token (jti, kind, fingerprint, outcome, next_id, created_at)" \
	" VALUES (:jti, :kind, :fingerprint, :outcome, :next_id, :spent_at)"

/* Forgets the failed tries of a login ID. */
#define SQL_LOGIN_FAILURES_FORGET   \
	"DELETE FROM limit_counter" \
	" WHERE limit_id = $LIMIT_LOGIN_FAILURES AND subject_hash = :login_id_hash"

/* Forgets all known sources of a login ID. */
#define SQL_KNOWN_SOURCES_FORGET                                                  \
	"DELETE FROM limit_counter WHERE limit_id = $LIMIT_KNOWN_SOURCE_FAILURES" \
	" AND subject_hash BETWEEN :first_source AND :last_source"

/* How long to wait where a try of `p`, which this transaction has counted, was not granted. */
#define SQL_LIMIT_WAIT_S(p)                                                               \
	"(SELECT window_ends_at - :now FROM limit_counter WHERE limit_id = :" #p "_limit" \
	" AND subject_hash = :" #p "_hash)"

/* The same in a block: sets `met`, which the block declares, to what was there (enum spent_met):
 * nothing, the row of an earlier run of this call, of the same body or of another one. The row is
 * locked then. `on_repeat` is what becomes of it. */
#define SQL_SPEND_TOKEN(on_repeat)                                             \
	" " SQL_SPENT_TOKEN_INSERT " ON DUPLICATE KEY UPDATE " on_repeat ";"   \
	" SET met = ROW_COUNT();"                                              \
	" IF met <> $SPENT_NOW THEN SET met = (SELECT CASE"                    \
	" WHEN next_id = :next_id THEN $SPENT_EARLIER"                         \
	" WHEN kind = :kind AND fingerprint = :fingerprint THEN $SPENT_BEFORE" \
	" ELSE $SPENT_ON_OTHER END"                                            \
	" FROM spent_token WHERE jti = :jti); END IF;"

/* In a block: finds the person whom a number means, with what was given beside it
 * (person_params()), the account and the posted code. NULL: nobody; an ambiguous number matches
 * nobody. A link that was spent with a code knows it: that one may be used or over by now.
 *
 * In one SELECT, these are six tables, and twice as dear. */
#define SQL_PERSON_DECLARED                                                \
	"DECLARE the_person_id BINARY(16); DECLARE the_account_state INT;" \
	" DECLARE the_code_issue BIGINT;"
#define SQL_PERSON_FIND                                                                     \
	" SELECT IF(COUNT(*) = 1, MAX(IF(" SQL_ELIGIBLE                                     \
	" AND (:birth_date IS NULL OR p.birth_date = :birth_date), p.id, NULL)), NULL),"    \
	" MAX(a.state) INTO the_person_id, the_account_state"                               \
	" FROM insured_person p LEFT JOIN account a ON a.person_id = p.id"                  \
	" WHERE p.lookup = :insured_number;"                                                \
	" IF :code_hash <> '' THEN SET the_code_issue = (SELECT c.issue FROM posted_code c" \
	" WHERE c.person_id = the_person_id AND c.code_hash = :code_hash"                   \
	" AND (:is_repeat OR (" SQL_CODE_IS_GOOD ")));"                                     \
	" IF the_code_issue IS NULL THEN SET the_person_id = NULL; END IF; END IF;"
#define SQL_PERSON_COLUMNS \
	"the_person_id, COALESCE(the_account_state, 0), COALESCE(the_code_issue, 0)"

/* In the block `work` of ACCOUNT_CREATE, a mail to somebody else: counted by the person, and later
 * by its mail interval. */
/* clang-format off */
#define ACCOUNT_MAIL_COUNT_(person)                                                   \
	" IF :" #person "_limit THEN"                                                 \
	" " SQL_LIMIT_COUNT(person) ";"                                               \
	" IF NOT " SQL_LIMIT_IS_GRANTED " THEN SET outcome = $TOO_MANY,"              \
	" wait_s = " SQL_LIMIT_WAIT_S(person) "; LEAVE work; END IF; END IF;"
#define ACCOUNT_MAIL_(person, interval, mail)                                         \
	" IF :" #person "_limit THEN"                                                 \
	" " SQL_LIMIT_COUNT_LOCKING(interval) ";"                                     \
	" SET goes_out = " SQL_LIMIT_IS_GRANTED ";"                                   \
	" " SQL_OUTBOX_INSERT_IF("goes_out", mail) ";"                                \
	" END IF;"
/* clang-format on */

const struct statement statements[STATEMENTS__MAX] = {
	[SCHEMA_VERSION] = {
	    "SELECT COALESCE(MAX(version), 0), @@read_only OR @@innodb_read_only"
	    " FROM schema_migration WHERE ended_at IS NOT NULL",
	    .columns = 2,
	    .may_lag = true,
	},

	[LIMIT_COUNT] = {
	    SQL_LIMIT_COUNT_LOCKING(try) " RETURNING count, holder = :try_holder,"
	    " window_ends_at - :now",
	    .columns = 3,
	},
	[LIMIT_READ] = {
	    "SELECT count, window_ends_at FROM limit_counter"
	    " WHERE limit_id = :try_limit AND subject_hash = :try_hash"
	    " AND window_ends_at > :now",
	    .columns = 2,
	},
	[LIMIT_GIVE_BACK] = { SQL_LIMIT_GIVE_BACK(try, ":try_first_run") },
	[LIMIT_RESET] = {
	    "DELETE FROM limit_counter WHERE limit_id = :try_limit AND subject_hash = :try_hash",
	},
	[KNOWN_SOURCE_WRITE] = { SQL_KNOWN_SOURCE_WRITE },
	[KNOWN_SOURCES_FORGET] = { SQL_KNOWN_SOURCES_FORGET },

	[AUDIT_INSERT] = { SQL_AUDIT_INSERT },

	[AUDIT_INSERT_FOR] = {
	    SQL_AUDIT_INTO " SELECT :happened_at, :event_request_id, :event,"
	    " COALESCE(a.id, :event_account_id), COALESCE(a.person_id, :event_person_id),"
	    " :event_source"
	    " FROM (SELECT 1) d LEFT JOIN account a ON a.login_id = :login_id",
	},

	[SPENT_TOKEN_INSERT] = { SQL_SPENT_TOKEN_INSERT },
	[SPENT_TOKEN_READ] = {
	    "SELECT kind, fingerprint, outcome, next_id, created_at FROM spent_token"
	    " WHERE jti = :jti",
	    .columns = 5,
	},
	[SPENT_TOKEN_TAKE_BACK] = {
	    "DELETE FROM spent_token WHERE jti = :jti AND next_id = :next_id",
	},

	/* All that is known of a token: how it was spent, its tries and its wrong repeats. */
	[TOKEN_STATE_READ] = {
	    "SELECT " SQL_TOKEN_STATE SQL_TOKEN_STATE_FROM " WHERE " SQL_IS_ONE_ROW,
	    .columns = 8,
	},

	/* The same, and whether its person has an account. */
	[TOKEN_STATE_READ_OF] = {
	    "SELECT " SQL_TOKEN_STATE
	    ", EXISTS (SELECT 1 FROM account WHERE person_id = :person_id)"
	    SQL_TOKEN_STATE_FROM " WHERE " SQL_IS_ONE_ROW,
	    .columns = 9,
	},

	[PERSON_BY_LOOKUP] = {
	    "BEGIN NOT ATOMIC " SQL_PERSON_DECLARED SQL_PERSON_FIND
	    " SELECT " SQL_PERSON_COLUMNS "; END",
	    .columns = 3,
	},

	/* The identity step (registration_identify.c): all that it asks before it acts. */
	[IDENTITY_READ] = {
	    "SELECT " SQL_TOKEN_STATE
	    ", " SQL_LIMIT_LEVEL(source) ", " SQL_LIMIT_LEVEL(prefix)
	    ", " SQL_LIMIT_LEVEL(wrong_of_source) ", " SQL_LIMIT_LEVEL(wrong_of_prefix)
	    ", " SQL_LIMIT_LEVEL(wrong_of_service)
	    SQL_TOKEN_STATE_FROM
	    SQL_LIMIT_JOIN(source) SQL_LIMIT_JOIN(prefix)
	    SQL_LIMIT_JOIN(wrong_of_source) SQL_LIMIT_JOIN(wrong_of_prefix)
	    SQL_LIMIT_JOIN(wrong_of_service) " WHERE " SQL_IS_ONE_ROW,
	    .columns = 18,
	},
	/* A try: reserves a right number, spends the CAPTCHA and counts; and when that is committed
	 * looks up whose number it is. With a wrong CAPTCHA it only spends that. Nothing of it is
	 * kept where no right number is left, nor a try, or where the CAPTCHA was spent on another
	 * body. A body that comes again was counted; it takes the CAPTCHA from the one that spent
	 * it, so that this one cannot take it back. For its number it is the same try once more: it
	 * may have come first when none was left, and was not compared. */
	[IDENTITY_TRY] = {
	    BLOCK_(
	    "DECLARE met, persons_left, tries_left, number_left INT; DECLARE wait_s BIGINT;"
	    " DECLARE counts, kept BOOL; " SQL_PERSON_DECLARED,
	    " IF :is_right THEN " SQL_LIMIT_COUNT(source) ";"
	    " SET persons_left = " SQL_LIMIT_LEFT ";"
	    " IF persons_left < 0 THEN SET wait_s = " SQL_LIMIT_WAIT_S(source) "; END IF;"
	    " IF :prefix_limit THEN " SQL_LIMIT_COUNT(prefix) ";"
	    " IF persons_left >= 0 AND NOT " SQL_LIMIT_IS_GRANTED
	    " THEN SET wait_s = " SQL_LIMIT_WAIT_S(prefix) "; END IF;"
	    " SET persons_left = LEAST(persons_left, " SQL_LIMIT_LEFT "); END IF; END IF;"
	    SQL_SPEND_TOKEN("next_id = IF(next_id = VALUES(next_id) OR kind <> VALUES(kind)"
	    " OR fingerprint <> VALUES(fingerprint), next_id, '')")
	    " SET counts = :is_right AND met IN ($SPENT_NOW, $SPENT_EARLIER);"
	    " IF counts THEN " SQL_LIMIT_COUNT(tries) "; SET tries_left = " SQL_LIMIT_LEFT ";"
	    " ELSE SELECT :tries_max - COALESCE(tries.count, 0) INTO tries_left"
	    " FROM " SQL_ONE_ROW SQL_LIMIT_JOIN(tries) " WHERE " SQL_IS_ONE_ROW "; END IF;"
	    " IF :is_right AND :number_limit THEN " SQL_LIMIT_COUNT(number) ";"
	    " SET number_left = " SQL_LIMIT_LEFT "; END IF;"
	    " SET kept = met <> $SPENT_ON_OTHER AND (NOT :is_right OR persons_left >= 0)"
	    " AND (NOT counts OR tries_left >= 0);"
	    " IF kept THEN COMMIT; ELSE ROLLBACK; END IF;"
	    " IF kept AND :is_right THEN " SQL_PERSON_FIND " END IF;"
	    " SELECT met, persons_left, wait_s, tries_left, number_left, " SQL_PERSON_COLUMNS ";"),
	    .columns = 8,
	},
	/* Spends the link, gives the try of the number back, which was right, writes the audit
	 * event of a last place, and the mail, unless one went out within the mail interval. The
	 * same body at the same moment has the same try: who spends the link gives it back. The
	 * second link keeps its jti however often it is mailed, and with it its count of tries. */
	[IDENTITY_SPEND_LINK] = {
	    BLOCK_(
	    "DECLARE met INT;",
	    SQL_SPEND_TOKEN("jti = VALUES(jti)")
	    " IF :number_limit THEN " SQL_LIMIT_GIVE_BACK(number, "met = $SPENT_NOW") "; END IF;"
	    " IF met = $SPENT_NOW AND :is_last THEN " SQL_AUDIT_INSERT "; END IF;"
	    " IF met IN ($SPENT_NOW, $SPENT_BEFORE) THEN " SQL_LIMIT_COUNT_LOCKING(mails) ";"
	    " IF " SQL_LIMIT_IS_GRANTED " THEN"
	    " " SQL_OUTBOX_INSERT " ON DUPLICATE KEY UPDATE id = VALUES(id);"
	    " IF met = $SPENT_BEFORE THEN UPDATE outbox SET jti ="
	    " (SELECT s.next_id FROM spent_token s WHERE s.jti = :jti)"
	    " WHERE id = :mail_id; END IF; END IF; END IF;"
	    " SELECT met; COMMIT;"),
	    .columns = 1,
	},
	[POSTED_CODES_ARE_OUT] = {
	    "SELECT EXISTS (SELECT 1 FROM posted_code c WHERE " SQL_CODE_IS_GOOD ")",
	    .columns = 1,
	},

	/* The key step, in one trip. The try and what comes of it are committed together, and
	 * nobody is told before. Where the link is spent, also by a request at the same moment,
	 * nothing of it is kept, and the row is that of the one that spent it. A second run is that
	 * one itself. */
	[SECOND_LINK_TRY] = {
	    BLOCK_(
	    "DECLARE tries_left INT; DECLARE is_used BOOL DEFAULT FALSE;",
	    " " SQL_LIMIT_COUNT(tries) "; SET tries_left = " SQL_LIMIT_LEFT ";"
	    " IF :key_is_right AND tries_left >= 0 THEN"
	    " BEGIN DECLARE CONTINUE HANDLER FOR 1062 SET is_used ="
	    " (SELECT next_id <> :next_id FROM spent_token WHERE jti = :jti); "
	    SQL_SPENT_TOKEN_INSERT "; END;"
	    " ELSE SET is_used = EXISTS (SELECT 1 FROM spent_token WHERE jti = :jti); END IF;"
	    " IF is_used THEN SELECT TRUE, tries_left, kind, fingerprint, next_id, created_at"
	    " FROM spent_token WHERE jti = :jti; ROLLBACK;"
	    " ELSE SELECT FALSE, tries_left, NULL, NULL, NULL, NULL; COMMIT; END IF;"),
	    .columns = 6,
	},

	/* All that the account step writes, in one trip. It answers with a result (result.h), the
	 * tries that are left to the token and to the person, and how long to wait.
	 *
	 * A try and what comes of it are committed together, and nobody is told before. Whoever
	 * uses the same token, or another one of the person, waits at its counter meanwhile. So
	 * each result takes back what it does not keep:
	 *
	 *   OK                    the person's try: no login ID was taken
	 *   TAKEN                 all but the two tries
	 *   ACCOUNT_EXISTS,
	 *   PERSON_NOT_ELIGIBLE   all but the token's try
	 *   TOKEN_SPENT, TOO_MANY all of it
	 *
	 * TOO_MANY comes before the login ID is looked at, so that it does not tell whether that is
	 * taken: nobody counts it.
	 *
	 * Run again after a lost answer it finds the token spent by itself, which is OK. A
	 * registration that began without a posted code (:code_issue 0) spends that of the person,
	 * if there is one: none must be good when the account is deleted. */
	[ACCOUNT_CREATE] = {
	    TRANSACTION_(
	    " BEGIN"
	    " DECLARE outcome, tries_left, taken_left INT;"
	    " DECLARE wait_s BIGINT; DECLARE goes_out BOOL;"
	    " step: BEGIN"
	    " " SQL_LIMIT_COUNT(tries) "; SET tries_left = " SQL_LIMIT_LEFT ";"
	    " SET outcome = (SELECT IF(next_id = :next_id, $OK, $TOKEN_SPENT)"
	    " FROM spent_token WHERE jti = :jti);"
	    " IF outcome IS NOT NULL THEN ROLLBACK; LEAVE step; END IF;"
	    " IF tries_left < 0 THEN SET outcome = $LINK_EXHAUSTED; LEAVE step; END IF;"
	    " SAVEPOINT tried;"
	    " " SQL_LIMIT_COUNT(taken) "; SET taken_left = " SQL_LIMIT_LEFT ";"
	    " IF taken_left < 0 THEN SET wait_s = " SQL_LIMIT_WAIT_S(taken) ","
	    " outcome = $TOO_MANY; ROLLBACK; LEAVE step; END IF;"
	    " SAVEPOINT counted;"
	    " work: BEGIN"
	    ACCOUNT_MAIL_COUNT_(owners)
	    ACCOUNT_MAIL_COUNT_(links)
	    " BEGIN"
	    " DECLARE EXIT HANDLER FOR 1452 SET outcome = $PERSON_NOT_ELIGIBLE;"
	    " DECLARE EXIT HANDLER FOR 1062 IF outcome = $TAKEN"
	    " AND EXISTS (SELECT 1 FROM account WHERE person_id = :person_id)"
	    " THEN SET outcome = $ACCOUNT_EXISTS; END IF;"
	    " SET outcome = $TOKEN_SPENT;"
	    " " SQL_SPENT_TOKEN_INSERT ";"
	    " SET outcome = $TAKEN;"
	    " INSERT INTO account (id, person_id, login_id, password_hash, email, pending_email,"
	    " nickname, language, created_at, password_changed_at) VALUES (:id, :person_id,"
	    " :login_id, :password_hash, :email, :pending_email, :nickname, :language,"
	    " :created_at, :created_at);"
	    " SET outcome = $OK;"
	    " END;"
	    " IF outcome <> $OK THEN LEAVE work; END IF;"
	    " UPDATE posted_code SET used_at = :now, expires_at = LEAST(expires_at, :now)"
	    " WHERE person_id = :person_id AND :code_issue IN (issue, 0) AND used_at IS NULL;"
	    " IF ROW_COUNT() = 0 AND :code_issue <> 0"
	    " THEN SET outcome = $ACCOUNT_EXISTS; LEAVE work; END IF;"
	    " " SQL_LOGIN_FAILURES_FORGET ";"
	    " " SQL_KNOWN_SOURCES_FORGET ";"
	    " " SQL_OUTBOX_INSERT ";"
	    ACCOUNT_MAIL_(owners, owner_mail, owner)
	    ACCOUNT_MAIL_(links, link_mail, link)
	    " END;"
	    " CASE outcome"
	    " WHEN $OK THEN UPDATE limit_counter SET count = count - 1, holder = 'returned'"
	    " WHERE limit_id = :taken_limit AND subject_hash = :taken_hash;"
	    " WHEN $TAKEN THEN ROLLBACK TO counted;"
	    " WHEN $ACCOUNT_EXISTS THEN ROLLBACK TO tried; LEAVE step;"
	    " WHEN $PERSON_NOT_ELIGIBLE THEN ROLLBACK TO tried; LEAVE step;"
	    " ELSE ROLLBACK; LEAVE step;"
	    " END CASE;"
	    " BEGIN DECLARE CONTINUE HANDLER FOR 1062 IF outcome = $OK THEN RESIGNAL; END IF;"
	    " " SQL_AUDIT_INTO " VALUES (:happened_at, :event_request_id,"
	    " IF(outcome = $OK, :event, $AUDIT_LOGIN_ID_TAKEN),"
	    " IF(outcome = $OK, :event_account_id, ''), :event_person_id, :event_source);"
	    " END;"
	    " END;"
	    " SELECT outcome, tries_left, taken_left, wait_s;"
	    " END;"),
	    .columns = 4,
	},

	[ACCOUNT_EXISTS_OF] = {
	    "SELECT EXISTS (SELECT 1 FROM account WHERE id = :id)"
	    " OR EXISTS (SELECT 1 FROM account WHERE person_id = :person_id)",
	    .columns = 1,
	},
	[ACCOUNT_READ] = {
	    "SELECT " SQL_ACCOUNT_COLUMNS ", a.password_hash FROM account a WHERE a.id = :id",
	    .columns = 11,
	},
	/* The account of a mailed link (mailed_link.h), which need not have the link's address.
	 * The person is joined here and not in the updates, which would wait for an import that
	 * changes it. */
	[ACCOUNT_BY_LINK] = {
	    "SELECT " SQL_ACCOUNT_COLUMNS ", a.password_hash FROM account a JOIN insured_person p"
	    " ON p.id = a.person_id AND " SQL_HAS_ACCESS
	    " WHERE a.id = :id AND a.generation = :generation AND a.state = $ACCOUNT_ACTIVE",
	    .columns = 11,
	},
	/* The account of a former member, who cannot log in any more. */
	[ACCOUNT_FORMER_BY_LINK] = {
	    "SELECT " SQL_ACCOUNT_COLUMNS ", a.password_hash FROM account a JOIN insured_person p"
	    " ON p.id = a.person_id AND NOT (" SQL_HAS_ACCESS ")"
	    " WHERE a.id = :id AND a.generation = :generation AND a.email = :email"
	    " AND a.state = $ACCOUNT_ACTIVE",
	    .columns = 11,
	},
	[ACCOUNT_FORMER_BY_ADDRESS] = {
	    "SELECT " SQL_ACCOUNT_COLUMNS ", a.password_hash FROM account a JOIN insured_person p"
	    " ON p.id = a.person_id AND NOT (" SQL_HAS_ACCESS ")"
	    " WHERE (a.login_id = :login_id OR a.email = :email) AND a.state = $ACCOUNT_ACTIVE"
	    " ORDER BY a.login_id = :login_id DESC, a.created_at, a.id LIMIT 1",
	    .columns = 11,
	},
	/* The account that can log in with it. */
	[ACCOUNT_BY_LOGIN_ID] = {
	    "SELECT " SQL_ACCOUNT_COLUMNS ", a.password_hash FROM account a JOIN insured_person p"
	    " ON p.id = a.person_id AND " SQL_HAS_ACCESS
	    " WHERE a.login_id = :login_id AND a.state = $ACCOUNT_ACTIVE",
	    .columns = 11,
	},
	[ACCOUNT_LOGIN_IDS] = {
	    "SELECT login_id FROM account WHERE email = :email AND state = $ACCOUNT_ACTIVE"
	    " ORDER BY created_at LIMIT 8",
	    .columns = 1,
	},
	[ACCOUNT_SET_PASSWORD] = {
	    "UPDATE account SET password_hash = :password_hash, password_changed_at = :now,"
	    " " SQL_RAISE_GENERATION
	    " WHERE id = :id AND generation = :generation AND state = $ACCOUNT_ACTIVE",
	},
	/* All that a reset link writes, in one trip and one transaction (ACCOUNT_CREATE has the
	 * rules). It answers with a result: OK; LINK_EXHAUSTED; NO_ROW, the link is over or the
	 * login ID another one, which keeps the try alone; DUPLICATE, another request has spent it,
	 * which keeps nothing.
	 *
	 * FORCE INDEX: along the index of addresses it would lock all accounts that share one,
	 * and in another order than a change of address does. */
	[PASSWORD_RESET] = {
	    TRANSACTION_(
	    " BEGIN"
	    " DECLARE outcome, tries_left INT;"
	    " step: BEGIN"
	    " " SQL_LIMIT_COUNT(tries) "; SET tries_left = " SQL_LIMIT_LEFT ";"
	    " SET outcome = (SELECT IF(next_id = :next_id, $OK, $DUPLICATE)"
	    " FROM spent_token WHERE jti = :jti);"
	    " IF outcome IS NOT NULL THEN ROLLBACK; LEAVE step; END IF;"
	    " IF tries_left < 0 THEN SET outcome = $LINK_EXHAUSTED; LEAVE step; END IF;"
	    " SAVEPOINT tried;"
	    " " SQL_SPENT_TOKEN_INSERT ";"
	    " UPDATE account FORCE INDEX (PRIMARY) SET password_hash = :password_hash,"
	    " password_changed_at = :now, " SQL_RAISE_GENERATION
	    " WHERE id = :account_id AND generation = :generation"
	    " AND state = $ACCOUNT_ACTIVE AND email = :email AND login_id = :login_id;"
	    " IF ROW_COUNT() = 0"
	    " THEN ROLLBACK TO tried; SET outcome = $NO_ROW; LEAVE step; END IF;"
	    " DELETE FROM session WHERE account_id = :account_id;"
	    " " SQL_LOGIN_FAILURES_FORGET ";"
	    " " SQL_KNOWN_SOURCES_FORGET ";"
	    " " SQL_KNOWN_SOURCE_WRITE ";"
	    " " SQL_AUDIT_INSERT ";"
	    " " SQL_OUTBOX_INSERT ";"
	    " SET outcome = $OK;"
	    " END;"
	    " SELECT outcome;"
	    " END;"),
	    .columns = 1,
	},
	[ACCOUNT_SET_SETTINGS] = {
	    "UPDATE account SET nickname = COALESCE(:nickname, nickname),"
	    " language = COALESCE(:language, language) WHERE id = :id",
	},
	[ACCOUNT_SET_PENDING_EMAIL] = {
	    "UPDATE account SET pending_email = :pending_email WHERE id = :id",
	},
	[ACCOUNT_SET_LOGIN_ID] = { "UPDATE account SET login_id = :login_id WHERE id = :id" },
	[ACCOUNT_CONFIRM_EMAIL] = {
	    "UPDATE account FORCE INDEX (PRIMARY) SET email = pending_email, pending_email = NULL"
	    " WHERE id = :id AND generation = :generation AND state = $ACCOUNT_ACTIVE"
	    " AND pending_email = :email",
	},
	[ACCOUNT_DELETE] = { "DELETE FROM account WHERE id = :id" },
	[ACCOUNT_DELETE_BY_LINK] = {
	    "DELETE FROM account WHERE id = :id AND generation = :generation"
	    " AND state = $ACCOUNT_ACTIVE AND email = :email",
	},

	/* What a password is compared with, and its try, counted: struct log_in_status
	 * (log_in_rows.h). All is read before the count. NO_ROW: the source or its prefix failed
	 * too often, and nothing is counted. The mail about failures has been sent where holder is
	 * empty (SESSION_BEGIN); a try that is counted again leaves itself out. */
	[LOG_IN_COUNT] = {
	    BLOCK_(
	    "DECLARE is_failing, source_is_known, untold, is_known, is_usable INT;"
	    " DECLARE the_id, the_person_id BINARY(16); DECLARE the_hash VARBINARY(127);"
	    " DECLARE the_email VARBINARY(254); DECLARE the_nickname VARBINARY(400);"
	    " DECLARE the_language VARBINARY(2); DECLARE the_generation BIGINT;",
	    " SELECT source.count >= :source_max OR prefix.count >= :prefix_max,"
	    " known.subject_hash IS NOT NULL,"
	    " IF(failures.holder = REPEAT(CHAR(0), 8), 0,"
	    "  failures.count - (failures.holder = :failures_holder)),"
	    " a.id IS NOT NULL, a.state = $ACCOUNT_ACTIVE AND p.id IS NOT NULL, a.id, a.person_id,"
	    " a.password_hash, a.email, a.nickname, a.language, a.generation"
	    " INTO is_failing, source_is_known, untold, " LOG_IN_ACCOUNT_
	    " FROM " SQL_ONE_ROW SQL_LIMIT_JOIN(source) SQL_LIMIT_JOIN(prefix)
	    SQL_LIMIT_JOIN(known) SQL_LIMIT_JOIN(failures)
	    " LEFT JOIN account a ON a.login_id = :login_id"
	    " LEFT JOIN insured_person p ON p.id = a.person_id AND " SQL_HAS_ACCESS
	    " WHERE " SQL_IS_ONE_ROW ";"
	    " IF is_failing THEN ROLLBACK; SIGNAL SQLSTATE '02000'; END IF;"
	    " IF source_is_known THEN " SQL_LIMIT_COUNT_LOCKING(known) LOG_IN_RETURNING_(known)
	    "; ELSE "
	    SQL_LIMIT_COUNT_LOCKING_UNTIL(failures,
		"IF(is_known, :failures_window_ends_at, :nobody_window_ends_at)")
	    LOG_IN_RETURNING_(failures) "; END IF; COMMIT;"),
	    .columns = 12,
	},
	/* What a log-in that failed writes. */
	[LOG_IN_FAILED] = {
	    TRANSACTION_(
	    " IF :source_limit THEN " SQL_LIMIT_COUNT(source) "; END IF;"
	    " IF :prefix_limit THEN " SQL_LIMIT_COUNT(prefix) "; END IF;"
	    " " SQL_AUDIT_INSERT ";"),
	},
	/* All that a log-in writes, in one trip: the account still has the login ID, and the
	 * generation with which the password was compared, and others wait for it; its longest
	 * unused sessions make room; the session; the failures of the login ID are forgotten, or
	 * marked as told; the source is known; a password hash of today's cost; the audit event; a
	 * notification, if it has an address: to the one that is proven by now. */
	[SESSION_BEGIN] = {
	    TRANSACTION_(
	    " IF NOT EXISTS (SELECT 1 FROM account FORCE INDEX (PRIMARY)"
	    " WHERE id = :account_id AND generation = :generation AND login_id = :login_id"
	    " AND state = $ACCOUNT_ACTIVE FOR UPDATE)"
	    " THEN ROLLBACK; SIGNAL SQLSTATE '02000'; END IF;"
	    " BEGIN DECLARE beyond INT DEFAULT"
	    " (SELECT COUNT(*) FROM session WHERE account_id = :account_id) - :others_max;"
	    " IF beyond > 0 THEN"
	    " DELETE FROM session WHERE account_id = :account_id ORDER BY used_at LIMIT beyond;"
	    " END IF; END;"
	    " INSERT INTO session (id, account_id, generation, refresh_hash, client_hash,"
	    " rotated_at, device, created_at, used_at, expires_at)"
	    " VALUES (:session_id, :account_id, :generation,"
	    " :refresh_hash, :client_hash, :now, :device, :now, :now, :expires_at);"
	    " IF :forgets_failures THEN " SQL_LOGIN_FAILURES_FORGET "; END IF;"
	    " IF :marks_failures_told THEN UPDATE limit_counter SET holder = ''"
	    " WHERE limit_id = $LIMIT_LOGIN_FAILURES AND subject_hash = :login_id_hash; END IF;"
	    " " SQL_KNOWN_SOURCE_WRITE ";"
	    " IF :has_fresh_hash THEN UPDATE account SET password_hash = :fresh_hash"
	    " WHERE id = :account_id AND password_hash = :old_hash; END IF;"
	    " " SQL_AUDIT_INSERT ";"
	    " IF :mail_email <> '' THEN "
	    SQL_OUTBOX_INSERT_(mail, ":mail_kind", ":mail_state",
		"(SELECT email FROM account WHERE id = :account_id)", ":mail_finished_at")
	    "; END IF;"),
	},
	/* Who holds an access token, while the session is alive and the account may be used: read
	 * once at every call, so that whatever ended acts at once on every replica. */
	[SESSION_MEMBER] = {
	    "SELECT " SQL_ACCOUNT_COLUMNS ", p.lookup, p.eligible_until, " SQL_ACCESS_UNTIL
	    " FROM " SQL_ALIVE " WHERE s.id = :session_id AND " SQL_SESSION_LIVES,
	    .columns = 13,
	},
	/* The same account, as the session that changes something sees it until its transaction
	 * ends. The account is locked first, as every transaction does. */
	[SESSION_LOCK] = {
	    "SELECT " SQL_ACCOUNT_COLUMNS ", a.password_hash FROM account a STRAIGHT_JOIN session s"
	    " ON s.account_id = a.id AND s.generation = a.generation"
	    " WHERE a.id = :account_id AND a.state = $ACCOUNT_ACTIVE AND s.id = :session_id"
	    " FOR UPDATE",
	    .columns = 11,
	},
	[SESSION_READ] = {
	    "SELECT s.account_id, s.refresh_hash, s.previous_hash, s.client_hash, s.rotated_at,"
	    " s.created_at, s.expires_at FROM " SQL_ALIVE
	    " WHERE s.id = :session_id AND " SQL_SESSION_LIVES,
	    .columns = 7,
	},
	[SESSION_ROTATE] = {
	    "UPDATE session SET previous_hash = refresh_hash, refresh_hash = :refresh_hash,"
	    " client_hash = :client_hash, rotated_at = :now, used_at = GREATEST(used_at, :now)"
	    " WHERE id = :session_id AND refresh_hash = :old_hash",
	},
	[SESSION_LIST] = {
	    "SELECT s.id, s.device, s.created_at, s.used_at, s.expires_at FROM session s"
	    " JOIN account a ON a.id = s.account_id AND a.generation = s.generation"
	    " WHERE s.account_id = :account_id AND " SQL_SESSION_LIVES
	    " ORDER BY s.used_at DESC LIMIT :sessions_max",
	    .columns = 5,
	},
	[SESSION_END] = {
	    "DELETE FROM session WHERE id = :session_id AND account_id = :account_id",
	},
	[SESSION_END_OTHERS] = {
	    "DELETE FROM session WHERE account_id = :account_id AND id <> :kept_id",
	},
	[SESSION_SET_GENERATION] = {
	    "UPDATE session SET generation = :generation WHERE id = :session_id",
	},

	[OUTBOX_INSERT] = { SQL_OUTBOX_INSERT },
	/* Counts a mail by its mail interval and enqueues it, as MAIL_NONE where it may not go out
	 * now. One that would go out, and must not because there are too many in all, leaves
	 * nothing. A second run finds its own row. */
	[OUTBOX_INSERT_COUNTED] = {
	    BLOCK_("DECLARE goes_out INT;",
	    " " SQL_LIMIT_COUNT_LOCKING(try) "; SET goes_out = " SQL_LIMIT_IS_GRANTED ";"
	    " SELECT goes_out;"
	    " IF goes_out AND :too_many THEN ROLLBACK; ELSE "
	    SQL_OUTBOX_INSERT_IF("goes_out", mail) " ON DUPLICATE KEY UPDATE id = VALUES(id);"
	    " COMMIT; END IF;"),
	    .columns = 1,
	},
	/* Finishes what was sent, claims mails that are due, and reads what was claimed: one trip,
	 * each committed by itself. The row of a block that claims none has no mail, and one that
	 * does neither has no row: it shows nothing of whether the database takes changes. The ids
	 * of the due are read without a lock, and by them they are claimed: so who claims and who
	 * finishes lock rows in one order, that of the primary key. Where another worker was sooner
	 * with all of them, the next are looked for. A second run also takes what the first one has
	 * claimed, as the same try. */
	[OUTBOX_FINISH_AND_CLAIM] = {
	    "BEGIN NOT ATOMIC"
	    " DECLARE due BLOB; DECLARE more INT;"
	    FINISH_SENT_
	    " REPEAT"
	    " SELECT GROUP_CONCAT(id SEPARATOR '') INTO due FROM (SELECT id FROM outbox"
	    "  WHERE state = $OUTBOX_PENDING AND next_try_at <= UTC_TIMESTAMP(6)"
	    "  AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6)"
	    "   OR (NOT :first_run AND lease_owner = :worker_id))"
	    "  ORDER BY next_try_at LIMIT :looked_for) d;"
	    " SET more = LENGTH(due) > 16 * :mails_max, due = LEFT(due, 16 * :mails_max);"
	    " IF due IS NOT NULL THEN"
	    "  UPDATE outbox SET"
	    "  tries = tries + 1"
	    "  - COALESCE(lease_owner = :worker_id AND lease_until >= UTC_TIMESTAMP(6), 0),"
	    "  lease_until = UTC_TIMESTAMP(6) + INTERVAL :lease_s SECOND, lease_owner = :worker_id"
	    "  WHERE id IN " SQL_MAILS_OF("due") " AND state = $OUTBOX_PENDING"
	    "  AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6)"
	    "   OR lease_owner = :worker_id);"
	    " END IF;"
	    " UNTIL due IS NULL OR ROW_COUNT() > 0 END REPEAT;"
	    " SELECT finished, more, " SQL_MAIL_COLUMNS " FROM " SQL_ONE_ROW
	    "  LEFT JOIN outbox ON id IN " SQL_MAILS_OF("due")
	    "  AND state = $OUTBOX_PENDING AND lease_owner = :worker_id"
	    "  AND lease_until >= UTC_TIMESTAMP(6)"
	    "  WHERE " SQL_IS_ONE_ROW " AND (finished > 0 OR id IS NOT NULL) ORDER BY next_try_at;"
	    " END",
	    .columns = 17,
	},
	[OUTBOX_READ] = {
	    "SELECT " SQL_MAIL_COLUMNS " FROM outbox WHERE id = :mail_id",
	    .columns = 15,
	},
	/* A worker whose lease ended has lost the mail only when another one claimed it. */
	[OUTBOX_RENEW] = {
	    "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) + INTERVAL :lease_s SECOND,"
	    " unconfirmed = :unconfirmed"
	    " WHERE id = :mail_id AND state = $OUTBOX_PENDING AND lease_owner = :worker_id",
	},
	/* Finishes what was sent, and lets go what was claimed and not tried. A second run finds
	 * none of that: the first ended the leases. */
	[OUTBOX_FINISH_AND_RELEASE] = {
	    "BEGIN NOT ATOMIC"
	    " DECLARE untried BLOB DEFAULT :untried;"
	    FINISH_SENT_
	    " UPDATE outbox SET tries = tries - 1, lease_until = NULL"
	    " WHERE id IN " SQL_MAILS_OF("untried")
	    " AND state = $OUTBOX_PENDING AND lease_owner = :worker_id AND lease_until IS NOT NULL;"
	    " SELECT finished;"
	    " END",
	    .columns = 1,
	},
	/* A dead mail keeps what it takes to send it once more. */
	[OUTBOX_FINISH] = {
	    "UPDATE outbox SET state = :state, unconfirmed = :unconfirmed, last_error = :error,"
	    " finished_at = :now, lease_until = NULL,"
	    " email = IF(:state = $OUTBOX_DEAD, email, ''),"
	    " nickname = IF(:state = $OUTBOX_DEAD, nickname, '')"
	    " WHERE id = :mail_id AND state = $OUTBOX_PENDING AND lease_owner = :worker_id",
	},
	[OUTBOX_RETRY] = {
	    "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) + INTERVAL :wait_s SECOND,"
	    " tries = :tries, relay_failures = :relay_failures, unconfirmed = :unconfirmed,"
	    " last_error = :error, lease_until = NULL"
	    " WHERE id = :mail_id AND state = $OUTBOX_PENDING AND lease_owner = :worker_id",
	},
	/* Mails that wait because the relay failed. */
	[OUTBOX_WAKE] = {
	    "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = $OUTBOX_PENDING"
	    " AND next_try_at > UTC_TIMESTAMP(6) AND relay_failures > 0",
	},
	/* Nobody is to be helped by them any more. Why they died stays. */
	[OUTBOX_DROP_DEAD] = {
	    "UPDATE outbox SET state = $OUTBOX_DROPPED, email = '', nickname = ''"
	    " WHERE person_id = :person_id AND state = $OUTBOX_DEAD",
	},

	/* Beyond :rows_max nothing is counted: what is read stays little, whatever waits. */
	[OUTBOX_LEVELS] = {
	    "SELECT COUNT(*), MIN(created_at),"
	    " (SELECT COUNT(*) FROM (SELECT id FROM outbox WHERE state = $OUTBOX_DEAD"
	    "  LIMIT :rows_max) d),"
	    " @@read_only OR @@innodb_read_only"
	    " FROM (SELECT created_at FROM outbox WHERE state = $OUTBOX_PENDING"
	    "  ORDER BY next_try_at LIMIT :rows_max) p",
	    .columns = 4,
	    .may_lag = true,
	},
	[ROSTER_LEVELS] = {
	    "SELECT created_at, eligible_after FROM roster_run WHERE outcome = $ROSTER_IMPORTED"
	    " ORDER BY created_at DESC LIMIT 1",
	    .columns = 2,
	    .may_lag = true,
	},
	/* A row belongs to the process that wrote it: the same count again changes nothing. */
	[STEP_COUNT_STORE] = {
	    "INSERT INTO step_count (day, counted_by, step, outcome, count)"
	    " VALUES (:day, :counted_by, :step, :outcome, :count)"
	    " ON DUPLICATE KEY UPDATE count = VALUES(count)",
	    .may_lag = true,
	},
};
