/* roster_lookups.c - which persons cannot be told apart by what members type. */

#include "roster_lookups.h"

#include "roster_packed.h"
#include "text.h"

#include <inttypes.h>
#include <string.h>

#define NOT_IN_FILE UINT64_MAX /* sorts behind the lines */

bool
roster_lookups_add(struct record_sort *sort, const char *number, const char *symbol, uint64_t line)
{
	struct roster_packed packed;
	char lookup[2 * INSURED_NUMBER_SIZE_MAX + 1];

	const size_t length = strlen(number);

	packed.size = 0;
	if (!text_copy(lookup, sizeof lookup, number) ||
	    !text_copy(lookup + length, sizeof lookup - length, symbol))
		return false;
	roster_packed_put_text(&packed, lookup);
	roster_packed_put_number(&packed, line > 0 ? line : NOT_IN_FILE);
	return roster_packed_add(sort, &packed);
}

static void
warn_of_line(const struct roster_reporter *reporter, uint64_t line, uint64_t other)
{
	static const char elsewhere[] = "spells the same together with 記号 as that of a person "
					"who is not in the file, so it matches nobody";
	char reason[160];
	const bool fits = text_format(reason, sizeof reason,
	    "spells the same together with 記号 as in line %" PRIu64 ", so it matches nobody",
	    other);
	const struct roster_remark remark = {
		.line = line,
		.column = "番号",
		.reason = fits && other != NOT_IN_FILE ? reason : elsewhere,
		.warning = true,
	};

	reporter->report(reporter->context, &remark);
}

/* Those who spell the same come one after another, lines of the file first. */
struct lookup_group {
	char lookup[2 * INSURED_NUMBER_SIZE_MAX + 1];
	uint64_t first; /* its line */
	bool alone;
};

static int64_t
warn_of_group(struct lookup_group *group, const struct roster_reporter *reporter, uint64_t line)
{
	int64_t warned = 0;

	if (group->alone && group->first != NOT_IN_FILE) {
		warn_of_line(reporter, group->first, line);
		warned++;
	}
	if (line != NOT_IN_FILE) {
		warn_of_line(reporter, line, group->first);
		warned++;
	}
	group->alone = false;
	return warned;
}

bool
roster_lookups_report(
    struct record_sort *sort, const struct roster_reporter *reporter, int64_t *ret_ambiguous)
{
	struct lookup_group group = { .alone = true };
	struct roster_packed packed;
	char lookup[sizeof group.lookup];
	int64_t warned = 0;

	if (!record_sort_finish(sort))
		return false;
	while (roster_packed_next(sort, &packed)) {
		roster_packed_text(&packed, lookup, sizeof lookup);
		const uint64_t line = roster_packed_number(&packed);

		if (strcmp(lookup, group.lookup) == 0) {
			warned += warn_of_group(&group, reporter, line);
			continue;
		}
		memcpy(group.lookup, lookup, strlen(lookup) + 1);
		group.first = line;
		group.alone = true;
	}
	*ret_ambiguous = warned;
	return !record_sort_failed(sort);
}
