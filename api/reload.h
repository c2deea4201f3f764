/* reload.h - what the running service reads anew: its keys every second; and with SIGHUP, at once,
 * its keys, the mail templates and LOG_LEVEL.
 *
 * An environment cannot be read anew. So of the settings only LOG_LEVEL is, and it can only have
 * changed where LOG_LEVEL_FILE names a file: the way in which any setting may come. What is faulty
 * is logged and stays as it was; nothing here ends the service. All else needs a restart. */

#ifndef RELOAD_H
#define RELOAD_H

struct access_keys;
struct keyring;
struct mail_templates;

/* What is read anew; borrowed. */
struct reload_parts {
	struct keyring *keyring;
	struct access_keys *access_keys;
	struct mail_templates *templates;
	const char *templates_folder;
};

/* Reads the keys, if their folder changed. A rotation takes effect so. `second`: how often this was
 * called; a faulty folder is logged once a minute. */
void reload_keys(const struct reload_parts *, unsigned second);

/* Reads all of it, and logs what is faulty and that it was done. By the thread that calls
 * reload_keys(). */
void reload_all(const struct reload_parts *);

#endif
