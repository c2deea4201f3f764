/* policy.c - the table of limits. */

#include "policy.h"

#define QUARTER_HOUR_S 900
#define DAY_S          86400
#define FAILURES_S     (365 * (int64_t)DAY_S) /* in a row, however slowly */
#define LINK_WINDOW_S \
	86400 /* no link lives longer, so no counter of one is forgotten while it lives */

const struct policy *
policy_of(enum policy_scope scope)
{
	/* clang-format off */
	static const struct policy table[POLICY_SCOPE__MAX] = {
		/*                           name                 count  window           what happens                      locks from, for, at most */
		[POLICY_INVITATION_MAIL]   = { "invitation_mail",   1,     0,               "same answer, no further mail" },
		[POLICY_SECOND_MAIL]       = { "second_mail",       1,     0,               "same answer, no further mail" },
		[POLICY_IDENTITY_TRIES]    = { "identity_tries",    5,     LINK_WINDOW_S,   "410: start again" },
		[POLICY_KEY_TRIES]         = { "key_tries",         5,     LINK_WINDOW_S,   "410: start again" },
		[POLICY_ACCOUNT_TRIES]     = { "account_tries",     10,    LINK_WINDOW_S,   "410: start again" },
		[POLICY_WRONG_REPEATS]     = { "wrong_repeats",     5,     LINK_WINDOW_S,   "410: start again" },
		/* At most 100 in a row: NIST SP 800-63B-4 3.2.2; then the way in is a new password. */
		[POLICY_LOGIN_FAILURES]    = { "login_failures",    100,   FAILURES_S,      "401 as for a wrong password",      5, 30, 900 },
		[POLICY_SOURCE_FAILURES]   = { "source_failures",   100,   QUARTER_HOUR_S,  "429 with Retry-After" },
		[POLICY_CURRENT_PASSWORD]  = { "current_password",  5,     QUARTER_HOUR_S,  "429 with Retry-After" },
		[POLICY_LOGIN_IDS_MAIL]    = { "login_ids_mail",    1,     0,               "same answer, no further mail" },
		[POLICY_RESET_MAIL]        = { "reset_mail",        1,     0,               "same answer, no further mail" },
		[POLICY_RESET_TRIES]       = { "reset_tries",       10,    LINK_WINDOW_S,   "410: start again" },
		[POLICY_LOGIN_ID_TRIES]    = { "login_id_tries",    10,    DAY_S,           "429 with Retry-After" },
		[POLICY_CONFIRMATION_MAIL] = { "confirmation_mail", 1,     0,               "same answer, no further mail" },
	};
	/* clang-format on */
	return &table[scope];
}
