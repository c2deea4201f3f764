/* statement_parts.h - pieces of SQL that the files statements*.c share. */

#ifndef STATEMENT_PARTS_H
#define STATEMENT_PARTS_H

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
 * have come of them. Needs :alive_after. */
#define SQL_SECOND_LINKS_ALIVE "o.kind = $MAIL_SECOND_LINK AND o.expires_at > :alive_after"

/* Links that wait in the outbox o, but for those that a worker holds: they go out, and their links
 * are over. What is done to them has :now. */
#define SQL_LINKS_WAIT              \
	"o.state = $OUTBOX_PENDING" \
	" AND (o.lease_until IS NULL OR o.lease_until < UTC_TIMESTAMP(6))"
#define SQL_DROP_MAILS(why)                                                               \
	"o.state = $OUTBOX_DROPPED, o.finished_at = :now, o.email = '', o.nickname = ''," \
	" o.last_error = '" why "'"

#endif
