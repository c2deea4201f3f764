/* mail_text.h - what the mails say, in Japanese and English. Pure: facts in, letter out.
 *
 * Every letter has the society's name, what happened (and when) or what to do, the link with its
 * lifetime where there is one, what to do if one did not ask for it, and that nobody reads replies.
 * The HTML part says the same as the text part, escapes every value, loads nothing from anywhere.
 *
 * A notice of a change (ASVS 6.3.5, 6.3.7) never has a link with a token, and says nothing of the
 * password, the login ID or the address it tells about. */

#ifndef MAIL_TEXT_H
#define MAIL_TEXT_H

#include "bounds.h"
#include "result.h"
#include "smtp.h"
#include "stored_enums.h"

#include <stdint.h>

/* Login IDs in one letter: a family may share an address. Eight of the longest addresses, each
 * character of their local parts escaped, fit both parts; letter_test.c holds it. */
#define MAIL_LOGIN_IDS_MAX 8

struct mail_facts {
	enum mail_kind kind;
	const char *to;
	const char *language;     /* "ja" or "en"; anything else is ja */
	const char *society_name; /* in that language, UTF-8 */
	const char *portal_url;   /* where to log in or start again */
	const char *link;         /* NULL or "" where the kind has none */
	int64_t link_lives_s;     /* said in whole hours, else in minutes, rounded down */
	/* "" where not known; greets only in letters of an account: COMPLETION, EMAIL_CHANGED,
	 * PASSWORD_RESET, PASSWORD_CHANGED, LOGIN_ID_CHANGED, LOGIN_AFTER_FAILURES, LEFT,
	 * EMAIL_CHANGE_ASKED */
	const char *nickname;
	/* What LOGIN_IDS tells: 1..EMAIL_MAX bytes each, at most MAIL_LOGIN_IDS_MAX, ended by
	 * NULL. NULL or empty: it says that there is none. */
	const char *const *login_ids;
	/* Said in Japan's time to the minute, in COMPLETION, EMAIL_CHANGED, PASSWORD_CHANGED,
	 * LOGIN_ID_CHANGED, LOGIN_AFTER_FAILURES, LEFT, EMAIL_CHANGE_ASKED. 0: not said; nor is a year after 9999. */
	int64_t happened_at;
	const char *message_id;
	int64_t date;
};

/* Writes the whole letter. INTERNAL if a part does not fit its bound, the kind is none, the login
 * IDs are too many, too long or empty texts, or something it must say is missing (a link, or a
 * minute for it to live); `ret` is then empty. */
enum result mail_text_render(const struct mail_facts *, struct mail_message *ret) MUST_USE;

#endif
