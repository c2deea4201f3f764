/* config.c - the table of settings; reads the environment and the files it names. */

#include "config.h"

#include "cleanup.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum setting_type { TEXT, NUMBER, CHOICE };
enum { SECRET = 1, LINES = 2 }; /* LINES: may hold newlines */

struct setting {
	const char *name;
	size_t offset;
	size_t size;
	enum setting_type type;
	const char *value; /* default */
	int64_t min, max;  /* of a NUMBER; of a TEXT the shortest and longest length */
	const char *words; /* of a CHOICE: "yes|no" */
	unsigned flags;
	const char *help;
};

/* Where a setting's member is, and its size. */
#define AT(member) offsetof(struct config, member), sizeof(((struct config *)0)->member)

#define DAY_S     86400
#define MONTH_S   2592000 /* 30 days */
#define QUARTER_S 7776000

/* clang-format off */
static const struct setting settings[] = {
	/* name                       member                          type    default
	 * min max       words */
	{ "LISTEN", AT(listen), TEXT, "127.0.0.1:8080", 3, 64, NULL, 0,
	  "public address; a proxy in front ends TLS" },
	{ "LISTEN_INSIDE", AT(listen_inside), TEXT, "127.0.0.1:9090", 3, 64, NULL, 0,
	  "health and metrics; never public" },
	{ "CORS_ORIGINS", AT(cors_origins), TEXT, "", 0, 512, NULL, 0,
	  "origins of the app, separated by commas" },
	{ "TRUSTED_PROXIES", AT(trusted_proxies), TEXT, "", 0, 512, NULL, 0,
	  "networks of the proxies whose X-Forwarded-For is believed; empty: none is" },
	{ "SHARED_NETWORKS", AT(shared_networks), TEXT, "", 0, 512, NULL, 0,
	  "networks where many members share an address, as a company's gateway: 100 times the "
	  "limits of a source, and of the /48 around it" },
	{ "LIMITS", AT(limits), TEXT, "", 0, 1024, NULL, LINES,
	  "other limits than below: name=count or name=count/seconds, commas or lines between" },
	{ "HTTP_WORKERS", AT(http_workers), NUMBER, "256", 4, 4096, NULL, 0,
	  "connections served at once; above the proxy's maximum" },
	{ "REQUESTS_MAX", AT(requests_max), NUMBER, "192", 1, 4096, NULL, 0,
	  "requests worked on at once; more get 503" },
	{ "HASHING_MAX", AT(hashing_max), NUMBER, "32", 1, 4096, NULL, 0,
	  "of them at once with a password to hash; more get 503" },
	{ "PICTURES_MAX", AT(pictures_max), NUMBER, "8", 1, 4096, NULL, 0,
	  "of them at once with a CAPTCHA to make; more get 503" },
	{ "KEEP_ALIVE_MS", AT(keep_alive_ms), NUMBER, "15000", 0, 600000, NULL, 0,
	  "idle connections are closed after it; a little above the proxy's" },
	{ "REQUEST_TIMEOUT_MS", AT(request_timeout_ms), NUMBER, "5000", 500, 60000, NULL, 0,
	  "for the headers, again for the body, and again for the client to take the answer" },
	{ "DRAIN_MS", AT(drain_ms), NUMBER, "1000", 0, 30000, NULL, 0,
	  "time for the proxy to notice that /readyz fails, before connections are closed" },

	{ "DB_HOST", AT(db_host), TEXT, "127.0.0.1", 1, 255, NULL, 0,
	  "MariaDB server" },
	{ "DB_PORT", AT(db_port), NUMBER, "3306", 1, 65535, NULL, 0, "" },
	{ "DB_SOCKET", AT(db_socket), TEXT, "", 0, 107, NULL, 0,
	  "local socket instead of host and port" },
	{ "DB_NAME", AT(db_name), TEXT, "myportal", 1, 64, NULL, 0, "" },
	{ "DB_USER", AT(db_user), TEXT, "myportal", 1, 80, NULL, 0,
	  "the service's user; rights in schema/rights.sql" },
	{ "DB_PASSWORD", AT(db_password), TEXT, "", 0, 512, NULL, SECRET, "" },
	{ "DB_OWNER_USER", AT(db_owner_user), TEXT, "myportal_owner", 1, 80, NULL, 0,
	  "used by myportalctl: owns the tables" },
	{ "DB_OWNER_PASSWORD", AT(db_owner_password), TEXT, "", 0, 512, NULL, SECRET,
	  "not needed by myportald" },
	{ "DB_TLS", AT(db_tls), CHOICE, "required", 0, 0, "required|none", 0,
	  "none only on a loopback; a socket needs none" },
	{ "DB_CA_FILE", AT(db_ca_file), TEXT, "", 0, 512, NULL, 0,
	  "PEM of the authority that signed the server's certificate" },
	{ "DB_CONNECTIONS", AT(db_connections), NUMBER, "16", 2, 100, NULL, 0,
	  "most that are open at once" },

	{ "KEYS_FOLDER", AT(keys_folder), TEXT, "", 1, 512, NULL, 0,
	  "made by `myportalctl keys new`" },

	{ "SMTP_URL", AT(smtp_url), TEXT, "", 8, 512, NULL, 0,
	  "smtp://host:port (STARTTLS) or smtps://host:port" },
	{ "SMTP_TLS", AT(smtp_tls), CHOICE, "required", 0, 0, "required|none", 0,
	  "none only for a catcher on a loopback" },
	{ "SMTP_CA_FILE", AT(smtp_ca_file), TEXT, "", 0, 512, NULL, 0,
	  "PEM; empty: the system's authorities" },
	{ "SMTP_USER", AT(smtp_user), TEXT, "", 0, 255, NULL, 0,
	  "empty: no authentication" },
	{ "SMTP_PASSWORD", AT(smtp_password), TEXT, "", 0, 512, NULL, SECRET, "" },
	{ "MAIL_FROM", AT(mail_from), TEXT, "", 3, 254, NULL, 0,
	  "sender address of every mail" },
	{ "MAIL_WORKERS", AT(mail_workers), NUMBER, "2", 1, 16, NULL, 0,
	  "mails sent at once" },
	{ "MAIL_INTERVAL_S", AT(mail_interval_s), NUMBER, "60", 1, 3600, NULL, 0,
	  "at most one mail of a kind per address in this time; longer from the sixth of a day "
	  "on" },

	{ "PORTAL_URL", AT(portal_url), TEXT, "", 8, 512, NULL, 0,
	  "the app's address as browsers write its origin; links in mails begin with it" },
	{ "SOCIETY_NAME_JA", AT(society_name_ja), TEXT, "", 1, 120, NULL, 0,
	  "in mails" },
	{ "SOCIETY_NAME_EN", AT(society_name_en), TEXT, "", 1, 120, NULL, 0,
	  "in English mails" },
	{ "SOCIETY_WORDS", AT(society_words), TEXT, "", 0, 4096, NULL, LINES,
	  "words rejected as passwords: names of society, products, city; commas or lines "
	  "between" },

	{ "INVITATION_LIVES_S", AT(invitation_lives_s), NUMBER, "10800", 60, DAY_S, NULL, 0,
	  "first link" },
	{ "SECOND_LINK_LIVES_S", AT(second_link_lives_s), NUMBER, "1800", 60, DAY_S, NULL, 0,
	  "second link" },
	{ "ACCOUNT_STEP_LIVES_S", AT(account_step_lives_s), NUMBER, "1800", 60, DAY_S, NULL, 0,
	  "account step after the authentication key" },
	{ "CAPTCHA_LIVES_S", AT(captcha_lives_s), NUMBER, "600", 30, 3600, NULL, 0, "" },
	{ "CAPTCHA_PROOF_OF_WORK", AT(captcha_proof_of_work), NUMBER, "0", 0, 10000000, NULL, 0,
	  "highest number of ALTCHA's proof of work, 1000 or more; 0: not offered" },
	{ "EMAIL_CONFIRMATION_LIVES_S", AT(email_confirmation_lives_s), NUMBER,
	  "10800", 60, DAY_S, NULL, 0,
	  "link that proves a new address" },
	{ "PASSWORD_RESET_LIVES_S", AT(password_reset_lives_s), NUMBER, "1800", 60, DAY_S, NULL, 0,
	  "link that sets a new password" },
	{ "SESSION_IDLE_S", AT(session_idle_s), NUMBER, "604800", 600, MONTH_S, NULL, 0,
	  "a session that is not refreshed for so long ends" },
	{ "SESSION_LIVES_S", AT(session_lives_s), NUMBER, "2592000", 600, QUARTER_S, NULL, 0,
	  "a session ends then in any case" },

	{ "IDENTITY_BIRTH_DATE", AT(identity_birth_date), CHOICE, "no", 0, 0, "yes|no", 0,
	  "demand the birth date at the identity step" },
	{ "PASSWORD_LENGTH_MIN", AT(password_length_min), NUMBER, "8", 8, 15, NULL, 0,
	  "code points" },
	{ "PASSWORD_COMPOSITION", AT(password_composition), CHOICE,
	  "letter-and-digit", 0, 0, "letter-and-digit|none", 0,
	  "the society's rule, or none (NIST, ASVS 6.2.5)" },
	{ "ARGON2_MEMORY_KIB", AT(argon2_memory_kib), NUMBER, "19456", 12288, 1048576, NULL, 0,
	  "per hash; 19456 with 2 passes or 12288 with 3 is the floor" },
	{ "ARGON2_PASSES", AT(argon2_passes), NUMBER, "2", 1, 10, NULL, 0, "" },
	{ "HASH_THREADS", AT(hash_threads), NUMBER, "0", 0, 64, NULL, 0,
	  "0: as many as cores" },

	{ "SANDBOX", AT(sandbox), CHOICE, "on", 0, 0, "on|off", 0,
	  "the kernel limits what the service may do; off only for debugging" },
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

static void
write_setting_error(
    const struct setting *setting, const char *value, char errbuf[static ERRBUF_MAX + 1])
{
	char bounds[80];
	char shown[80];

	describe_bounds(setting, bounds, sizeof bounds);
	text_copy_cut(shown, sizeof shown, (setting->flags & SECRET) ? "(secret)" : value);
	if (!text_format(errbuf, ERRBUF_MAX + 1, "%s must be %s; it is \"%s\"", setting->name,
		bounds, shown))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, setting->name);
}

static void
write_source_error(const struct setting *setting, char errbuf[static ERRBUF_MAX + 1])
{
	if (!text_format(errbuf, ERRBUF_MAX + 1,
		"%s is longer than %d bytes, or %s_FILE names no readable text of at most that",
		setting->name, CONFIG_WORDS_MAX, setting->name))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, setting->name);
}

/* One setting; `value` is the room to read it into. */
static bool
read_one(const struct setting *setting, struct config *ret, char value[static CONFIG_WORDS_MAX + 2],
    char errbuf[static ERRBUF_MAX + 1])
{
	if (!setting_text(setting, value)) {
		write_source_error(setting, errbuf);
		return false;
	}
	if (setting_put(setting, value, ret))
		return true;
	write_setting_error(setting, value, errbuf);
	return false;
}

bool
config_read(struct config *ret, char errbuf[static ERRBUF_MAX + 1])
{
	char value[CONFIG_WORDS_MAX + 2];
	bool right = true;

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; right && i < LENGTH(settings); i++)
		right = read_one(&settings[i], ret, value, errbuf);
	explicit_bzero(value, sizeof value);
	return right;
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
