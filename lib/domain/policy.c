/* policy.c - the table of limits. */

#include "policy.h"

#define LINK_WINDOW_S \
	86400 /* no link lives longer, so no counter of one is forgotten while it lives */

const struct policy *
policy_of(enum policy_scope scope)
{
	/* clang-format off */
	static const struct policy table[POLICY_SCOPE__MAX] = {
		/*                          name               count  window         what happens */
		[POLICY_INVITATION_MAIL] = { "invitation_mail", 1,     0,             "same answer, no further mail" },
		[POLICY_SECOND_MAIL]     = { "second_mail",     1,     0,             "same answer, no further mail" },
		[POLICY_IDENTITY_TRIES]  = { "identity_tries",  5,     LINK_WINDOW_S, "410: start again" },
		[POLICY_KEY_TRIES]       = { "key_tries",       5,     LINK_WINDOW_S, "410: start again" },
		[POLICY_ACCOUNT_TRIES]   = { "account_tries",   10,    LINK_WINDOW_S, "410: start again" },
		[POLICY_WRONG_REPEATS]   = { "wrong_repeats",   5,     LINK_WINDOW_S, "410: start again" },
	};
	/* clang-format on */
	return &table[scope];
}
