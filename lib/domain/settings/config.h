/* config.h - the settings: one table with name, default, bounds and help (config.c).
 *
 * Each comes from the environment as NAME, or from the file that NAME_FILE names (its trailing
 * newline dropped), which is how secrets should come. docs/settings.md is generated from the table;
 * names end in the unit of a number: _s, _ms, _kib, _max. */

#ifndef CONFIG_H
#define CONFIG_H

#include "bounds.h"
#include "secret.h"
#include "smtp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_TEXT_MAX  512
#define CONFIG_WORDS_MAX 4096

/* What a setting is for. Whoever reads settings names the groups that it uses: the others are not
 * looked at, so that none of them is missed or can be wrong. */
enum config_group {
	CONFIG_SERVICE = 1 << 0,  /* what only myportald does; its database user */
	CONFIG_DB_OWNER = 1 << 1, /* the database, as the owner of its tables */
	CONFIG_KEYS = 1 << 2,     /* where the keys are */
	CONFIG_LIMITS = 1 << 3,   /* how often what may be tried */
	CONFIG_RELAY = 1 << 4,    /* how mails are sent */
	CONFIG_SOCIETY = 1 << 5,  /* what mails and app say: names, contact, the portal's address */
	CONFIG_LIVES = 1 << 6,    /* how long links, tokens and sessions live */
	CONFIG_RULES = 1 << 7,    /* in what societies differ; passwords and their hashes */
	CONFIG_ROSTER = 1 << 8,   /* how much one roster may change */
	CONFIG_ALL = (1 << 9) - 1,
};

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
	char ehlo_name[CONFIG_TEXT_MAX + 1];
	char mail_from[EMAIL_MAX + 1];
	int64_t mail_workers;
	int64_t mail_interval_s;
	char mail_templates_folder[CONFIG_TEXT_MAX + 1];

	char portal_url[URL_MAX + 1];
	char society_name_ja[SOCIETY_NAME_MAX + 1];
	char society_name_en[SOCIETY_NAME_MAX + 1];
	char society_contact_ja[SOCIETY_CONTACT_MAX + 1];
	char society_contact_en[SOCIETY_CONTACT_MAX + 1];
	char society_words[CONFIG_WORDS_MAX + 1];

	int64_t invitation_lives_s;
	int64_t second_link_lives_s;
	int64_t account_step_lives_s;
	int64_t captcha_lives_s;
	int64_t captcha_proof_of_work;
	int64_t email_confirmation_lives_s;
	int64_t password_reset_lives_s;
	int64_t account_deletion_lives_s;
	int64_t access_token_lives_s;
	int64_t session_idle_s;
	int64_t session_lives_s;

	char identity_birth_date[CONFIG_TEXT_MAX + 1];
	int64_t access_after_loss_days;
	int64_t retention_after_loss_days; /* 0: for ever */
	char registration_email_domains[CONFIG_WORDS_MAX + 1];
	char identity_posted_code[CONFIG_TEXT_MAX + 1];
	int64_t password_length_min;
	char password_composition[CONFIG_TEXT_MAX + 1];
	int64_t argon2_memory_kib;
	int64_t argon2_passes;
	int64_t hash_threads;

	int64_t roster_ended_share_max; /* thousandths, as the next three */
	int64_t roster_birth_dates_share_max;
	int64_t roster_names_share_max;
	int64_t roster_new_share_max;
	int64_t posted_code_lives_days; /* 0: until it is used */

	char sandbox[CONFIG_TEXT_MAX + 1];
	char log_level[CONFIG_TEXT_MAX + 1];
};

/* Whom every fault of the settings is told, a line each, and how many were told. */
struct config_faults {
	void (*tell)(const char *line, void *context);
	void *context;
	size_t count;
};

/* Tells one fault and counts it. What is longer than ERRBUF_MAX is cut. */
void config_fault(struct config_faults *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads the settings of these groups (CONFIG_KEYS | CONFIG_DB_OWNER) into *ret, whose other members
 * become "" and 0, and tells each fault: a value out of its bounds or not of its
 * form, and two that cannot both be. A line begins with the name of the setting, says what it may
 * be and, unless it is secret, what it was. What was wrong is "" or 0 in *ret: others who check
 * values go on and tell theirs, so that all faults are told at once. */
void config_read(struct config *ret, unsigned groups, struct config_faults *);

/* Reads one setting anew whose value is one of a choice of words: another than before where
 * NAME_FILE names a file that was changed. False: it is wrong, which is told, and `ret` is
 * untouched. */
bool config_read_word(
    const char *name, char ret[static CONFIG_TEXT_MAX + 1], struct config_faults *);

/* Tells each name in the environment that is no setting and much like one (config_rules.h): a value
 * that was set and has no effect. Others' names are there, too, so it is no fault. */
void config_unknown_names(void (*tell)(const char *name, const char *meant));

/* Is this a setting, or the name of the file of one (NAME_FILE)? */
bool config_is_name(const char *name);

/* The i-th secret setting of these groups; NULL: there are no more. */
const char *config_secret_name(size_t i, unsigned groups);

/* Takes every setting out of the environment. */
void config_forget_environment(void);

/* What a password hash is to cost. */
struct secret_cost config_hash_cost(const struct config *);

/* The most file descriptors the service ever needs: a connection has one, and HTTP_WORKERS is at
 * most 4096. */
#define CONFIG_DESCRIPTORS_MAX 8192

/* How many it needs with these settings: of connections, those in civetweb's two queues among them,
 * of database, mail and files. */
int64_t config_descriptors(const struct config *);

/* How mails are sent. Borrowed from the settings (CONFIG_RELAY, CONFIG_SOCIETY). */
struct smtp_options config_smtp(const struct config *, struct smtp_limits);

/* Wipes the secrets among them. */
void config_wipe(struct config *);

/* Is the value of a setting with a choice of words this word? */
bool config_is(const char *value, const char *word);

/* Prints the table as docs/settings.md has it: a Markdown row per setting. */
void config_print_table(FILE *);

#endif
