/* config.h - the settings: one table with name, default, bounds and help (config.c).
 *
 * Each comes from the environment as NAME, or from the file that NAME_FILE names (its trailing
 * newline dropped), which is how secrets should come. docs/settings.md is generated from the table;
 * names end in the unit of a number: _s, _ms, _kib, _max. */

#ifndef CONFIG_H
#define CONFIG_H

#include "bounds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_TEXT_MAX  512
#define CONFIG_WORDS_MAX 4096

struct config {
	char listen[CONFIG_TEXT_MAX + 1];
	char listen_inside[CONFIG_TEXT_MAX + 1];
	char cors_origins[CONFIG_TEXT_MAX + 1];
	char trusted_proxies[CONFIG_TEXT_MAX + 1];
	char shared_networks[CONFIG_TEXT_MAX + 1];
	char limits[CONFIG_WORDS_MAX + 1];
	int64_t http_workers;
	int64_t requests_max;
	int64_t hashing_max;
	int64_t pictures_max;
	int64_t keep_alive_ms;
	int64_t request_timeout_ms;
	int64_t drain_ms;

	char db_host[CONFIG_TEXT_MAX + 1];
	int64_t db_port;
	char db_socket[CONFIG_TEXT_MAX + 1];
	char db_name[CONFIG_TEXT_MAX + 1];
	char db_user[CONFIG_TEXT_MAX + 1];
	char db_password[CONFIG_TEXT_MAX + 1];
	char db_owner_user[CONFIG_TEXT_MAX + 1];
	char db_owner_password[CONFIG_TEXT_MAX + 1];
	char db_tls[CONFIG_TEXT_MAX + 1];
	char db_ca_file[CONFIG_TEXT_MAX + 1];
	int64_t db_connections;

	char keys_folder[CONFIG_TEXT_MAX + 1];

	char smtp_url[CONFIG_TEXT_MAX + 1];
	char smtp_tls[CONFIG_TEXT_MAX + 1];
	char smtp_ca_file[CONFIG_TEXT_MAX + 1];
	char smtp_user[CONFIG_TEXT_MAX + 1];
	char smtp_password[CONFIG_TEXT_MAX + 1];
	char mail_from[EMAIL_MAX + 1];
	int64_t mail_workers;
	int64_t mail_interval_s;

	char portal_url[URL_MAX + 1];
	char society_name_ja[SOCIETY_NAME_MAX + 1];
	char society_name_en[SOCIETY_NAME_MAX + 1];
	char society_words[CONFIG_WORDS_MAX + 1];

	int64_t invitation_lives_s;
	int64_t second_link_lives_s;
	int64_t account_step_lives_s;
	int64_t captcha_lives_s;
	int64_t captcha_proof_of_work;
	int64_t email_confirmation_lives_s;
	int64_t password_reset_lives_s;
	int64_t session_idle_s;
	int64_t session_lives_s;

	char identity_birth_date[CONFIG_TEXT_MAX + 1];
	int64_t password_length_min;
	char password_composition[CONFIG_TEXT_MAX + 1];
	int64_t argon2_memory_kib;
	int64_t argon2_passes;
	int64_t hash_threads;

	char sandbox[CONFIG_TEXT_MAX + 1];
};

/* Reads every setting into *ret. False, and errbuf names the setting, what it may be and, unless it
 * is secret, what it was. */
bool config_read(struct config *ret, char errbuf[static ERRBUF_MAX + 1])
    __attribute__((warn_unused_result));

/* Wipes the secrets among them. */
void config_wipe(struct config *);

/* Is the value of a setting with a choice of words this word? */
bool config_is(const char *value, const char *word);

/* Prints the table as docs/settings.md has it: a Markdown row per setting. */
void config_print_table(FILE *);

#endif
