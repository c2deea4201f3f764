/* act_journal.h - what was done to accounts, kept outside of the database.
 *
 * A database that is put back forgets which accounts were disabled or ended meanwhile. So whatever
 * `myportalctl` does of that kind is noted in a second place, before it is done: the file `acts` in
 * the folder of keys, mode 0600, a line an act, never written over:
 *
 *   2026-11-22T01:02:03Z account_disabled 0123456789abcdef0123456789abcdef
 *
 * The word is the audit event's, the next one is the account ("-": none), and the next the person,
 * where the act is on a person (person_erased, posted_code_reissued). More words may follow: what
 * `audit` prints can be read as well. There are no secrets and no personal data in it. */

#ifndef ACT_JOURNAL_H
#define ACT_JOURNAL_H

#include "bounds.h"
#include "ids.h"
#include "key_folder.h"
#include "result.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ACTS_MAX 200000 /* that are read: of all files together */

/* What a line is about; what else the audit trail knows is skipped. */
enum act_kind {
	ACT_DISABLED,
	ACT_ENABLED,
	ACT_ENDED,
	ACT_PASSWORD,
	ACT_ADDRESS,
	ACT_ERASED, /* a person */
	ACT_CODE,   /* of a person: the posted code of before is void */
	ACT_CODES,  /* those of everybody are */
	ACT_KIND__MAX
};

struct act {
	uint8_t id[ID_SIZE]; /* of the account; of ACT_ERASED, of the person */
	int64_t happened_at;
	enum act_kind kind;
};

struct act_list {
	size_t count;
	struct act *acts; /* ACTS_MAX, allocated by act_list_open() */
};

/* An act as it is noted. */
struct act_note {
	int64_t now;
	enum audit_event_kind event;
	struct account_id account_id; /* no_account: on a person without one */
	struct person_id person_id;   /* no_person: on an account */
};

/* Notes one act: appended, synced, and the folder's owner's. False, and errbuf. */
bool act_journal_add(
    const char *folder, const struct act_note *, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

bool act_list_open(struct act_list *) MUST_USE; /* false: no memory */
void act_list_close(struct act_list *);

/* Adds the acts of the folder's journal; none, if there is no such file. False, and errbuf: as
 * act_list_read(), or a file that is not closed to others. */
bool act_list_read_folder(
    struct act_list *, const char *folder, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Adds those of a file; `name` is for errbuf. False, and errbuf: a line that has not the words of
 * this form (but for a line cut off at the very end, which a full disk leaves), one that is too
 * long, too many acts. */
bool act_list_read(
    struct act_list *, FILE *, const char *name, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

/* Sorts them by id, and those of one by time. */
void act_list_sort(struct act_list *);

#endif
