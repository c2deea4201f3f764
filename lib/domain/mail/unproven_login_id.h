/* unproven_login_id.h - tells the owner of an address that it has become somebody's login ID.
 *
 * A login ID has the form of an address, and nobody proves that it is the member's. Whose address
 * it is may want to register, too, and finds it taken. So that address gets one mail when it is
 * set, with a mail interval for each address. The mail says what its owner can do. It has no link
 * with a token, names nobody, and has nothing that the member typed.
 *
 * A login ID that is the member's proven address sends no mail, and nothing is counted. A change
 * writes a row of the same form all the same; a new account (account_creation.h) writes none. */

#ifndef UNPROVEN_LOGIN_ID_H
#define UNPROVEN_LOGIN_ID_H

#include "account.h"
#include "app.h"
#include "db.h"
#include "mail_interval.h"
#include "outbox.h"
#include "result.h"

#include <stdint.h>

struct unproven_login_id {
	struct mail_interval mail_interval;
	struct outbox_mail mail;
};

/* The mail about a login ID that the account is about to get, made before the transaction; in the
 * account's language. Wiped by its owner. */
struct unproven_login_id unproven_login_id_of(
    const struct app *, const struct account *, const char *login_id, int64_t now);
void unproven_login_id_wipe(struct unproven_login_id *);

/* Enqueues it, in the transaction that sets the login ID. It is not counted among all mails: no
 * account fails because others ask for too many. OK, UNAVAILABLE, INTERNAL. */
enum result unproven_login_id_enqueue(struct db_tx *, struct unproven_login_id *) MUST_USE;

#endif
