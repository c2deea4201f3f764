/* session.h - the flow of a session: log in, refresh, show who holds it, list, end.
 *
 *   session_log_in()       login ID and password -> a session, and its first pair of tokens
 *   session_refresh()      refresh token -> the next pair; the old refresh token is then used
 *   session_member()       access token -> the member, if the session is alive
 *   session_list()         the member's sessions
 *   session_end...()       ends one, all others, or the one of a refresh token
 *
 * The rows are session_rows.h, what a client is given is session_tokens.h.
 *
 * A log-in that fails has one answer, LOGIN_FAILED: for an unknown login ID, a wrong password, a
 * lock, a disabled account and a person without access (access_day.h). All of them cost the same
 * work: one password hash, one counter, one audit event (ASVS 6.3.8). What is counted and locked is
 * the login ID, or the source that it is known from (login_limits.h).
 *
 * A token whose session has ended has one answer, LOGIN_REQUIRED, whatever ended it.
 *
 * UNAVAILABLE and OVERLOADED may come from every function. A try that ends so does not count,
 * unless the password was compared and is wrong. `client` and all texts are borrowed. */

#ifndef SESSION_H
#define SESSION_H

#include "account.h"
#include "app.h"
#include "bounds.h"
#include "client.h"
#include "error_info.h"
#include "result.h"
#include "secret.h"
#include "session_rows.h"
#include "session_tokens.h"

#include <stdint.h>

/* A refresh token that was used within this time may be used again by the same client: its answer
 * was lost, or two windows of a browser refreshed at once. Both get the same next token. Once that
 * one is used, the old one ends the session. CLOCK_SKEW_S is granted on top, because another
 * replica may have written when it was used. */
#define SESSION_REPEAT_S 30

struct log_in_request {
	const struct client *client;
	const char *login_id; /* folded (email.h) */
	const struct secret *password;
};

/* Begins a session. LOGIN_FAILED. TOO_MANY: the client's source failed too often, on whatever login
 * IDs; ret_info->wait_s says for how long. */
enum result session_log_in(const struct app *, const struct log_in_request *,
    struct session_tokens *ret, struct error_info *ret_info) MUST_USE;

/* Replaces a refresh token and makes the next pair. LOGIN_REQUIRED: the token is not ours, or its
 * session has ended. A token that was used before, and not as SESSION_REPEAT_S allows, ends its
 * session: one of the two who hold it is a thief (RFC 9700 4.14.2). A token that we never made,
 * around an id that access tokens show, ends nothing. */
enum result session_refresh(const struct app *, const struct client *, const char *refresh_token,
    struct session_tokens *ret) MUST_USE;

/* Who holds a living session. Wiped by its owner. */
struct member {
	struct session_id session_id;
	int64_t auth_time;      /* when the password was given */
	struct account account; /* all but the hash */
	struct session_person person;
};
void member_wipe(struct member *);

/* Reads who holds an access token: one statement at every call, so that whatever ended the session
 * acts at once on every replica. LOGIN_REQUIRED. ACCESS_EXPIRED: the token is ours and past its
 * time; a refresh brings another. */
enum result session_member(
    const struct app *, const char *access_token, struct member *ret) MUST_USE;

/* Lists the member's living sessions, the last used first. */
enum result session_list(
    const struct app *, const struct member *, struct session_list *ret) MUST_USE;

/* Ends one of the member's sessions; it may be the one that asks. NOT_FOUND: the member has no such
 * session. */
enum result session_end(const struct app *, const struct client *, const struct member *,
    struct session_id session_id) MUST_USE;

/* Ends all of the member's sessions but the one that asks. */
enum result session_end_others(
    const struct app *, const struct client *, const struct member *) MUST_USE;

/* Ends the session of a refresh token, good or used. OK also where it has ended before or is none:
 * whoever wants to be logged out is. */
enum result session_end_by_token(
    const struct app *, const struct client *, const char *refresh_token) MUST_USE;

#endif
