/* person.h - finds an insured person in the roster. */

#ifndef PERSON_H
#define PERSON_H

#include "db.h"
#include "ids.h"
#include "posted_code.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

/* What must be right of a person. Texts are folded and borrowed. */
struct person_query {
	const char *insured_number;
	const char *birth_date; /* "": any */
	const char *today;      /* in Japan */
	int64_t now;
	struct posted_code_hash posted_code; /* not given: any person, with a code or without one */
	bool is_repeat; /* asked before with this code, which may be used or over by now */
};

struct person {
	struct person_id id;
	int64_t account_state; /* enum account_state; 0: the person has no account */
	int64_t code_issue;    /* of the posted code that was given; 0: none was */
};

/* The pieces SQL_PERSON_... (statements.c): adds their parameters, which include :now and are
 * borrowed from the query; has their slots. Where there is no such person, the id becomes zeros. */
#define PERSON_SLOTS 3
void person_params(const struct person_query *, struct db_values *);
void person_slots(struct person *, struct db_slot ret[static PERSON_SLOTS]);

/* Finds the one person who has the insured number, is eligible on `today`, and has the birth date
 * and the posted code that are given. The id becomes zeros where nobody is, or where two persons
 * have the string: it alone tells, as the account may be that of somebody who is not meant. */
enum result person_find(struct db_tx *, const struct person_query *, struct person *ret) MUST_USE;

#endif
