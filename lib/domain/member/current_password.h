/* current_password.h - verifies that it is the member who asks for a change.
 *
 * What could take an account away from its owner demands the current password (ASVS 7.5.1). Wrong
 * ones are counted by account (LIMIT_CURRENT_PASSWORD) and by session (LIMIT_PASSWORD_GUESSES): a
 * session from which only wrong ones come is not the member's and ends (ASVS 6.3.1). */

#ifndef CURRENT_PASSWORD_H
#define CURRENT_PASSWORD_H

#include "app.h"
#include "client.h"
#include "error_info.h"
#include "result.h"
#include "secret.h"
#include "session.h"

/* A member who asks for a change. All of it is borrowed. */
struct member_request {
	const struct client *client;
	const struct member *member;
	const struct secret
	    *current; /* the current password as typed; NULL where none is asked for */
};

/* Counts the try, then compares. A right password forgets the wrong ones before it.
 * PASSWORD_WRONG: ret_info->attempts_left says how many tries are left. TOO_MANY: the account has
 * none left for ret_info->wait_s seconds. LOGIN_REQUIRED: the session is over; also when this try
 * ends it, because the session has no try left. A failure of ours (result_is_ours()): the try does
 * not count, unless the password was compared and is wrong; nor does it where another request has
 * set a password since the session was read. */
enum result current_password_check(
    const struct app *, const struct member_request *, struct error_info *ret_info) MUST_USE;

/* The same for a request that sets a password itself. NO_ROW: the current password is wrong,
 * because another request has set one since the session was read; *ret_account has its hash. */
enum result current_password_check_set(const struct app *, const struct member_request *,
    struct account *ret_account, struct error_info *ret_info) MUST_USE;

/* For a change that finds another password than the one that was checked, because another request
 * of the session has set it meanwhile. `hash` is the account's now. PASSWORD_WRONG, with
 * ret_info->attempts_left; no try is counted, as the password was right when it was checked.
 * UNAVAILABLE: it is still the password; the change may be sent again. */
enum result current_password_check_again(const struct app *, const struct member_request *,
    const char *hash, struct error_info *ret_info) MUST_USE;

#endif
