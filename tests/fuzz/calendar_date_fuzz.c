/* calendar_date_fuzz.c - dates: one spelling, of a day that there is. */

#include "calendar_date.h"
#include "clock.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *typed = fuzz_text(&input);
	char date[CLOCK_DATE_MAX + 1], again[CLOCK_DATE_MAX + 1];

	if (calendar_date_fold(typed, date, sizeof date) != FIELD_OK) {
		FUZZ_CHECK(date[0] == '\0', "of a refused date nothing is left");
		return 0;
	}
	FUZZ_CHECK(strlen(date) == 10 && strspn(date, "0123456789-") == 10 && date[4] == '-' &&
		       date[7] == '-',
	    "a date is written 1970-01-31");
	FUZZ_CHECK(strcmp(date, "1850-01-01") >= 0 && strcmp(date, "2199-12-31") <= 0, "1850-2199");
	FUZZ_CHECK(clock_date_is_valid(date), "there is such a day");
	FUZZ_CHECK(calendar_date_fold(date, again, sizeof again) == FIELD_OK, "it is taken again");
	FUZZ_CHECK(strcmp(date, again) == 0, "and does not change");
	return 0;
}
