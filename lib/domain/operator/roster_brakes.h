/* roster_brakes.h - how much one file may change before somebody has to say that it is meant. Pure.
 *
 * A file that changes too much is half of a roster, another one, or one whose lines slipped. Each
 * brake looks at one kind of change and has a share of its own, in thousandths. A few may always
 * change, so that small societies work, unless they are more than half of all. */

#ifndef ROSTER_BRAKES_H
#define ROSTER_BRAKES_H

#include "bounds.h"
#include "roster_counts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROSTER_FEW 20 /* persons */

/* X(name, word, setting, between, behind): `word` is printed and ends the option --allow-WORD. Told
 * is "COUNT between OF behind". */
#define ROSTER_BRAKE_LIST(X)                                                             \
	X(ROSTER_BRAKE_ENDED, "ended", "ROSTER_ENDED_SHARE_MAX", "of",                   \
	    "eligible persons would lose their eligibility")                             \
	X(ROSTER_BRAKE_BIRTH_DATES, "birth-dates", "ROSTER_BIRTH_DATES_SHARE_MAX", "of", \
	    "stored persons would have another birth date")                              \
	X(ROSTER_BRAKE_NAMES, "names", "ROSTER_NAMES_SHARE_MAX", "of",                   \
	    "stored persons would have another name")                                    \
	X(ROSTER_BRAKE_NEW, "new", "ROSTER_NEW_SHARE_MAX", "new persons would come to",  \
	    "eligible ones")

#define ROSTER_BRAKE_ENUM_(name, ...) name,
enum roster_brake { ROSTER_BRAKE_LIST(ROSTER_BRAKE_ENUM_) ROSTER_BRAKE__MAX };
#undef ROSTER_BRAKE_ENUM_

struct roster_brakes {
	int64_t share_max[ROSTER_BRAKE__MAX]; /* thousandths; 1000: any share */
	bool allowed[ROSTER_BRAKE__MAX];      /* for this once: however many */
};

/* What a brake looks at: so many, of so many. */
struct roster_share {
	int64_t count, of;
};

struct roster_share roster_brake_share(enum roster_brake, const struct roster_counts *);

/* Is the change too large? New persons of a society that has none yet never are. */
bool roster_brake_stops(
    const struct roster_brakes *, enum roster_brake, const struct roster_counts *);

const char *roster_brake_word(enum roster_brake);
const char *roster_brake_setting(enum roster_brake);

/* What is told of a brake that stops: "30 of 30 eligible persons would ..."; `ret` has room for
 * ERRBUF_MAX + 1. */
void roster_brake_describe(
    enum roster_brake, const struct roster_counts *, char ret[static ERRBUF_MAX + 1]);

#endif
