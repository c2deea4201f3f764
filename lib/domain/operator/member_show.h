/* member_show.h - all that the database knows of one member, for the operator on the phone.
 *
 * What is shown must let the operator recognize the caller, and see why something does not work.
 * It ends in the scrollback of a terminal, in tickets and on screens that others see. So whatever
 * identifies a person is masked here, before it leaves: of 番号 and 記号 the last two characters
 * are shown, of a name the first of each word, of an address the first and the domain. The birth
 * date, which proves who somebody is, and the nickname are not read at all. An operator who must
 * be sure asks the caller, and types the answer into `member find`.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(). Of the
 * struct app it uses db, keyring, session_idle_s, account_step_lives_s and
 * second_link_lives_s. */

#ifndef MEMBER_SHOW_H
#define MEMBER_SHOW_H

#include "app.h"
#include "bounds.h"
#include "clock.h"
#include "email.h"
#include "ids.h"
#include "member_find.h"
#include "member_limits.h"
#include "member_registration.h"
#include "operator_act.h"
#include "outbox.h"
#include "result.h"
#include "session_rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMBER_NAME_MAX  300 /* masked: a star for each character but the first of a word */
#define MEMBER_MAILS_MAX 20

struct member_person {
	char number[SESSION_NUMBER_MAX + 1]; /* masked */
	char name[MEMBER_NAME_MAX + 1];      /* masked */
	char eligible_from[CLOCK_DATE_MAX + 1];
	char eligible_until[CLOCK_DATE_MAX + 1]; /* "": not known */
	bool eligible;                           /* today */
	char access_until[CLOCK_DATE_MAX + 1];   /* the first day without (access_day.h); "" */
	bool has_access;                         /* today */
	bool ambiguous; /* another person's numbers spell the same: neither can register */
	struct roster_run_id run; /* the import that changed the person last, or ended it */
	int64_t run_at;
	char run_by[OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1];
};

struct member_account {
	bool active;
	int64_t created_at;
	int64_t password_changed_at;
	int64_t last_login_at;               /* 0: none in the trail */
	char login_id[EMAIL_MASKED_MAX + 1]; /* these three masked */
	char email[EMAIL_MASKED_MAX + 1];
	char pending_email[EMAIL_MASKED_MAX + 1]; /* "": none */
	bool login_id_is_email;                   /* the login ID is the proven address */
	char language[LANGUAGE_MAX + 1];
};

/* The code that was posted to the person (posted_code.h); never the code itself. */
struct member_code {
	int64_t made_at;    /* 0: there is none */
	int64_t expires_at; /* MEMBER_CODE_NEVER: it has no end */
	int64_t used_at;    /* 0: it was not */
	bool in_file;       /* that counts: its run has ended (posted_codes.h) */
};

#define MEMBER_CODE_NEVER INT64_MAX

struct member_mail {
	struct mail_id id;
	enum mail_kind kind;
	enum outbox_state state;
	int64_t created_at;
	int64_t finished_at; /* 0: pending */
	int64_t tries;
	int64_t expires_at; /* of its link */
	char error[61];     /* of the last try; "": none */
};

struct member_record {
	struct member_ids ids;
	bool has_person, has_account, has_registration;
	struct member_person person;
	struct member_code code;
	struct member_account account;
	struct member_registration registration; /* that is under way, or was the last */
	struct member_limits limits;
	struct session_list sessions;
	size_t mails;
	struct member_mail mail[MEMBER_MAILS_MAX]; /* the newest first */
};

/* Of a person; made_at 0: there is none. */
enum result member_code_read(struct db_tx *, struct person_id, struct member_code *ret) MUST_USE;

/* Reads it. `source`: the address of the network whose counts are wanted, too; NULL: none. NO_ROW:
 * nothing of it is there any more. */
enum result member_show(const struct app *, const struct member_ids *, const struct client *source,
    struct member_record *ret) MUST_USE;

#endif
