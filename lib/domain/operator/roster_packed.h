/* roster_packed.h - persons and lines of a roster as bytes, for record_sort.h.
 *
 * Records begin with 番号 and 記号, each with its NUL, so that they sort as the table of persons does:
 * by number, then by symbol, byte by byte. */

#ifndef ROSTER_PACKED_H
#define ROSTER_PACKED_H

#include "record_sort.h"
#include "roster_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 番号 and 記号, folded: what names a person in the roster. */
struct roster_pair {
	char number[INSURED_NUMBER_SIZE_MAX + 1];
	char symbol[INSURED_NUMBER_SIZE_MAX + 1];
};

/* As strcmp(); the order of the table's primary key. */
int roster_pair_compare(
    const char *number, const char *symbol, const char *other_number, const char *other_symbol);

/* A record that is built, or read, from its start on. */
struct roster_packed {
	size_t size, at;
	uint8_t bytes[RECORD_SORT_SIZE_MAX];
};

/* Appends. Everything that is put here has a bound, and all of it fits. */
void roster_packed_put_text(struct roster_packed *, const char *text);
void roster_packed_put_number(struct roster_packed *, uint64_t);

/* Reads the next of what was put, in the same order. A text that does not fit ends the program. */
void roster_packed_text(struct roster_packed *, char *ret, size_t ret_size);
uint64_t roster_packed_number(struct roster_packed *);

/* A whole line; its pair comes first, and then the line's number in the file. */
void roster_packed_put_line(struct roster_packed *, const struct roster_line *);
void roster_packed_line(struct roster_packed *, struct roster_line *ret);

/* Gives the record to the sorter. */
bool roster_packed_add(struct record_sort *, const struct roster_packed *) MUST_USE;

/* Takes the next one of the sorter. False: there is none. */
bool roster_packed_next(struct record_sort *, struct roster_packed *ret) MUST_USE;

#endif
