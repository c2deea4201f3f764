/* service_tables.c - the tables of schema/, in a database of a unit test. */

#include "service_tables.h"

#include "statements.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define SCHEMA_MAX 65536
#define PATH_MAX_  512

/* Each statement of a schema file ends its line. */
static bool
apply(const struct private_db *server, const char *folder, const char *name)
{
	static char text[SCHEMA_MAX];
	char path[PATH_MAX_];

	if (!text_format(path, sizeof path, "%s/%s", folder, name))
		return false;
	FILE *const from = fopen(path, "re");
	if (from == NULL)
		return false;
	const size_t length = fread(text, 1, sizeof text - 1, from);
	fclose(from);
	text[length] = '\0';
	bool applied = length > 0 && length < sizeof text - 1;
	for (char *at = text, *end; applied && (end = strstr(at, ";\n")) != NULL; at = end + 2) {
		*end = '\0';
		applied = private_db_administer(server, at) == OK;
	}
	return applied;
}

bool
service_tables_make(const struct private_db *server, const char *folder)
{
	return private_db_administer(server, migration_table_sql) == OK &&
	       apply(server, folder, "0001_registration.sql") &&
	       apply(server, folder, "0002_accounts.sql");
}
