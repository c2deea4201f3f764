/* statements_rights.c - what an administrator of the database server runs for a society: database,
 * users, rights. */

#include "statements_rights.h"

#include "text.h"

#include <stdarg.h>
#include <string.h>

#define NAME_CHARACTERS              \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789_-"
#define PASSWORD_MIN 16

/* Names ---------------------------------------------------------------------------------------- */

/* Returns false, for the caller to return. */
static bool __attribute__((format(printf, 2, 3)))
rights_fault(char errbuf[static ERRBUF_MAX + 1], const char *format, ...)
{
	va_list values;

	va_start(values, format);
	(void)vsnprintf(errbuf, ERRBUF_MAX + 1, format, values);
	va_end(values);
	return false;
}

static bool
check_name(
    const char *setting, const char *name, size_t length_max, char errbuf[static ERRBUF_MAX + 1])
{
	const size_t length = strlen(name);

	if (length > 0 && length <= length_max && strspn(name, NAME_CHARACTERS) == length)
		return true;
	return rights_fault(errbuf,
	    "%s must be 1-%zu letters, digits, \"_\" and \"-\": it is written into SQL", setting,
	    length_max);
}

/* Users whose password this must never be asked to set. */
static bool
check_not_reserved(const char *setting, const char *name, char errbuf[static ERRBUF_MAX + 1])
{
	static const char *const reserved[] = { "root", "mysql", "PUBLIC" };

	for (size_t i = 0; i < LENGTH(reserved); i++)
		if (strcmp(name, reserved[i]) == 0)
			return rights_fault(
			    errbuf, "%s must not be %s: it is the server's own", setting, name);
	return true;
}

bool
rights_names_check(const struct rights_names *names, char errbuf[static ERRBUF_MAX + 1])
{
	if (!check_name("DB_NAME", names->database, 64, errbuf) ||
	    !check_name("DB_USER", names->service, 80, errbuf) ||
	    !check_name("DB_OWNER_USER", names->owner, 80, errbuf) ||
	    !check_not_reserved("DB_USER", names->service, errbuf) ||
	    !check_not_reserved("DB_OWNER_USER", names->owner, errbuf))
		return false;
	return strcmp(names->service, names->owner) != 0 ||
	       rights_fault(errbuf,
		   "DB_USER and DB_OWNER_USER must differ: the service must not own the tables");
}

static bool
password_is_plain(const char *password)
{
	const size_t length = strlen(password);

	for (const char *at = password; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || *at == '\'' || *at == '\\')
			return false;
	return length >= PASSWORD_MIN;
}

static bool
check_password(const char *setting, const char *password, char errbuf[static ERRBUF_MAX + 1])
{
	return password_is_plain(password) ||
	       rights_fault(errbuf,
		   "%s must be at least %d printable ASCII characters without blank, quote and "
		   "backslash; \"openssl rand -hex 24\" makes one",
		   setting, PASSWORD_MIN);
}

bool
rights_passwords_check(const struct rights_passwords *passwords, char errbuf[static ERRBUF_MAX + 1])
{
	return check_password("DB_PASSWORD", passwords->service, errbuf) &&
	       check_password("DB_OWNER_PASSWORD", passwords->owner, errbuf);
}

/* A new society -------------------------------------------------------------------------------- */

/* Where a grant names a database, "_" stands for any character: it would reach the database of a
 * society whose name differs in that place. */
static void
write_pattern(FILE *out, const char *database)
{
	fputc('`', out);
	for (; *database != '\0'; database++)
		fprintf(out, "%s%c", *database == '_' ? "\\" : "", *database);
	fputc('`', out);
}

static void
write_user(FILE *out, const char *user, const char *password, bool tls)
{
	fprintf(out, "CREATE USER '%s'@'%%' IDENTIFIED BY '%s'%s;\n", user, password,
	    tls ? " REQUIRE SSL" : "");
}

void
rights_write_new(
    FILE *out, const struct rights_names *names, const struct rights_passwords *passwords, bool tls)
{
	fprintf(out,
	    "DELIMITER //\n"
	    "BEGIN NOT ATOMIC\n"
	    "IF EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = '%s')"
	    " OR EXISTS (SELECT 1 FROM mysql.user WHERE user IN ('%s', '%s')) THEN\n"
	    "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT ="
	    " 'the database or one of its users is there already; nothing was changed';\n"
	    "END IF;\n"
	    "END//\n"
	    "DELIMITER ;\n",
	    names->database, names->service, names->owner);
	fprintf(out, "CREATE DATABASE `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n",
	    names->database);
	write_user(out, names->service, passwords->service, tls);
	write_user(out, names->owner, passwords->owner, tls);
	fputs("GRANT ALL ON ", out);
	write_pattern(out, names->database);
	fprintf(out, ".* TO '%s'@'%%';\n", names->owner);
}

/* Rights --------------------------------------------------------------------------------------- */

/* A line "GRANT SELECT, INSERT ON account TO 'myportal'@'%';". */
struct grant {
	const char *privileges, *table;
	int privileges_length, table_length;
};

static const char grant_end[] = " TO 'myportal'@'%';";

static bool
read_grant(const char *line, size_t length, struct grant *ret)
{
	const size_t end_length = sizeof grant_end - 1;
	const char *const on = strstr(line, " ON ");

	if (!text_starts_with(line, "GRANT ") || on == NULL || length < end_length ||
	    on + 4 > line + length - end_length ||
	    strncmp(line + length - end_length, grant_end, end_length) != 0)
		return false;
	ret->privileges = line + 6;
	ret->privileges_length = (int)(on - ret->privileges);
	ret->table = on + 4;
	ret->table_length = (int)(line + length - end_length - ret->table);
	return ret->privileges_length > 0 && ret->table_length > 0 &&
	       strspn(ret->privileges, "ABCDEFGHIJKLMNOPQRSTUVWXYZ, ") >=
		   (size_t)ret->privileges_length &&
	       strspn(ret->table, "abcdefghijklmnopqrstuvwxyz_0123456789") ==
		   (size_t)ret->table_length;
}

/* What is done with each grant of the file. */
struct grant_reader {
	void (*each)(const struct grant_reader *, const struct grant *);
	FILE *out;                        /* of write_grant() */
	const struct rights_names *names; /* of it, too */
	void (*each_right)(void *context, const char *table, const char *privilege);
	void *context;
};

static void
write_grant(const struct grant_reader *reader, const struct grant *grant)
{
	fprintf(reader->out, "GRANT %.*s ON `%s`.`%.*s` TO '%s'@'%%';\n", grant->privileges_length,
	    grant->privileges, reader->names->database, grant->table_length, grant->table,
	    reader->names->service);
}

static void
pass_over_grant(const struct grant_reader *reader, const struct grant *grant)
{
	(void)reader, (void)grant;
}

/* Tells each of "SELECT, INSERT". */
static void
tell_rights(const struct grant_reader *reader, const struct grant *grant)
{
	static const char between[] = ", ";
	const char *const end = grant->privileges + grant->privileges_length;
	char table[80], privilege[40];

	text_copy_cut(table, sizeof table, grant->table);
	table[strcspn(table, " ")] = '\0';
	for (const char *at = grant->privileges; at < end; at += strspn(at, between)) {
		text_copy_cut(privilege, sizeof privilege, at);
		privilege[strcspn(privilege, between)] = '\0';
		reader->each_right(reader->context, table, privilege);
		at += strlen(privilege);
	}
}

/* Reads every line of the file. */
static bool
read_grants(
    const char *rights, const struct grant_reader *reader, char errbuf[static ERRBUF_MAX + 1])
{
	struct grant grant;
	unsigned number = 0;

	for (size_t length; *rights != '\0'; rights += length + (rights[length] == '\n')) {
		length = strcspn(rights, "\n");
		number++;
		if (length == 0 || text_starts_with(rights, "--"))
			continue;
		if (!read_grant(rights, length, &grant))
			return rights_fault(errbuf,
			    "line %u of rights.sql is not \"GRANT ... ON table%s\"", number,
			    grant_end);
		reader->each(reader, &grant);
	}
	return true;
}

bool
rights_read(const char *rights,
    void (*each)(void *context, const char *table, const char *privilege), void *context,
    char errbuf[static ERRBUF_MAX + 1])
{
	const struct grant_reader check = { .each = pass_over_grant };
	const struct grant_reader tell = {
		.each = tell_rights, .each_right = each, .context = context
	};

	return read_grants(rights, &check, errbuf) && read_grants(rights, &tell, errbuf);
}

bool
rights_write(FILE *out, const char *rights, const struct rights_names *names,
    char errbuf[static ERRBUF_MAX + 1])
{
	const struct grant_reader check = { .each = pass_over_grant };
	const struct grant_reader write = { .each = write_grant, .out = out, .names = names };

	return read_grants(rights, &check, errbuf) && read_grants(rights, &write, errbuf);
}
