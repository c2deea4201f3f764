/* key_backup.c - a folder of keys in one encrypted file, and back. */

#include "key_backup.h"

#include "cleanup.h"
#include "clock.h"
#include "key_epoch.h"
#include "key_folder.h"
#include "keyring.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ENTRIES_MAX    (KEY_KIND__MAX * KEYS_MAX + 2) /* and derive key and epoch */
#define ENTRY_HEAD_MAX (KEY_NAME_MAX + sizeof " 512\n")
#define PLAIN_MAX      (ENTRIES_MAX * (ENTRY_HEAD_MAX + KEY_FILE_MAX))
#define SEALED_MAX     (PLAIN_MAX + SECRET_SEAL_OVERHEAD)
#define MAGIC          "myportal-keys "
#define HEADER_FORM    MAGIC "1 passes=%llu memory_kib=%llu salt=%s"
#define HEADER_READ    MAGIC "1 passes=%3[0-9] memory_kib=%8[0-9] salt=%22[A-Za-z0-9_-]"
#define HEADER_MAX     100
#define SALT_TEXT_MAX  22
#define TEXT_MAX       (HEADER_MAX + 1 + SECRET_BASE64_MAX(SEALED_MAX) + 1)

/* A stranger's file must not take all memory and an hour. */
#define PASSES_MAX     16
#define MEMORY_KIB_MIN 8192
#define MEMORY_KIB_MAX 1048576

const struct secret_cost key_backup_cost = { .passes = 3, .memory_bytes = (size_t)256 << 20 };

/* A file within the plain text. */
struct entry {
	char name[KEY_NAME_MAX + 1];
	const char *bytes;
	size_t size;
};

/* Everything that holds keys, in locked memory. */
struct backup {
	struct key_folder folder;
	uint8_t key[SECRET_KEY_SIZE];
	char header[HEADER_MAX + 1];
	size_t count;
	struct entry entries[ENTRIES_MAX];
	size_t plain_size;
	char plain[PLAIN_MAX];
	size_t sealed_size;
	uint8_t sealed[SEALED_MAX];
	size_t text_size;
	char text[TEXT_MAX + 1];
};

static void
free_backup(struct backup *const *backup)
{
	if (*backup != NULL)
		key_folder_close(&(*backup)->folder);
	secret_free(*backup);
}

static struct backup *
new_backup(const char *path, char *errbuf)
{
	struct backup *const backup = secret_alloc(sizeof *backup);

	if (backup == NULL)
		(void)snprintf(errbuf, ERRBUF_MAX + 1, "no memory for keys");
	else
		backup->folder = (struct key_folder){ .path = path, .errbuf = errbuf };
	return backup;
}

static bool
reject_backup(const struct backup *backup, const char *reason)
{
	(void)snprintf(backup->folder.errbuf, ERRBUF_MAX + 1, "%s", reason);
	return false;
}

/* Derives the key; slow. */
static bool
make_key(struct backup *backup, const struct secret *passphrase,
    const uint8_t salt[static SECRET_SALT_SIZE], const struct secret_cost *cost)
{
	return secret_derive_key(passphrase, salt, cost, backup->key) ||
	       reject_backup(backup, "no memory to make a key of the passphrase");
}

/* The folder's files -------------------------------------------------------------------------- */

/* Calls `each` with the name of every file that is kept, the oldest keys first. */
static bool
for_each_file(struct backup *backup, bool (*each)(struct backup *, const char *name))
{
	const struct key_folder *folder = &backup->folder;
	struct key_kids kids;
	char name[KEY_NAME_MAX + 1];

	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++) {
		if (!key_folder_kids(folder, kind, &kids))
			return false;
		for (size_t i = kids.count; i > 0; i--) {
			key_name(kind, kids.kids[i - 1], name);
			if (!each(backup, name))
				return false;
		}
	}
	return (!key_folder_has(folder, KEYRING_DERIVE_NAME) ||
		   each(backup, KEYRING_DERIVE_NAME)) &&
	       (!key_folder_has(folder, KEY_EPOCH_NAME) || each(backup, KEY_EPOCH_NAME));
}

static bool
read_file(const struct backup *backup, const char *name, char ret[static KEY_FILE_MAX + 1])
{
	static const struct key_form any = { .size_min = 1,
		.size_max = KEY_FILE_MAX,
		.expected = "has not the size of a key file" };

	return key_folder_read(&backup->folder, name, &any, ret);
}

/* Writing ------------------------------------------------------------------------------------- */

/* There is room: ENTRIES_MAX and KEY_FILE_MAX are bounds of what is read. */
static bool
add_file(struct backup *backup, const char *name)
{
	CLEANUP(key_text_wipe) char text[KEY_FILE_MAX + 1] = "";

	if (!read_file(backup, name, text))
		return false;
	const size_t size = strlen(text);
	backup->plain_size += (size_t)snprintf(backup->plain + backup->plain_size,
	    PLAIN_MAX - backup->plain_size, "%s %zu\n", name, size);
	memcpy(backup->plain + backup->plain_size, text, size);
	backup->plain_size += size;
	backup->count++;
	return true;
}

static bool
seal_backup(struct backup *backup, const struct secret *passphrase, const struct secret_cost *cost)
{
	uint8_t salt[SECRET_SALT_SIZE];
	char salt_text[SECRET_BASE64_MAX(SECRET_SALT_SIZE) + 1];

	secret_random(salt, sizeof salt);
	secret_base64url(salt, sizeof salt, salt_text);
	if (!text_format(backup->header, sizeof backup->header, HEADER_FORM,
		(unsigned long long)cost->passes, (unsigned long long)cost->memory_bytes / 1024,
		salt_text) ||
	    !make_key(backup, passphrase, salt, cost))
		return false;
	secret_seal(backup->key, backup->header, backup->plain, backup->plain_size, backup->sealed);
	const int head = snprintf(backup->text, sizeof backup->text, "%s\n", backup->header);
	secret_base64url(
	    backup->sealed, backup->plain_size + SECRET_SEAL_OVERHEAD, backup->text + head);
	backup->text_size = strlen(backup->text);
	backup->text[backup->text_size++] = '\n';
	return true;
}

static void
tell_newest(const struct backup *backup, struct key_backup_told *ret)
{
	struct key_kids kids;

	if (key_folder_kids(&backup->folder, KEY_STAGE, &kids) && kids.count > 0)
		memcpy(ret->newest, kids.kids[0], sizeof ret->newest);
}

bool
key_backup_write(const char *folder, const struct key_backup_lock *lock, int fd,
    struct key_backup_told *ret, char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(free_backup) struct backup *const backup = new_backup(folder, errbuf);

	*ret = (struct key_backup_told){ .keys = 0 };
	if (backup == NULL)
		return false;
	if (lock->passphrase->length < KEY_BACKUP_PASSPHRASE_MIN)
		return reject_backup(backup, "the passphrase must have 16 characters or more");
	if (!key_folder_open(&backup->folder) || !key_folder_lock(&backup->folder) ||
	    !for_each_file(backup, add_file))
		return false;
	if (!key_folder_has(&backup->folder, KEYRING_DERIVE_NAME) || backup->count < 3)
		return reject_backup(backup, "the folder has not all its keys: nothing to keep");
	if (!seal_backup(backup, lock->passphrase, lock->cost))
		return false;
	if (write(fd, backup->text, backup->text_size) != (ssize_t)backup->text_size ||
	    fsync(fd) != 0)
		return reject_backup(backup, "the file cannot be written");
	ret->keys = (unsigned)backup->count - key_folder_has(&backup->folder, KEY_EPOCH_NAME);
	tell_newest(backup, ret);
	return true;
}

/* Reading ------------------------------------------------------------------------------------- */

/* All of the file, and no more than such a file may have. */
static bool
read_text(struct backup *backup, int fd)
{
	size_t size = 0;
	ssize_t got;

	while ((got = read(fd, backup->text + size, TEXT_MAX + 1 - size)) > 0)
		size += (size_t)got;
	if (got < 0)
		return reject_backup(backup, "the file cannot be read");
	if (size > TEXT_MAX)
		return reject_backup(backup, "this is no backup of keys: it is too large");
	backup->text_size = size;
	return true;
}

struct header {
	struct secret_cost cost;
	uint8_t salt[SECRET_SALT_SIZE];
};

/* Only what seal_backup() writes: the line that comes out the same. */
static bool
header_read(const char *line, struct header *ret)
{
	char passes[4], memory[9], salt[SALT_TEXT_MAX + 1], again[HEADER_MAX + 1];
	int64_t passes_read, memory_kib;
	size_t size;

	if (sscanf(line, HEADER_READ, passes, memory, salt) != 3 ||
	    !text_number(passes, 1, PASSES_MAX, &passes_read) ||
	    !text_number(memory, MEMORY_KIB_MIN, MEMORY_KIB_MAX, &memory_kib) ||
	    !secret_unbase64url(salt, strlen(salt), ret->salt, sizeof ret->salt, &size) ||
	    size != sizeof ret->salt)
		return false;
	ret->cost.passes = (uint64_t)passes_read;
	ret->cost.memory_bytes = (size_t)memory_kib * 1024;
	return text_format(again, sizeof again, HEADER_FORM, (unsigned long long)passes_read,
		   (unsigned long long)memory_kib, salt) &&
	       strcmp(again, line) == 0;
}

/* Takes the text apart into header and sealed bytes; line ends of other systems are taken. */
static bool
split_text(struct backup *backup, struct header *ret)
{
	const size_t line = strcspn(backup->text, "\r\n");
	const char *const body = backup->text + line + strspn(backup->text + line, "\r\n");
	const size_t length = strcspn(body, "\r\n");

	if (!text_starts_with(backup->text, MAGIC))
		return reject_backup(backup, "this is no backup of keys");
	if (!text_starts_with(backup->text, MAGIC "1 "))
		return reject_backup(backup, "this backup is of another version of myportalctl");
	if (line > HEADER_MAX)
		return reject_backup(backup, "this backup is damaged: its first line");
	memcpy(backup->header, backup->text, line);
	backup->header[line] = '\0';
	if (!header_read(backup->header, ret))
		return reject_backup(backup, "this backup is damaged: its first line");
	if (body[length + strspn(body + length, "\r\n")] != '\0' ||
	    !secret_unbase64url(body, length, backup->sealed, SEALED_MAX, &backup->sealed_size) ||
	    backup->sealed_size <= SECRET_SEAL_OVERHEAD)
		return reject_backup(backup, "this backup is damaged, or was cut off");
	return true;
}

static bool
unseal_backup(struct backup *backup, const struct secret *passphrase, const struct header *header)
{
	if (!make_key(backup, passphrase, header->salt, &header->cost))
		return false;
	if (!secret_unseal(
		backup->key, backup->header, backup->sealed, backup->sealed_size, backup->plain))
		return reject_backup(backup, "another passphrase, or the backup was changed");
	backup->plain_size = backup->sealed_size - SECRET_SEAL_OVERHEAD;
	return true;
}

static bool
name_is_kept(const char *name)
{
	return strcmp(name, KEYRING_DERIVE_NAME) == 0 || strcmp(name, KEY_EPOCH_NAME) == 0 ||
	       key_name_is_one(name);
}

/* One entry at `at`; NULL: there is none of this form. Else what stands behind it. */
static const char *
entry_read(const char *at, const char *end, struct entry *ret)
{
	const char *const blank = memchr(at, ' ', (size_t)(end - at));
	const char *const line_end = blank != NULL ? memchr(blank, '\n', (size_t)(end - blank))
						   : NULL;
	char digits[4];
	int64_t size;

	if (line_end == NULL || blank - at > (ptrdiff_t)KEY_NAME_MAX ||
	    line_end - blank - 1 > (ptrdiff_t)sizeof digits - 1)
		return NULL;
	memcpy(ret->name, at, (size_t)(blank - at));
	ret->name[blank - at] = '\0';
	memcpy(digits, blank + 1, (size_t)(line_end - blank - 1));
	digits[line_end - blank - 1] = '\0';
	if (!name_is_kept(ret->name) || !text_number(digits, 1, KEY_FILE_MAX, &size) ||
	    end - line_end - 1 < size)
		return NULL;
	ret->bytes = line_end + 1;
	ret->size = (size_t)size;
	return ret->bytes + size;
}

static bool
split_plain(struct backup *backup)
{
	const char *at = backup->plain;
	const char *const end = at + backup->plain_size;

	while (at != NULL && at < end && backup->count < ENTRIES_MAX)
		at = entry_read(at, end, &backup->entries[backup->count++]);
	return at == end || reject_backup(backup, "this backup holds something else than keys");
}

static const struct entry *
find_entry(const struct backup *backup, const char *name)
{
	for (size_t i = 0; i < backup->count; i++)
		if (strcmp(backup->entries[i].name, name) == 0)
			return &backup->entries[i];
	return NULL;
}

/* A file of the folder that the restore would leave beside older keys. The epoch is no key. */
static bool
check_file(struct backup *backup, const char *name)
{
	CLEANUP(key_text_wipe) char text[KEY_FILE_MAX + 1] = "";
	const struct entry *const entry = find_entry(backup, name);

	if (strcmp(name, KEY_EPOCH_NAME) == 0)
		return true;
	if (!read_file(backup, name, text))
		return false;
	if (entry != NULL && strlen(text) == entry->size &&
	    secret_equal_bytes(text, entry->bytes, entry->size))
		return true;
	return key_folder_reject(&backup->folder, name,
	    "is not in the backup, or is another there: move the folder away first");
}

/* The later of the two stays. */
static bool
restore_epoch(const struct backup *backup, const struct entry *entry)
{
	int64_t there = 0, kept = 0;
	char text[CLOCK_TEXT_MAX + 1] = "";

	if (entry->size == CLOCK_TEXT_MAX + 1)
		memcpy(text, entry->bytes, CLOCK_TEXT_MAX);
	if (!clock_text_read(text, &kept))
		return reject_backup(backup, "this backup holds an epoch that is no time");
	if (!key_epoch_read(&backup->folder, &there))
		return false;
	return there >= kept ||
	       key_folder_replace(&backup->folder, KEY_EPOCH_NAME, entry->bytes, entry->size);
}

static bool
restore_entries(const struct backup *backup, struct key_backup_told *told)
{
	for (size_t i = 0; i < backup->count; i++) {
		const struct entry *const entry = &backup->entries[i];
		const bool is_epoch = strcmp(entry->name, KEY_EPOCH_NAME) == 0;

		told->keys += !is_epoch;
		if (is_epoch && !restore_epoch(backup, entry))
			return false;
		if (is_epoch || key_folder_has(&backup->folder, entry->name))
			continue;
		if (!key_folder_make(&backup->folder, entry->name, entry->bytes, entry->size))
			return false;
		told->made++;
	}
	tell_newest(backup, told);
	return true;
}

bool
key_backup_restore(const char *folder, const struct secret *passphrase, int fd,
    struct key_backup_told *ret, char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(free_backup) struct backup *const backup = new_backup(folder, errbuf);
	struct header header;

	*ret = (struct key_backup_told){ .keys = 0 };
	return backup != NULL && read_text(backup, fd) && split_text(backup, &header) &&
	       unseal_backup(backup, passphrase, &header) && split_plain(backup) &&
	       key_folder_create(&backup->folder) && key_folder_open(&backup->folder) &&
	       key_folder_lock(&backup->folder) && for_each_file(backup, check_file) &&
	       restore_entries(backup, ret);
}
