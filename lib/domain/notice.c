/* notice.c - letters that tell members what happened to their account. */

#include "notice.h"

#include "text.h"

struct outbox_mail
notice_to(enum letter_kind kind, const struct account *account, int64_t now)
{
	struct outbox_mail mail = outbox_mail_to(
	    kind, account->email, account->language, now, NOTICE_LIVES_S);

	text_copy_cut(mail.nickname, sizeof mail.nickname, account->nickname);
	return mail;
}
