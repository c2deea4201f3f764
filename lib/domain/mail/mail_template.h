/* mail_template.h - what the mails say: our own texts of every mail in Japanese and English. A
 * society may have others instead (mail_template_set.h).
 *
 * mail_text.c fills the placeholders and makes the text part and the HTML part of the same
 * paragraphs. A paragraph whose placeholder has no value is left out, or the mail cannot be
 * rendered, as mail_placeholder.h says:
 *
 *   {society} {portal}  the society's name; the portal's address
 *   {link} {until}      the link, alone in its paragraph; until when it works
 *   {nickname} {when}   the member's name, when something happened: left out where not known
 *   {login_ids}         a line each
 *   {contact}           whom to ask, in lines: left out where not set */

#ifndef MAIL_TEMPLATE_H
#define MAIL_TEMPLATE_H

#include "stored_enums.h"

#include <stdbool.h>

#define MAIL_PARAGRAPHS_MAX    24
#define MAIL_TEMPLATE_NAME_MAX 40

enum mail_language { MAIL_JAPANESE, MAIL_ENGLISH, MAIL_LANGUAGE__MAX };

/* The number of a template: that of a kind of mail has the kind's, and that of the same mail when
 * its link was over before it could be sent has MAIL_TEMPLATE_OVER more. */
enum {
	MAIL_TEMPLATE_OVER = MAIL_KIND__MAX,
	MAIL_TEMPLATE_NO_LOGIN_IDS = 2 * MAIL_KIND__MAX, /* of an address that no account has */
	MAIL_TEMPLATE_TEST,                              /* sent by `myportalctl mail test` */
	MAIL_TEMPLATE_FOOTER,                            /* the end of every mail */
	MAIL_TEMPLATES__MAX
};

struct mail_template {
	const char *subject; /* NULL: the footer has none */
	const char *button;  /* what {link} is called in the HTML part; NULL: the mail has none */
	const char *paragraphs[MAIL_PARAGRAPHS_MAX + 1]; /* NULL ends the list */
	/* The HTML part, in blocks that are left out as paragraphs are. None: it is made of the
	 * paragraphs. Ours has none. */
	const char *html[MAIL_PARAGRAPHS_MAX + 1];
};

/* Our own template. NULL: there is no such mail (MAIL_NONE; a kind without a link, when that is
 * over). */
const struct mail_template *mail_template(unsigned id, enum mail_language);

/* "password-reset", "password-reset-over", "footer": the name that a kind has in stored_enums.h, in
 * small letters. */
void mail_template_name(unsigned id, char ret[static MAIL_TEMPLATE_NAME_MAX + 1]);

/* The template that has this name. False: none has. */
bool mail_template_of_name(const char *name, unsigned *ret);

#endif
