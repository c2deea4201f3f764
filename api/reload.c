/* reload.c - what the running service reads anew. */

#include "reload.h"

#include "access_keys.h"
#include "config.h"
#include "keyring.h"
#include "log.h"
#include "mail_templates.h"

#include <stdbool.h>

#define SECONDS_PER_FAULT 60

static void
log_keys_refreshed(const char *kind, bool good, bool changed, const char *errbuf)
{
	if (!good)
		log_event("keys_not_refreshed", (const struct log_value[]){ log_text("kind", kind),
						    log_text("why", errbuf), { 0 } });
	else if (changed)
		log_event_at(LOG_LEVEL_NOTICE, "keys_refreshed",
		    (const struct log_value[]){ log_text("kind", kind), { 0 } });
}

void
reload_keys(const struct reload_parts *parts, unsigned second)
{
	char errbuf[ERRBUF_MAX + 1] = "";
	bool changed = false;
	bool good = keyring_refresh(parts->keyring, &changed, errbuf);

	if (good || second % SECONDS_PER_FAULT == 0)
		log_keys_refreshed("stage", good, changed, errbuf);
	changed = false;
	good = access_keys_refresh(parts->access_keys, &changed, errbuf);
	if (good || second % SECONDS_PER_FAULT == 0)
		log_keys_refreshed("access", good, changed, errbuf);
}

/* Faults are told a line each; `context` names the setting. */
static void
log_not_reloaded(const char *line, void *context)
{
	log_event("not_reloaded", (const struct log_value[]){
				      log_text("setting", context), log_text("why", line), { 0 } });
}

static void
reload_templates(const struct reload_parts *parts)
{
	static char name[] = "MAIL_TEMPLATES_FOLDER";
	struct mail_faults faults = { .tell = log_not_reloaded, .context = name };
	const bool loaded = mail_templates_load(parts->templates, parts->templates_folder, &faults);

	(void)loaded; /* or all stays as it was */
}

static void
reload_log_level(void)
{
	static char name[] = "LOG_LEVEL";
	struct config_faults faults = { .tell = log_not_reloaded, .context = name };
	char word[CONFIG_TEXT_MAX + 1];

	if (config_read_word(name, word, &faults))
		log_set_level(word);
}

void
reload_all(const struct reload_parts *parts)
{
	reload_keys(parts, 0);
	reload_templates(parts);
	reload_log_level();
	log_event(
	    "reloaded", (const struct log_value[]){ log_text("log_level", log_level()), { 0 } });
}
