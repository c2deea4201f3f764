/* token_state.c - what the database knows of a stage token. */

#include "token_state.h"

#include "clock.h"
#include "db.h"
#include "statements.h"

#include <assert.h>

#define TOKEN_STATE_SLOTS 8

static enum result
read_token_state(struct db *db, struct jti jti, unsigned statement, struct db_values *in,
    const struct db_slot *more_out, struct token_state *state)
{
	struct db_tx alone = db_alone(db);
	struct spent_token *spent = &state->spent;
	const struct limit_try *tries = &state->tries, *repeats = &state->repeats;
	int64_t used = 0, kind = 0, outcome = 0, tries_count = 0, repeats_count = 0;
	const struct db_value own[] = {
		db_bytes("jti", jti.bytes, sizeof jti.bytes),
		db_number("now", tries->now),
		{ 0 },
	};
	struct db_slot out[DB_COLUMNS_MAX + 1] = {
		db_to_number(&used),
		db_to_number(&kind),
		db_to_bytes(spent->fingerprint, sizeof spent->fingerprint),
		db_to_number(&outcome),
		db_to_bytes(spent->next_id, sizeof spent->next_id),
		db_to_number(&spent->created_at),
		db_to_number(&tries_count),
		db_to_number(&repeats_count),
	};

	db_values_add(in, own);
	limit_db_params(tries, &LIMIT_NAMES("tries"), LIMIT_KEY_PARAMS, in);
	limit_db_params(repeats, &LIMIT_NAMES("repeats"), LIMIT_KEY_PARAMS, in);
	for (size_t i = TOKEN_STATE_SLOTS; more_out->type != DB_END; i++) {
		assert(i < DB_COLUMNS_MAX);
		out[i] = *more_out++;
	}
	TRY(db_row(&alone, statement, in->list, out));
	spent->jti = jti;
	spent->kind = (enum stage)kind;
	spent->outcome = (enum stage_outcome)outcome;
	state->used = used != 0;
	state->tries_left = tries->max - (int)tries_count;
	state->repeats_left = repeats->max - (int)repeats_count;
	return OK;
}

static struct limit_try
limit_try_of_token(const struct app *app, enum limit_id limit_id, struct jti jti, int64_t now)
{
	return limit_try_of(
	    app->keyring, limit_subject_of(limit_id, jti.bytes, sizeof jti.bytes), now);
}

struct token_state
token_state_of(const struct app *app, const struct stage_claims *claims)
{
	const int64_t now = clock_now();
	const enum limit_id tries = stage_rule(claims->stage)->tries;

	return (struct token_state){
		.tries = limit_try_of_token(app, tries, claims->jti, now),
		.repeats = limit_try_of_token(app, LIMIT_WRONG_REPEATS, claims->jti, now),
	};
}

enum result
token_state_read_with(const struct app *app, const struct stage_claims *claims, unsigned statement,
    struct db_values *in, const struct db_slot *out, struct token_state *ret)
{
	struct token_state state = token_state_of(app, claims);

	TRY(read_token_state(app->db, claims->jti, statement, in, out, &state));
	*ret = state;
	return (state.used ? state.repeats_left : state.tries_left) > 0 ? OK : LINK_EXHAUSTED;
}

enum result
token_state_read(const struct app *app, const struct stage_claims *claims, struct token_state *ret)
{
	return token_state_read_with(app, claims, TOKEN_STATE_READ, &(struct db_values){ 0 },
	    &(const struct db_slot){ 0 }, ret);
}

enum result
token_state_count_repeat(const struct app *app, struct token_state *state)
{
	struct db_tx alone = db_alone(app->db);

	TRY(limit_db_count(&alone, &state->repeats, &state->repeats_left, NULL));
	return state->repeats_left < 0 ? LINK_EXHAUSTED : OK;
}

enum result
token_state_end_repeat(const struct app *app, struct token_state *state, enum result outcome)
{
	struct db_tx alone = db_alone(app->db);

	if (outcome == TOKEN_SPENT)
		return outcome;
	return limit_db_give_back_after(&alone, &state->repeats, outcome);
}

enum result
token_state_repeat(
    const struct app *app, struct token_state *state, const struct spent_token *repeated)
{
	TRY(token_state_count_repeat(app, state));
	return token_state_end_repeat(
	    app, state, spent_token_same(&state->spent, repeated) ? OK : TOKEN_SPENT);
}
