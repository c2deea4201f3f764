/* statement_parts.h - pieces of SQL that the files statements*.c share. */

#ifndef STATEMENT_PARTS_H
#define STATEMENT_PARTS_H

/* Of the person p: insured on :today. */
#define SQL_ELIGIBLE                \
	"p.eligible_from <= :today" \
	" AND (p.eligible_until IS NULL OR p.eligible_until > :today)"

/* The session s, its active account a and that one's eligible person p. Needs :today. */
#define SQL_ALIVE                                                                         \
	"session s JOIN account a ON a.id = s.account_id AND a.generation = s.generation" \
	" AND a.state = $ACCOUNT_ACTIVE"                                                  \
	" JOIN insured_person p ON p.id = a.person_id AND " SQL_ELIGIBLE

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

#endif
