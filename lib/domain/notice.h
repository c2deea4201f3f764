/* notice.h - letters that tell members what happened to their account. */

#ifndef NOTICE_H
#define NOTICE_H

#include "account.h"
#include "outbox.h"

#include <stdint.h>

#define NOTICE_LIVES_S 259200 /* three days; later it is of no use */

/* A letter to the account's proven address, in its language. */
struct outbox_mail notice_to(enum letter_kind, const struct account *, int64_t now);

#endif
