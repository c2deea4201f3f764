/* config.c - the table of settings; reads the environment and the files it names, and checks them
 * as a whole. */

#include "config.h"

#include "access_claims.h"
#include "cleanup.h"
#include "config_rules.h"
#include "secret.h"
#include "text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum setting_type { TEXT, NUMBER, CHOICE };
/* LINES: may hold newlines. LIST: the rule is for each word between commas and spaces. */
enum { SECRET = 1, LINES = 2, LIST = 4 };

struct setting {
	const char *name;
	unsigned groups; /* whoever asks for one of them reads it */
	size_t offset;
	size_t size;
	enum setting_type type;
	const char *value; /* default */
	int64_t min, max;  /* of a NUMBER; of a TEXT the shortest and longest length */
	const char *words; /* of a CHOICE: "yes|no" */
	unsigned flags;
	const char *help;
	const char *(*rule)(const char *); /* NULL, or its form (config_rules.h) */
};

/* Where the database is, everybody needs to know who logs in there. */
#define CONFIG_DATABASE (CONFIG_SERVICE | CONFIG_DB_OWNER)

/* Where a setting's member is, and its size. */
#define AT(member) offsetof(struct config, member), sizeof(((struct config *)0)->member)

#define DAY_S     86400
#define MONTH_S   2592000 /* 30 days */
#define QUARTER_S 7776000

/* clang-format off */
static const struct setting settings[] = {
	/* name, group, member, type, default, min, max, words, flags, help, rule */
	{ "LISTEN", CONFIG_SERVICE, AT(listen), TEXT, "127.0.0.1:8080", 9, 64, NULL, 0,
	  "public address and port; a proxy in front ends TLS", config_rule_listen },
	{ "LISTEN_INSIDE", CONFIG_SERVICE, AT(listen_inside),
	  TEXT, "127.0.0.1:9090", 9, 64, NULL, 0,
	  "health and metrics; never public", config_rule_listen },
	{ "CORS_ORIGINS", CONFIG_SERVICE, AT(cors_origins), TEXT, "", 0, 512, NULL, LIST,
	  "origins of the app, as browsers write them (https://app.example), separated by commas",
	  config_rule_origin },
	{ "TRUSTED_PROXIES", CONFIG_SERVICE, AT(trusted_proxies), TEXT, "", 0, 512, NULL, 0,
	  "networks of the proxies whose X-Forwarded-For is believed; empty: none is" },
	{ "SHARED_NETWORKS", CONFIG_LIMITS, AT(shared_networks), TEXT, "", 0, 512, NULL, 0,
	  "networks where many members share an address, as a company's gateway: 100 times the "
	  "limits of a source, and of the /48 around it" },
	{ "LIMITS", CONFIG_LIMITS, AT(limits), TEXT, "", 0, 1024, NULL, LINES,
	  "other counts than docs/limits.md says: name=count or name=count/seconds, commas or "
	  "lines between" },
	{ "HTTP_WORKERS", CONFIG_SERVICE, AT(http_workers), NUMBER, "256", 4, 4096, NULL, 0,
	  "connections served at once; above the proxy's maximum" },
	{ "REQUESTS_MAX", CONFIG_SERVICE, AT(requests_max), NUMBER, "192", 1, 4096, NULL, 0,
	  "requests worked on at once; more get 503" },
	{ "HASHING_MAX", CONFIG_SERVICE, AT(hashing_max), NUMBER, "96", 1, 4096, NULL, 0,
	  "of them at once with a password to hash, or as many as are hashed in 2 seconds; more "
	  "get 503" },
	{ "PICTURES_MAX", CONFIG_SERVICE, AT(pictures_max), NUMBER, "8", 1, 4096, NULL, 0,
	  "of them at once with a CAPTCHA to make; more get 503" },
	{ "KEEP_ALIVE_MS", CONFIG_SERVICE, AT(keep_alive_ms), NUMBER, "15000", 0, 600000, NULL, 0,
	  "idle connections are closed after it; a little above the proxy's" },
	{ "REQUEST_TIMEOUT_MS", CONFIG_SERVICE, AT(request_timeout_ms),
	  NUMBER, "5000", 500, 60000, NULL, 0,
	  "for the headers, again for the body, and again for the client to take the answer" },
	{ "DRAIN_MS", CONFIG_SERVICE, AT(drain_ms), NUMBER, "5000", 0, 30000, NULL, 0,
	  "time for the proxy to notice that /readyz fails, before requests are handed back; "
	  "0: there is no proxy" },

	{ "DB_HOST", CONFIG_DATABASE, AT(db_host), TEXT, "127.0.0.1", 1, 255, NULL, 0,
	  "MariaDB server" },
	{ "DB_PORT", CONFIG_DATABASE, AT(db_port), NUMBER, "3306", 1, 65535, NULL, 0, "" },
	{ "DB_SOCKET", CONFIG_DATABASE, AT(db_socket), TEXT, "", 0, 107, NULL, 0,
	  "local socket instead of host and port" },
	{ "DB_NAME", CONFIG_DATABASE, AT(db_name), TEXT, "myportal", 1, 64, NULL, 0, "" },
	{ "DB_USER", CONFIG_SERVICE, AT(db_user), TEXT, "myportal", 1, 80, NULL, 0,
	  "the service's user; rights in schema/rights.sql" },
	{ "DB_PASSWORD", CONFIG_SERVICE, AT(db_password), TEXT, "", 0, 512, NULL, SECRET, "" },
	{ "DB_OWNER_USER", CONFIG_DB_OWNER, AT(db_owner_user),
	  TEXT, "myportal_owner", 1, 80, NULL, 0,
	  "used by myportalctl: owns the tables" },
	{ "DB_OWNER_PASSWORD", CONFIG_DB_OWNER, AT(db_owner_password),
	  TEXT, "", 0, 512, NULL, SECRET,
	  "not needed by myportald" },
	{ "DB_TLS", CONFIG_DATABASE, AT(db_tls), CHOICE, "required", 0, 0, "required|none", 0,
	  "none only on a loopback; a socket needs none" },
	{ "DB_CA_FILE", CONFIG_DATABASE, AT(db_ca_file), TEXT, "", 0, 512, NULL, 0,
	  "PEM of the authority that signed the server's certificate", config_rule_file },
	{ "DB_CONNECTIONS", CONFIG_SERVICE, AT(db_connections), NUMBER, "16", 2, 100, NULL, 0,
	  "most that are open at once" },

	{ "KEYS_FOLDER", CONFIG_KEYS, AT(keys_folder), TEXT, "", 1, 512, NULL, 0,
	  "made by `myportalctl keys new`" },

	{ "SMTP_URL", CONFIG_RELAY, AT(smtp_url), TEXT, "", 8, 512, NULL, 0,
	  "smtp://host:port (STARTTLS) or smtps://host:port", config_rule_mail_url },
	{ "SMTP_TLS", CONFIG_RELAY, AT(smtp_tls), CHOICE, "required", 0, 0, "required|none", 0,
	  "none only for a catcher on a loopback" },
	{ "SMTP_CA_FILE", CONFIG_RELAY, AT(smtp_ca_file), TEXT, "", 0, 512, NULL, 0,
	  "PEM; empty: the system's authorities", config_rule_file },
	{ "SMTP_USER", CONFIG_RELAY, AT(smtp_user), TEXT, "", 0, 255, NULL, 0,
	  "empty: no authentication" },
	{ "SMTP_PASSWORD", CONFIG_RELAY, AT(smtp_password), TEXT, "", 0, 512, NULL, SECRET, "" },
	{ "EHLO_NAME", CONFIG_RELAY, AT(ehlo_name), TEXT, "", 0, 253, NULL, 0,
	  "the name under which the relay knows this host; empty: what the system calls it",
	  smtp_ehlo_name_error },
	{ "MAIL_FROM", CONFIG_RELAY, AT(mail_from), TEXT, "", 3, 254, NULL, 0,
	  "sender address of every mail, without a name", smtp_from_error },
	{ "MAIL_WORKERS", CONFIG_SERVICE, AT(mail_workers), NUMBER, "2", 1, 16, NULL, 0,
	  "mails sent at once" },
	{ "MAIL_INTERVAL_S", CONFIG_LIMITS, AT(mail_interval_s), NUMBER, "60", 1, 3600, NULL, 0,
	  "at most one mail of a kind per address in this time; longer from the sixth of a day "
	  "on" },
	{ "MAIL_TEMPLATES_FOLDER", CONFIG_SOCIETY, AT(mail_templates_folder),
	  TEXT, "", 0, 512, NULL, 0,
	  "own texts of mails instead of ours (docs/mail.md); empty: all are ours" },

	{ "PORTAL_URL", CONFIG_SOCIETY, AT(portal_url), TEXT, "", 8, 512, NULL, 0,
	  "origin of the app, as browsers write it; links in mails begin with it",
	  config_rule_origin },
	{ "SOCIETY_NAME_JA", CONFIG_SOCIETY, AT(society_name_ja), TEXT, "", 1, 120, NULL, 0,
	  "in mails and in the app", config_rule_utf8 },
	{ "SOCIETY_NAME_EN", CONFIG_SOCIETY, AT(society_name_en), TEXT, "", 1, 120, NULL, 0,
	  "in English mails and in the app", config_rule_utf8 },
	{ "SOCIETY_CONTACT_JA", CONFIG_SOCIETY, AT(society_contact_ja),
	  TEXT, "", 0, 400, NULL, LINES,
	  "whom members ask, in the app and in mails: desk, telephone, hours; may have lines",
	  config_rule_utf8 },
	{ "SOCIETY_CONTACT_EN", CONFIG_SOCIETY, AT(society_contact_en),
	  TEXT, "", 0, 400, NULL, LINES,
	  "the same in English", config_rule_utf8 },
	{ "SOCIETY_WORDS", CONFIG_SOCIETY, AT(society_words), TEXT, "", 0, 4096, NULL, LINES,
	  "words rejected as passwords: names of society, products, city; commas or lines "
	  "between" },

	{ "INVITATION_LIVES_S", CONFIG_LIVES, AT(invitation_lives_s),
	  NUMBER, "10800", 60, DAY_S, NULL, 0,
	  "first link" },
	{ "SECOND_LINK_LIVES_S", CONFIG_LIVES, AT(second_link_lives_s),
	  NUMBER, "1800", 60, DAY_S, NULL, 0,
	  "second link" },
	{ "ACCOUNT_STEP_LIVES_S", CONFIG_LIVES, AT(account_step_lives_s),
	  NUMBER, "1800", 60, DAY_S, NULL, 0,
	  "account step after the authentication key" },
	{ "CAPTCHA_LIVES_S", CONFIG_LIVES, AT(captcha_lives_s),
	  NUMBER, "600", 30, 3600, NULL, 0, "" },
	{ "CAPTCHA_PROOF_OF_WORK", CONFIG_LIVES, AT(captcha_proof_of_work),
	  NUMBER, "0", 0, 10000000, NULL, 0,
	  "highest number of ALTCHA's proof of work, 1000 or more; 0: not offered" },
	{ "EMAIL_CONFIRMATION_LIVES_S", CONFIG_LIVES, AT(email_confirmation_lives_s), NUMBER,
	  "10800", 60, DAY_S, NULL, 0,
	  "link that proves a new address" },
	{ "PASSWORD_RESET_LIVES_S", CONFIG_LIVES, AT(password_reset_lives_s),
	  NUMBER, "1800", 60, DAY_S, NULL, 0,
	  "link that sets a new password" },
	{ "ACCOUNT_DELETION_LIVES_S", CONFIG_LIVES, AT(account_deletion_lives_s),
	  NUMBER, "10800", 60, DAY_S, NULL, 0,
	  "link with which a former member ends the account" },
	{ "ACCESS_TOKEN_LIVES_S", CONFIG_LIVES, AT(access_token_lives_s), NUMBER, "600", 10,
	  ACCESS_TOKEN_LIFE_MAX_S, NULL, 0,
	  "an app refreshes so often; less than 600 only to test that" },
	{ "SESSION_IDLE_S", CONFIG_LIVES, AT(session_idle_s),
	  NUMBER, "604800", 600, MONTH_S, NULL, 0,
	  "a session that is not refreshed for so long ends; at most SESSION_LIVES_S" },
	{ "SESSION_LIVES_S", CONFIG_LIVES, AT(session_lives_s),
	  NUMBER, "2592000", 600, QUARTER_S, NULL, 0,
	  "a session ends then in any case" },

	{ "IDENTITY_BIRTH_DATE", CONFIG_RULES, AT(identity_birth_date),
	  CHOICE, "no", 0, 0, "yes|no", 0,
	  "demand the birth date at the identity step" },
	{ "REGISTRATION_EMAIL_DOMAINS", CONFIG_RULES, AT(registration_email_domains),
	  TEXT, "", 0, 1024, NULL, 0,
	  "only addresses of these get an invitation, commas between: example.co.jp, or "
	  ".example.co.jp for every domain below it; empty: any" },
	{ "ACCESS_AFTER_LOSS_DAYS", CONFIG_RULES, AT(access_after_loss_days),
	  NUMBER, "0", 0, 3650, NULL, 0,
	  "for so many days, from 資格喪失日 on, former members may log in and use their account; "
	  "0: not at all" },
	{ "RETENTION_AFTER_LOSS_DAYS", CONFIG_RULES | CONFIG_ROSTER, AT(retention_after_loss_days),
	  NUMBER, "0", 0, 3650, NULL, 0,
	  "who lost eligibility longer ago is deleted by `myportalctl purge`, with the account, "
	  "and not taken from a roster again; 30 or more; 0: kept for ever" },
	{ "IDENTITY_POSTED_CODE", CONFIG_RULES, AT(identity_posted_code),
	  CHOICE, "no", 0, 0, "yes|no", 0,
	  "demand at the identity step a code that was posted: myportalctl roster codes" },
	{ "PASSWORD_LENGTH_MIN", CONFIG_RULES, AT(password_length_min), NUMBER, "8", 8, 15, NULL, 0,
	  "code points" },
	{ "PASSWORD_COMPOSITION", CONFIG_RULES, AT(password_composition), CHOICE,
	  "letter-and-digit", 0, 0, "letter-and-digit|none", 0,
	  "the society's rule, or none (NIST, ASVS 6.2.5)" },
	{ "ARGON2_MEMORY_KIB", CONFIG_RULES, AT(argon2_memory_kib),
	  NUMBER, "19456", 12288, 1048576, NULL, 0,
	  "per hash; 19456 with 2 passes or 12288 with 3 is the floor" },
	{ "ARGON2_PASSES", CONFIG_RULES, AT(argon2_passes), NUMBER, "2", 1, 10, NULL, 0, "" },
	{ "HASH_THREADS", CONFIG_SERVICE, AT(hash_threads), NUMBER, "0", 0, 64, NULL, 0,
	  "0: as many as cores" },

	{ "ROSTER_ENDED_SHARE_MAX", CONFIG_ROSTER, AT(roster_ended_share_max),
	  NUMBER, "100", 0, 1000, NULL, 0,
	  "an import stops that would end more of the eligible persons; thousandths, as the next "
	  "three: 100 is a tenth, 1000 any share" },
	{ "ROSTER_BIRTH_DATES_SHARE_MAX", CONFIG_ROSTER, AT(roster_birth_dates_share_max),
	  NUMBER, "5", 0, 1000, NULL, 0,
	  "or would change the birth dates of more of the stored persons" },
	{ "ROSTER_NAMES_SHARE_MAX", CONFIG_ROSTER, AT(roster_names_share_max),
	  NUMBER, "50", 0, 1000, NULL, 0,
	  "or their names" },
	{ "ROSTER_NEW_SHARE_MAX", CONFIG_ROSTER, AT(roster_new_share_max),
	  NUMBER, "200", 0, 1000, NULL, 0,
	  "or would add more persons, as a share of the eligible ones" },
	{ "POSTED_CODE_LIVES_DAYS", CONFIG_ROSTER, AT(posted_code_lives_days),
	  NUMBER, "0", 0, 3650, NULL, 0,
	  "a code of myportalctl roster codes ends so many days after it was made; 0: when it is "
	  "used" },

	{ "SANDBOX", CONFIG_SERVICE, AT(sandbox), CHOICE, "on", 0, 0, "on|off", 0,
	  "the kernel limits what the service may do; off only for debugging" },
	{ "LOG_LEVEL", CONFIG_SERVICE, AT(log_level), CHOICE,
	  "info", 0, 0, "info|notice|warning", 0,
	  "info: every event; notice: not each request that was answered; warning: only what is "
	  "wrong. SIGHUP reads LOG_LEVEL_FILE again" },
};
/* clang-format on */

/* A whole file of text, its trailing newline dropped. A longer one, or one with a NUL in it, is
 * rejected: what is left of a cut secret is another secret. */
static bool
file_text(const char *path, char ret[static CONFIG_WORDS_MAX + 2])
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "re");

	if (file == NULL)
		return false;
	const size_t length = fread(ret, 1, CONFIG_WORDS_MAX + 1, file);
	ret[length] = '\0';
	if (ferror(file) || fgetc(file) != EOF || strlen(ret) != length)
		return false;
	if (length > 0 && ret[length - 1] == '\n')
		ret[length - 1] = '\0';
	return true;
}

/* The text of a setting: NAME, else the content of NAME_FILE, else the default. */
static bool
setting_text(const struct setting *setting, char ret[static CONFIG_WORDS_MAX + 2])
{
	char name_file[80];
	const char *value = getenv(setting->name);

	if (value != NULL)
		return text_copy(ret, CONFIG_WORDS_MAX + 2, value);
	if (!text_format(name_file, sizeof name_file, "%s_FILE", setting->name))
		return false;
	const char *path = getenv(name_file);
	if (path == NULL)
		return text_copy(ret, CONFIG_WORDS_MAX + 2, setting->value);
	return file_text(path, ret);
}

static const struct setting *
setting_named(const char *name)
{
	for (size_t i = 0; i < LENGTH(settings); i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

/* Is `value` one of the words in "yes|no"? */
static bool
is_one_of(const char *value, const char *words)
{
	const size_t length = strcspn(value, "|"); /* "yes|no" is no choice */

	if (value[length] != '\0')
		return false;
	for (const char *word = words; length > 0 && word != NULL; word = strchr(word, '|')) {
		word += *word == '|';
		if (strncmp(word, value, length) == 0 &&
		    (word[length] == '|' || word[length] == '\0'))
			return true;
	}
	return false;
}

static bool
has_control_character(const char *value, bool lines)
{
	for (; *value != '\0'; value++)
		if ((unsigned char)*value < 0x20 && !(lines && *value == '\n'))
			return true;
	return false;
}

static bool
setting_put(const struct setting *setting, const char *value, struct config *config)
{
	char *member = (char *)config + setting->offset;
	const size_t length = strlen(value);
	int64_t number;

	switch (setting->type) {
	case NUMBER:
		if (!text_number(value, setting->min, setting->max, &number))
			return false;
		memcpy(member, &number, sizeof number);
		return true;
	case CHOICE:
		return is_one_of(value, setting->words) && text_copy(member, setting->size, value);
	case TEXT:
		return length >= (size_t)setting->min && length <= (size_t)setting->max &&
		       !has_control_character(value, (setting->flags & LINES) != 0) &&
		       text_copy(member, setting->size, value);
	}
	return false;
}

static void
describe_bounds(const struct setting *setting, char *ret, size_t ret_size)
{
	bool fits = false;

	switch (setting->type) {
	case NUMBER:
		fits = text_format(
		    ret, ret_size, "%lld-%lld", (long long)setting->min, (long long)setting->max);
		break;
	case CHOICE:
		fits = text_copy(ret, ret_size, setting->words);
		break;
	case TEXT:
		fits = text_format(ret, ret_size, "%lld-%lld characters", (long long)setting->min,
		    (long long)setting->max);
		break;
	}
	if (!fits)
		ret[0] = '\0';
}

void
config_fault(struct config_faults *faults, const char *format, ...)
{
	char line[ERRBUF_MAX + 1];
	va_list values;

	va_start(values, format);
	(void)vsnprintf(line, sizeof line, format, values);
	va_end(values);
	faults->count++;
	faults->tell(line, faults->context);
}

/* Is the value a secret, or may there be one in it? A URL with a user (smtp://me:word@host) is
 * wrong everywhere, and has a password. */
static bool
may_hold_secret(const struct setting *setting, const char *value)
{
	return (setting->flags & SECRET) != 0 ||
	       (strstr(value, "://") != NULL && strchr(value, '@') != NULL);
}

/* Tells a value that its setting must not have; "must be ..." says what it may be. */
static void
tell_wrong_value(const struct setting *setting, const char *must, const char *value,
    struct config_faults *faults)
{
	char shown[80];

	text_copy_cut(shown, sizeof shown, may_hold_secret(setting, value) ? "(secret)" : value);
	config_fault(faults, "%s %s; it is \"%s\"", setting->name, must, shown);
}

static void
tell_out_of_bounds(const struct setting *setting, const char *value, struct config_faults *faults)
{
	char bounds[80];
	char must[100];

	describe_bounds(setting, bounds, sizeof bounds);
	if (!text_format(must, sizeof must, "must be %s", bounds))
		must[0] = '\0';
	tell_wrong_value(setting, must, value, faults);
}

static void
tell_unreadable(const struct setting *setting, struct config_faults *faults)
{
	config_fault(faults,
	    "%s is longer than %d bytes, or %s_FILE names no readable text of at most that",
	    setting->name, CONFIG_WORDS_MAX, setting->name);
}

/* Is the value, or are all words of a LIST, of the form that the rule wants? Tells each that is
 * not. */
static bool
has_right_form(const struct setting *setting, const char *value, struct config_faults *faults)
{
	static const char between[] = ", ";
	const char *const words = (setting->flags & LIST) ? between : "";
	char word[CONFIG_TEXT_MAX + 1];
	bool right = true;

	if (setting->rule == NULL)
		return true;
	for (value += strspn(value, words); *value != '\0'; value += strspn(value, words)) {
		const size_t length = strcspn(value, words);

		text_copy_cut(word, length + 1 < sizeof word ? length + 1 : sizeof word, value);
		const char *const must = setting->rule(word);
		if (must != NULL)
			tell_wrong_value(setting, must, word, faults);
		right = right && must == NULL;
		value += length;
	}
	return right;
}

/* Reads one setting; `value` is the room to read it into. A wrong one stays "" or 0. */
static bool
read_one(const struct setting *setting, struct config *ret, char value[static CONFIG_WORDS_MAX + 2],
    struct config_faults *faults)
{
	if (!setting_text(setting, value)) {
		tell_unreadable(setting, faults);
		return false;
	}
	if (!setting_put(setting, value, ret)) {
		/* The words of its rule say more than its length. */
		if (value[0] == '\0' || has_right_form(setting, value, faults))
			tell_out_of_bounds(setting, value, faults);
		return false;
	}
	if (has_right_form(setting, value, faults))
		return true;
	memset((char *)ret + setting->offset, 0, setting->size);
	return false;
}

/* What two settings must fulfil together ------------------------------------------------------- */

static bool
idle_time_fits(const struct config *c)
{
	return c->session_idle_s <= c->session_lives_s;
}

static bool
listeners_differ(const struct config *c)
{
	return strcmp(c->listen, c->listen_inside) != 0;
}

static bool
db_is_protected(const struct config *c)
{
	return config_is(c->db_tls, "required") || c->db_socket[0] != '\0' ||
	       config_host_is_loopback(c->db_host);
}

static bool
smtp_is_protected(const struct config *c)
{
	return config_is(c->smtp_tls, "required") || config_url_is_loopback(c->smtp_url);
}

static bool
hash_costs_enough(const struct config *c)
{
	const struct secret_cost cost = config_hash_cost(c);

	return secret_cost_is_allowed(&cost);
}

static bool
proof_of_work_is_work(const struct config *c)
{
	return c->captcha_proof_of_work == 0 || c->captcha_proof_of_work >= 1000;
}

static bool
retention_is_long_enough(const struct config *c)
{
	return c->retention_after_loss_days == 0 || c->retention_after_loss_days >= 30;
}

static bool
retention_covers_access(const struct config *c)
{
	return c->retention_after_loss_days == 0 ||
	       c->retention_after_loss_days >= c->access_after_loss_days;
}

#define LOOPBACK "localhost, 127.0.0.1 or ::1"

/* clang-format off */
static const struct {
	const char *names[2]; /* asked only if both are right by themselves */
	bool (*holds)(const struct config *);
	const char *fault;
} agreements[] = {
	{ { "LISTEN", "LISTEN_INSIDE" }, listeners_differ,
	  "LISTEN and LISTEN_INSIDE must differ" },
	{ { "DB_TLS", "DB_HOST" }, db_is_protected,
	  "DB_TLS must be required unless DB_HOST is " LOOPBACK " (or DB_SOCKET is set)" },
	{ { "SMTP_TLS", "SMTP_URL" }, smtp_is_protected,
	  "SMTP_TLS must be required unless the host of SMTP_URL is " LOOPBACK },
	{ { "SESSION_IDLE_S", "SESSION_LIVES_S" }, idle_time_fits,
	  "SESSION_IDLE_S must be at most SESSION_LIVES_S" },
	{ { "ARGON2_MEMORY_KIB", "ARGON2_PASSES" }, hash_costs_enough,
	  "ARGON2_MEMORY_KIB and ARGON2_PASSES are below the floor" },
	{ { "CAPTCHA_PROOF_OF_WORK", "CAPTCHA_PROOF_OF_WORK" }, proof_of_work_is_work,
	  "CAPTCHA_PROOF_OF_WORK must be 0 or 1000-10000000" },
	{ { "RETENTION_AFTER_LOSS_DAYS", "RETENTION_AFTER_LOSS_DAYS" }, retention_is_long_enough,
	  "RETENTION_AFTER_LOSS_DAYS must be 0 or 30-3650" },
	{ { "RETENTION_AFTER_LOSS_DAYS", "ACCESS_AFTER_LOSS_DAYS" }, retention_covers_access,
	  "RETENTION_AFTER_LOSS_DAYS must be 0 or at least ACCESS_AFTER_LOSS_DAYS" },
};
/* clang-format on */

/* Is the setting of this name among those that were read and are right? */
static bool
is_right(const char *name, const bool right[static LENGTH(settings)])
{
	for (size_t i = 0; i < LENGTH(settings); i++)
		if (strcmp(settings[i].name, name) == 0)
			return right[i];
	return false;
}

static void
check_agreements(const struct config *config, const bool right[static LENGTH(settings)],
    struct config_faults *faults)
{
	for (size_t i = 0; i < LENGTH(agreements); i++)
		if (is_right(agreements[i].names[0], right) &&
		    is_right(agreements[i].names[1], right) && !agreements[i].holds(config))
			config_fault(faults, "%s", agreements[i].fault);
}

void
config_read(struct config *ret, unsigned groups, struct config_faults *faults)
{
	char value[CONFIG_WORDS_MAX + 2];
	bool right[LENGTH(settings)];

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < LENGTH(settings); i++)
		right[i] = (settings[i].groups & groups) != 0 &&
			   read_one(&settings[i], ret, value, faults);
	explicit_bzero(value, sizeof value);
	check_agreements(ret, right, faults);
}

bool
config_read_word(
    const char *name, char ret[static CONFIG_TEXT_MAX + 1], struct config_faults *faults)
{
	const struct setting *const setting = setting_named(name);
	char value[CONFIG_WORDS_MAX + 2];

	assert(setting != NULL && setting->type == CHOICE);
	if (!setting_text(setting, value)) {
		tell_unreadable(setting, faults);
		return false;
	}
	if (is_one_of(value, setting->words) && text_copy(ret, CONFIG_TEXT_MAX + 1, value))
		return true;
	tell_out_of_bounds(setting, value, faults);
	return false;
}

/* Names that are none -------------------------------------------------------------------------- */

/* Is it NAME or NAME_FILE of this setting? */
static bool
is_name_of(const char *name, const struct setting *setting)
{
	const size_t length = strlen(setting->name);

	return strncmp(name, setting->name, length) == 0 &&
	       (name[length] == '\0' || strcmp(name + length, "_FILE") == 0);
}

/* The setting that may have been meant by a name that is none; NULL: the name is one, or it is like
 * none. */
static const char *
meant_by(const char *name)
{
	const char *meant = NULL;

	for (size_t i = 0; i < LENGTH(settings); i++) {
		if (is_name_of(name, &settings[i]))
			return NULL;
		if (meant == NULL && config_name_is_close(name, settings[i].name))
			meant = settings[i].name;
	}
	return meant;
}

void
config_unknown_names(void (*tell)(const char *name, const char *meant))
{
	char name[80];

	for (char **variable = environ; *variable != NULL; variable++) {
		const size_t length = strcspn(*variable, "=");

		if (length >= sizeof name)
			continue;
		memcpy(name, *variable, length);
		name[length] = '\0';
		const char *const meant = meant_by(name);
		if (meant != NULL)
			tell(name, meant);
	}
}

bool
config_is_name(const char *name)
{
	for (size_t i = 0; i < LENGTH(settings); i++)
		if (is_name_of(name, &settings[i]))
			return true;
	return false;
}

const char *
config_secret_name(size_t i, unsigned groups)
{
	for (size_t j = 0; j < LENGTH(settings); j++)
		if ((settings[j].flags & SECRET) != 0 && (settings[j].groups & groups) != 0 &&
		    i-- == 0)
			return settings[j].name;
	return NULL;
}

void
config_forget_environment(void)
{
	char name_file[80];

	for (size_t i = 0; i < LENGTH(settings); i++) {
		(void)unsetenv(settings[i].name);
		if (text_format(name_file, sizeof name_file, "%s_FILE", settings[i].name))
			(void)unsetenv(name_file);
	}
}

struct secret_cost
config_hash_cost(const struct config *config)
{
	return (struct secret_cost){
		.passes = (uint64_t)config->argon2_passes,
		.memory_bytes = (size_t)config->argon2_memory_kib * 1024,
	};
}

int64_t
config_descriptors(const struct config *config)
{
	static const int64_t other = 700; /* than of connections being served */

	return config->http_workers + other;
}

struct smtp_options
config_smtp(const struct config *c, struct smtp_limits limits)
{
	return (struct smtp_options){
		.url = c->smtp_url,
		.ehlo_name = c->ehlo_name,
		.tls_required = config_is(c->smtp_tls, "required"),
		.ca_file = c->smtp_ca_file[0] != '\0' ? c->smtp_ca_file : NULL,
		.user = c->smtp_user[0] != '\0' ? c->smtp_user : NULL,
		.password = c->smtp_password,
		.from = c->mail_from,
		.from_name = c->society_name_ja,
		.limits = limits,
	};
}

void
config_wipe(struct config *config)
{
	for (size_t i = 0; i < LENGTH(settings); i++)
		if (settings[i].flags & SECRET)
			explicit_bzero((char *)config + settings[i].offset, settings[i].size);
}

bool
config_is(const char *value, const char *word)
{
	return strcmp(value, word) == 0;
}

void
config_print_table(FILE *out)
{
	char bounds[80];

	fputs("| setting | default | may be | what it is |\n| --- | --- | --- | --- |\n", out);
	for (size_t i = 0; i < LENGTH(settings); i++) {
		const struct setting *s = &settings[i];
		const char *preset = s->value[0] != '\0' ? s->value : "-";

		describe_bounds(s, bounds, sizeof bounds);
		for (char *bar = strchr(bounds, '|'); bar != NULL; bar = strchr(bar, '|'))
			*bar = '/';
		fprintf(out, "| `%s` | `%s` | %s | %s%s |\n", s->name, preset, bounds, s->help,
		    (s->flags & SECRET) ? " (secret)" : "");
	}
}
