/* member_export.h - everything that the database has about one person, unmasked: for the answer to
 * a request for disclosure (個人情報保護法 33).
 *
 * Left out is what tells nothing about the person and would be of use to others: the hash of the
 * password, those of refresh tokens and of clients, ids of tokens, and the keys under which
 * counters and mails are found. A mail that was sent has no address any more. What is exported
 * identifies somebody: it goes into a file of the operator's alone, or to a program.
 *
 * That it was read is an event of the trail, written before anything is given out. The trail itself
 * is read by audit_trail_read(), by the person. Somebody whose row is gone has the trail only.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(). Of the
 * struct app it uses db, keyring and the lives of links. UNAVAILABLE or INTERNAL may come from all
 * of them. */

#ifndef MEMBER_EXPORT_H
#define MEMBER_EXPORT_H

#include "account.h"
#include "app.h"
#include "bounds.h"
#include "clock.h"
#include "member_find.h"
#include "member_limits.h"
#include "member_registration.h"
#include "member_show.h"
#include "operator_act.h"
#include "outbox.h"
#include "result.h"
#include "roster_stored.h"
#include "session_rows.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stdint.h>

#define MEMBER_EXPORT_ROWS_MAX 10000 /* of sessions, and of mails: none has so many */

/* Wiped by its owner: it holds names and addresses. */
struct member_export {
	struct member_ids ids;
	bool has_person, has_account, has_registration;
	struct roster_person person;
	struct roster_run_id run; /* the import that changed the person last */
	int64_t run_at;
	char run_by[OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1];
	struct member_code code;                 /* that was posted; never the code itself */
	struct account account;                  /* without its hash */
	int64_t state;                           /* of the account */
	int64_t last_login_at;                   /* 0: none in the trail */
	struct member_registration registration; /* that is under way, or was the last */
	struct member_limits limits;
};

/* A mail, as its row has it. */
struct member_export_mail {
	struct mail_id id;
	enum mail_kind kind;
	enum outbox_state state;
	char email[EMAIL_MAX + 1]; /* "": it was sent or dropped */
	char nickname[NICKNAME_MAX + 1];
	char language[LANGUAGE_MAX + 1];
	int64_t created_at;
	int64_t finished_at; /* 0: pending */
	int64_t tries;
	char error[61];
};

/* Records the act, and reads all but lists. NO_ROW: nothing is there. */
enum result member_export_read(const struct app *, const struct operator_act *,
    const struct member_ids *, struct member_export *ret) MUST_USE;
void member_export_wipe(struct member_export *);

/* Calls `each` for every stored session of the account, also those that are over; of a session the
 * id, the device and the times are set. Anything but OK from it ends the reading. */
enum result member_export_sessions(const struct app *, const struct member_export *,
    enum result (*each)(void *context, const struct session *), void *context) MUST_USE;

/* The same for every mail that is found by the person, or by an address of the account. */
enum result member_export_mails(const struct app *, const struct member_export *,
    enum result (*each)(void *context, const struct member_export_mail *), void *context) MUST_USE;

#endif
