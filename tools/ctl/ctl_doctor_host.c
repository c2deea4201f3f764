/* ctl_doctor_host.c - checks of myportalctl doctor: this machine, and the portal's name. */

#include "ctl_doctor_host.h"

#include "access_keys.h"
#include "cleanup.h"
#include "config_rules.h"
#include "keyring.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MIB ((uint64_t)1024 * 1024)
/* Below the first nothing is sure to be written, below the second somebody must look. */
#define ROOM_MIN    (16 * MIB)
#define ROOM_WANTED (256 * MIB)

/* Files of secrets ----------------------------------------------------------------------------- */

/* False, and a finding: others can read it, or write to it. What cannot be looked at is a fault of
 * the settings. */
static bool
secret_is_private(const char *setting, const char *path, struct doctor_finding *ret)
{
	struct stat file;

	if (stat(path, &file) != 0)
		return true;
	if (S_ISREG(file.st_mode) && (file.st_mode & 077) != 0) {
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the file of %s has mode %04o: chmod 0400, and give it another secret if "
		    "others "
		    "may have read it",
		    setting, (unsigned)(file.st_mode & 07777));
		return false;
	}
	if (file.st_uid != 0 && file.st_uid != geteuid()) {
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the file of %s belongs to another user (%u): chown it to root, or to whoever "
		    "runs the service",
		    setting, (unsigned)file.st_uid);
		return false;
	}
	return true;
}

void
doctor_look_at_secrets(struct doctor_finding *ret)
{
	const char *setting;
	char file_setting[80];

	doctor_find(ret, DOCTOR_OK, "nobody else can read them");
	for (size_t i = 0; (setting = config_secret_name(i, CONFIG_ALL)) != NULL; i++) {
		if (!text_format(file_setting, sizeof file_setting, "%s_FILE", setting))
			continue;
		const char *const path = getenv(file_setting);
		if (path != NULL && !secret_is_private(setting, path, ret))
			return;
		if (getenv(setting) != NULL)
			doctor_find(ret, DOCTOR_WARNING,
			    "%s is in the environment, which is shown in more places than a file: "
			    "put "
			    "it into a file of mode 0400, and its path into %s",
			    setting, file_setting);
	}
}

void
doctor_secrets(struct doctor *doctor, struct doctor_finding *ret)
{
	*ret = doctor->secrets;
}

/* Descriptors ---------------------------------------------------------------------------------- */

/* "8192", "1024:8192" or "infinity"; the hard one counts, as the service raises the other. */
static bool
read_unit_limit(const char *text, int64_t *ret)
{
	char value[40];

	text_copy_cut(value, sizeof value, text);
	value[strcspn(value, " \t\r\n")] = '\0';
	const char *const colon = strchr(value, ':');
	const char *const hard = colon != NULL ? colon + 1 : value;
	if (strcmp(hard, "infinity") != 0)
		return text_number(hard, 0, INT64_MAX, ret);
	*ret = INT64_MAX;
	return true;
}

/* The last LimitNOFILE of a unit and what overrides it. False: they set none. */
static bool
find_unit_limit(const char *unit, int64_t *ret)
{
	static const char name[] = "LimitNOFILE=";
	bool found = false;

	while (*unit != '\0') {
		unit += strspn(unit, " \t");
		if (text_starts_with(unit, name) && read_unit_limit(unit + strlen(name), ret))
			found = true;
		unit += strcspn(unit, "\n");
		unit += *unit == '\n';
	}
	return found;
}

/* The unit that the call names, else where the package has that of an instance; -1: none. */
static int
open_unit(const struct ctl_call *call)
{
	static const char *const places[] = { "/etc/systemd/system/myportald@.service",
		"/usr/lib/systemd/system/myportald@.service" };
	int fd = -1;

	if (ctl_given(call, "--unit"))
		return fcntl(ctl_fd(call, "--unit"), F_DUPFD_CLOEXEC, 0);
	for (size_t i = 0; call->instance != NULL && fd < 0 && i < LENGTH(places); i++)
		fd = open(places[i], O_RDONLY | O_CLOEXEC);
	return fd;
}

/* How many the service may have: as its unit says, else as this process may. */
static bool
read_limit(const struct ctl_call *call, int64_t *ret)
{
	static char unit[DOCTOR_FILE_MAX + 1];
	CLEANUP(cleanup_close) const int fd = open_unit(call);
	struct rlimit limit;

	if (fd >= 0 && doctor_read_file(fd, unit) && find_unit_limit(unit, ret))
		return true;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	*ret = limit.rlim_max > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_max;
	return true;
}

void
doctor_descriptors(struct doctor *doctor, struct doctor_finding *ret)
{
	const int64_t wanted = config_descriptors(doctor->call->config);
	int64_t limit;

	if (!read_limit(doctor->call, &limit))
		doctor_find(ret, DOCTOR_SKIPPED, "the limit cannot be read");
	else if (limit < wanted)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the limit is %" PRId64
		    ", and HTTP_WORKERS with database and mail may need %" PRId64
		    ": raise LimitNOFILE of the unit (ulimit -Hn), or lower HTTP_WORKERS",
		    limit, wanted);
	else
		doctor_find(ret, DOCTOR_OK, "%" PRId64 " may be needed, and may be had", wanted);
}

/* Keys ----------------------------------------------------------------------------------------- */

void
doctor_keys(struct doctor *doctor, struct doctor_finding *ret)
{
	const char *const folder = doctor->call->config->keys_folder;
	char errbuf[ERRBUF_MAX + 1];
	struct keyring *const keyring = keyring_open(folder, errbuf);
	struct access_keys *const keys = keyring != NULL ? access_keys_open(folder, errbuf) : NULL;

	if (keys != NULL)
		doctor_find(ret, DOCTOR_OK, "all can be read, by nobody else");
	else
		doctor_find(ret, DOCTOR_PROBLEM,
		    "%s: the folder must be of mode 0700 and its files 0400, all the service's "
		    "user's "
		    "(chown, chmod); `myportalctl keys new` makes what is missing",
		    errbuf);
	access_keys_close(keys);
	keyring_close(keyring);
}

/* Room ----------------------------------------------------------------------------------------- */

void
doctor_find_room(struct doctor_finding *ret, const char *whose, const char *path)
{
	struct statvfs room;

	if (statvfs(path, &room) != 0) {
		doctor_find(ret, DOCTOR_SKIPPED, "its folder cannot be seen from here: %s",
		    strerror(errno));
		return;
	}
	const uint64_t free_bytes = (uint64_t)room.f_bavail * room.f_frsize;
	const uint64_t free_mib = free_bytes / MIB;
	if (free_bytes < ROOM_MIN || (room.f_files > 0 && room.f_favail == 0))
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the file system of %s has %" PRIu64 " MiB and %" PRIu64
		    " files left: make room "
		    "on it, or make it larger",
		    whose, free_mib, (uint64_t)room.f_favail);
	else if (free_bytes < ROOM_WANTED)
		doctor_find(ret, DOCTOR_WARNING,
		    "the file system of %s has %" PRIu64 " MiB left: make room on it soon", whose,
		    free_mib);
	else
		doctor_find(ret, DOCTOR_OK, "%" PRIu64 " MiB left", free_mib);
}

void
doctor_keys_disk(struct doctor *doctor, struct doctor_finding *ret)
{
	doctor_find_room(ret, "the keys", doctor->call->config->keys_folder);
}

/* The portal's name ---------------------------------------------------------------------------- */

void
doctor_portal_url(struct doctor *doctor, struct doctor_finding *ret)
{
	const char *const url = doctor->call->config->portal_url;

	if (text_starts_with(url, "https://") || config_url_is_loopback(url))
		doctor_find(ret, DOCTOR_OK, "%s", url);
	else
		doctor_find(ret, DOCTOR_PROBLEM,
		    "%s is not https: links in mails would carry their tokens in clear text; give "
		    "the "
		    "app a certificate, and PORTAL_URL https://",
		    url);
}

/* "https://portal.example.jp:8443" has the host "portal.example.jp". */
static void
host_of_url(const char *url, char *ret, size_t ret_size)
{
	const char *const scheme_end = strstr(url, "://");

	text_copy_cut(ret, ret_size, scheme_end != NULL ? scheme_end + 3 : url);
	if (ret[0] == '[') { /* an IPv6 address */
		memmove(ret, ret + 1, strlen(ret));
		ret[strcspn(ret, "]")] = '\0';
	} else {
		ret[strcspn(ret, ":/")] = '\0';
	}
}

void
doctor_portal_name(struct doctor *doctor, struct doctor_finding *ret)
{
	const struct addrinfo wanted = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char host[URL_MAX + 1];

	host_of_url(doctor->call->config->portal_url, host, sizeof host);
	const int error = getaddrinfo(host, NULL, &wanted, &found);
	if (error != 0)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "%s has no address (%s): make the DNS records (A, AAAA) of the app's name, or "
		    "correct PORTAL_URL",
		    host, gai_strerror(error));
	else
		doctor_find(ret, DOCTOR_OK, "%s has an address", host);
	if (found != NULL)
		freeaddrinfo(found);
}

/* A hint: the society decides. */
void
doctor_retention(struct doctor *doctor, struct doctor_finding *ret)
{
	const int64_t days = doctor->call->config->retention_after_loss_days;

	if (days == 0)
		doctor_find(ret, DOCTOR_OK,
		    "former members are kept for ever; RETENTION_AFTER_LOSS_DAYS ends that "
		    "(docs/privacy.md)");
	else
		doctor_find(ret, DOCTOR_OK,
		    "former members are deleted %" PRId64 " days after their eligibility ended",
		    days);
}
