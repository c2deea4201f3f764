/* key_rotation.c - makes and rotates the keys of a folder, of both kinds. */

#include "key_rotation.h"

#include "access_keys.h"
#include "access_token.h"
#include "cleanup.h"
#include "clock.h"
#include "keyring.h"
#include "text.h"
#include "token.h"

#include <stdio.h>
#include <string.h>

/* Making -------------------------------------------------------------------------------------- */

static bool
random_key_write(char ret[static KEY_FILE_MAX + 1])
{
	uint8_t key[SECRET_KEY_SIZE];

	secret_random(key, sizeof key);
	text_hex(key, sizeof key, ret);
	secret_wipe_bytes(key, sizeof key);
	ret[KEYRING_TEXT_LENGTH - 1] = '\n';
	ret[KEYRING_TEXT_LENGTH] = '\0';
	return true;
}

/* By the clock of whoever rotates or retires: a stage token is taken until its time is over by
 * every clock (clock_is_over()), an access token until its exp, by a clock that may be behind. */
static const struct {
	bool (*write)(char ret[static KEY_FILE_MAX + 1]);
	int64_t tokens_live_s;
} rotating[KEY_KIND__MAX] = {
	[KEY_STAGE] = { random_key_write, TOKEN_LIFE_MAX_S + 2 * CLOCK_SKEW_S },
	[KEY_ACCESS] = { access_key_write, ACCESS_TOKEN_LIFE_MAX_S + CLOCK_SKEW_S },
};

/* The folder, held by one at a time, and what is in it. */
struct making {
	struct key_folder folder;
	int64_t now;
	struct key_kids kids[KEY_KIND__MAX];
};

static void
making_unlock(const struct making *making)
{
	key_folder_close(&making->folder);
}

static bool
key_make(const struct key_folder *folder, const char *name,
    bool (*write_key)(char ret[static KEY_FILE_MAX + 1]))
{
	CLEANUP(key_text_wipe) char text[KEY_FILE_MAX + 1] = "";

	if (!write_key(text))
		return key_folder_reject(folder, name, "cannot make a key");
	return key_folder_make(folder, name, text, strlen(text));
}

static bool
derive_make(const struct key_folder *folder)
{
	return key_folder_has(folder, KEYRING_DERIVE_NAME) ||
	       key_make(folder, KEYRING_DERIVE_NAME, random_key_write);
}

static bool
kids_read(struct making *making)
{
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!key_folder_kids(&making->folder, kind, &making->kids[kind]))
			return false;
	return true;
}

static bool
making_lock(const struct making *making)
{
	return key_folder_lock(&making->folder) &&
	       key_folder_drafts(&making->folder, key_folder_remove);
}

static bool
making_begin(struct making *making)
{
	return key_folder_create(&making->folder) && key_folder_open(&making->folder) &&
	       making_lock(making) && kids_read(making);
}

/* Adds a key that sorts last, whatever the clock says. */
static bool
rotating_key_add(struct making *making, enum key_kind kind)
{
	const struct key_kids *const kids = &making->kids[kind];
	const int64_t newest = kids->count > 0 ? kid_time(kids->kids[0]) : 0;
	char kid[KID_MAX + 1], name[KEY_NAME_MAX + 1];

	kid_make(making->now > newest ? making->now : newest + 1, kid);
	key_name(kind, kid, name);
	return key_make(&making->folder, name, rotating[kind].write) && kids_read(making);
}

/* Adds keys until there are `count`: the first of an empty folder is the one that signs. */
static bool
rotating_keys_add(struct making *making, enum key_kind kind, size_t count)
{
	while (making->kids[kind].count < count)
		if (!rotating_key_add(making, kind))
			return false;
	return true;
}

bool
key_rotation_fill(
    const char *path, char ret_kid[static KID_MAX + 1], char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(making_unlock)
	struct making making = { .folder = { .path = path, .errbuf = errbuf }, .now = clock_now() };

	ret_kid[0] = '\0';
	if (!making_begin(&making) || !derive_make(&making.folder))
		return false;
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!rotating_keys_add(&making, kind, 2))
			return false;
	memcpy(ret_kid, making.kids[KEY_STAGE].kids[0], KID_MAX + 1);
	return true;
}

/* Rotating ------------------------------------------------------------------------------------ */

/* Not before all replicas know what will sign then. A kind of less than two keys goes on signing
 * with what it has. */
static bool
rotation_is_due(const struct making *making, enum key_kind kind)
{
	const struct key_kids *const kids = &making->kids[kind];
	char name[KEY_NAME_MAX + 1];

	if (kids->count < 2 || making->now - kid_time(kids->kids[0]) >= KEY_ROTATION_S)
		return true;
	key_name(kind, kids->kids[0], name);
	return key_folder_reject(&making->folder, name,
	    "was made less than 60 s ago: the replicas must see it before it signs");
}

/* A key stopped signing when it came third. */
void
key_rotation_use(enum key_kind kind, const struct key_kids *kids, size_t i, struct key_use *ret)
{
	*ret = (struct key_use){ .state = key_state_at(kids->count, i),
		.made_at = kid_time(kids->kids[i]) };
	if (ret->state != KEY_PREVIOUS)
		return;
	ret->signed_until = kid_time(kids->kids[i - 2]);
	ret->tokens_until = ret->signed_until + rotating[kind].tokens_live_s;
}

/* The last token of the i-th key has expired, some time ago. */
static bool
is_past_use(const struct making *making, enum key_kind kind, size_t i)
{
	struct key_use use;

	key_rotation_use(kind, &making->kids[kind], i, &use);
	return use.state == KEY_PREVIOUS && making->now - use.tokens_until >= KEY_PAST_USE_S;
}

/* From the oldest on. Today's current is kept, and will be the previous key. */
static bool
past_use_remove(struct making *making, enum key_kind kind)
{
	const struct key_kids *const kids = &making->kids[kind];
	char name[KEY_NAME_MAX + 1];

	for (size_t i = kids->count; i > 0 && is_past_use(making, kind, i - 1); i--) {
		key_name(kind, kids->kids[i - 1], name);
		if (!key_folder_remove(&making->folder, name))
			return false;
	}
	return kids_read(making);
}

static bool
has_room(const struct making *making, enum key_kind kind)
{
	const struct key_kids *const kids = &making->kids[kind];
	char name[KEY_NAME_MAX + 1];

	if (kids->count < KEYS_MAX)
		return true;
	key_name(kind, kids->kids[KEYS_MAX - 1], name);
	return key_folder_reject(&making->folder, name,
	    "tokens of the oldest of as many keys as are allowed may still be out: rotate later");
}

static bool
may_rotate(struct making *making, enum key_rotation_haste haste)
{
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (haste == KEY_ROTATION_PATIENT && !rotation_is_due(making, kind))
			return false;
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!past_use_remove(making, kind) || !has_room(making, kind))
			return false;
	return true;
}

bool
key_rotation_run(const char *path, int64_t now, enum key_rotation_haste haste,
    char ret_kid[static KID_MAX + 1], char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(making_unlock)
	struct making making = { .folder = { .path = path, .errbuf = errbuf }, .now = now };

	ret_kid[0] = '\0';
	if (!making_begin(&making) || !derive_make(&making.folder) || !may_rotate(&making, haste))
		return false;
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!rotating_key_add(&making, kind) || !rotating_keys_add(&making, kind, 2))
			return false;
	memcpy(ret_kid, making.kids[KEY_STAGE].kids[0], KID_MAX + 1);
	return true;
}

/* Emergencies --------------------------------------------------------------------------------- */

/* Room for two more keys of each kind, also in a folder that has too many to be read. */
static bool
leave_room(struct making *making)
{
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!key_folder_keep(&making->folder, kind, KEYS_MAX - 2))
			return false;
	return kids_read(making);
}

/* The first new key is next and the second one makes it current: at no moment does the folder
 * sign with a key that a service which looked a second ago does not know, but for the last step. */
static bool
replace_kind(struct making *making, enum key_kind kind)
{
	return rotating_key_add(making, kind) && rotating_key_add(making, kind) &&
	       key_folder_keep(&making->folder, kind, 2) && kids_read(making);
}

static unsigned
count_files(const struct making *making)
{
	char oldest[KID_MAX + 1];
	size_t count = 0;

	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		count += key_folder_count(&making->folder, kind, oldest);
	return (unsigned)count;
}

bool
key_rotation_replace(const char *path, int64_t now, char ret_kid[static KID_MAX + 1],
    unsigned *ret_removed, char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(making_unlock)
	struct making making = { .folder = { .path = path, .errbuf = errbuf }, .now = now };

	ret_kid[0] = '\0';
	if (!key_folder_open(&making.folder) || !making_lock(&making))
		return false;
	*ret_removed = count_files(&making);
	if (!derive_make(&making.folder) || !leave_room(&making))
		return false;
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++)
		if (!replace_kind(&making, kind))
			return false;
	memcpy(ret_kid, making.kids[KEY_STAGE].kids[0], KID_MAX + 1);
	return true;
}

static bool
find_kid(const struct making *making, const char *kid, enum key_kind *ret_kind, size_t *ret_i)
{
	for (*ret_kind = 0; *ret_kind < KEY_KIND__MAX; (*ret_kind)++)
		for (*ret_i = 0; *ret_i < making->kids[*ret_kind].count; (*ret_i)++)
			if (strcmp(making->kids[*ret_kind].kids[*ret_i], kid) == 0)
				return true;
	return false;
}

/* Why a key must stay, or NULL. */
static const char *
why_it_stays(const struct key_use *use, int64_t now, bool force, char text[static 120])
{
	char until[CLOCK_TEXT_MAX + 1];

	if (use->state != KEY_PREVIOUS)
		return "signs, or is the next to: rotate first, or replace all keys with "
		       "`myportalctl keys rotate --emergency`";
	if (force || now >= use->tokens_until)
		return NULL;
	clock_text(use->tokens_until, until);
	(void)snprintf(
	    text, 120, "what it signed may live until %s: wait, or end it now with --force", until);
	return text;
}

bool
key_rotation_retire(
    const char *path, const char *kid, int64_t now, bool force, char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(making_unlock)
	struct making making = { .folder = { .path = path, .errbuf = errbuf }, .now = now };
	char name[KEY_NAME_MAX + 1], text[120];
	enum key_kind kind;
	struct key_use use;
	size_t i;

	if (!key_folder_open(&making.folder) || !making_lock(&making) || !kids_read(&making))
		return false;
	if (!find_kid(&making, kid, &kind, &i))
		return key_folder_reject(
		    &making.folder, "", "no key has this id; `myportalctl keys list` has them");
	key_name(kind, making.kids[kind].kids[i], name);
	key_rotation_use(kind, &making.kids[kind], i, &use);
	const char *const why = why_it_stays(&use, now, force, text);
	if (why != NULL)
		return key_folder_reject(&making.folder, name, why);
	return key_folder_remove(&making.folder, name);
}
