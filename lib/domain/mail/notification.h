/* notification.h - mails that tell members what happened to their account. */

#ifndef NOTIFICATION_H
#define NOTIFICATION_H

#include "account.h"
#include "outbox.h"

#include <stdint.h>

/* A mail to the proven address of the account, in its language, for outbox_enqueue(). */
struct outbox_mail notification_to(enum mail_kind, const struct account *, int64_t now);

#endif
