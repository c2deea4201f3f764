/* member_find.h - finds the member who is on the phone, by what the caller says.
 *
 * An address may belong to an account as its login ID, as its proven address, or as one that waits
 * for its confirmation link, to several accounts, and to a registration that is under way. So all
 * that is found is listed, and what follows names one of it by its id.
 *
 * Works with a pool that was opened as the owner of the tables, with operator_table(). Of the
 * struct app it uses db and keyring. */

#ifndef MEMBER_FIND_H
#define MEMBER_FIND_H

#include "app.h"
#include "bounds.h"
#include "ids.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(name, number, word): by what something was found. */
#define MEMBER_MATCH_LIST(X)                             \
	X(MATCH_LOGIN_ID, 1, "login ID")                 \
	X(MATCH_EMAIL, 2, "address")                     \
	X(MATCH_PENDING_EMAIL, 3, "unconfirmed address") \
	X(MATCH_NUMBER, 4, "number")                     \
	X(MATCH_REGISTRATION, 5, "registration")

#define MEMBER_MATCH_ENUM_(name, number, word) name = (number),
enum member_match { MEMBER_MATCH_LIST(MEMBER_MATCH_ENUM_) };
#undef MEMBER_MATCH_ENUM_

/* The words of all that a set of matches holds (1 << MATCH_EMAIL ...): "login ID, address". */
#define MEMBER_MATCHES_MAX 80
void member_match_words(unsigned matches, char ret[static MEMBER_MATCHES_MAX + 1]);

/* What was typed, folded. One of the two is "". */
struct member_query {
	char email[EMAIL_MAX + 1];    /* with an "@" in it, a login ID or an address */
	char login_id[EMAIL_MAX + 1]; /* the same, as a login ID */
	char number[INSURED_NUMBER_SIZE_MAX + 1];
};

/* Folds what was typed. False: it is neither an address nor 番号 and 記号. */
bool member_query_read(const char *typed, struct member_query *ret) MUST_USE;
void member_query_wipe(struct member_query *);

/* What an id means. Zeros: none. */
struct member_ids {
	struct account_id account_id;
	struct person_id person_id;
	struct mail_id mail_id; /* the last mail of a registration */
};

#define MEMBER_FOUND_MAX 50

struct member_found {
	unsigned matches; /* 1 << MATCH_LOGIN_ID ...: all by which it was found */
	struct member_ids ids;
	int64_t state; /* of the account; 0: there is none */
	bool eligible;
	char number[2 * INSURED_NUMBER_SIZE_MAX + 1]; /* masked; "": no person is known yet */
	int64_t
	    created_at; /* of the account; of a registration, when its last mail was asked for */
};

struct member_list {
	size_t count;
	bool more; /* than MEMBER_FOUND_MAX */
	struct member_found found[MEMBER_FOUND_MAX];
};

/* Finds everything. OK also when nothing was found. */
enum result member_find(
    const struct app *, const struct member_query *, struct member_list *ret) MUST_USE;

/* What an id means that `member find` printed, or that of an account which is gone: then only its
 * person. NO_ROW: nothing. */
enum result member_find_id(
    const struct app *, const uint8_t id[static ID_SIZE], struct member_ids *ret) MUST_USE;

/* The account that has a folded login ID. NO_ROW: none has. */
enum result member_find_login_id(
    const struct app *, const char *login_id, struct member_ids *ret) MUST_USE;

#endif
