/* letter.h - what the mails say, in Japanese and English. Pure: facts in, letter out.
 *
 * Every letter has the society's name, what happened or what to do, the link with its lifetime
 * where there is one, what to do if one did not ask for it, and that nobody reads replies. The HTML
 * part says the same as the text part, escapes every value, loads nothing from anywhere. */

#ifndef LETTER_H
#define LETTER_H

#include "bounds.h"
#include "result.h"
#include "smtp.h"

#include <stdint.h>

/* The numbers are stored in outbox rows: never renumber. */
/* clang-format off */
enum letter_kind {
	LETTER_NONE = 0,               /* a row written only so that two paths cost the same */
	LETTER_INVITATION = 1,         /* link to the identity step */
	LETTER_SECOND_LINK = 2,        /* link to the authentication key step */
	LETTER_ALREADY_REGISTERED = 3, /* someone registered with your number: you have an account */
	LETTER_COMPLETION = 4,         /* the account exists */
	LETTER_EMAIL_CONFIRMATION = 5, /* link that proves a new address */
	LETTER_EMAIL_CHANGED = 6,      /* notice to the old address */
	LETTER_KIND__MAX
};
/* clang-format on */

struct letter_facts {
	enum letter_kind kind;
	const char *to;
	const char *language;     /* "ja" or "en"; anything else is ja */
	const char *society_name; /* in that language, UTF-8 */
	const char *portal_url;   /* where to log in or start again */
	const char *link;         /* NULL or "" where the kind has none */
	int64_t link_lives_s;     /* said in whole hours, else in minutes, rounded down */
	const char *nickname; /* "" where not known; greets only in COMPLETION and EMAIL_CHANGED */
	const char *message_id;
	int64_t date;
};

/* Writes the whole letter. INTERNAL if a part does not fit its bound, the kind is none, or
 * something it must say is missing (a link, or a minute for it to live); `ret` is then empty. */
enum result letter_render(const struct letter_facts *, struct letter *ret) MUST_USE;

#endif
