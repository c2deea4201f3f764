/* calendar_date.c - a calendar date as people and other systems write it. */

#include "calendar_date.h"

#include "clock.h"
#include "text.h"
#include "unicode.h"

#include <string.h>

/* 1970/01/31 and 19700131 become 1970-01-31. */
static bool
write_with_hyphens(const char *folded, char ret[static CLOCK_DATE_MAX + 1])
{
	const size_t length = strlen(folded);

	if (length == 8)
		return text_format(
		    ret, CLOCK_DATE_MAX + 1, "%.4s-%.2s-%.2s", folded, folded + 4, folded + 6);
	if (length != CLOCK_DATE_MAX || folded[4] != folded[7])
		return false;
	memcpy(ret, folded, length + 1);
	if (ret[4] == '/')
		ret[4] = ret[7] = '-';
	return true;
}

enum field_error
calendar_date_fold(const char *typed, char *ret, size_t ret_size)
{
	char folded[CALENDAR_DATE_INPUT_MAX + 1];
	char spelled[CLOCK_DATE_MAX + 1];

	ret[0] = '\0';
	if (unicode_fold_width(typed, folded, sizeof folded) != OK ||
	    !write_with_hyphens(folded, spelled) || !clock_date_is_valid(spelled) ||
	    !text_copy(ret, ret_size, spelled))
		return FIELD_BAD_FORMAT;
	return FIELD_OK;
}

const struct text_rule calendar_date_rule = { calendar_date_fold, CALENDAR_DATE_INPUT_MAX,
	{ 0, CLOCK_DATE_MAX } };
