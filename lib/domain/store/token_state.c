/* token_state.c - what the database knows of a token of a stage. */

#include "token_state.h"

#include "clock.h"
#include "db.h"
#include "statements.h"

#include <string.h>

/* What is looked up, and where it goes. */
struct reading {
	const struct stage_claims *claims;
	struct token_state *state;
};

static enum result
read_tx(struct db_tx *tx, void *context)
{
	const struct reading *reading = context;
	struct token_state *state = reading->state;
	struct spent_token *op = &state->op;
	const struct limit_try *tries = &state->tries, *repeats = &state->repeats;
	int64_t used = 0, kind = 0, outcome = 0, tried = 0, repeated = 0;
	const struct db_value in[] = {
		db_bytes_at(reading->claims->jti.bytes, sizeof reading->claims->jti.bytes),
		db_number_at(tries->limit_id),
		db_bytes_at(tries->subject, sizeof tries->subject),
		db_number_at(tries->now),
		db_number_at(repeats->limit_id),
		db_bytes_at(repeats->subject, sizeof repeats->subject),
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

	TRY(db_row(tx, TOKEN_STATE_READ, in, out));
	op->jti = reading->claims->jti;
	op->kind = (enum stage)kind;
	op->outcome = (enum stage_outcome)outcome;
	state->used = used != 0;
	state->tries_left = tries->count - (int)tried;
	state->repeats_left = repeats->count - (int)repeated;
	return OK;
}

static struct limit_try
attempt_at(const struct app *p, enum limit_id limit_id, const struct stage_claims *claims)
{
	return limit_try_of(p->keyring, limit_id, claims->jti.bytes, sizeof claims->jti.bytes,
	    clock_now(), p->mail_interval_s);
}

enum result
token_state_read(const struct app *p, const struct stage_claims *claims, struct token_state *ret)
{
	struct token_state state = {
		.tries = attempt_at(p, stage_rule(claims->stage)->tries, claims),
		.repeats = attempt_at(p, LIMIT_WRONG_REPEATS, claims),
	};
	struct reading reading = { .claims = claims, .state = &state };

	TRY(db_each_committed(p->db, read_tx, &reading));
	*ret = state;
	return (state.used ? state.repeats_left : state.tries_left) > 0 ? OK : LINK_EXHAUSTED;
}

enum result
token_state_count_try(const struct app *p, struct token_state *state)
{
	TRY(limit_db_count_committed(p->db, &state->tries, &state->tries_left, NULL));
	return state->tries_left < 0 ? LINK_EXHAUSTED : OK;
}

enum result
token_state_end_try(const struct app *p, struct token_state *state, enum result ended)
{
	if (ended != UNAVAILABLE && ended != OVERLOADED)
		return ended;
	state->tries_left = -1;
	return limit_db_give_back_committed(p->db, &state->tries, ended);
}

enum result
token_state_count_repeat(const struct app *p, struct token_state *state)
{
	TRY(limit_db_count_committed(p->db, &state->repeats, &state->repeats_left, NULL));
	return state->repeats_left < 0 ? LINK_EXHAUSTED : OK;
}

enum result
token_state_end_repeat(const struct app *p, struct token_state *state, enum result compared)
{
	if (compared == TOKEN_SPENT)
		return compared;
	return limit_db_give_back_committed(p->db, &state->repeats, compared);
}

enum result
token_state_repeat(const struct app *p, struct token_state *state, const struct spent_token *op)
{
	TRY(token_state_count_repeat(p, state));
	return token_state_end_repeat(
	    p, state, spent_token_same(&state->op, op) ? OK : TOKEN_SPENT);
}
