/* roster_changes.h - the list of who would change, for the operator's eyes: --changes FILE.
 *
 * CSV in UTF-8 with a byte order mark, as spreadsheets read it: a row for each person who is added,
 * ended or moved, and one for each column of a person that changes. It holds names and numbers:
 * whoever opens the file makes it anew, with mode 0600. */

#ifndef ROSTER_CHANGES_H
#define ROSTER_CHANGES_H

#include "bounds.h"
#include "result.h"
#include "roster_line.h"
#include "roster_stored.h"

#include <stdbool.h>

struct roster_changes;

/* Begins to write to a new file, which is open and stays the caller's. NULL: no memory. Close:
 * roster_changes_close(), which takes NULL. */
struct roster_changes *roster_changes_open(int fd) MUST_USE;

/* A list that was not ended is emptied: half of it would look like all of it. False: not all of it
 * could be written. */
bool roster_changes_close(struct roster_changes *);

/* Each does nothing for NULL. `before` of a moved person has the old pair. */
void roster_changes_added(struct roster_changes *, const struct roster_line *);
void roster_changes_ended(
    struct roster_changes *, const struct roster_person *before, const char *today);
void roster_changes_moved(
    struct roster_changes *, const struct roster_person *before, const struct roster_line *);
void roster_changes_changed(
    struct roster_changes *, const struct roster_person *before, const struct roster_line *);

/* Everybody who changes is in it. True: all of it is on its way to the disk. */
bool roster_changes_end(struct roster_changes *) MUST_USE;

#endif
