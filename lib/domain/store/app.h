/* app.h - what every flow of lib/domain works with: the parts and the settings of the running
 * service.
 *
 * main fills one from the configuration before any request, and releases its parts after the last
 * one. Flows take it const and share it between threads: each part locks for itself. The flows are
 * told in registration.h, session.h, recovery.h and profile.h. */

#ifndef APP_H
#define APP_H

#include "password.h"

#include <stdbool.h>
#include <stdint.h>

struct access_keys;
struct captcha_pool;
struct db;
struct email_domains;
struct hash_pool;
struct keyring;
struct limit_local;
struct mailer;

struct app {
	struct db *db;
	const struct keyring *keyring;   /* of stage tokens, keyed hashes and refresh tokens */
	struct access_keys *access_keys; /* of access tokens */
	struct hash_pool *hash_pool;     /* of passwords */
	struct captcha_pool *pictures;
	struct mailer *mailer;           /* NULL: this program sends no mail */
	struct limit_local *limit_local; /* NULL: an operator, who is not limited in the process */
	/* How long a token is valid. */
	int64_t invitation_lives_s;
	int64_t second_link_lives_s;
	int64_t account_step_lives_s;
	int64_t captcha_lives_s;
	int64_t email_confirmation_lives_s;
	int64_t password_reset_lives_s;
	int64_t account_deletion_lives_s;
	int64_t access_token_lives_s; /* at most ACCESS_TOKEN_LIFE_MAX_S */
	int64_t captcha_work; /* the highest number of a proof of work; 0: none is offered */
	int64_t
	    session_idle_s; /* a session ends when it is not refreshed for so long (ASVS 7.3.1) */
	int64_t session_lives_s;                          /* and then in any case (ASVS 7.3.2) */
	const struct email_domains *registration_domains; /* NULL: every address may register */
	bool demands_posted_code;                         /* the identity step, beside the number */
	int64_t access_after_loss_days;                   /* of a former member (access_day.h) */
	int64_t mail_interval_s; /* between mails of a kind to one address (limit_table.h) */
	struct password_rules password_rules;
};

#endif
