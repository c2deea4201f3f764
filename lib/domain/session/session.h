/* session.h - the flow of a login: begin, refresh, be asked who one is, list, end.
 *
 *   begin     login ID and password -> an access token and a refresh token
 *   refresh   refresh token -> the next pair; the old one is then worth nothing
 *   member    access token -> who holds it, if the login still lives
 *
 * A wrong login ID, a wrong password, a lock, a disabled account and lost eligibility are one
 * LOGIN_FAILED, after the same work: a password hash, a count, a row in the audit trail. What is
 * counted and locked is the login ID, or a source that it is known from (login_limits.h). Whatever
 * ended a login, the answer to its tokens is one LOGIN_REQUIRED. UNAVAILABLE and OVERLOADED may come
 * from all of them; what was not judged, and the right password, then count as no try. */

#ifndef SESSION_H
#define SESSION_H

#include "account.h"
#include "bounds.h"
#include "app.h"
#include "refresh_token.h"
#include "error_info.h"
#include "result.h"
#include "secret.h"
#include "session_rows.h"
#include "client.h"

#include <stdint.h>

/* A refresh token that was used in this time, by the same client, may be used again: its answer was
 * lost, or two windows of a browser refreshed at once. They get the same next token. CLOCK_SKEW_S is
 * granted on top: another replica may have written when. */
#define SESSION_REPEAT_S 30

/* What is handed out. Wiped by its owner. */
struct session_tokens {
	char access[TOKEN_MAX + 1];
	int64_t access_lives_s;
	char refresh[REFRESH_TOKEN_LENGTH + 1];
	int64_t refresh_lives_s;
};
void session_tokens_wipe(struct session_tokens *);

/* LOGIN_FAILED; TOO_MANY: the source failed too often, refusal->wait_s. `login_id` is folded. */
enum result session_log_in(const struct app *, const struct client *, const char *login_id,
    const struct secret *password, struct session_tokens *ret,
    struct error_info *ret_info) MUST_USE;

/* LOGIN_REQUIRED: not a token of ours, or its login is over. A token that was used before, but for
 * the repeats above, ends its login: one of the two who hold it is a thief (RFC 9700 4.14.2). One
 * that was never ours, made up around the id that access tokens show, ends nothing. */
enum result session_refresh(const struct app *, const struct client *, const char *refresh_token,
    struct session_tokens *ret) MUST_USE;

/* Who holds a living login. Wiped by its owner. */
struct member {
	struct session_id session_id;
	int64_t auth_time;                           /* when the password was given */
	struct account account;                      /* all but the hash */
	char insured_number[SESSION_NUMBER_MAX + 1]; /* folded; a secret by law, shown masked */
};
void member_wipe(struct member *);

/* LOGIN_REQUIRED; ACCESS_EXPIRED: ours, but past its time: refresh. */
enum result session_member(
    const struct app *, const char *access_token, struct member *ret) MUST_USE;

enum result session_list_of(
    const struct app *, const struct member *, struct session_list *ret) MUST_USE;

/* Ends one of the member's logins, this one included. NOT_FOUND: the member has no such login. */
enum result session_end(const struct app *, const struct client *, const struct member *,
    struct session_id session_id) MUST_USE;

/* Ends all of the member's logins but this one. */
enum result session_end_others(
    const struct app *, const struct client *, const struct member *) MUST_USE;

/* Ends the login of a refresh token, good or used. OK also when it is over already or was none: who
 * wants to be logged out is. */
enum result session_end_by_token(
    const struct app *, const struct client *, const char *refresh_token) MUST_USE;

#endif
