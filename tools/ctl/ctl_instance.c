/* ctl_instance.c - the society whose settings a command works with. */

#define _GNU_SOURCE 1 /* setresuid */

#include "ctl_instance.h"

#include "cleanup.h"
#include "config.h"
#include "ctl_env_file.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ETC_FOLDER  "/etc/myportal"
#define KEYS_OF     "/var/lib/myportal/%s/keys"
#define LISTED_MAX  512 /* bytes of all names in a message */
#define NAME_SUFFIX ".env"
#define PATH_BYTES  (CONFIG_TEXT_MAX + 1)

static char chosen[CTL_INSTANCE_MAX + 1];

static enum ctl_status reject_settings(enum ctl_status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum ctl_status
reject_settings(enum ctl_status status, const char *format, ...)
{
	va_list values;

	fputs("myportalctl: ", stderr);
	va_start(values, format);
	(void)vfprintf(stderr, format, values);
	va_end(values);
	fputc('\n', stderr);
	return status;
}

static const char *
etc_folder(void)
{
	const char *const folder = getenv("MYPORTAL_ETC");

	return folder != NULL && folder[0] != '\0' ? folder : ETC_FOLDER;
}

/* A small letter, then small letters, digits and "-". */
static bool
is_instance_name(const char *name, size_t length)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	return length > 0 && length <= CTL_INSTANCE_MAX && name[0] >= 'a' && name[0] <= 'z' &&
	       strspn(name, letters) >= length;
}

/* Which -------------------------------------------------------------------------------------- */

static int
is_settings_file(const struct dirent *entry)
{
	const size_t length = strlen(entry->d_name), suffix = strlen(NAME_SUFFIX);

	return length > suffix && strcmp(entry->d_name + length - suffix, NAME_SUFFIX) == 0 &&
	       is_instance_name(entry->d_name, length - suffix);
}

/* Writes the names of all instances, a blank before each but the first; returns how many there
 * are. */
static int
list_instances(char *ret, size_t ret_size)
{
	struct dirent **entries;
	const int count = scandir(etc_folder(), &entries, is_settings_file, alphasort);

	ret[0] = '\0';
	for (int i = 0; i < count; i++) {
		const size_t length = strlen(ret);

		(void)snprintf(ret + length, ret_size - length, "%s%.*s", i > 0 ? " " : "",
		    (int)(strlen(entries[i]->d_name) - strlen(NAME_SUFFIX)), entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return count > 0 ? count : 0;
}

static bool
is_set(const char *name)
{
	const char *const value = getenv(name);

	return value != NULL && value[0] != '\0';
}

/* The name of the instance; *ret_name NULL: none. */
static enum ctl_status
find_instance(const struct ctl_call *call, const char **ret_name)
{
	static char names[LISTED_MAX];

	*ret_name = call->instance;
	if (*ret_name == NULL && is_set("MYPORTAL_INSTANCE"))
		*ret_name = getenv("MYPORTAL_INSTANCE");
	if (*ret_name != NULL || is_set("DB_NAME") || is_set("KEYS_FOLDER"))
		return CTL_DONE;
	switch (list_instances(names, sizeof names)) {
	case 0:
		return CTL_DONE;
	case 1:
		*ret_name = names;
		return CTL_DONE;
	default:
		return reject_settings(CTL_SETTINGS,
		    "there are several instances: say --instance NAME, with NAME one of: %s",
		    names);
	}
}

/* Its settings ------------------------------------------------------------------------------- */

/* Is it of root or the user who runs this, so that nobody else writes it? Otherwise says so. */
static enum ctl_status
check_owner(const char *path, const struct stat *stat)
{
	if (stat->st_uid != 0 && stat->st_uid != geteuid())
		return reject_settings(CTL_SETTINGS, "%s must belong to root", path);
	if ((stat->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return reject_settings(
		    CTL_SETTINGS, "%s can be written by others: chmod go-w %s", path, path);
	return CTL_DONE;
}

static enum ctl_status
reject_path(const char *path)
{
	if (errno == EACCES || errno == EPERM)
		return reject_settings(
		    CTL_ERROR, "%s may not be read by this user: use sudo", path);
	if (errno == ELOOP)
		return reject_settings(
		    CTL_SETTINGS, "%s must be a regular file, not a symbolic link", path);
	return reject_settings(CTL_SETTINGS, "%s: %s", path, strerror(errno));
}

static enum ctl_status
check_folder(const char *path)
{
	struct stat stat;
	CLEANUP(cleanup_close)
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &stat) != 0)
		return reject_path(path);
	return check_owner(path, &stat);
}

/* Reads the file whole into `ret`. O_NONBLOCK: a pipe in its place must not hold up anybody. */
static enum ctl_status
read_whole(const char *path, char ret[static CTL_ENV_FILE_MAX + 1], size_t *ret_size)
{
	struct stat stat;
	CLEANUP(cleanup_close)
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &stat) != 0)
		return reject_path(path);
	if (!S_ISREG(stat.st_mode))
		return reject_settings(CTL_SETTINGS, "%s must be a regular file", path);
	const enum ctl_status owned = check_owner(path, &stat);
	if (owned != CTL_DONE)
		return owned;
	if (stat.st_size > CTL_ENV_FILE_MAX)
		return reject_settings(
		    CTL_SETTINGS, "%s is longer than %d bytes", path, CTL_ENV_FILE_MAX);
	const ssize_t size = read(fd, ret, (size_t)stat.st_size);
	if (size != stat.st_size)
		return reject_settings(CTL_SETTINGS, "%s cannot be read whole", path);
	*ret_size = (size_t)size;
	return CTL_DONE;
}

/* Takes what is a setting. The unit's own variables may stand in the file, too. */
static void
take_setting(const char *name, const char *value, void *context)
{
	bool *const kept = context;

	if (config_is_name(name))
		*kept = setenv(name, value, 1) == 0 && *kept;
}

static enum ctl_status
take_settings(const char *path)
{
	static char text[CTL_ENV_FILE_MAX + 1];
	char errbuf[ERRBUF_MAX + 1];
	size_t size = 0;
	bool kept = true;
	const enum ctl_status status = read_whole(path, text, &size);

	if (status != CTL_DONE)
		return status;
	config_forget_environment();
	const bool parsed = ctl_env_parse(text, size, take_setting, &kept, errbuf);
	explicit_bzero(text, sizeof text);
	if (!parsed)
		return reject_settings(CTL_SETTINGS, "%s: %s", path, errbuf);
	return kept ? CTL_DONE : reject_settings(CTL_ERROR, "no memory");
}

/* DB_PASSWORD becomes "db-password". */
static void
file_of_secret(const char *setting, char *ret, size_t ret_size)
{
	text_copy_cut(ret, ret_size, setting);
	text_lower_ascii(ret);
	for (; *ret != '\0'; ret++)
		*ret = *ret == '_' ? '-' : *ret;
}

/* Is the setting given without us, by value or by file? */
static bool
is_given(const char *setting, const char *file_setting)
{
	return getenv(setting) != NULL || getenv(file_setting) != NULL;
}

/* A secret that is not there is one that this instance has not. */
static enum ctl_status
add_secret(const char *folder, const char *setting)
{
	char file_setting[80], file[80], path[PATH_BYTES];
	struct stat stat;

	file_of_secret(setting, file, sizeof file);
	if (!text_format(file_setting, sizeof file_setting, "%s_FILE", setting) ||
	    !text_format(path, sizeof path, "%s/%s", folder, file))
		return reject_settings(CTL_ERROR, "%s: the path is too long", folder);
	if (is_given(setting, file_setting))
		return CTL_DONE;
	if (access(path, R_OK) != 0)
		return errno == ENOENT ? CTL_DONE : reject_path(path);
	if (lstat(path, &stat) != 0)
		return reject_path(path);
	if (!S_ISREG(stat.st_mode))
		return reject_settings(
		    CTL_SETTINGS, "%s must be a regular file, not a symbolic link", path);
	if (setenv(file_setting, path, 1) != 0)
		return reject_settings(CTL_ERROR, "no memory");
	return check_owner(path, &stat);
}

static enum ctl_status
add_secrets(const char *folder, unsigned groups)
{
	enum ctl_status status = CTL_DONE;
	const char *setting;

	if (config_secret_name(0, groups) == NULL)
		return CTL_DONE;
	if (access(folder, F_OK) == 0 && access(folder, R_OK | X_OK) == 0)
		status = check_folder(folder);
	for (size_t i = 0; status == CTL_DONE && (setting = config_secret_name(i, groups)) != NULL;
	     i++)
		status = add_secret(folder, setting);
	return status;
}

static enum ctl_status
add_keys_folder(const char *name)
{
	char path[PATH_BYTES];

	if (is_given("KEYS_FOLDER", "KEYS_FOLDER_FILE"))
		return CTL_DONE;
	if (text_format(path, sizeof path, KEYS_OF, name) && setenv("KEYS_FOLDER", path, 1) == 0)
		return CTL_DONE;
	return reject_settings(CTL_ERROR, "no memory");
}

static enum ctl_status
reject_unknown(const char *name)
{
	char names[LISTED_MAX];
	const int count = list_instances(names, sizeof names);

	return reject_settings(CTL_SETTINGS, "there is no instance %s (%s/%s" NAME_SUFFIX "); %s%s",
	    name, etc_folder(), name, count > 0 ? "there are: " : "there is none", names);
}

static enum ctl_status
load_instance(const char *name, unsigned groups)
{
	char env[PATH_BYTES], secrets[PATH_BYTES];
	enum ctl_status status = check_folder(etc_folder());

	if (status == CTL_DONE &&
	    (!text_format(env, sizeof env, "%s/%s" NAME_SUFFIX, etc_folder(), name) ||
		!text_format(secrets, sizeof secrets, "%s/%s.secrets", etc_folder(), name)))
		return reject_settings(CTL_SETTINGS, "the path of the instance is too long");
	if (status == CTL_DONE && access(env, F_OK) != 0 && errno == ENOENT)
		return reject_unknown(name);
	if (status == CTL_DONE)
		status = take_settings(env);
	if (status == CTL_DONE)
		status = add_keys_folder(name);
	if (status == CTL_DONE)
		status = add_secrets(secrets, groups);
	return status;
}

enum ctl_status
ctl_instance_choose(struct ctl_call *call)
{
	const char *name;
	const enum ctl_status found = find_instance(call, &name);

	call->instance = NULL;
	if (found != CTL_DONE || name == NULL)
		return found;
	if (!is_instance_name(name, strlen(name)) || !text_copy(chosen, sizeof chosen, name))
		return reject_settings(CTL_SETTINGS,
		    "the name of an instance is 1-%d small letters, digits and \"-\"",
		    CTL_INSTANCE_MAX);
	call->instance = chosen;
	return load_instance(chosen, call->command->settings);
}

/* Its user ----------------------------------------------------------------------------------- */

/* The owner of the keys, or of the folder around theirs. */
static bool
find_user(const char *keys_folder, struct stat *ret)
{
	char around[PATH_BYTES];
	const char *const slash = strrchr(keys_folder, '/');

	if (stat(keys_folder, ret) == 0)
		return true;
	if (errno != ENOENT || slash == NULL || slash == keys_folder)
		return false;
	text_copy_cut(around, (size_t)(slash - keys_folder) + 1, keys_folder);
	return stat(around, ret) == 0;
}

/* Groups first, while that is allowed; and there is no way back. */
static bool
become(uid_t uid, gid_t gid)
{
	return setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 &&
	       setresuid(uid, uid, uid) == 0 && setuid(0) != 0;
}

bool
ctl_instance_enter(const struct ctl_call *call)
{
	const char *const keys_folder = getenv("KEYS_FOLDER");
	struct stat owner;

	if (call->instance == NULL || geteuid() != 0)
		return true;
	if (keys_folder == NULL || !find_user(keys_folder, &owner)) {
		reject_settings(CTL_SETTINGS,
		    "the folder of the keys (KEYS_FOLDER), or the one around it, is not there: "
		    "its owner is the instance's user");
		return false;
	}
	if (owner.st_uid == 0 || become(owner.st_uid, owner.st_gid))
		return true;
	reject_settings(CTL_ERROR, "cannot become the user who owns the keys");
	return false;
}
