/* mail_placeholder.c - the placeholders of the mails' templates. */

#include "mail_placeholder.h"

#include "text.h"

#include <string.h>

/* clang-format off */
const struct mail_placeholder_rule mail_placeholders[MAIL_PLACEHOLDERS__MAX] = {
	/*                        name           form          may lack  presence */
	[MAIL_SOCIETY]       = { "{society}",    MAIL_PLAIN,   false,    MAIL_ANYWHERE },
	[MAIL_PORTAL]        = { "{portal}",     MAIL_ADDRESS, false,    MAIL_ANYWHERE },
	[MAIL_LINK]          = { "{link}",       MAIL_BUTTON,  false,    MAIL_MUST_AS_OURS },
	[MAIL_UNTIL]         = { "{until}",      MAIL_PLAIN,   false,    MAIL_MUST_AS_OURS },
	[MAIL_NICKNAME]      = { "{nickname}",   MAIL_PLAIN,   true,     MAIL_MAY_AS_OURS },
	[MAIL_WHEN]          = { "{when}",       MAIL_PLAIN,   true,     MAIL_MUST_AS_OURS },
	[MAIL_LOGIN_ID_LIST] = { "{login_ids}",  MAIL_LIST,    false,    MAIL_MUST_AS_OURS },
	[MAIL_CONTACT]       = { "{contact}",    MAIL_LINES,   true,     MAIL_ANYWHERE },
};
/* clang-format on */

enum mail_placeholder
mail_placeholder_at(const char *text)
{
	unsigned i = 0;

	if (*text != '{') /* nearly always: this is asked of each character */
		return MAIL_PLACEHOLDERS__MAX;
	while (i < MAIL_PLACEHOLDERS__MAX && !text_starts_with(text, mail_placeholders[i].name))
		i++;
	return (enum mail_placeholder)i;
}

unsigned
mail_placeholders_in(const char *text)
{
	unsigned found = 0;

	for (unsigned i = 0; text != NULL && i < MAIL_PLACEHOLDERS__MAX; i++)
		if (strstr(text, mail_placeholders[i].name) != NULL)
			found |= 1U << i;
	return found;
}
