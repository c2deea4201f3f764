/* mail_sample.c - invented facts for each mail. */

#include "mail_sample.h"

#include "bounds.h"
#include "stage.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#define HAPPENED_AT 1795309323   /* 2026-11-22 10:02 in Japan */
#define ENDS_AT     1795351259   /* 2026-11-22 21:40 there */
#define LATEST      253402268399 /* the last second of the year 9999 there */

/* The kind of the mail, and whether its link was over. */
static void
set_kind(unsigned id, struct mail_facts *facts)
{
	facts->is_test = id == MAIL_TEMPLATE_TEST;
	if (id == MAIL_TEMPLATE_NO_LOGIN_IDS) {
		facts->kind = MAIL_LOGIN_IDS;
		facts->login_ids = NULL;
	} else if (id < MAIL_TEMPLATE_NO_LOGIN_IDS) {
		facts->link_is_over = id >= MAIL_TEMPLATE_OVER;
		facts->kind = (enum mail_kind)(facts->link_is_over ? id - MAIL_TEMPLATE_OVER : id);
	}
}

struct mail_facts
mail_sample_usual(unsigned id, enum mail_language language)
{
	static const char *const login_ids[] = { "hanako@example.jp", NULL };
	struct mail_facts facts = {
		.to = "hanako@example.jp",
		.language = language == MAIL_ENGLISH ? "en" : "ja",
		.link = "",
		.link_ends_at = ENDS_AT,
		.nickname = language == MAIL_ENGLISH ? "Hanako" : "はなこ",
		.login_ids = login_ids,
		.happened_at = HAPPENED_AT,
		.message_id = "0123456789abcdef@example.jp",
		.date = HAPPENED_AT,
	};

	set_kind(id, &facts);
	return facts;
}

/* The longest texts ---------------------------------------------------------------------------- */

static struct {
	char society[SOCIETY_NAME_MAX + 1], contact[SOCIETY_CONTACT_MAX + 1], portal[URL_MAX + 1],
	    link[MAILED_LINK_MAX + 1], nickname[NICKNAME_MAX + 1], login_id[EMAIL_MAX + 1];
	const char *login_ids[MAIL_LOGIN_IDS_MAX + 1];
} longest;

static void
fill_longest(void)
{
	memset(longest.society, '&', SOCIETY_NAME_MAX);
	memset(longest.contact, '"', SOCIETY_CONTACT_MAX);
	memset(longest.portal, 'p', URL_MAX);
	memset(longest.link, 'l', MAILED_LINK_MAX);
	memset(longest.nickname, '"', NICKNAME_MAX);
	memset(longest.login_id, 'd', EMAIL_MAX);
	memset(longest.login_id, '&', EMAIL_LOCAL_MAX);
	longest.login_id[EMAIL_LOCAL_MAX] = '@';
	for (size_t i = 0; i < MAIL_LOGIN_IDS_MAX; i++)
		longest.login_ids[i] = longest.login_id;
}

struct mail_facts
mail_sample_longest(unsigned id, enum mail_language language)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct mail_facts facts = mail_sample_usual(id, language);

	(void)pthread_once(&once, fill_longest);
	facts.society_name = longest.society;
	facts.society_contact = longest.contact;
	facts.portal_url = longest.portal;
	facts.link = longest.link;
	facts.nickname = longest.nickname;
	facts.login_ids = id == MAIL_TEMPLATE_NO_LOGIN_IDS ? NULL : longest.login_ids;
	facts.happened_at = LATEST;
	facts.link_ends_at = LATEST;
	return facts;
}
