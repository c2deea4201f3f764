/* posted_code.h - the code that a society posts to a person (IDENTITY_POSTED_CODE).
 *
 * It has the form of an authentication key (auth_key.h): 50 bits of chance, typed as people like.
 * The database has a keyed hash of it alone. A fast one is enough: without the keys nobody can try
 * codes, and who has the keys can make links, and needs none. It is not salted, so that the code
 * and the number are compared in one statement, which takes as long whichever is wrong.
 *
 * A code is good from the end of the run that made it (posted_codes.h) until it expires, another
 * one is made for the person, or it has made an account. Only that spends it: a member who loses
 * the page or mistypes the address begins again with the same letter. Until then it may begin
 * several registrations, of which one ends in an account: the links of each have the number of its
 * issue, and the account step spends exactly that one. Nobody goes on with a code that another one
 * has replaced, or that made an account which was deleted since. */

#ifndef POSTED_CODE_H
#define POSTED_CODE_H

#include "bounds.h"
#include "keyring.h"

#include <stdbool.h>
#include <stdint.h>

struct posted_code_hash {
	bool is_given;
	uint8_t bytes[KEYED_HASH_SIZE];
};

/* Of a folded code; "": not given. */
struct posted_code_hash posted_code_hash(const struct keyring *, const char *code);

#endif
