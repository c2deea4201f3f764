/* operator_act.h - what an operator does, by whom and why, as the audit trail keeps it.
 *
 * Every command of an operator that changes something about a person or an account is one act. It
 * begins before its transaction, and records its event in it: the operator's own name, and the
 * reason in the operator's words. The trail is read by others, and outlives the account: a reason
 * has no personal data in it, which the manual says and nobody can check. */

#ifndef OPERATOR_ACT_H
#define OPERATOR_ACT_H

#include "audit.h"
#include "client.h"
#include "db.h"
#include "ids.h"
#include "result.h"
#include "stored_enums.h"

#include <stdint.h>

#define OPERATOR_NAME_MAX   80  /* code points, as the columns of the trail */
#define OPERATOR_REASON_MAX 200 /* the same */
#define OPERATOR_UTF8_MAX   4   /* bytes of one */

struct operator_act {
	char operator[OPERATOR_UTF8_MAX * OPERATOR_NAME_MAX + 1];
	char reason[OPERATOR_UTF8_MAX * OPERATOR_REASON_MAX + 1];
	struct client client; /* that the trail and the counters see: no address of the network */
	int64_t now;
};

/* Begins an act. Returns NULL, or what is wrong with the name or the reason: neither is empty, one
 * line, at most so long, and without invisible characters. The padding of a reason is dropped. */
const char *operator_act_begin(const char *operator, const char * reason, struct operator_act *ret);

/* Writes the event of the act, as the first change of its transaction: an act has one event.
 * DUPLICATE: an earlier run of the transaction was committed, so that all of it is done. */
enum result operator_act_record(struct db_tx *, const struct operator_act *, enum audit_event_kind,
    struct account_id, struct person_id) MUST_USE;

/* The same as a statement that stands alone, for an act on everybody. */
enum result operator_act_record_alone(
    struct db *, const struct operator_act *, enum audit_event_kind) MUST_USE;

#endif
