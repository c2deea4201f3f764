/* record_sort.h - sorts more records than memory holds.
 *
 *   struct record_sort *sort = record_sort_open();
 *   ... record_sort_add(sort, record, size) for each, then record_sort_finish(sort)
 *   while ((record = record_sort_next(sort, &size)) != NULL)
 *           ...
 *   if (record_sort_failed(sort))
 *           ... the records were not all of them
 *   record_sort_close(sort);
 *
 * Records are bytes, in the order of memcmp: of two of which one begins with the other, the
 * shorter comes first. Some 2 MiB are kept in memory. What is more goes, in sorted runs, into a
 * file without a name in TMPDIR (/var/tmp), which ends with the process. It is sealed under a key
 * that is only in memory: of persons who are sorted nothing legible reaches the disk. One thread
 * at a time. */

#ifndef RECORD_SORT_H
#define RECORD_SORT_H

#include "result.h"

#include <stdbool.h>
#include <stddef.h>

#define RECORD_SORT_SIZE_MAX 2048 /* bytes of a record */

struct record_sort;

/* NULL: no memory. Takes its memory when the first record comes. Close: record_sort_close(), which
 * takes NULL and wipes what it held. */
struct record_sort *record_sort_open(void) MUST_USE;
void record_sort_close(struct record_sort *);

/* Copies a record of at most RECORD_SORT_SIZE_MAX bytes. False: there is no memory, no room in the
 * folder for temporary files, or these are more than half a gigabyte. */
bool record_sort_add(struct record_sort *, const void *record, size_t size) MUST_USE;

/* After the last record. False as above. */
bool record_sort_finish(struct record_sort *) MUST_USE;

/* The next record in order, good until the next call. NULL: there is none, or the file can not be
 * read, which record_sort_failed() tells. */
const void *record_sort_next(struct record_sort *, size_t *ret_size) MUST_USE;
bool record_sort_failed(const struct record_sort *) MUST_USE;

#endif
