/* roster_lookups.h - which persons cannot be told apart by what members type.
 *
 * Members type 番号 and 記号 as one string. Two pairs that make the same string match nobody
 * (person.h). */

#ifndef ROSTER_LOOKUPS_H
#define ROSTER_LOOKUPS_H

#include "record_sort.h"
#include "roster_line.h"

#include <stdbool.h>
#include <stdint.h>

/* Adds a person, with the line in the file; 0: the file does not have the person. */
bool roster_lookups_add(
    struct record_sort *, const char *number, const char *symbol, uint64_t line) MUST_USE;

/* After the last one: warns of each line whose string another person has, and counts them. False:
 * the sorter failed. */
bool roster_lookups_report(
    struct record_sort *, const struct roster_reporter *, int64_t *ret_ambiguous) MUST_USE;

#endif
