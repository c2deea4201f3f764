/* posted_codes.h - makes the codes that a society posts (posted_code.h), and the file for its
 * printer: CSV in UTF-8 with a byte order mark, a row for each letter:
 *
 *   番号,記号,氏名カナ,コード,有効期限
 *   "1000001","56789","ケンポ ハナコ","K7QM-4TXD-9P","2027-02-28"
 *
 * The last day is empty where codes have no end. The file is the only place where the codes stand.
 *
 * A file counts as a whole or not at all. Codes are written in batches, a thousand persons each:
 * into the file, and their hashes into the database, under a run that has not ended. When all of
 * the file is on the disk, one statement ends the run; from then on its codes are good. Whatever
 * breaks it off before (a full disk, a lost database, a killed program) leaves codes that nobody
 * can use, and persons who count as without one: the next run takes them. So no good code is
 * missing in a file that counts, and none that was printed from one is unknown.
 *
 * One run at a time may write: its row has a unique column and a lease, as an import has
 * (roster_run.h). Works with a pool that was opened as the owner of the tables, with
 * operator_table(). */

#ifndef POSTED_CODES_H
#define POSTED_CODES_H

#include "app.h"
#include "ids.h"
#include "operator_act.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

#define POSTED_CODES_BATCH 1000

struct posted_codes_options {
	const struct operator_act *act;
	int fd;             /* of the new file, open to write; stays the caller's */
	int64_t lives_days; /* 0: until it is used */
	bool replaces;      /* also for those who have a good code: it is void from now on */
	/* The folded insured number of one person, whose code of before is void from now on, as are
	 * the registrations that are under way with it; NULL: everybody who is eligible, without an
	 * account and without a good code. */
	const char *insured_number;
	/* Called when the run has begun, before codes of before are void: all, or those of the one
	 * person. The event is that of the audit trail. */
	void (*voids)(void *context, enum audit_event_kind, struct person_id);
	void (*progress)(void *context, uint64_t codes); /* NULL: nobody wants to know */
	void *context;
};

struct posted_codes_counts {
	uint64_t codes;
	/* Got none: their number spells that of another person, so that neither can register. */
	uint64_t ambiguous;
	struct person_id person_id; /* of the one; zeros for everybody */
	int64_t broken_off_at;      /* when a run began that never ended, since the last one that
				       did; 0: there was none */
};

/* X(name, text): how it ended, for the operator. */
#define POSTED_CODES_OUTCOME_LIST(X)                                                               \
	X(CODES_MADE, "made")                                                                      \
	X(CODES_BUSY, "nothing was done: somebody else is making codes just now")                  \
	X(CODES_NO_PERSON, "nobody who is eligible today has this 番号 and 記号")                  \
	X(CODES_AMBIGUOUS, "the number spells that of another person, too: neither can register")  \
	X(CODES_HAS_ACCOUNT, "the person has an account, and needs no code")                       \
	X(CODES_FILE_FAILED, "the file cannot be written: nothing in it counts")                   \
	X(CODES_TAKEN_OVER, "another run has taken this one for dead: nothing in its file counts") \
	X(CODES_DB_AWAY, "the database went away: nothing in the file counts")                     \
	X(CODES_UNKNOWN,                                                                           \
	    "the database went away at the very end: keep the file, and start again with another " \
	    "one. If that says that a run broke off, the first file does not count")               \
	X(CODES_BUG, "internal error: nothing in the file counts")
#define POSTED_CODES_ENUM_(name, text) name,
enum posted_codes_outcome { POSTED_CODES_OUTCOME_LIST(POSTED_CODES_ENUM_) CODES_OUTCOME__MAX };
#undef POSTED_CODES_ENUM_

/* Never NULL. */
const char *posted_codes_text(enum posted_codes_outcome);

/* Makes them. Unless it is CODES_MADE or CODES_UNKNOWN, the file is empty again. *ret is set in any
 * case. */
enum posted_codes_outcome posted_codes_make(const struct app *, const struct posted_codes_options *,
    struct posted_codes_counts *ret) MUST_USE;

#endif
