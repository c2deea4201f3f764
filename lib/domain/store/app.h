/* app.h - what the flows of lib/domain work with: made by main, outlives every request.
 *
 * registration.h, session_rows.h, recovery.h and profile.h tell the flows. */

#ifndef APP_H
#define APP_H

#include "password.h"

#include <stdint.h>

struct access_keys;
struct db;
struct hash_pool;
struct keyring;
struct mailer;
struct captcha_pool;
struct limit_local;

struct app {
	struct db *db;
	const struct keyring *keyring;
	struct access_keys *access_keys;
	struct hash_pool *hash_pool;
	struct captcha_pool *pictures;
	struct mailer *mailer;
	struct limit_local *limit_local;
	int64_t invitation_lives_s;
	int64_t second_link_lives_s;
	int64_t account_step_lives_s;
	int64_t captcha_lives_s;
	int64_t captcha_work; /* the highest number of a proof of work; 0: none is offered */
	int64_t email_confirmation_lives_s;
	int64_t password_reset_lives_s;
	int64_t session_idle_s; /* a login ends when it is not refreshed for so long (ASVS 7.3.1) */
	int64_t session_lives_s; /* and then in any case (ASVS 7.3.2) */
	int64_t mail_interval_s;
	struct password_rules password_rules;
};

#endif
