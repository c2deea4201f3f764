/* key_epoch.c - the epoch of a folder of keys: what began before it is over. */

#include "key_epoch.h"

#include "cleanup.h"
#include "clock.h"
#include "text.h"

#include <string.h>

#define EPOCH_LENGTH (CLOCK_TEXT_MAX + 1) /* with its newline */

_Static_assert(EPOCH_LENGTH <= KEY_FILE_MAX, "an epoch fits a key file's bound");

bool
key_epoch_read(const struct key_folder *folder, int64_t *ret)
{
	static const struct key_form form = {
		.size_min = EPOCH_LENGTH,
		.size_max = EPOCH_LENGTH,
		.expected = "must be a time like 2026-11-22T01:02:03Z and a newline",
	};
	char text[KEY_FILE_MAX + 1];
	int64_t epoch = 0;

	*ret = 0;
	if (!key_folder_has(folder, KEY_EPOCH_NAME))
		return true;
	if (!key_folder_read(folder, KEY_EPOCH_NAME, &form, text))
		return false;
	const bool has_line_end = text[EPOCH_LENGTH - 1] == '\n';
	text[EPOCH_LENGTH - 1] = '\0';
	if (!has_line_end || !clock_text_read(text, &epoch))
		return key_folder_reject(folder, KEY_EPOCH_NAME, form.expected);
	*ret = epoch;
	return true;
}

static bool
epoch_write(const struct key_folder *folder, int64_t epoch)
{
	char text[EPOCH_LENGTH + 1];

	clock_text(epoch, text);
	if (strlen(text) != CLOCK_TEXT_MAX)
		return key_folder_reject(folder, KEY_EPOCH_NAME, "is no time of this clock");
	text[CLOCK_TEXT_MAX] = '\n';
	return key_folder_replace(folder, KEY_EPOCH_NAME, text, EPOCH_LENGTH);
}

bool
key_epoch_set(const char *path, int64_t epoch, int64_t *ret, char errbuf[static ERRBUF_MAX + 1])
{
	CLEANUP(key_folder_close) struct key_folder folder = { .path = path, .errbuf = errbuf };

	if (!key_folder_open(&folder) || !key_folder_lock(&folder) || !key_epoch_read(&folder, ret))
		return false;
	if (*ret >= epoch)
		return true;
	*ret = epoch;
	return epoch_write(&folder, epoch);
}
