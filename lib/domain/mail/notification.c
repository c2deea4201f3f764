/* notification.c - mails that tell members what happened to their account. */

#include "notification.h"

#include "text.h"

struct outbox_mail
notification_to(enum mail_kind kind, const struct account *account, int64_t now)
{
	struct outbox_mail mail = outbox_mail_to(kind, account->email, account->language, now, 0);

	text_copy_cut(mail.nickname, sizeof mail.nickname, account->nickname);
	mail.subject.account_id = account->id;
	mail.subject.person_id = account->person_id;
	return mail;
}
