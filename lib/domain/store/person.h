/* person.h - finds an insured person in the roster. */

#ifndef PERSON_H
#define PERSON_H

#include "db.h"
#include "ids.h"
#include "result.h"

#include <stdint.h>

struct person {
	struct person_id id;
	int64_t account_state; /* enum account_state; 0: the person has no account */
};

/* Finds the one person who has the folded insured number and is eligible on `today` (a date in
 * Japan). With a `birth_date` other than "" the person must have it, too. NO_ROW: nobody, or two
 * persons have the string. */
enum result person_find(struct db_tx *, const char *insured_number, const char *birth_date,
    const char *today, struct person *ret) MUST_USE;

#endif
