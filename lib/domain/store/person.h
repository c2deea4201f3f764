/* person.h - looking an insured person up in the roster. */

#ifndef PERSON_H
#define PERSON_H

#include "bounds.h"
#include "db.h"
#include "ids.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

struct person {
	struct person_id id;
	bool has_account;
};

/* The one eligible person whom the folded string means on `today` (a date in Japan). With a
 * `birth_date` (else "") it must be theirs too. NO_ROW: nobody, or the string means two. */
enum result person_find(struct db_tx *, const char *insured_number, const char *birth_date,
    const char *today, struct person *ret) MUST_USE;

#endif
