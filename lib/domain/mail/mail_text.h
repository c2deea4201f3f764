/* mail_text.h - renders what a mail says, in Japanese or English, from the facts it is about.
 *
 * Pure: facts in, message out. The HTML part says the same as the text part, escapes every value
 * and loads nothing from anywhere, which its Content-Security-Policy says, too. A value is not
 * searched for placeholders, so that a nickname "{link}" stays just that.
 *
 * A notification of a change (ASVS 6.3.5, 6.3.7) never has a link with a token, and does not say
 * the password, the login ID or the address that it tells about. */

#ifndef MAIL_TEXT_H
#define MAIL_TEXT_H

#include "bounds.h"
#include "result.h"
#include "smtp.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stdint.h>

struct mail_template_set;

/* Login IDs in one mail: a family may share an address. Eight of the longest, with each character
 * of their local parts escaped, fit both parts (mail_text_test.c). */
#define MAIL_LOGIN_IDS_MAX 8

/* Texts are UTF-8 and borrowed until mail_text_render() returns. */
struct mail_facts {
	const struct mail_template_set *templates; /* NULL: our own texts */
	enum mail_kind kind;
	bool is_test; /* of no kind: the operator's test mail */
	const char *to;
	const char *language;     /* "ja" or "en"; anything else is ja */
	const char *society_name; /* in that language */
	/* Whom to ask, in that language; may have lines. NULL or "": the mails do not say it. */
	const char *society_contact;
	const char *portal_url; /* where to log in or to start again */
	const char *link;       /* NULL or "" where the kind has none */
	int64_t link_ends_at;   /* said in Japan's time to the minute, rounded down */
	bool link_is_over;      /* the mail has no link, and says to begin again */
	/* Greets in COMPLETION, EMAIL_CHANGED, PASSWORD_RESET, PASSWORD_CHANGED, LOGIN_ID_CHANGED,
	 * LOGIN_AFTER_FAILURES, LEFT, EMAIL_CHANGE_ASKED, ENDED_BY_SOCIETY and
	 * LOGIN_ID_RELEASED. "": not known, nobody is greeted. */
	const char *nickname;
	/* What LOGIN_IDS tells: at most MAIL_LOGIN_IDS_MAX of 1 to EMAIL_MAX bytes each; NULL ends
	 * the list. NULL or empty: it says that the address has none. */
	const char *const *login_ids;
	/* Said in Japan's time to the minute, in COMPLETION, EMAIL_CHANGED, PASSWORD_CHANGED,
	 * LOGIN_ID_CHANGED, LOGIN_AFTER_FAILURES, LEFT, EMAIL_CHANGE_ASKED, UNPROVEN_LOGIN_ID,
	 * ENDED_BY_SOCIETY, LOGIN_ID_RELEASED and the test. Not said: 0, and what is after the year
	 * 9999. */
	int64_t happened_at;
	const char *message_id; /* of the message; see struct mail_message */
	int64_t date;
};

/* Renders the whole message. INTERNAL: a part does not fit, the kind is MAIL_NONE or no kind, a
 * login ID is empty, too long or one too many, or something is missing that the mail must say (a
 * link, or when it ends); `ret` is then zeroed. */
enum result mail_text_render(const struct mail_facts *, struct mail_message *ret) MUST_USE;

#endif
