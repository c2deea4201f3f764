/* notification.h - letters that tell members what happened to their account. */

#ifndef NOTIFICATION_H
#define NOTIFICATION_H

#include "account.h"
#include "outbox.h"

#include <stdint.h>

#define NOTIFICATION_LIVES_S 259200 /* three days; later it is of no use */

/* A letter to the account's proven address, in its language. */
struct outbox_mail notification_to(enum mail_kind, const struct account *, int64_t now);

#endif
