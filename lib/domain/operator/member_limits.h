/* member_limits.h - what is counted about one member, for the operator to see and to forget.
 *
 * Limits are counted by login ID, account, person, insured number, address and by the source that
 * a request came from (limit_table.h). Rows keep keyed hashes, so a count is found by who knows its
 * subject: that of a source only by its address, which the caller reads off and the operator
 * types. */

#ifndef MEMBER_LIMITS_H
#define MEMBER_LIMITS_H

#include "app.h"
#include "bounds.h"
#include "client.h"
#include "db.h"
#include "ids.h"
#include "limit_db.h"
#include "limit_id.h"
#include "limit_table.h"
#include "result.h"

#include <stdbool.h>
#include <stdint.h>

/* Whose counts. Empty texts and zeros: not known, nothing is counted by it. All is borrowed. */
struct member_subjects {
	const char *login_id;
	const char *email;
	const char *number; /* folded */
	struct account_id account_id;
	struct person_id person_id;
	const struct client *source; /* NULL: not known */
};

#define MEMBER_LIMITS_MAX 24

struct member_limit {
	enum limit_id limit_id;
	int64_t count;
	int max;
	bool locked;          /* no try is granted now */
	int64_t locked_until; /* MEMBER_LOCKED: until the password is reset */
};

#define MEMBER_LOCKED INT64_MAX

/* All that counts something now, in the order of the table; and the sources from which the login ID
 * was used. */
struct member_limits {
	size_t count;
	struct member_limit limits[MEMBER_LIMITS_MAX];
	int64_t known_sources;
	int64_t known_failures; /* log-ins that failed from them */
	int64_t locked_known;   /* of them, those that are locked */
};

enum result member_limits_read(const struct app *, const struct member_subjects *, int64_t now,
    struct member_limits *ret) MUST_USE;

/* The folded insured number of a person. NO_ROW: there is no such person. */
enum result member_number_read(
    struct db_tx *, struct person_id, char ret[static 2 * INSURED_NUMBER_SIZE_MAX + 1]) MUST_USE;

/* The source of an address of the network, as limits count it. False: it is no address. */
bool member_source_read(const char *address, struct client *ret) MUST_USE;

/* Forgets what keeps the member from going on: wrong passwords (of unknown and of known sources,
 * which stay known), wrong birth dates of the number, taken login IDs, and of a source its failed
 * log-ins and its right and wrong numbers. Pauses between mails stay: send-reset and resend do not
 * wait for them. */
enum result member_limits_forget(
    struct db_tx *, const struct app *, const struct member_subjects *, int64_t now) MUST_USE;

/* Counts a mail that an operator sends, whatever the pause after the one before. */
enum result member_limits_count_mail(struct db_tx *, const struct limit_try *) MUST_USE;

#endif
