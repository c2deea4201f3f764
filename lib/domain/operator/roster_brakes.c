/* roster_brakes.c - how much one file may change before somebody has to say that it is meant. */

#include "roster_brakes.h"

#include "text.h"

#include <inttypes.h>

static const struct {
	const char *word, *setting, *between, *behind;
} rows[] = {
#define ROSTER_BRAKE_ROW_(name, word, setting, between, behind) \
	[name] = { word, setting, between, behind },
	ROSTER_BRAKE_LIST(ROSTER_BRAKE_ROW_)
#undef ROSTER_BRAKE_ROW_
};

const char *
roster_brake_word(enum roster_brake brake)
{
	return rows[brake].word;
}

const char *
roster_brake_setting(enum roster_brake brake)
{
	return rows[brake].setting;
}

struct roster_share
roster_brake_share(enum roster_brake brake, const struct roster_counts *counts)
{
	const int64_t known = counts->insured - counts->added - counts->left_out;

	switch (brake) {
	case ROSTER_BRAKE_ENDED:
		return (struct roster_share){ counts->losing, counts->eligible };
	case ROSTER_BRAKE_BIRTH_DATES:
		return (struct roster_share){ counts->birth_dates, known };
	case ROSTER_BRAKE_NAMES:
		return (struct roster_share){ counts->names, known };
	case ROSTER_BRAKE_NEW:
		return (struct roster_share){ counts->added, counts->eligible };
	case ROSTER_BRAKE__MAX:
		break;
	}
	return (struct roster_share){ 0, 0 };
}

bool
roster_brake_stops(
    const struct roster_brakes *brakes, enum roster_brake brake, const struct roster_counts *counts)
{
	const struct roster_share share = roster_brake_share(brake, counts);
	const bool few = share.count <= ROSTER_FEW && share.count * 2 <= share.of;

	if (brakes->allowed[brake] || brakes->share_max[brake] >= 1000 || few)
		return false;
	if (brake == ROSTER_BRAKE_NEW && share.of == 0)
		return false;
	return share.count * 1000 > share.of * brakes->share_max[brake];
}

void
roster_brake_describe(
    enum roster_brake brake, const struct roster_counts *counts, char ret[static ERRBUF_MAX + 1])
{
	const struct roster_share share = roster_brake_share(brake, counts);

	if (!text_format(ret, ERRBUF_MAX + 1, "%" PRId64 " %s %" PRId64 " %s", share.count,
		rows[brake].between, share.of, rows[brake].behind))
		ret[0] = '\0';
}
