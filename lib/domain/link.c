/* link.c - what the database knows of a token of a stage. */

#include "link.h"

#include "clock.h"
#include "db.h"

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
	const enum result read = stage_op_read(tx, reading->pass->jti, &link->op);

	if (read != OK && read != NO_ROW)
		return read;
	link->used = read == OK;
	TRY(attempt_left(tx, &link->tries, &link->tries_left));
	return attempt_left(tx, &link->repeats, &link->repeats_left);
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
	if ((link.used ? link.repeats_left : link.tries_left) <= 0)
		return OVER;
	*ret = link;
	return OK;
}

static enum result
take_try_tx(struct db_tx *tx, void *context)
{
	struct link *link = context;

	return attempt_take(tx, &link->tries, &link->tries_left, NULL);
}

enum result
link_take_try(const struct portal *p, struct link *link)
{
	TRY(db_transaction(p->db, take_try_tx, link));
	return link->tries_left < 0 ? OVER : OK;
}

static enum result
take_repeat_tx(struct db_tx *tx, void *context)
{
	struct link *link = context;

	return attempt_take(tx, &link->repeats, &link->repeats_left, NULL);
}

enum result
link_refuse_repeat(const struct portal *p, struct link *link)
{
	TRY(db_transaction(p->db, take_repeat_tx, link));
	return link->repeats_left < 0 ? OVER : TOKEN_SPENT;
}
