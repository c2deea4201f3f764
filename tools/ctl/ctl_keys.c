/* ctl_keys.c - myportalctl keys: makes, rotates, retires and lists the keys of the folder, and
 * keeps them in a file. Never prints a key. */

#include "access_keys.h"
#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "ctl_output.h"
#include "ctl_prompt.h"
#include "ctl_table.h"
#include "key_backup.h"
#include "key_epoch.h"
#include "key_rotation.h"
#include "keyring.h"
#include "secret.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAY_S 86400

static enum ctl_status
status_of(bool done, const char *errbuf)
{
	if (done)
		return CTL_DONE;
	ctl_print_error(errbuf);
	return CTL_ERROR;
}

/* Making and rotating ------------------------------------------------------------------------- */

static enum ctl_status
make_keys(const struct ctl_call *call)
{
	char kid[KID_MAX + 1];
	char errbuf[ERRBUF_MAX + 1];
	const bool made = key_rotation_fill(call->config->keys_folder, kid, errbuf);

	if (made)
		ctl_put_text(call->out, "key", kid);
	return status_of(made, errbuf);
}

/* What is over is said by who notices it. */
static enum ctl_status
replace_keys(const struct ctl_call *call)
{
	char kid[KID_MAX + 1];
	char errbuf[ERRBUF_MAX + 1];
	unsigned removed = 0;

	if (!key_rotation_replace(call->config->keys_folder, clock_now(), kid, &removed, errbuf))
		return status_of(false, errbuf);
	ctl_put_text(call->out, "key", kid);
	ctl_put_number(call->out, "removed", removed);
	ctl_say(call->out,
	    "Every key of before is gone. Everybody who is logged in logs in again; every mailed "
	    "link and every registration under way begins again. With copied folders do the same "
	    "on every replica now: copy the new files, remove the others. Then run `myportalctl "
	    "member logout --all`; docs/keys-and-restore.md has the rest of the drill.");
	return CTL_DONE;
}

static enum ctl_status
rotate_keys(const struct ctl_call *call)
{
	const enum key_rotation_haste haste = ctl_given(call, "--force") ? KEY_ROTATION_FORCED
									 : KEY_ROTATION_PATIENT;
	char kid[KID_MAX + 1];
	char errbuf[ERRBUF_MAX + 1];

	if (ctl_given(call, "--emergency"))
		return replace_keys(call);
	const bool rotated = key_rotation_run(
	    call->config->keys_folder, clock_now(), haste, kid, errbuf);
	if (rotated)
		ctl_put_text(call->out, "key", kid);
	return status_of(rotated, errbuf);
}

static enum ctl_status
retire_key(const struct ctl_call *call)
{
	char errbuf[ERRBUF_MAX + 1];
	const char *const kid = ctl_text(call, "KEY");
	const bool retired = key_rotation_retire(
	    call->config->keys_folder, kid, clock_now(), ctl_given(call, "--force"), errbuf);

	if (retired)
		ctl_say(
		    call->out, "%s is gone; with copied folders remove it on every replica", kid);
	return status_of(retired, errbuf);
}

/* Listing ------------------------------------------------------------------------------------- */

/* Can the service start with this folder? */
static bool
folder_is_valid(const char *folder, char errbuf[static ERRBUF_MAX + 1])
{
	struct keyring *const keyring = keyring_open(folder, errbuf);
	struct access_keys *const access_keys = keyring != NULL ? access_keys_open(folder, errbuf)
								: NULL;

	access_keys_close(access_keys);
	keyring_close(keyring);
	return access_keys != NULL;
}

/* A row of the list. */
struct listed {
	const char *kind;
	const char *key;
	const char *state;
	const char *use;
	int64_t made_at; /* 0: not known, and so with what follows */
	int64_t until;
};

static void
put_listed(struct ctl_output *out, const struct listed *key)
{
	ctl_begin_row(out);
	ctl_put_text(out, "kind", key->kind);
	ctl_put_text(out, "key", key->key);
	ctl_put_text(out, "state", key->state);
	if (key->made_at != 0) {
		ctl_put_time(out, "made", key->made_at);
		ctl_put_number(out, "age_days", (clock_now() - key->made_at) / DAY_S);
		ctl_put_time(out, "tokens_until", key->until);
	}
	ctl_put_text(out, "use", key->use);
	ctl_end(out);
}

static const char *
use_text(const struct key_use *use)
{
	static const char *const texts[KEY_STATE__MAX] = {
		[KEY_NEXT] = "signs after the next rotation",
		[KEY_CURRENT] = "signs",
		[KEY_PREVIOUS] = "opens what it signed",
	};

	return use->state == KEY_PREVIOUS && clock_now() >= use->tokens_until
		   ? "none: the next rotation removes it"
		   : texts[use->state];
}

static bool
put_kind(const struct key_folder *folder, enum key_kind kind, struct ctl_output *out)
{
	struct key_kids kids;
	struct key_use use;

	if (!key_folder_kids(folder, kind, &kids))
		return false;
	for (size_t i = 0; i < kids.count; i++) {
		key_rotation_use(kind, &kids, i, &use);
		put_listed(out, &(const struct listed){ .kind = key_kind_name(kind),
				    .key = kids.kids[i],
				    .state = key_state_name(use.state),
				    .use = use_text(&use),
				    .made_at = use.made_at,
				    .until = use.tokens_until });
	}
	return true;
}

static bool
put_epoch(const struct key_folder *folder, struct ctl_output *out)
{
	int64_t epoch = 0;

	if (!key_epoch_read(folder, &epoch))
		return false;
	if (epoch != 0)
		put_listed(out, &(const struct listed){ .kind = "epoch",
				    .key = "",
				    .state = "",
				    .use = "links and sessions of before are over",
				    .made_at = epoch });
	return true;
}

/* The folder, and where what is in it is put: key_folder_drafts() hands on the folder alone. */
struct listing {
	struct key_folder folder;
	struct ctl_output *out;
};

static bool
put_draft(const struct key_folder *folder, const char *name)
{
	const struct listing *const listing = (const struct listing *)folder;

	put_listed(listing->out, &(const struct listed){ .kind = "draft",
				     .key = name,
				     .state = "",
				     .use = "of a command that was killed; the next removes it" });
	return true;
}

static enum ctl_status
list_keys(const struct ctl_call *call)
{
	char errbuf[ERRBUF_MAX + 1];
	struct listing listing = {
		.folder = { .path = call->config->keys_folder, .errbuf = errbuf },
		.out = call->out,
	};
	struct key_folder *const folder = &listing.folder;

	if (!folder_is_valid(folder->path, errbuf))
		return status_of(false, errbuf);
	ctl_begin_list(call->out, "keys");
	const bool listed = key_folder_open(folder) && put_kind(folder, KEY_STAGE, call->out) &&
			    put_kind(folder, KEY_ACCESS, call->out) &&
			    put_epoch(folder, call->out) && key_folder_drafts(folder, put_draft);
	ctl_end(call->out);
	key_folder_close(folder);
	return status_of(listed, errbuf);
}

/* Backup -------------------------------------------------------------------------------------- */

/* At a terminal a new passphrase is asked for twice: nobody has seen what was typed. */
static bool
ask_passphrase(bool is_new, struct secret *ret)
{
	CLEANUP(secret_wipe) struct secret again = { 0 };

	if (!ctl_prompt_hidden("passphrase", false, ret->text, sizeof ret->text))
		return false;
	ret->length = strlen(ret->text);
	if (!is_new || !ctl_prompt_has_terminal())
		return true;
	if (!ctl_prompt_hidden("once more", false, again.text, sizeof again.text))
		return false;
	again.length = strlen(again.text);
	return secret_equal(ret, &again) || ctl_print_error("the two are not the same");
}

static void
put_told(const struct ctl_call *call, const struct key_backup_told *told)
{
	ctl_put_number(call->out, "keys", told->keys);
	ctl_put_text(call->out, "newest", told->newest);
}

static bool
write_backup(const struct ctl_call *call)
{
	CLEANUP(secret_wipe) struct secret passphrase = { 0 };
	const struct key_backup_lock lock = { &passphrase, &key_backup_cost };
	char errbuf[ERRBUF_MAX + 1];
	struct key_backup_told told;
	const char *const folder = call->config->keys_folder;

	if (!folder_is_valid(folder, errbuf))
		return ctl_print_error(errbuf);
	if (!ask_passphrase(true, &passphrase))
		return false;
	if (!key_backup_write(folder, &lock, ctl_fd(call, "FILE"), &told, errbuf))
		return ctl_print_error(errbuf);
	put_told(call, &told);
	return true;
}

/* An empty file that is none would be in the way of the next try. */
static enum ctl_status
back_up_keys(const struct ctl_call *call)
{
	if (write_backup(call))
		return CTL_DONE;
	if (unlink(ctl_text(call, "FILE")) != 0)
		ctl_print_error("the file that was begun is of no use: remove it");
	return CTL_ERROR;
}

static enum ctl_status
restore_keys(const struct ctl_call *call)
{
	CLEANUP(secret_wipe) struct secret passphrase = { 0 };
	char errbuf[ERRBUF_MAX + 1];
	struct key_backup_told told;
	const char *const folder = call->config->keys_folder;

	if (!ask_passphrase(false, &passphrase))
		return CTL_ERROR;
	if (!key_backup_restore(folder, &passphrase, ctl_fd(call, "FILE"), &told, errbuf) ||
	    !folder_is_valid(folder, errbuf))
		return status_of(false, errbuf);
	put_told(call, &told);
	ctl_put_number(call->out, "made", told.made);
	ctl_say(call->out,
	    "A key that was retired after the backup is back: if one was seen by others, run "
	    "`myportalctl keys rotate --emergency`. If the database was put back, too, run "
	    "`myportalctl after-restore` before the service starts.");
	return CTL_DONE;
}

const struct ctl_command ctl_keys_commands[] = {
	{
	    .words = "keys new",
	    .summary = "make the keys that are missing, and their folder",
	    .settings = CONFIG_KEYS,
	    .run = make_keys,
	},
	{
	    .words = "keys rotate",
	    .summary = "make the next keys, and remove what is past its use",
	    .help = "In an emergency, when keys were seen by others, all keys of before are "
		    "removed at once, however many there are. Then everybody logs in again, and "
		    "every mailed link is over.",
	    .settings = CONFIG_KEYS,
	    .run = rotate_keys,
	    .params = {
		{ "--force", CTL_FLAG, .without = "--emergency",
		    .help = "also when the last rotation was less than a minute ago" },
		{ "--emergency", CTL_FLAG, .help = "replace all keys now: some were seen" },
	    },
	},
	{
	    .words = "keys retire",
	    .summary = "remove a key that signs no more",
	    .settings = CONFIG_KEYS,
	    .run = retire_key,
	    .params = {
		{ "KEY", CTL_TEXT, .min = 1, .max = KID_MAX, .help = "as `keys list` shows it" },
		{ "--force", CTL_FLAG, .help = "also while tokens that it signed may live" },
	    },
	},
	{
	    .words = "keys list",
	    .summary = "show which keys there are, how old and for what, never a key itself",
	    .settings = CONFIG_KEYS,
	    .run = list_keys,
	},
	{
	    .words = "keys backup",
	    .summary = "keep the keys in one encrypted file",
	    .help = "The passphrase, of 16 characters or more, is asked for at the terminal, "
		    "twice; a script gives it as a line on standard input. Keep it apart from the "
		    "file.",
	    .settings = CONFIG_KEYS,
	    .run = back_up_keys,
	    .params = { { "FILE", CTL_NEW_FILE, .help = "is made, of mode 0600" } },
	},
	{
	    .words = "keys restore",
	    .summary = "make the keys of a backup's file",
	    .help = "Into a folder that is empty or missing, or has only keys of this backup: "
		    "others may be newer, and are never joined by older ones.",
	    .settings = CONFIG_KEYS,
	    .run = restore_keys,
	    .params = { { "FILE", CTL_FILE, .help = "that `keys backup` made" } },
	},
	{ .words = NULL },
};
