/* login.h - the story of a login: begin, refresh, be asked who one is, list, end.
 *
 *   begin     login ID and password -> an access token and a refresh token
 *   refresh   refresh token -> the next pair; the old one is then worth nothing
 *   member    access token -> who holds it, if the login still lives
 *
 * A wrong login ID, a wrong password, a lock, a disabled account and lost eligibility are one
 * LOGIN_FAILED, after the same work: a password hash, a count, a row in the audit trail. What is
 * counted and locked is the login ID, or a source that it is known from (login_tries.h). Whatever
 * ended a login, the answer to its tokens is one LOGIN_REQUIRED. UNAVAILABLE and OVERLOADED may come
 * from all of them; what was not judged, and the right password, then count as no try. */

#ifndef LOGIN_H
#define LOGIN_H

#include "account.h"
#include "bounds.h"
#include "portal.h"
#include "refresh_token.h"
#include "refusal.h"
#include "result.h"
#include "secret.h"
#include "session.h"
#include "visitor.h"

#include <stdint.h>

/* A refresh token that was used in this time, by the same client, may be used again: its answer was
 * lost, or two windows of a browser refreshed at once. They get the same next token. CLOCK_SKEW_S is
 * granted on top: another replica may have written when. */
#define LOGIN_REPEAT_S 30

/* What is handed out. Wiped by its owner. */
struct login_tokens {
	char access[TOKEN_MAX + 1];
	int64_t access_lives_s;
	char refresh[REFRESH_TOKEN_LENGTH + 1];
	int64_t refresh_lives_s;
};
void login_tokens_wipe(struct login_tokens *);

/* LOGIN_FAILED; TOO_MANY: the source failed too often, refusal->wait_s. `login_id` is folded. */
enum result login_begin(const struct portal *, const struct visitor *, const char *login_id,
    const struct secret *password, struct login_tokens *ret, struct refusal *ret_refusal) MUST_USE;

/* LOGIN_REQUIRED: not a token of ours, or its login is over. A token that was used before, but for
 * the repeats above, ends its login: one of the two who hold it is a thief (RFC 9700 4.14.2). One
 * that was never ours, made up around the id that access tokens show, ends nothing. */
enum result login_refresh(const struct portal *, const struct visitor *, const char *refresh_token,
    struct login_tokens *ret) MUST_USE;

/* Who holds a living login. Wiped by its owner. */
struct member {
	uint8_t session_id[ID_SIZE];
	int64_t auth_time;                           /* when the password was given */
	struct account account;                      /* all but the hash */
	char insured_number[SESSION_NUMBER_MAX + 1]; /* folded; a secret by law, shown masked */
};
void member_wipe(struct member *);

/* LOGIN_REQUIRED; ACCESS_EXPIRED: ours, but past its time: refresh. */
enum result login_member(
    const struct portal *, const char *access_token, struct member *ret) MUST_USE;

enum result login_list(
    const struct portal *, const struct member *, struct session_list *ret) MUST_USE;

/* Ends one of the member's logins, this one included. NOT_FOUND: the member has no such login. */
enum result login_end(const struct portal *, const struct visitor *, const struct member *,
    const uint8_t session_id[static ID_SIZE]) MUST_USE;

/* Ends all of the member's logins but this one. */
enum result login_end_others(
    const struct portal *, const struct visitor *, const struct member *) MUST_USE;

/* Ends the login of a refresh token, good or used. OK also when it is over already or was none: who
 * wants to be logged out is. */
enum result login_end_by_token(
    const struct portal *, const struct visitor *, const char *refresh_token) MUST_USE;

#endif
