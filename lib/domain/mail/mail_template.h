/* mail_template.h - what the mails say: the texts of every kind of mail in Japanese and English.
 *
 * mail_text.c fills the placeholders and makes the text part and the HTML part of the same
 * paragraphs. A paragraph whose placeholder has no value is left out, or the mail cannot be
 * rendered, as mail_text.c's table of placeholders says:
 *
 *   {society} {portal}  the society's name; the portal's address
 *   {link} {lives}      the link, alone in its paragraph; how long it works
 *   {nickname} {when}   the member's name, when something happened: left out where not known
 *   {login_ids}         a line each */

#ifndef MAIL_TEMPLATE_H
#define MAIL_TEMPLATE_H

#include "stored_enums.h"

#define MAIL_PARAGRAPHS_MAX 10

enum mail_language { MAIL_JAPANESE, MAIL_ENGLISH, MAIL_LANGUAGE__MAX };

struct mail_template {
	const char *subject;
	const char *button; /* what {link} is called in the HTML part; NULL: the mail has none */
	const char *paragraphs[MAIL_PARAGRAPHS_MAX + 1]; /* NULL ends the list */
};

/* The template of a kind other than MAIL_NONE. */
const struct mail_template *mail_template(enum mail_kind, enum mail_language);

/* The template of a MAIL_LOGIN_IDS to an address that no account has. */
const struct mail_template *mail_template_no_login_ids(enum mail_language);

#endif
