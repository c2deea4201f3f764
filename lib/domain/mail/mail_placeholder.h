/* mail_placeholder.h - the placeholders of the mails' templates: how each is written, and which
 * mails must or may have it.
 *
 * No other { stands in a template. Values are never searched for placeholders. */

#ifndef MAIL_PLACEHOLDER_H
#define MAIL_PLACEHOLDER_H

#include <stdbool.h>

enum mail_placeholder {
	MAIL_SOCIETY,
	MAIL_PORTAL,
	MAIL_LINK,
	MAIL_UNTIL,
	MAIL_NICKNAME,
	MAIL_WHEN,
	MAIL_LOGIN_ID_LIST,
	MAIL_CONTACT,
	MAIL_PLACEHOLDERS__MAX
};

/* How a value is written: as text in one line; in the HTML part that is made of the paragraphs as a
 * link that shows its address, or as one that shows the template's button; as a list of lines; as a
 * text with its own lines. */
enum mail_value_form { MAIL_PLAIN, MAIL_ADDRESS, MAIL_BUTTON, MAIL_LIST, MAIL_LINES };

/* In which templates a society's own may have it. Where ours has none, there is no value; and a
 * nickname must not go to an address that is not proven. */
enum mail_presence {
	MAIL_ANYWHERE,     /* may be in every template */
	MAIL_MAY_AS_OURS,  /* may be where ours has it */
	MAIL_MUST_AS_OURS, /* must be where ours has it, and is nowhere else */
};

struct mail_placeholder_rule {
	const char *name; /* with its braces */
	enum mail_value_form form;
	bool may_lack; /* without a value its paragraph is left out; else the mail is none */
	enum mail_presence presence;
};

extern const struct mail_placeholder_rule mail_placeholders[MAIL_PLACEHOLDERS__MAX];

/* The placeholder that the text begins with. MAIL_PLACEHOLDERS__MAX: with none. */
enum mail_placeholder mail_placeholder_at(const char *text);

/* Which placeholders a text has, as bits: 1 << MAIL_LINK ... `text` may be NULL. */
unsigned mail_placeholders_in(const char *text);

#endif
