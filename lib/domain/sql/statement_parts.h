/* statement_parts.h - pieces of SQL that the files statements*.c share. */

#ifndef STATEMENT_PARTS_H
#define STATEMENT_PARTS_H

/* Tries of limits, in a statement or block of their own or beside others. `p` names the try: its
 * parameters are :p_limit, :p_hash ... (limit_db_params()), and all tries have the same :now.
 *
 *   SQL_LIMIT_COUNT(p)          Counts it, of a limit that never locks.
 *   SQL_LIMIT_COUNT_LOCKING(p)  Counts it, of any limit. ..._UNTIL(p, SQL): SQL ends its window.
 *   SQL_LIMIT_GIVE_BACK(p, SQL) Takes it back. SQL: it cannot have been taken back before.
 *   SQL_LIMIT_JOIN(p)           Joins its counter as p; no row: no window of it is open.
 *   SQL_LIMIT_LEFT              In a block, right behind the counting: how many are left after it;
 *                               -1: it was not granted.
 *   SQL_LIMIT_IS_GRANTED        There, too: it was granted.
 *   SQL_LIMIT_LEVEL(p)          What limit_db_left() asks: two columns (limit_db_level_slots()).
 *
 * A :p_limit of 0 is that of a try that is not counted. Where one may come, the counting stands in
 * IF :p_limit THEN ...; END IF.
 *
 * To count begins a counter, begins it again when its window is over, and counts a try that is
 * granted. MariaDB assigns from left to right, and each line sees what those before it wrote; the
 * server reads all of it anew each time it counts, so that every word costs:
 *  - `count` is first that without this try: where the same try is counted again, after a lost
 *    answer, or the window is over, less. And so is the lock.
 *  - `holder` becomes the try's own if it is granted; the lines below ask that.
 *  - A try that is not granted is written, too (`rejected`): without a write the answer would come
 *    sooner, and tell that the subject is locked.
 *  - LAST_INSERT_ID(x) is x, and LAST_INSERT_ID() gives it to the next statement of the block,
 *    which need not read the row again: how many were left before this try; 0: it is not granted.
 */
#define SQL_LIMIT_COUNT_(p, window_ends_at, first_locked_until, unlock, is_unlocked, lock)        \
	"INSERT INTO limit_counter"                                                               \
	" (limit_id, subject_hash, count, window_ends_at, locked_until, holder, rejected)"        \
	" VALUES (:" #p "_limit, :" #p "_hash, 1, " window_ends_at ", " first_locked_until        \
	", :" #p "_holder, LAST_INSERT_ID(:" #p "_max) = 0)"                                      \
	" ON DUPLICATE KEY UPDATE" unlock                                                         \
	" count = IF(window_ends_at <= :now, 0, GREATEST(count - (holder = VALUES(holder)), 0))," \
	" holder = IF(count < :" #p "_max" is_unlocked ", VALUES(holder), holder),"               \
	" count = count + (holder = VALUES(holder))," lock                                        \
	" rejected = rejected + (LAST_INSERT_ID("                                                 \
	"IF(holder = VALUES(holder), :" #p "_max - count + 1, 0)) = 0),"                          \
	" window_ends_at = IF(window_ends_at <= :now, VALUES(window_ends_at), window_ends_at)"
#define SQL_LIMIT_COUNT(p)         SQL_LIMIT_COUNT_(p, ":" #p "_window_ends_at", "0", "", "", "")
#define SQL_LIMIT_COUNT_LOCKING(p) SQL_LIMIT_COUNT_LOCKING_UNTIL(p, ":" #p "_window_ends_at")
#define SQL_LIMIT_COUNT_LOCKING_UNTIL(p, window_ends_at)                                        \
	SQL_LIMIT_COUNT_(p, window_ends_at, ":" #p "_first_locked_until",                       \
	    " locked_until = IF(window_ends_at <= :now OR holder = VALUES(holder), 0, "         \
	    "locked_until),",                                                                   \
	    " AND locked_until <= :now",                                                        \
	    " locked_until = IF(holder <> VALUES(holder), locked_until,"                        \
	    " IF(count < :" #p "_lock_from, 0, :now + LEAST(:" #p "_lock_max_s, :" #p "_lock_s" \
	    " * POW(2, GREATEST(count - :" #p "_doubles_from, 0))))),")

/* One that may have been taken back takes from the count only where the try is still the holder,
 * which it is not afterwards: so it is never taken back twice. */
#define SQL_LIMIT_GIVE_BACK(p, is_first)                                             \
	"UPDATE limit_counter SET count = GREATEST(count, 1) - 1, locked_until = 0," \
	" holder = IF(holder = :" #p "_holder, 'returned', holder)"                  \
	" WHERE limit_id = :" #p "_limit AND subject_hash = :" #p "_hash"            \
	" AND (" is_first " OR holder = :" #p "_holder)"

#define SQL_LIMIT_JOIN(p)                                                    \
	" LEFT JOIN limit_counter " #p " ON " #p ".limit_id = :" #p "_limit" \
	" AND " #p ".subject_hash = :" #p "_hash AND " #p ".window_ends_at > :now"
#define SQL_LIMIT_LEFT       "CAST(LAST_INSERT_ID() AS SIGNED) - 1"
#define SQL_LIMIT_IS_GRANTED "LAST_INSERT_ID() > 0"
#define SQL_LIMIT_LEVEL(p)   #p ".count, " #p ".window_ends_at"

/* What is known of a token (token_state.c); in the one row of SQL_ONE_ROW. */
#define SQL_TOKEN_STATE                                                                 \
	"o.jti IS NOT NULL, o.kind, o.fingerprint, o.outcome, o.next_id, o.created_at," \
	" tries.count, repeats.count"
#define SQL_TOKEN_STATE_FROM                                                                  \
	" FROM " SQL_ONE_ROW " LEFT JOIN spent_token o ON o.jti = :jti" SQL_LIMIT_JOIN(tries) \
	    SQL_LIMIT_JOIN(repeats)

/* Of the person p: insured on :today. */
#define SQL_ELIGIBLE                \
	"p.eligible_from <= :today" \
	" AND (p.eligible_until IS NULL OR p.eligible_until > :today)"

/* Of the person p: may use an account on :today. Access lasts :days_after_loss days longer than
 * eligibility (access_day.h). */
#define SQL_ACCESS_UNTIL "p.eligible_until + INTERVAL :days_after_loss DAY"
#define SQL_HAS_ACCESS              \
	"p.eligible_from <= :today" \
	" AND (p.eligible_until IS NULL OR " SQL_ACCESS_UNTIL " > :today)"

/* The posted code c works: not used, not over at :now, and its run has ended. */
#define SQL_CODE_IS_GOOD                                                 \
	"c.used_at IS NULL AND c.expires_at > :now AND EXISTS (SELECT 1" \
	" FROM posted_code_run r WHERE r.id = c.run AND r.ended_at IS NOT NULL)"

/* The session s, its active account a and the person p, who may use it. Needs :today and
 * :days_after_loss. */
#define SQL_ALIVE                                                                         \
	"session s JOIN account a ON a.id = s.account_id AND a.generation = s.generation" \
	" AND a.state = $ACCOUNT_ACTIVE"                                                  \
	" JOIN insured_person p ON p.id = a.person_id AND " SQL_HAS_ACCESS

/* The times of the session s (struct session_cutoff). */
#define SQL_SESSION_LIVES                                        \
	"s.expires_at > :ends_after AND s.used_at > :used_after" \
	" AND s.created_at > :begun_after"

/* Of the account a; account_slots() has where they go. */
#define SQL_ACCOUNT_COLUMNS                                                      \
	"a.id, a.person_id, a.login_id, a.email, COALESCE(a.pending_email, '')," \
	" a.nickname, a.language, a.generation, a.created_at, a.password_changed_at"

/* Ends all sessions and mailed links of an account; an address that waits for its link goes,
 * too. */
#define SQL_RAISE_GENERATION "generation = generation + 1, pending_email = NULL"

/* Ends registrations that are under way, wherever they stand. `links`, a SELECT, has the jti of
 * each second link. They are spent, with a next token that is nobody's; and so are the tokens of
 * the account step, those made-up ones included, as if each had made an account that was deleted
 * since. Needs :now. */
#define SQL_SPEND_ \
	"INSERT IGNORE INTO spent_token (jti, kind, fingerprint, outcome, next_id, created_at) "
#define SQL_END_KEYS(links)                                                      \
	SQL_SPEND_ "SELECT o.jti, $STAGE_AUTHENTICATION_KEY, '', $OUTCOME_DONE," \
		   " UNHEX(MD5(CONCAT('key', o.jti))), :now FROM (" links ") o"
#define SQL_END_ACCOUNTS(links)                                                        \
	SQL_SPEND_ "SELECT (SELECT s.next_id FROM spent_token s WHERE s.jti = o.jti)," \
		   " $STAGE_ACCOUNT, '', $OUTCOME_DONE,"                               \
		   " UNHEX(MD5(CONCAT('account', o.jti))), :now FROM (" links ") o"

/* Second links in the outbox o that are not over on any clock, nor is the account step that may
 * have come of them. A mail that said that the person has an account stands for one, too: when the
 * account is gone, the same identity step again mails it. Needs :alive_after. */
#define SQL_SECOND_LINKS_ALIVE                                    \
	"o.kind IN ($MAIL_SECOND_LINK, $MAIL_ALREADY_REGISTERED," \
	" $MAIL_ACCOUNT_DISABLED) AND o.expires_at > :alive_after"

/* Links that wait in the outbox o, but for those that a worker holds: they go out, and their links
 * are over. What is done to them has :now. */
#define SQL_LINKS_WAIT              \
	"o.state = $OUTBOX_PENDING" \
	" AND (o.lease_until IS NULL OR o.lease_until < UTC_TIMESTAMP(6))"
#define SQL_DROP_MAILS(why)                                                               \
	"o.state = $OUTBOX_DROPPED, o.finished_at = :now, o.email = '', o.nickname = ''," \
	" o.last_error = '" why "'"

#endif
