/* link.c - what the database knows of a token of a stage. */

#include "link.h"

#include "clock.h"
#include "db.h"
#include "statements.h"

#include <string.h>

/* What is looked up, and where it goes. */
struct reading {
	const struct pass *pass;
	struct link *link;
};

static enum result
read_tx(struct db_tx *tx, void *context)
{
	const struct reading *reading = context;
	struct link *link = reading->link;
	struct stage_op *op = &link->op;
	const struct attempt *tries = &link->tries, *repeats = &link->repeats;
	int64_t used = 0, kind = 0, outcome = 0, tried = 0, repeated = 0;
	const struct db_value in[] = {
		db_bytes_at(reading->pass->jti, JTI_SIZE),
		db_number_at(tries->scope),
		db_bytes_at(tries->thing, sizeof tries->thing),
		db_number_at(tries->now),
		db_number_at(repeats->scope),
		db_bytes_at(repeats->thing, sizeof repeats->thing),
		db_number_at(repeats->now),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_number(&used),
		db_to_number(&kind),
		db_to_bytes(op->fingerprint, sizeof op->fingerprint),
		db_to_number(&outcome),
		db_to_bytes(op->next_id, sizeof op->next_id),
		db_to_number(&op->created_at),
		db_to_number(&tried),
		db_to_number(&repeated),
		{ 0 },
	};

	TRY(db_row(tx, LINK_READ, in, out));
	memcpy(op->jti, reading->pass->jti, sizeof op->jti);
	op->kind = (enum stage)kind;
	op->outcome = (enum stage_outcome)outcome;
	link->used = used != 0;
	link->tries_left = tries->count - (int)tried;
	link->repeats_left = repeats->count - (int)repeated;
	return OK;
}

static struct attempt
attempt_at(const struct portal *p, enum policy_scope scope, const struct pass *pass)
{
	return attempt_of(
	    p->keyring, scope, pass->jti, sizeof pass->jti, clock_now(), p->cooldown_s);
}

enum result
link_read(const struct portal *p, const struct pass *pass, struct link *ret)
{
	struct link link = {
		.tries = attempt_at(p, stage_rule(pass->stage)->tries, pass),
		.repeats = attempt_at(p, POLICY_WRONG_REPEATS, pass),
	};
	struct reading reading = { .pass = pass, .link = &link };

	TRY(db_each_committed(p->db, read_tx, &reading));
	*ret = link;
	return (link.used ? link.repeats_left : link.tries_left) > 0 ? OK : OVER;
}

enum result
link_take_try(const struct portal *p, struct link *link)
{
	TRY(attempt_take_committed(p->db, &link->tries, &link->tries_left, NULL));
	return link->tries_left < 0 ? OVER : OK;
}

enum result
link_end_try(const struct portal *p, struct link *link, enum result ended)
{
	if (ended != UNAVAILABLE && ended != OVERLOADED)
		return ended;
	link->tries_left = -1;
	return attempt_unjudged(p->db, &link->tries, ended);
}

enum result
link_take_repeat(const struct portal *p, struct link *link)
{
	TRY(attempt_take_committed(p->db, &link->repeats, &link->repeats_left, NULL));
	return link->repeats_left < 0 ? OVER : OK;
}

enum result
link_end_repeat(const struct portal *p, struct link *link, enum result compared)
{
	if (compared == TOKEN_SPENT)
		return compared;
	return attempt_unjudged(p->db, &link->repeats, compared);
}

enum result
link_repeat(const struct portal *p, struct link *link, const struct stage_op *op)
{
	TRY(link_take_repeat(p, link));
	return link_end_repeat(p, link, stage_op_same(&link->op, op) ? OK : TOKEN_SPENT);
}
