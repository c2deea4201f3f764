/* person.h - looking an insured person up in the roster. */

#ifndef PERSON_H
#define PERSON_H

#include "bounds.h"
#include "db.h"
#include "faults.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

struct person {
	uint8_t id[ID_SIZE];
	bool has_account;
};

/* The one eligible person whom the folded string means on `today` (a date in Japan). With a
 * `birth_date` (else "") it must be theirs too. NO_ROW: nobody, or the string means two. */
enum result person_find(struct db_tx *, const char *insured_number, const char *birth_date,
    const char *today, struct person *ret) MUST_USE;

#define BIRTH_DATE_INPUT_MAX 64

/* A birth date as typed: 1970-01-31, also with slashes, full-width digits, or as 19700131. Folded to
 * the first form; FAULT_BAD_FORMAT if it is no calendar day. ret_size is BIRTH_DATE_LENGTH + 1. */
enum fault birth_date_fold(const char *typed, char *ret, size_t ret_size);

#endif
